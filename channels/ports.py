"""What the outside lends a channel: a shared rate limit, a recorder of exchanges, credential headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer tells of a rate limit: calls a period, calls left, when the period ends (UTC)."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer, scrubbed and capped: what a person may read on the connection page."""

    route: str
    method: str
    url: str
    request_headers: dict[str, str]
    request_body: str
    status: int | None
    response_headers: dict[str, str]
    response_body: str
    started_at: datetime
    milliseconds: int
    error: str = ""


class Limiter(Protocol):
    """Shares a rate limit among all processes of a connection."""

    def acquire(self, bucket: str) -> None:
        """Wait shortly for a permit. Raises ``NotSent`` with ``retry_at`` when it would take longer."""

    def observe(self, bucket: str, limits: Limits) -> None:
        """Learn from an answer's headers."""

    def pause(self, bucket: str, until: datetime | None) -> None:
        """A 429: nobody calls before ``until`` (``None``: the platform did not say)."""

    def outcome(self, bucket: str, ok: bool) -> None:
        """Feed the breaker: a usable answer, or a 5xx or timeout."""


class Unlimited:
    """A limiter that lets everything through."""

    def acquire(self, bucket: str) -> None:
        """Always at once."""

    def observe(self, bucket: str, limits: Limits) -> None:
        """Forgets it."""

    def pause(self, bucket: str, until: datetime | None) -> None:
        """Forgets it."""

    def outcome(self, bucket: str, ok: bool) -> None:
        """Forgets it."""


class Authorizer(Protocol):
    """Gives the credential headers of a call, and may get new ones once when they are refused."""

    def headers(self) -> dict[str, str]:
        """Headers for the next call. May raise any channel error."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """``refused`` headers were not accepted: get new ones (under a lock). False: nothing to renew."""


class StaticHeaders:
    """Credentials that never change by themselves."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def headers(self) -> dict[str, str]:
        """The same every time."""
        return self._headers

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Nothing to renew."""
        return False
