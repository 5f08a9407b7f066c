"""One rate limit per connection and bucket, shared by all processes, fed by what the platform itself says.

Ready-made limiters count our own calls against a fixed rate. Here the platform states limit, remainder and reset with
every answer, and a refusal pauses the bucket, so the bucket is a row that every process lowers by one conditional
UPDATE. While nothing is amiss that statement is all that a call costs: an answer that says what it already told, or
that nothing failed where nothing had, changes no row and asks for none.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.db import connection as database
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from channels.errors import NotSent
from channels.ports import Limits
from dashboard.sync.commits import UNHURRIED
from dashboard.sync.models import RateBucket
from dashboard.sync.stored import as_python
from dashboard.sync.writers import names_of, table_of

WINDOW = timedelta(seconds=60)
PAUSE, MAX_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
BREAK_AFTER = 5
BREAK, MAX_BREAK = timedelta(seconds=20), timedelta(minutes=5)
SAME = timedelta(seconds=2)  # two statements of one reset differ by the time that they travel
SEEN = ("limit", "remaining", "reset_at", "failures")
_on_turn: ContextVar[Callable[[], None] | None] = ContextVar("on_turn", default=None)


@contextmanager
def on_turn(act: Callable[[], None]) -> Iterator[None]:
    """Inside, `act` is called whenever a call has its turn, just before it leaves; what it raises stops the call."""
    token = _on_turn.set(act)
    try:
        yield
    finally:
        _on_turn.reset(token)


class _Seen(NamedTuple):
    """A bucket as it was when a call had its turn: the columns `SEEN`, as far as they were looked at."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    failures: int = 0


