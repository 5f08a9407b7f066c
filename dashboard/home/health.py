"""How well each connection is read, and whether somebody is at work on the commands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core import formatting, html
from dashboard.home.places import Reach, address
from dashboard.sync.health import Verdict, verdicts
from dashboard.sync.models import Command, Connection, Heartbeat
from dashboard.sync.models.commands import QUEUED

QUIET_SECONDS = 60


def connections(reach: Reach) -> list[dict[str, Any]]:
    """A line for each connection: its sign, its worst trouble in words, and how long ago it was read."""
    shown = list(reach.connections.values())
    return [_line(connection, verdict) for connection, verdict in zip(shown, verdicts(shown), strict=True)]


def _line(connection: Connection, verdict: Verdict) -> dict[str, Any]:
    (tone, words, at, again_at), now = verdict, timezone.now()
    return {
        "sign": html.connection(connection.mark, connection.title),
        "url": address("sync:connection", connection.slug),
        "state": html.state(tone, words),
        "tone": tone,
        "is_behind": tone != "good" and connection.state != Connection.DISABLED,
        "words": words,
        "title": connection.title,
        "slug": connection.slug,
        "at": at,
        "age": formatting.age(at, now),
        "again_at": again_at,
        "known": _known(at, again_at, now),
    }


def _known(at: datetime | None, again_at: datetime | None, now: datetime) -> str:
    """What is known of a connection that is not up to date, and from when on more may be."""
    if at is None:
        known = _("It was never read. Lists may lack its rows.")
    else:
        age = formatting.age(at, now)
        known = _("It was last read %(age)s ago. Lists may lack its newest rows.") % {"age": age}
    if again_at is None:
        return known
    again = _("Next try %(when)s.") % {"when": formatting.ahead(again_at, now)}
    return f"{known} {again}"


def engine_line(reach: Reach) -> tuple[str, str]:
    """A sentence about worker and queue, and its tone."""
    now = timezone.now()
    due = reach.rows(Command).filter(state=QUEUED, not_before__lte=now).order_by("not_before").values("not_before")
    beats = Heartbeat.objects.filter(name="worker").values_list("at", Subquery(due[:1]))
    beat, oldest = beats.first() or (None, None)
    if beat is None or (now - beat).total_seconds() > QUIET_SECONDS:
        return _("No sign of life from the worker: %(age)s") % {"age": formatting.age(beat, now)}, "act"
    if oldest is None:
        return _("The worker is well; nothing waits to be sent"), ""
    return _("The worker is well; the oldest waiting command is %(age)s old") % {"age": formatting.age(oldest, now)}, ""
