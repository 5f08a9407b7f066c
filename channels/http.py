"""The only door to the network: one ``Http`` per open channel.

Timeouts, retry of reads, rate limits, credentials with one renewal, size caps, recording of scrubbed exchanges, and
the translation of everything that can go wrong into the five errors of ``channels.errors`` all happen here.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import httpx
import msgspec

from channels import errors as e
from channels.platform import Ports, Settings
from channels.ports import Authorizer, Exchange, Limiter, Limits, Unlimited
from channels.redaction import redact_body, redact_headers, redact_text
from channels.routes import Route, Routes, carry_loose_ids
from channels.sandbox import Dropped, Stalled
from channels.transport import GuardedBackend
from channels.wire import decode

T = TypeVar("T")

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 3.0, 15.0, 30.0
MAX_RESPONSE = 16 * 1024 * 1024
READ_TRIES = 3
PIECE = 64 * 1024


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A complete answer of a platform. Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """A 2xx status; says nothing of the body."""
        return 200 <= self.status < 300


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request: at most one of ``json`` (anything msgspec encodes) and ``files``. ``tries`` counts for reads."""

    route: Route
    params: dict[str, str] = {}
    query: dict[str, str | int] = {}
    json: Any = msgspec.UNSET
    files: dict[str, tuple[str, bytes, str]] = {}
    form: dict[str, str] = {}
    read_seconds: float = READ_SECONDS
    tries: int = READ_TRIES


class Dialect(Protocol):
    """How one platform speaks of failure and limits. Pure."""

    def explain(self, answer: Answer, route: Route, now: datetime) -> e.ChannelError | None:
        """The error an answer means (also inside HTTP 200), in the platform's words; ``None``: not a refusal."""

    def limits(self, answer: Answer) -> Limits | None:
        """What the answer tells of the rate limit."""


