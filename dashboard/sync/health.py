"""How well each connection is read: one verdict, which every page that speaks of it shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.sync.feeds import EVER, Feed, feeds_of
from dashboard.sync.models import Connection, FeedState

TROUBLE = 3  # failures in a row


class Verdict(NamedTuple):
    """Tone (good, wait, act or none), words, since when we know no better; when what failed is tried again."""

    tone: str
    words: str
    at: datetime | None
    again_at: datetime | None = None


def verdicts(connections: Sequence[Connection]) -> list[Verdict]:
    """The verdict over each of them, in their order; one query."""
    states: dict[int, dict[str, FeedState]] = {one.pk: {} for one in connections}
    columns = ("connection_id", "feed", "last_ok_at", "fails", "alarm", "error", "next_due_at")
    for state in FeedState.objects.filter(connection__in=list(states)).only(*columns):
        states[state.connection_id][state.feed] = state
    now = timezone.now()
    return [verdict(one, states[one.pk], now) for one in connections]


def verdict(connection: Connection, states: dict[str, FeedState], now: datetime) -> Verdict:
    """The worst that is known of a connection. Of a feed that is late, the age is its own; else that of the newest."""
    feeds = feeds_of(connection)
    known = [(feed, states.get(feed.name)) for feed in feeds]
    newest = max((state.last_ok_at for _feed, state in known if state and state.last_ok_at), default=None)
    if connection.state != Connection.ACTIVE:
        return Verdict("act" if connection.state == Connection.REAUTH_NEEDED else "", _resting(connection), newest)
    for feed, state in known:
        if state and state.alarm:
            return Verdict("act", _("%(feed)s stopped") % {"feed": _(feed.label)}, state.last_ok_at)
    if newest is None and feeds:
        tries = [again_at(state, now) for _feed, state in known if state]
        return Verdict("wait", _("Not read yet"), None, min(filter(None, tries), default=None))
    late = [(feed, state) for feed, state in known if feed.is_late(state.last_ok_at if state else None, now)]
    if late:
        return _late(*min(late, key=lambda pair: (pair[1] and pair[1].last_ok_at) or EVER), now)
    return Verdict("good", _("Up to date"), newest)


def again_at(state: FeedState, now: datetime) -> datetime | None:
    """When a feed that failed or was paused is tried again; none while it works, or is due already."""
    return state.next_due_at if state.error and state.next_due_at and state.next_due_at > now else None


def _late(feed: Feed, state: FeedState | None, now: datetime) -> Verdict:
    """One that fails again and again is for a person to see; a pause, or a fault that may pass, is not."""
    words = _("%(feed)s late") % {"feed": _(feed.label)}
    if state is None:
        return Verdict("wait", words, None)
    return Verdict("act" if state.fails >= TROUBLE else "wait", words, state.last_ok_at, again_at(state, now))


def _resting(connection: Connection) -> str:
    return {
        Connection.PAUSED: _("Paused"),
        Connection.REAUTH_NEEDED: _("Sign-in refused"),
        Connection.DISABLED: _("Disabled"),
    }.get(connection.state, connection.state)
