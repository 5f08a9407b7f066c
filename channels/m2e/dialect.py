"""How M2E Cloud speaks of failure (``ErrorList``) and of limits (``X-RateLimit-*``)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels import errors as e
from channels.http import Answer, retry_after
from channels.m2e import wire as w
from channels.ports import Limits
from channels.routes import Route
from channels.wire import decode, iso_time, text

LONGEST_WAIT = timedelta(minutes=15)
SHORTEST_WAIT = timedelta(seconds=1)
MAX_WORDS = 500


class M2eDialect:
    """Explains answers by the document's sections Error and ErrorList and its rate limit headers."""

    def explain(self, answer: Answer, route: Route, now: datetime) -> e.ChannelError | None:
        """400, 404 and the like refuse in the platform's words; so does an error list inside a write's 200."""
        status = answer.status
        if answer.is_success:
            listed = words_of(errors_of(answer.body)) if route.writes and answer.body[:1] == b"[" else ""
            return e.Rejected(listed, status=status) if listed else None
        if status >= 500 or status < 400:
            return None
        errors = errors_of(answer.body)
        said = words_of(errors) or f"The platform answered {status}."
        if status in (401, 403):
            return e.AuthFailed(said, status=status)
        if status == 429:
            return e.NotSent(said, status=status, rate_limited=True, retry_at=retry_at(answer, now))
        return e.Rejected(said, status=status, code=text(errors[0].code) if errors else "")

    def limits(self, answer: Answer) -> Limits | None:
        """Calls a period, calls left and the time of the reset, as the platform's clock has it."""
        limit, remaining = _number(answer, "x-ratelimit-limit"), _number(answer, "x-ratelimit-remaining")
        if limit is None and remaining is None:
            return None
        return Limits(limit=limit, remaining=remaining, reset_at=_reset(answer))


def errors_of(body: bytes) -> list[w.Error]:
    """The errors of an ``ErrorList`` (or of one error alone); none for anything else."""
    try:
        found = decode(body, list[w.Error] | w.Error)  # type: ignore[arg-type]
    except e.WireError:
        return []
    return found if isinstance(found, list) else [found]


def words_of(errors: list[w.Error]) -> str:
    """Their messages in one line, each once."""
    messages = dict.fromkeys(error.message.strip() for error in errors if error.message.strip())
    return "; ".join(messages)[:MAX_WORDS]


def retry_at(answer: Answer, now: datetime) -> datetime | None:
    """When to call again, by our clock.

    The header is a time, not seconds. The wait is measured by the platform's own clock where its ``Date`` tells it, and
    kept between a second and 15 minutes, so that a clock that is wrong can neither hammer nor stall.
    """
    reset = _reset(answer)
    if reset is None:
        return retry_after(answer, now)
    wait = reset - (_date(answer) or now)
    return now + min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def _reset(answer: Answer) -> datetime | None:
    try:
        return iso_time(answer.headers.get("x-ratelimit-retry-after"))
    except e.WireError:
        return None


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _number(answer: Answer, header: str) -> int | None:
    value = answer.headers.get(header, "").strip().partition(".")[0]
    return int(value) if value.isdecimal() and len(value) < 10 else None
