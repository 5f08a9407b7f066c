"""What a connection's page says about limits: what is left, until when it rests, when its queue will be done."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

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
    rests_until: datetime | None = None


def weather(connection: Connection) -> list[Weather]:
    """Every bucket that the platform has spoken of."""
    now = timezone.now()
    return [_of(row, now) for row in RateBucket.objects.filter(connection=connection).order_by("bucket")]


def resting(connections: Iterable[Connection]) -> dict[int, Weather]:
    """The connections that nothing is called on now, with the limit that rests longest; one query."""
    now = timezone.now()
    rows = RateBucket.objects.filter(connection__in=connections)
    found: dict[int, Weather] = {}
    for row in rows.filter(Q(open_until__gt=now) | Q(paused_until__gt=now)):
        one, known = _of(row, now), found.get(row.connection_id)
        if known is None or (one.rests_until or now) > (known.rests_until or now):
            found[row.connection_id] = one
    return found


def _of(row: RateBucket, now: datetime) -> Weather:
    tone, word, sentence, rests_until = "good", pgettext("rate limit", "Clear"), "", None
    fresh = row.reset_at is not None and row.reset_at > now
    remaining = row.remaining if fresh or row.limit is None else row.limit
    if row.open_until and row.open_until > now:
        tone, word, rests_until = "act", _("Breaker open"), row.open_until
        sentence = _("%(n)s calls in a row had no usable answer. One call tries again %(when)s.") % {
            "n": row.failures,
            "when": formatting.ahead(row.open_until, now),
        }
    elif row.paused_until and row.paused_until > now:
        tone, word, rests_until = "wait", _("Pause"), row.paused_until
        sentence = _("The platform asked for a pause: the next call leaves %(when)s.") % {
            "when": formatting.ahead(row.paused_until, now)
        }
    elif remaining is not None and remaining <= 0:
        tone, word = "wait", _("Used up")
        sentence = _("No call is left before the reset.")
    reset = row.reset_at if fresh else None
    return Weather(row.bucket, tone, word, sentence, remaining, row.limit, reset, rests_until)


def queue_clears(connection: Connection, buckets: list[Weather]) -> tuple[int, str]:
    """How many commands wait, and roughly how long they take at today's limits, with the rest that is being taken.

    Empty words when nothing waits, nothing limits, or the connection does not work at all.
    """
    waiting = Command.objects.filter(connection=connection, state=QUEUED).count()
    tight = min((one for one in buckets if one.limit), key=lambda one: one.limit or 0, default=None)
    now = timezone.now()
    rest = max((one.rests_until - now for one in buckets if one.rests_until), default=timedelta(0))
    if not waiting or not connection.is_at_work or (tight is None and not rest):
        return waiting, ""
    windows = 0
    if tight is not None and tight.limit:
        windows = math.ceil(max(0, waiting - (tight.remaining or 0)) / tight.limit)
    seconds = (windows * WINDOW + rest) / timedelta(seconds=1)
    return waiting, _("≈ %(time)s") % {"time": formatting.duration(max(seconds, 5))}