class Http:
    """Speaks to one platform with one connection's credentials. Thread-safe; keep it for the life of the process."""

    def __init__(
        self,
        *,
        base_url: str,
        routes: Routes,
        authorizer: Authorizer,
        dialect: Dialect,
        secrets: tuple[str, ...] = (),
        limiter: Limiter | None = None,
        record: Callable[[Exchange], None] | None = None,
        transport: httpx.BaseTransport | None = None,
        private_hosts: frozenset[str] = frozenset(),
        now: Callable[[], datetime] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.routes = routes
        self._base = base_url
        self._authorizer = authorizer
        self._dialect = dialect
        self._secrets = tuple(s for s in secrets if len(s) >= 6)
        self._limiter = limiter or Unlimited()
        self._record = record
        self._now = now or (lambda: datetime.now(UTC))
        self._pause = pause
        self._client = httpx.Client(
            transport=transport or guarded_transport(private_hosts),
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Give the network connections back."""
        self._client.close()

    # -- the two ways to call ----------------------------------------------------------------------------------------

    def fetch(self, call: Call, kind: type[T]) -> T:
        """Send and decode. An unreadable answer to a write is ``Ambiguous``; to a read it is ``WireError``."""
        answer = self.send(call)
        try:
            return decode(answer.body, kind)
        except e.WireError as error:
            if not call.route.writes:
                raise
            raise e.Ambiguous(
                f"{call.route.name} was sent; its answer could not be read ({error.words})", status=answer.status
            ) from error

    def send(self, call: Call) -> Answer:
        """Send one call and give its successful answer.

        Reads are tried as often as the call says. A write goes out once; only when its credentials were refused (so
        that nothing happened) is it sent again, with new ones. Raises the errors of ``channels.errors``.
        """
        tries = 1 if call.route.writes else call.tries
        for attempt in range(1, tries + 1):
            try:
                return self._authorized(call)
            except e.NotSent as error:
                if attempt == tries or error.rate_limited or error.retry_at is not None:
                    raise
                self._pause(0.2 * 2**attempt)
        raise AssertionError("unreachable")

    def _authorized(self, call: Call) -> Answer:
        headers = self._authorizer.headers()
        try:
            return self._once(call, headers)
        except e.AuthFailed as error:
            if error.missing_scope or not self._authorizer.renew(headers):
                raise
        return self._once(call, self._authorizer.headers())

    # -- one exchange ------------------------------------------------------------------------------------------------

    def _once(self, call: Call, headers: Mapping[str, str]) -> Answer:
        request = self._build(call, headers)
        bucket = call.route.bucket
        self._limiter.acquire(bucket)
        started, clock = self._now(), time.monotonic()
        answer: Answer | None = None
        failure: e.ChannelError | None = None
        try:
            answer = self._exchange(request, call)
            self._learn(bucket, answer)
            failure = self._failure(answer, call.route)
        except e.ChannelError as error:
            failure = error
        finally:
            self._keep(call, request, answer, failure, started, int((time.monotonic() - clock) * 1000))
        self._limiter.outcome(bucket, ok=answer is not None and answer.status < 500)
        if failure is not None:
            if isinstance(failure, e.NotSent) and failure.rate_limited:
                self._limiter.pause(bucket, failure.retry_at)
            raise failure
        assert answer is not None
        return answer

    def _build(self, call: Call, headers: Mapping[str, str]) -> httpx.Request:
        body: dict[str, Any] = {}
        call = carry_loose_ids(call)
        extra = {"accept": "application/json", "accept-encoding": "gzip", **headers}
        if call.json is not msgspec.UNSET:
            body["content"] = encode(call.json)
            extra["content-type"] = "application/json"
        elif call.files:
            body["files"], body["data"] = call.files, call.form
        try:
            path = call.route.fill(call.params)
            url = httpx.URL(f"{self._base.rstrip('/')}{path}" if path else self._base)
            return self._client.build_request(
                call.route.method,
                url,
                params=call.query or None,
                headers=extra,
                timeout=httpx.Timeout(call.read_seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
                **body,
            )
        except (httpx.InvalidURL, KeyError, ValueError):
            raise e.NotSent(f"{call.route.name} was not sent: no request could be built from its values.") from None

    def _exchange(self, request: httpx.Request, call: Call) -> Answer:
        """Send and read the whole body within the caps, translating what the wire itself does wrong."""
        name, writes = call.route.name, call.route.writes
        deadline = time.monotonic() + max(TOTAL_SECONDS, call.read_seconds)
        try:
            response = self._client.send(request, stream=True)
            try:
                body = _read_capped(response, deadline)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise e.NotSent(f"{name} never reached the platform: no connection could be made.") from None
        except httpx.HTTPError:
            raise _lost(name, writes, "no complete answer came back") from None
        except _TooMuch as error:
            raise _lost(name, writes, str(error)) from None
        headers = {key.lower(): value for key, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, body=body)

    def _failure(self, answer: Answer, route: Route) -> e.ChannelError | None:
        """The platform's own explanation first; then what the status alone means."""
        explained = self._dialect.explain(answer, route, self._now())
        if explained is not None or answer.is_success:
            return explained
        if answer.status == 401:
            return e.AuthFailed("The credentials were refused.", status=401)
        if answer.status == 429:
            wait = retry_after(answer, self._now())
            return e.NotSent("Too many requests.", status=429, rate_limited=True, retry_at=wait)
        if answer.status == 503:
            return e.NotSent(f"{route.name} was turned away (503).", status=503)
        if answer.status >= 500 or answer.status < 400:
            return _lost(route.name, route.writes, f"the platform answered {answer.status}", answer.status)
        return e.Rejected(f"The platform answered {answer.status}.", status=answer.status)

    def _learn(self, bucket: str, answer: Answer) -> None:
        limits = self._dialect.limits(answer)
        if limits is not None:
            self._limiter.observe(bucket, limits)

    def _keep(
        self,
        call: Call,
        request: httpx.Request,
        answer: Answer | None,
        failure: e.ChannelError | None,
        started: datetime,
        milliseconds: int,
    ) -> None:
        if self._record is None:
            return
        hide = call.route.secret
        self._record(
            Exchange(
                route=call.route.name,
                method=request.method,
                url=redact_text(str(request.url), self._secrets),
                request_headers=redact_headers(request.headers, self._secrets),
                request_body=redact_body(_content(request), self._secrets, hide=hide),
                status=answer.status if answer else None,
                response_headers=redact_headers(answer.headers, self._secrets) if answer else {},
                response_body=redact_body(answer.body, self._secrets, hide=hide) if answer else "",
                started_at=started,
                milliseconds=milliseconds,
                error=redact_text(_told(failure, hide), self._secrets) if failure else "",
            )
        )


def open_http(
    settings: Settings,
    ports: Ports,
    *,
    routes: tuple[Route, ...],
    production_hosts: frozenset[str],
    authorizer: Authorizer,
    dialect: Dialect,
) -> Http:
    """The door for one connection, with its bent and confirmed routes; every credential is scrubbed by value."""
    return Http(
        base_url=settings.base_url,
        routes=Routes(
            routes,
            production_hosts=production_hosts,
            base_url=settings.base_url,
            overrides=settings.routes,
            confirmed=settings.confirmed_routes,
        ),
        authorizer=authorizer,
        dialect=dialect,
        secrets=tuple(settings.credentials.values()),
        limiter=ports.limiter,
        record=ports.record,
        transport=ports.transport,
        private_hosts=ports.private_hosts,
        now=ports.now,
        pause=ports.pause or time.sleep,
    )


def guarded_transport(private_hosts: frozenset[str]) -> httpx.BaseTransport:
    """A transport with keep-alive that connects to public addresses, and to ``private_hosts`` by name."""
    transport = httpx.HTTPTransport(limits=httpx.Limits(max_connections=16, max_keepalive_connections=8))
    transport._pool._network_backend = GuardedBackend(private_hosts)
    return transport


class InProcess(httpx.BaseTransport):
    """Calls a WSGI sandbox without sockets, with a socket's faults. The sandbox sees the path behind ``prefix``."""

    def __init__(self, app: Callable[..., Any], prefix: str = "") -> None:
        self._app, self._prefix = app, prefix

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange; a dropped answer is a reset, a stalled one a timeout (without the wait)."""
        raw_path = request.url.raw_path.partition(b"?")[0].decode("ascii").removeprefix(self._prefix) or "/"

        def inside(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            return self._app({**environ, "sandbox.in_process": True, "RAW_PATH": raw_path}, start_response)

        try:
            return httpx.WSGITransport(app=inside).handle_request(request)
        except Stalled:
            raise httpx.ReadTimeout("No answer in time.", request=request) from None
        except Dropped:
            raise httpx.ReadError("The connection was reset.", request=request) from None


def _told(failure: e.ChannelError, hide: bool) -> str:
    """A failure for the record, technically; a platform's own words about a hidden body may repeat parts of it."""
    cause = failure.__context__
    kind = type(failure).__name__ + (f" ({type(cause).__name__})" if isinstance(cause, httpx.HTTPError) else "")
    return f"{kind}: (hidden)" if hide and isinstance(failure, e.Rejected) else f"{kind}: {failure.words}"


class _TooMuch(Exception):
    """The answer broke a cap."""


def _lost(name: str, writes: bool, how: str, status: int | None = None) -> e.ChannelError:
    """A write without a usable answer is ambiguous; a read had no effect anyway."""
    if writes:
        return e.Ambiguous(f"{name} was sent, but {how}. It may have taken effect.", status=status)
    return e.NotSent(f"{name} could not be read: {how}.", status=status)


def _read_capped(response: httpx.Response, deadline: float) -> bytes:
    """The body, counted after inflation. Raises ``_TooMuch`` beyond 16 MiB or the total time."""
    body = bytearray()
    for part in _pieces(response):
        body += part
        excess = ""
        if len(body) > MAX_RESPONSE:
            excess = f"the answer was larger than {MAX_RESPONSE // 1024 // 1024} MiB"
        elif time.monotonic() > deadline:
            excess = f"the answer took longer than {TOTAL_SECONDS:.0f} seconds"
        if excess:
            body.clear()  # the error's traceback would keep it
            raise _TooMuch(excess)
    return bytes(body)


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    """The body piece by piece; gzip is inflated by at most a piece at a time, so that no answer can swell in memory."""
    if response.is_stream_consumed:  # a transport that answers whole
        yield response.content
        return
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        yield from response.iter_raw(PIECE)
        return
    if encoding not in ("gzip", "x-gzip"):
        raise httpx.DecodingError(f"content-encoding {encoding[:40]}")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for squeezed in response.iter_raw(PIECE):
        waiting = squeezed
        while waiting and not inflater.eof:
            try:
                yield inflater.decompress(waiting, PIECE)
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from None
            waiting = inflater.unconsumed_tail
    if not inflater.eof:
        raise httpx.DecodingError("the answer was cut off")


def _content(request: httpx.Request) -> bytes:
    try:
        return request.content
    except httpx.RequestNotRead:
        return b"(multipart)"


def encode(value: Any) -> bytes:
    """JSON for a request body: ``Decimal`` as a number with the digits it has, no floats involved."""
    return _ENCODER.encode(value)


_ENCODER = msgspec.json.Encoder(decimal_format="number")


def retry_after(answer: Answer, now: datetime) -> datetime | None:
    """The standard ``Retry-After`` in seconds, as a time; ``None`` where it is missing or unreadable."""
    value = answer.headers.get("retry-after", "")
    return datetime.fromtimestamp(now.timestamp() + int(value), UTC) if value.isdigit() and len(value) < 7 else None
