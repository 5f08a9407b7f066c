"""How Shoppo speaks of failure: ``errors[]`` in an answer of any status, sometimes ``{"error": "…"}``.

The document shows no error at all; the shapes are those of its sibling API on the same host and of GraphQL itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from channels import errors as e
from channels.http import Answer
from channels.ports import Limits
from channels.routes import Route
from channels.shoppo.mending import Misfit, is_misfit

MAX_WORDS = 500
_NAMED = {"Invalid relay ID": "InvalidRelayID", "Unauthorized request": "AccessDenied"}  # where no type says so
ABSENT = frozenset({"InvalidRelayID", "ObjectNotFoundError"})
_DENIED = frozenset({"AccessDenied", "Unauthorized", "Unauthenticated", "UNAUTHENTICATED"})
_CRASHED = frozenset({"InternalServerError", "InternalError", "INTERNAL_SERVER_ERROR"})


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One of the platform's errors. ``path`` leads to the field that it spoiled; empty where it names none.

    ``lines`` are those of the document that it speaks of.
    """

    words: str
    code: str = ""
    path: tuple[str | int, ...] = ()
    lines: tuple[int, ...] = ()


class ShoppoDialect:
    """Explains answers; a write that may have been applied is never called refused."""

    def explain(self, answer: Answer, route: Route, now: datetime) -> e.ChannelError | None:
        """The error that an answer means, in the platform's words; ``None`` where its data can be used."""
        status = answer.status
        if not (answer.is_success or 400 <= status < 500) or status == 429 or b'"error' not in answer.body:
            return None
        data, faults = spoken(answer.body)
        if not faults:
            return None
        if answer.status in (401, 403) or (data is None and any(f.code in _DENIED for f in faults)):
            return e.AuthFailed(words_of(faults), status=answer.status)
        if not answer.is_success or not isinstance(data, dict):
            return _refused(answer, route, faults)
        payload = data.get(route.name if route.name in data else "node")
        if route.writes and isinstance(payload, dict) and payload and all(v is None for v in payload.values()):
            payload = None
        return _refused(answer, route, faults) if not payload else None

    def limits(self, answer: Answer) -> Limits | None:
        """Shoppo documents no limits."""
        return None


def _refused(answer: Answer, route: Route, faults: Sequence[Fault]) -> e.ChannelError:
    """A refusal; a write whose resolver crashed, or whose answer broke after it ran, is ambiguous instead."""
    words = words_of(faults)
    if not any(f.path for f in faults) and any(is_misfit(f.words) for f in faults):
        return Misfit(words, status=answer.status, code=faults[0].code, faults=tuple(faults))
    if route.writes and any(len(f.path) > 1 or f.code in _CRASHED for f in faults):
        return e.Ambiguous(f"{route.name} was sent; the platform failed while answering: {words}", status=answer.status)
    return e.Rejected(words, status=answer.status, code=faults[0].code)


def spoken(body: bytes) -> tuple[Any, tuple[Fault, ...]]:
    """The ``data`` and the errors of an answer; no errors where the body is no JSON object."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None, ()
    if not isinstance(found, dict):
        return None, ()
    listed = found.get("errors") or found.get("error") or ()
    many = listed if isinstance(listed, list) else [listed] if listed else []
    return found.get("data"), tuple(_fault(one) for one in many)


def words_of(faults: Sequence[Fault]) -> str:
    """What a person reads, each sentence once."""
    return " ".join(dict.fromkeys(fault.words for fault in faults))[:MAX_WORDS]


def _fault(said: Any) -> Fault:
    if not isinstance(said, dict):
        return Fault(words=str(said))
    extensions = said.get("extensions")
    words = str(said.get("message") or "")
    code = said.get("type") or (extensions.get("code") if isinstance(extensions, dict) else "")
    if not code:
        code = next((named for start, named in _NAMED.items() if words.startswith(start)), "")
    path = said.get("path")
    steps = path if isinstance(path, list) else []
    places = said.get("locations")
    lines = [one.get("line") for one in places if isinstance(one, dict)] if isinstance(places, list) else []
    return Fault(
        words=words or str(code or "") or "The platform named no reason.",
        code=code if isinstance(code, str) else "",
        path=tuple(step for step in steps if isinstance(step, str | int)),
        lines=tuple(line for line in lines if isinstance(line, int)),
    )