class RowLimiter:
    """The limiter of one connection. `patience` is how many seconds a call may wait for its turn.

    `reserve` calls of each window are left to others (a person's action goes before a refresh).
    """

    def __init__(self, connection_id: int, *, patience: float = 5.0, reserve: int = 0) -> None:
        self._connection_id = connection_id
        self._patience = patience
        self._reserve = reserve
        self._turns = threading.local()  # of each thread the bucket, and what its last turn saw
        self._stated: set[str] = set()  # buckets whose limit the platform states

    def acquire(self, bucket: str) -> None:
        """Take one call of the bucket, waiting at most `patience`. Raises `NotSent` with the time to come back."""
        deadline = time.monotonic() + self._patience
        self._turns.seen = None
        while True:
            free_at, why = self._try(bucket)
            if free_at is None:
                self._turn()
                return
            wait = max(0.05, (free_at - timezone.now()).total_seconds())
            if time.monotonic() + wait > deadline:
                raise NotSent(why, rate_limited=True, retry_at=free_at)
            time.sleep(min(wait, 1.0))

    def observe(self, bucket: str, limits: Limits) -> None:
        """Learn the limit; of two answers in one window the lower remainder counts.

        What is said of a window that is over tells nothing of the present one: an answer may be late.
        """
        seen = self._seen(bucket)
        if seen is not None and not _news(limits, seen):
            return  # others may have lowered it since, which changes nothing of that
        changes = _news(limits, self._row(bucket))
        if changes:
            self._rows(bucket).update(**changes)

    def pause(self, bucket: str, until: datetime | None) -> None:
        """Rest until the platform's hint (at most 15 minutes, with a little jitter), or 30 seconds without one.

        A hint that is long past is none: the clocks differ.
        """
        now = timezone.now()
        is_told = until is not None and until > now - SAME
        hint = min(until if until and is_told else now + PAUSE, now + MAX_PAUSE)
        jitter = timedelta(seconds=random.uniform(0.05, 0.5))  # noqa: S311 - spreads wake-ups
        self._row(bucket)
        renewed = {"reset_at": max(hint, now)} if is_told else {}  # the newest word on when calls are there again
        self._rows(bucket).update(paused_until=max(hint, now) + jitter, remaining=0, **renewed)

    def outcome(self, bucket: str, ok: bool) -> None:
        """Count failures in a row; five open the breaker, doubling up to 5 minutes. A success closes it."""
        seen, self._turns.seen = self._seen(bucket), None
        if ok:
            if seen is not None and not seen.failures:
                return  # what failed since had left later
            failed = self._rows(bucket).filter(failures__gt=0)
            if failed.exists():  # a look costs SQLite no lock
                failed.update(failures=0, open_until=None)
            return
        row = self._row(bucket)
        failures = row.failures + 1
        rest = min(BREAK * 2 ** max(0, min(failures - BREAK_AFTER, 8)), MAX_BREAK)
        opened = timezone.now() + rest if failures >= BREAK_AFTER else None
        self._rows(bucket).update(failures=F("failures") + 1, open_until=opened)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        act = _on_turn.get()
        if act is not None:
            act()

    def _seen(self, bucket: str) -> _Seen | None:
        """What this thread's call, which is under way, saw when it had its turn."""
        name, seen = getattr(self._turns, "seen", None) or ("", None)
        return seen if name == bucket else None

    def _rows(self, bucket: str) -> QuerySet[RateBucket]:
        return RateBucket.objects.filter(connection_id=self._connection_id, bucket=bucket)

    def _row(self, bucket: str) -> RateBucket:
        row, _ = RateBucket.objects.get_or_create(connection_id=self._connection_id, bucket=bucket)
        return row

    def _try(self, bucket: str) -> tuple[datetime | None, str]:
        """Take a call now (`None`), or say when one is free and why not now."""
        now = timezone.now()
        if bucket in self._stated and self._take_one(bucket, now):
            return None, ""
        row = self._rows(bucket).first()
        self._turns.seen = (bucket, _Seen(failures=row.failures) if row else _Seen())
        if row is None:
            return None, ""
        if row.paused_until and row.paused_until > now:
            return row.paused_until, "The platform asked for a pause."
        if row.open_until and row.open_until > now:
            return row.open_until, f"Paused after {row.failures} failures in a row."
        if row.open_until and not self._probe(row, now):
            return now + timedelta(seconds=1), "One call is trying whether the platform is back."
        if row.limit is None or row.remaining is None:
            return None, ""
        self._stated.add(bucket)
        return self._take(row, now)

    def _take_one(self, bucket: str, now: datetime) -> bool:
        """Take a call of a window that is open and at peace, by the one statement that most calls cost."""
        with database.cursor() as cursor:
            at = database.ops.adapt_datetimefield_value(now)
            cursor.execute(_taking(database.vendor), [self._connection_id, bucket, self._reserve, at, at])
            found = as_python(RateBucket, SEEN, cursor.fetchall())
        if found:
            self._turns.seen = (bucket, _Seen(*found[0]))
        return bool(found)

    def _probe(self, row: RateBucket, now: datetime) -> bool:
        """After the break one call goes ahead; the others wait for what it meets."""
        mine = RateBucket.objects.filter(pk=row.pk, open_until=row.open_until)
        return mine.update(open_until=now + timedelta(seconds=35)) == 1

    def _take(self, row: RateBucket, now: datetime) -> tuple[datetime | None, str]:
        same = RateBucket.objects.filter(pk=row.pk)
        if row.reset_at is None or row.reset_at <= now:
            renewed = Q(reset_at=row.reset_at) if row.reset_at else Q(reset_at=None)
            same.filter(renewed).update(remaining=row.limit, reset_at=now + WINDOW)
        if same.filter(remaining__gt=self._reserve).update(remaining=F("remaining") - 1):
            return None, ""
        fresh = same.values_list("reset_at", flat=True).first()
        return fresh or now + WINDOW, "The platform's rate limit is used up."


@cache
def _taking(vendor: str) -> str:
    unhurried = f" AND {UNHURRIED}" if vendor == "postgresql" else ""
    return (
        f"UPDATE {table_of(RateBucket)} SET remaining = remaining - 1 "  # noqa: S608
        "WHERE connection_id = %s AND bucket = %s AND remaining > %s AND reset_at > %s AND failures = 0 "
        f"AND open_until IS NULL AND (paused_until IS NULL OR paused_until <= %s){unhurried} "
        f"RETURNING {names_of(RateBucket, SEEN)}"
    )


def _news(limits: Limits, known: _Seen | RateBucket) -> dict[str, object]:
    """What an answer says that was not known; it may be late."""
    changes: dict[str, object] = {}
    if limits.limit is not None and limits.limit != known.limit:
        changes["limit"] = limits.limit
    is_over = limits.reset_at is not None and limits.reset_at <= timezone.now() and known.reset_at is not None
    if is_over:
        return changes
    is_new = limits.reset_at is not None and _differ(limits.reset_at, known.reset_at)
    if is_new:
        changes["reset_at"] = limits.reset_at
    if limits.remaining is not None and (is_new or known.remaining is None or limits.remaining < known.remaining):
        changes["remaining"] = limits.remaining
    return changes


def _differ(stated: datetime, known: datetime | None) -> bool:
    return known is None or abs(stated - known) > SAME
