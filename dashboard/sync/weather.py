"""What a connection's page says about limits: what is left, until when it rests, when its queue will be done."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core import formatting
from dashboard.sync.limiter import WINDOW
from dashboard.sync.models import Command, Connection, RateBucket
from dashboard.sync.models.commands import QUEUED


@dataclass(frozen=True)
class Weather:
    """One rate limit as a person reads it."""

    bucket: str
    tone: str
    word: str
    sentence: str
    remaining: int | None
    limit: int | None
    reset_at: datetime | None


def weather(connection: Connection) -> list[Weather]:
    """Every bucket that the platform has spoken of."""
    now = timezone.now()
    return [_of(row, now) for row in RateBucket.objects.filter(connection=connection).order_by("bucket")]


def _of(row: RateBucket, now: datetime) -> Weather:
    tone, word, sentence = "good", _("Clear"), ""
    fresh = row.reset_at is not None and row.reset_at > now
    remaining = row.remaining if fresh or row.limit is None else row.limit
    if row.open_until and row.open_until > now:
        tone, word = "act", _("Breaker open")
        sentence = _("%(n)s calls in a row had no usable answer. One call tries again in %(time)s.") % {
            "n": row.failures,
            "time": formatting.duration((row.open_until - now).total_seconds()),
        }
    elif row.paused_until and row.paused_until > now:
        tone, word = "wait", _("Pause")
        sentence = _("The platform asked for a pause: nothing is called for %(time)s.") % {
            "time": formatting.duration((row.paused_until - now).total_seconds())
        }
    elif remaining is not None and remaining <= 0:
        tone, word = "wait", _("Used up")
        sentence = _("No call is left before the reset.")
    reset = row.reset_at if fresh else None
    return Weather(row.bucket, tone, word, sentence, remaining, row.limit, reset)


def queue_clears(connection: Connection, buckets: list[Weather]) -> tuple[int, str]:
    """How many commands wait, and roughly how long they take at today's limits; empty words when nothing limits."""
    waiting = Command.objects.filter(connection=connection, state=QUEUED).count()
    tight = min((one for one in buckets if one.limit), key=lambda one: one.limit or 0, default=None)
    if not waiting or tight is None or not tight.limit:
        return waiting, ""
    over = max(0, waiting - (tight.remaining or 0))
    windows = math.ceil(over / tight.limit)
    seconds = windows * WINDOW / timedelta(seconds=1)
    return waiting, _("≈ %(time)s") % {"time": formatting.duration(max(seconds, 5))}
