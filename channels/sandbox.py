"""The frame of every platform's simulator: a WSGI router with a clock, ids, faults, a ledger and callbacks.

A simulator subclasses :class:`Sandbox`, marks its endpoints with :func:`endpoint` and keeps its state in plain
dictionaries. The same object answers tests in-process and the demo on a port (:mod:`channels.serving`). It never
imports our clients: it is the second, independent reading of the platform's document.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from http.client import responses
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qsl, unquote

from channels.sandbox_faults import Fault, read_fault

__all__ = ["SCALES", "Dropped", "Fault", "Push", "Refusal", "Reply", "Request", "Sandbox", "Stalled", "endpoint"]

SCALES = {"small": 1, "medium": 10, "large": 100}

H = TypeVar("H", bound=Callable[..., Any])


class Dropped(Exception):
    """The connection breaks without an answer."""


class Stalled(Dropped):
    """The answer does not come in time."""


@dataclass
class Request:
    """One request as the simulator sees it. Header names are lower case; ``path`` is decoded, without the prefix."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    params: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as JSON, numbers with a point as ``Decimal``. Raises ``ValueError`` for what is no JSON."""
        return json.loads(self.body.decode("utf-8"), parse_constant=_no_constant, parse_float=Decimal)


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


@dataclass
class Reply:
    """One answer. ``body``: anything JSON can hold, or ready bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def encoded(self) -> bytes:
        """The bytes that go out."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> Any:
    """Decimals as JSON numbers, other foreign things as text."""
    return float(value) if isinstance(value, Decimal) else str(value)


class Refusal(Exception):
    """Raised by a handler to answer with the platform's own error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass
class Entry:
    """A write that was applied: the ledger counts effects."""

    n: int
    at: str
    endpoint: str
    effect: dict[str, Any]


@dataclass
class Push:
    """One callback on its way out. ``event`` is the last part of the receiver's address."""

    event: str
    headers: dict[str, str]
    body: bytes


class Clock:
    """The simulator's time: real time plus what was advanced, or a fixed start in tests."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Aware UTC."""
        return (self._start or datetime.now(UTC)) + self._ahead

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._ahead += timedelta(seconds=seconds)


def endpoint(method: str, path: str, name: str, *, open_to_all: bool = False) -> Callable[[H], H]:
    """Mark a method ``(self, request) -> Reply`` as the handler of ``method path`` (``{id}`` parts become params).

    ``open_to_all`` endpoints skip authentication (a login).
    """

    def mark(handler: H) -> H:
        handler._endpoint = (method, _pattern(path), name, open_to_all)  # type: ignore[attr-defined]
        return handler

    return mark


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile("".join(re.escape(p) if i % 2 == 0 else f"(?P<{p}>[^/]+)" for i, p in enumerate(parts)) + r"\Z")


