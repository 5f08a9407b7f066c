"""How AccPlanet says no. No error is documented: this is how a site of its kind refuses (fact sheet §3, §8).

A redirect or a sign-in page means that the key was not accepted; ``success: false`` means a refusal whatever the HTTP
status is. Rate limits are not documented either.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from channels import errors as e
from channels.http import Answer
from channels.ports import Limits
from channels.routes import Route
from channels.wire import decode, text

_SIGN_IN_PAGE = re.compile(
    rb"<input[^>]+type=[\"']?password|<title>[^<]*(?:log|sign)[ -]?in|<form[^>]+action=[\"'][^\"']*/login",
    re.IGNORECASE,
)
_ABOUT_THE_KEY = re.compile(
    r"\bapi[ _-]?key\b|authenticat|unauthori[sz]ed|not logged in|log ?in required", re.IGNORECASE
)


class _Verdict(msgspec.Struct):
    """The part of an envelope that tells success from refusal."""

    success: bool | int | str | None = None
    message: msgspec.Raw = msgspec.Raw(b"null")
    error: msgspec.Raw = msgspec.Raw(b"null")
    detail: msgspec.Raw = msgspec.Raw(b"null")


class AccPlanetDialect:
    """Reads refusals out of answers."""

    def explain(self, answer: Answer, route: Route, now: datetime) -> e.ChannelError | None:
        """The refusal an answer means, or ``None``: success, or something that its status alone explains."""
        if answer.status == 429 or answer.status >= 500:
            return None
        if 300 <= answer.status < 400:
            return _redirected(answer)
        verdict = _verdict(answer.body)
        said = _words(verdict) if verdict else ""
        if not said and not answer.is_success and not route.secret:
            said = _shown(answer.body)
        if answer.status == 401 or (answer.status == 403 and not _is_of_one_thing(route, said)):
            return e.AuthFailed(said or "The API key was not accepted.", status=answer.status)
        if verdict is None:
            return _unlike_an_answer(answer, route)
        if answer.is_success and not _is_refusal(verdict):
            return None
        if answer.is_success and _ABOUT_THE_KEY.search(said):
            return e.AuthFailed(said, status=answer.status)
        return e.Rejected(said or f"The platform refused without a word ({answer.status}).", status=answer.status)

    def limits(self, answer: Answer) -> Limits | None:
        """Nothing is documented."""
        return None


def says_absent(error: e.Rejected) -> bool:
    """Whether a refused read means that the thing does not exist."""
    said = error.words.casefold()
    return error.status == 404 or (error.status == 200 and ("not found" in said or "does not exist" in said))


def _is_of_one_thing(route: Route, said: str) -> bool:
    """Whether a 403 may be about the order, ticket or product that is named, and not about the key."""
    return bool(said and (route.params or route.loose)) and not _ABOUT_THE_KEY.search(said)


def _redirected(answer: Answer) -> e.AuthFailed:
    place = urlsplit(answer.headers.get("location", "")).path or "another address"
    return e.AuthFailed(
        f"The platform sent us to {place[:200]} instead of answering: the API key was not accepted, "
        "or the address of this endpoint is wrong.",
        status=answer.status,
    )


def _unlike_an_answer(answer: Answer, route: Route) -> e.ChannelError | None:
    """A body that is no JSON object: a sign-in page, a missing address, or (``None``) for others to judge."""
    page = answer.body[: 64 * 1024].lstrip()
    if page.startswith(b"<") and _SIGN_IN_PAGE.search(page):
        return e.AuthFailed("The platform showed its sign-in page: the API key was not accepted.", status=answer.status)
    if answer.status == 404 and not route.writes:
        words = f"The platform has no address {route.path}: set the right one on the conformance sheet."
        return e.WireError(words, status=404)
    return None


def _verdict(body: bytes) -> _Verdict | None:
    try:
        return decode(body, _Verdict)
    except e.WireError:
        return None


def _is_refusal(verdict: _Verdict) -> bool:
    return verdict.success is False or text(verdict.success).casefold() in ("false", "0")


def _shown(body: bytes) -> str:
    """A refusal without words of a known name: a short JSON object as it is."""
    found = body.strip()[:300].decode("utf-8", "replace")
    return found if found.startswith("{") else ""


def _words(verdict: _Verdict) -> str:
    """The platform's own words: ``message``, else ``error``, else ``detail``; an object is shown as it is."""
    for raw in (verdict.message, verdict.error, verdict.detail):
        found = bytes(raw)
        if found not in (b"null", b'""'):
            return _as_text(raw).strip()[:1000]
    return ""


def _as_text(raw: msgspec.Raw) -> str:
    try:
        return decode(raw, str)
    except e.WireError:
        return bytes(raw).decode("utf-8", "replace")
