"""How well each connection is read, and whether somebody is at work on the commands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core import formatting, html
from dashboard.home.places import Reach, address
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Command, Connection, FeedState, Heartbeat
from dashboard.sync.models.commands import QUEUED

QUIET_SECONDS = 60
LATE_FACTOR = 3

Verdict = tuple[str, str, datetime | None]  # tone, words, when it was last read


def connections(reach: Reach) -> list[dict[str, Any]]:
    """A line for each connection: its sign, its worst trouble in words, and how long ago it was read."""
    states: dict[int, list[FeedState]] = {pk: [] for pk in reach.connections}
    columns = ("connection_id", "feed", "last_ok_at", "error", "alarm")
    for state in FeedState.objects.filter(connection__in=list(states)).only(*columns).order_by("feed"):
        states[state.connection_id].append(state)
    return [_line(connection, states[pk]) for pk, connection in reach.connections.items()]


def _line(connection: Connection, states: list[FeedState]) -> dict[str, Any]:
    now = timezone.now()
    tone, words, at = verdict(connection, [state for state in states if state.feed in FEEDS], now)
    return {
        "sign": html.connection(connection.mark, connection.title),
        "url": address("sync:connection", connection.slug),
        "state": html.state(tone, words),
        "tone": tone,
        "words": words,
        "title": connection.title,
        "age": formatting.age(at, now),
    }


def verdict(connection: Connection, states: list[FeedState], now: datetime) -> Verdict:
    """The worst that is known of a connection. Of a feed that is late, the age is its own; else that of the newest."""
    read = [state.last_ok_at for state in states if state.last_ok_at]
    newest = max(read, default=None)
    if connection.state != Connection.ACTIVE:
        return ("act" if connection.state == Connection.REAUTH_NEEDED else ""), _state_word(connection.state), newest
    for state in states:
        if state.alarm:
            return "act", _("%(feed)s stopped") % {"feed": _label(state)}, state.last_ok_at
    if not read:
        return "wait", _("Not read yet"), None
    late = [state for state in states if _is_late(state, now)]
    if late:
        worst = min(late, key=lambda state: state.last_ok_at or datetime.min.replace(tzinfo=now.tzinfo))
        return ("act" if worst.error else "wait"), _("%(feed)s late") % {"feed": _label(worst)}, worst.last_ok_at
    return "good", _("Up to date"), newest


def _is_late(state: FeedState, now: datetime) -> bool:
    return state.last_ok_at is None or now - state.last_ok_at > FEEDS[state.feed].every * LATE_FACTOR


def _label(state: FeedState) -> str:
    return _(FEEDS[state.feed].label)


def _state_word(state: str) -> str:
    return {
        Connection.PAUSED: _("Paused"),
        Connection.REAUTH_NEEDED: _("Sign-in refused"),
        Connection.DISABLED: _("Disabled"),
    }.get(state, state)


def engine_line(reach: Reach) -> tuple[str, str]:
    """A sentence about worker and queue, and its tone."""
    now = timezone.now()
    beat = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    oldest = reach.rows(Command).filter(state=QUEUED, not_before__lte=now).aggregate(at=Min("not_before"))["at"]
    if beat is None or (now - beat).total_seconds() > QUIET_SECONDS:
        return _("No sign of life from the worker: %(age)s") % {"age": formatting.age(beat, now)}, "act"
    if oldest is None:
        return _("The worker is well; nothing waits to be sent"), ""
    return _("The worker is well; the oldest waiting command is %(age)s old") % {"age": formatting.age(oldest, now)}, ""