class Sandbox:
    """Base of the simulators: routing, authentication hook, faults, ledger, control endpoints under ``/_sandbox/``."""

    platform: ClassVar[str]
    credentials: ClassVar[dict[str, str]]
    events: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, start: datetime | None = None, seed: int = 1, scale: str = "small") -> None:
        self.clock = Clock(start)
        self.seed, self.scale = seed, scale
        self.lock = threading.RLock()
        self.send_push: Callable[[Push], None] | None = None
        self._endpoints = list(_handlers(self))
        self.reset()

    # -- to be filled by a platform --------------------------------------------------------------------------------

    def populate(self) -> None:
        """Make the starting state, ``self.size`` times as much of it."""
        raise NotImplementedError

    def authenticate(self, request: Request) -> None:
        """Raise ``Refusal`` unless the request carries real credentials."""
        raise NotImplementedError

    def problem(self, status: int, words: str) -> Reply:
        """The platform's own error answer."""
        return Reply(status, {"error": words})

    def expire_tokens(self) -> None:
        """Make every session invalid, where there are sessions."""

    def rate_limited(self, fault: Fault) -> Reply:
        """The platform's own 429."""
        return self.problem(429, "Too many requests")

    def drift(self) -> None:
        """Insert or delete at the head of lists, so that pages shift."""

    def move(self, event: str | None = None) -> str:
        """Let something happen by itself (one of ``events``, or any); says what."""
        return "nothing"

    def headers(self, request: Request) -> dict[str, str]:
        """Headers of every answer (rate limits)."""
        return {}

    # -- state -----------------------------------------------------------------------------------------------------

    def endpoint_names(self) -> list[str]:
        """What a fault may be set on, besides ``*``."""
        return sorted(name for _, (_, _, name, _) in self._endpoints)

    @property
    def size(self) -> int:
        """How many times the small amount of data there is."""
        return SCALES[self.scale]

    def reset(self) -> None:
        """Begin anew with the same seed: the same data."""
        with self.lock:
            self.random = random.Random(self.seed)
            self.ledger: list[Entry] = []
            self.faults: list[Fault] = []
            self.pushes: list[Push] = []
            self.populate()

    def now(self) -> datetime:
        """The simulator's time (aware UTC)."""
        return self.clock.now()

    def applied(self, endpoint: str, **effect: Any) -> None:
        """Write into the ledger what a handler has just changed."""
        self.ledger.append(Entry(len(self.ledger) + 1, self.now().isoformat(), endpoint, effect))

    def push(self, event: str, headers: dict[str, str], body: bytes) -> None:
        """Send a callback, and keep it in ``pushes``."""
        sent = Push(event, headers, body)
        self.pushes.append(sent)
        if self.send_push is not None:
            self.send_push(sent)

    # -- answering -------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI. Raises ``Dropped`` where the connection is to break."""
        request = _request(environ)
        reply = self.handle(request, in_process=bool(environ.get("sandbox.in_process")))
        body = reply.encoded()
        date = format_datetime(self.now().astimezone(UTC), usegmt=True)
        headers = {"Content-Type": reply.content_type, "Date": date, **reply.headers, "Content-Length": str(len(body))}
        start_response(f"{reply.status} {responses.get(reply.status, 'Status')}", list(headers.items()))
        return [body]

    def handle(self, request: Request, in_process: bool = True) -> Reply:
        """Answer one request, faults included."""
        if request.path.startswith("/_sandbox/"):
            return self._control(request)
        found = self._match(request)
        if found is None:
            return self.problem(404, f"No such endpoint: {request.method} {request.path}")
        handler, name, open_to_all = found
        fault = self._next_fault(name)
        early = self._before(fault, name)
        if early is not None:
            return early
        with self.lock:
            reply = self._guarded(handler, request, open_to_all)
        return self._after(fault, reply, in_process)

    def _match(self, request: Request) -> tuple[Callable[..., Reply], str, bool] | None:
        for handler, (method, pattern, name, open_to_all) in self._endpoints:
            found = pattern.match(request.path) if method == request.method else None
            if found:
                request.params = {key: unquote(value) for key, value in found.groupdict().items()}
                return handler, name, open_to_all
        return None

    def _guarded(self, handler: Callable[..., Reply], request: Request, open_to_all: bool) -> Reply:
        try:
            if not open_to_all:
                self.authenticate(request)
            reply = handler(request)
        except Refusal as refusal:
            reply = refusal.reply
        reply.headers = {**self.headers(request), **reply.headers}
        return reply

    # -- faults ----------------------------------------------------------------------------------------------------

    def _next_fault(self, name: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.endpoint not in ("*", name) or fault.times <= 0:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.chance < 1 and self.random.random() >= fault.chance:
                    continue
                fault.times -= 1
                return fault
        return None

    def _before(self, fault: Fault | None, name: str) -> Reply | None:
        """Faults that keep the request from being applied."""
        if fault is None:
            return None
        if fault.fault == "status" and not fault.after:
            return self.problem(fault.code, f"Injected {fault.code}")
        if fault.fault == "rate_limit":
            return self.rate_limited(fault)
        if fault.fault == "expire_token":
            self.expire_tokens()
        if fault.fault == "drift":
            with self.lock:
                self.drift()
        return None

    def _after(self, fault: Fault | None, reply: Reply, in_process: bool) -> Reply:
        """Faults that lose or spoil the answer of what was applied."""
        if fault is None:
            return reply
        if fault.fault == "drop_after_apply":
            raise Dropped
        if fault.fault == "slow":
            if in_process:
                raise Stalled
            threading.Event().wait(fault.seconds)
        if fault.fault == "malformed":
            whole = reply.encoded()
            return Reply(reply.status, fault.body.encode() if fault.body is not None else whole[: len(whole) // 2])
        if fault.fault == "status" and fault.after:
            return self.problem(fault.code, f"Injected {fault.code}")
        return reply

    # -- control ---------------------------------------------------------------------------------------------------

    def _control(self, request: Request) -> Reply:
        action = (request.method, request.path.removeprefix("/_sandbox/").strip("/"))
        with self.lock:
            if action == ("POST", "faults"):
                return self._set_faults(request)
            if action == ("DELETE", "faults"):
                self.faults.clear()
                return Reply(200, {"faults": []})
            if action == ("GET", "faults"):
                return Reply(200, {"faults": [asdict(f) for f in self.faults]})
            if action == ("GET", "ledger"):
                return Reply(200, {"ledger": [asdict(entry) for entry in self.ledger]})
            if action == ("POST", "move"):
                wanted = request.json() if request.body else {}
                self.clock.advance(float(wanted.get("seconds", 0)))
                times = int(wanted.get("times", 1))
                return Reply(200, {"moved": [self.move(wanted.get("event")) for _ in range(times)]})
            if action == ("POST", "reset"):
                self.reset()
                return Reply(200, {"reset": True})
        return Reply(404, {"error": "Known: POST|GET|DELETE faults, GET ledger, POST move, POST reset."})

    def _set_faults(self, request: Request) -> Reply:
        try:
            given = request.json()
            faults = [read_fault(one) for one in (given if isinstance(given, list) else [given])]
        except (ValueError, TypeError) as error:
            return Reply(400, {"error": f"Not a fault: {error}"})
        strange = [f.endpoint for f in faults if f.endpoint != "*" and f.endpoint not in self.endpoint_names()]
        if strange:
            return Reply(400, {"error": f"No endpoint {strange[0]!r}. Known: *, {', '.join(self.endpoint_names())}."})
        self.faults.extend(faults)
        return Reply(200, {"faults": [asdict(f) for f in self.faults]})


def _handlers(sandbox: Sandbox) -> Iterable[tuple[Callable[..., Reply], tuple[str, re.Pattern[str], str, bool]]]:
    """Bound handlers with their marks, fixed paths before ones with ids."""
    found = [getattr(sandbox, n) for n in dir(type(sandbox)) if hasattr(getattr(type(sandbox), n), "_endpoint")]
    return sorted(((h, h._endpoint) for h in found), key=lambda pair: pair[1][1].groups)


def _request(environ: dict[str, Any]) -> Request:
    headers = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    raw_path = environ.get("RAW_PATH") or environ.get("PATH_INFO", "/")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return Request(
        method=environ["REQUEST_METHOD"],
        path=raw_path,
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else _rest(environ),
    )


def _rest(environ: dict[str, Any]) -> bytes:
    """A body without a length: only an in-process call can have one."""
    return environ["wsgi.input"].read() if environ.get("sandbox.in_process") else b""
