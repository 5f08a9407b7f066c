"""How the agent speaks of failure and limits: ``{statusCode, message, error}`` everywhere, limits in headers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from channels import errors as e
from channels.fulfillbot.wire import Problem
from channels.http import Answer, retry_after
from channels.ports import Limits
from channels.routes import Route
from channels.wire import decode

NOT_FOUND = "not_found"
"""Code of a refusal that says: there is no such record. An address that does not exist is something else."""

_SCOPE = re.compile(r"insufficient scope\.?\s*required:\s*([\w:.-]*\w)", re.IGNORECASE)
_HELD = re.compile(r"your key has:\s*([^\n]*)", re.IGNORECASE)
_WAIT = re.compile(r"try again in\s+(\d{1,6})\s*(ms|s|m|h)?", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
_ABOUT_THE_KEY = re.compile(r"api[ _-]?key|\bkey\b|\bip\b|whitelist|revoked|expired|suspended", re.IGNORECASE)


class FulfillbotDialect:
    """The agent's words, turned into the five errors. Pure."""

    def explain(self, answer: Answer, route: Route, now: datetime) -> e.ChannelError | None:
        """The error that an answer means, in the platform's words (also inside a 2xx); ``None``: not a refusal."""
        if answer.is_success and b'"statusCode"' not in answer.body:
            return None
        problem = _problem(answer.body)
        status = (problem.statusCode or 0) if answer.is_success else answer.status
        words = _words(problem)
        if status == 401:
            return e.AuthFailed(words or "The API key was refused.", status=status)
        if status == 403:
            return _forbidden(words)
        if status == 429:
            return _too_many(words, answer, now)
        if not 400 <= status < 500 or not words:
            return None
        return e.Rejected(words, status=status, code=NOT_FOUND if _is_missing(status, words) else "")

    def limits(self, answer: Answer) -> Limits | None:
        """``X-RateLimit-Limit``, ``-Remaining`` and ``-Reset`` (seconds since 1970)."""
        limit, remaining = _number(answer, "x-ratelimit-limit"), _number(answer, "x-ratelimit-remaining")
        reset_at = _reset_at(answer)
        if limit is None and remaining is None and reset_at is None:
            return None
        return Limits(limit=limit, remaining=remaining, reset_at=reset_at)


def held_scopes(words: str) -> tuple[str, ...] | None:
    """The scopes that a refusal says the key has; ``None`` when it says nothing of them."""
    found = _HELD.search(words)
    return tuple(scope.strip() for scope in found[1].split(",") if scope.strip()) if found else None


def _problem(body: bytes) -> Problem:
    try:
        return decode(body, Problem)
    except e.WireError:
        return Problem()


def _words(problem: Problem) -> str:
    message = problem.message
    text = "; ".join(message) if isinstance(message, list) else message or problem.error or ""
    return text.strip()[:500]


def _is_missing(status: int, words: str) -> bool:
    """Whether a record is missing; ``Cannot GET /…`` is what an address that does not exist answers."""
    return status == 404 and not words.startswith("Cannot ")


def _forbidden(words: str) -> e.ChannelError:
    """A missing scope, trouble with the key itself, or a thing that may not be done."""
    scope = _SCOPE.search(words)
    if scope or not words or _ABOUT_THE_KEY.search(words):
        missing = scope[1] if scope else ""
        return e.AuthFailed(words or "The API key may not do this.", status=403, missing_scope=missing)
    return e.Rejected(words, status=403)


def _too_many(words: str, answer: Answer, now: datetime) -> e.NotSent:
    """A 429: the wait is in the text, else in the headers."""
    waited = _WAIT.search(words)
    if waited:
        seconds = int(waited[1]) * _SECONDS[(waited[2] or "").lower()]
        retry_at: datetime | None = now + timedelta(seconds=seconds)
    else:
        retry_at = retry_after(answer, now) or _reset_at(answer)
    return e.NotSent(words or "Too many requests.", status=429, rate_limited=True, retry_at=retry_at)


def _number(answer: Answer, header: str) -> int | None:
    value = answer.headers.get(header, "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 12 else None


def _reset_at(answer: Answer) -> datetime | None:
    seconds = _number(answer, "x-ratelimit-reset")
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and seconds < 10**11 else None
