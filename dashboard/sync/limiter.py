"""One rate limit per connection and bucket, shared by all processes, fed by what the platform itself says.

Ready-made limiters count our own calls against a fixed rate. Here the platform states limit, remainder and reset with
every answer, and a refusal pauses the bucket, so the bucket is a row that every process reads and lowers by one
conditional UPDATE.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from channels.errors import NotSent
from channels.ports import Limits
from dashboard.sync.models import RateBucket

WINDOW = timedelta(seconds=60)
PAUSE, MAX_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
BREAK_AFTER = 5
BREAK, MAX_BREAK = timedelta(seconds=20), timedelta(minutes=5)
SAME = timedelta(seconds=2)  # two statements of one reset differ by the time that they travel
_on_turn: ContextVar[Callable[[], None] | None] = ContextVar("on_turn", default=None)


@contextmanager
def on_turn(act: Callable[[], None]) -> Iterator[None]:
    """Inside, `act` is called whenever a call has its turn, just before it leaves; what it raises stops the call."""
    token = _on_turn.set(act)
    try:
        yield
    finally:
        _on_turn.reset(token)


class RowLimiter:
    """The limiter of one connection. `patience` is how many seconds a call may wait for its turn.

    `reserve` calls of each window are left to others (a person's action goes before a refresh).
    """

    def __init__(self, connection_id: int, *, patience: float = 5.0, reserve: int = 0) -> None:
        self._connection_id = connection_id
        self._patience = patience
        self._reserve = reserve

    def acquire(self, bucket: str) -> None:
        """Take one call of the bucket, waiting at most `patience`. Raises `NotSent` with the time to come back."""
        deadline = time.monotonic() + self._patience
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
        row, changes = self._row(bucket), dict[str, object]()
        if limits.limit is not None and limits.limit != row.limit:
            changes["limit"] = limits.limit
        is_over = limits.reset_at is not None and limits.reset_at <= timezone.now() and row.reset_at is not None
        if not is_over:
            is_new = limits.reset_at is not None and _differ(limits.reset_at, row.reset_at)
            if is_new:
                changes["reset_at"] = limits.reset_at
            if limits.remaining is not None and (is_new or row.remaining is None or limits.remaining < row.remaining):
                changes["remaining"] = limits.remaining
        if changes:
            self._rows(bucket).update(**changes)

    def pause(self, bucket: str, until: datetime | None) -> None:
        """Rest until the platform's hint (at most 15 minutes, with a little jitter), or 30 seconds without one.

        A hint that is long past is none: the clocks differ.
        """
        now = timezone.now()
        hint = min(until if until and until > now - SAME else now + PAUSE, now + MAX_PAUSE)
        jitter = timedelta(seconds=random.uniform(0.05, 0.5))  # noqa: S311 - spreads wake-ups
        self._row(bucket)
        self._rows(bucket).update(paused_until=max(hint, now) + jitter, remaining=0)

    def outcome(self, bucket: str, ok: bool) -> None:
        """Count failures in a row; five open the breaker, doubling up to 5 minutes. A success closes it."""
        if ok:
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

    def _rows(self, bucket: str) -> QuerySet[RateBucket]:
        return RateBucket.objects.filter(connection_id=self._connection_id, bucket=bucket)

    def _row(self, bucket: str) -> RateBucket:
        row, _ = RateBucket.objects.get_or_create(connection_id=self._connection_id, bucket=bucket)
        return row

    def _try(self, bucket: str) -> tuple[datetime | None, str]:
        """Take a call now (`None`), or say when one is free and why not now."""
        row = self._rows(bucket).first()
        if row is None:
            return None, ""
        now = timezone.now()
        if row.paused_until and row.paused_until > now:
            return row.paused_until, "The platform asked for a pause."
        if row.open_until and row.open_until > now:
            return row.open_until, f"Paused after {row.failures} failures in a row."
        if row.open_until and not self._probe(row, now):
            return now + timedelta(seconds=1), "One call is trying whether the platform is back."
        if row.limit is None or row.remaining is None:
            return None, ""
        return self._take(row, now)

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


def _differ(stated: datetime, known: datetime | None) -> bool:
    return known is None or abs(stated - known) > SAME
