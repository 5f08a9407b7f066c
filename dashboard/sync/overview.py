"""What the connection pages show: state in words, feeds, what a connection can do and how that went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core import formatting, html
from dashboard.core.wording import worded
from dashboard.sync.feeds import FEEDS, Feed, feeds_of
from dashboard.sync.health import again_at
from dashboard.sync.kinds import KINDS
from dashboard.sync.models import Command, Connection, FeedState, Quarantined, Run
from dashboard.sync.models.commands import DONE, FAILED, NEEDS_REVIEW, REJECTED, UNKNOWN
from dashboard.sync.models.connections import SECRETS
from dashboard.sync.rows import every
from dashboard.sync.submit import why_not


def state_sign(connection: Connection, *, was_read: bool = True) -> dict[str, str]:
    """Tone, word, and for a connection at rest what to do about it. `was_read`: a feed was read at least once."""
    where = connection.declared.label
    if connection.is_at_work and not was_read and not _is_checked(connection):
        return _unproven(connection, where)
    return {
        Connection.ACTIVE: {"tone": "good", "word": _("Connected"), "advice": ""},
        Connection.PAUSED: {
            "tone": "wait",
            "word": _("Paused"),
            "advice": _("A person paused it: nothing is read, and commands wait. Enable it to go on."),
        },
        Connection.REAUTH_NEEDED: {
            "tone": "act",
            "word": _("Sign-in refused"),
            "advice": _(
                "%(where)s does not take the credentials. Put them right under Settings; commands wait till then."
            )
            % {"where": where},
        },
        Connection.DISABLED: {
            "tone": "",
            "word": _("Disabled"),
            "advice": _("Nothing is read or sent, and callbacks are not taken. Commands cannot be given."),
        },
    }[connection.state]


def _is_checked(connection: Connection) -> bool:
    """Whether the last live check found that the platform takes the credentials."""
    return any(point["result"] == "ok" for point in connection.check_points[:1])


def _unproven(connection: Connection, where: str) -> dict[str, str]:
    """Nobody has seen it work yet: it is being tried, or the last check met no usable answer."""
    asked, done = connection.check_asked_at, connection.checked_at
    if done is None or (asked is not None and asked > done):
        return {"tone": "wait", "word": _("Not tested yet"), "advice": ""}
    advice = _("Nothing was ever read from %(where)s, and the last check did not come through: see its sheet.")
    return {"tone": "act", "word": _("Check failed"), "advice": advice % {"where": where}}


def was_read(connection: Connection) -> bool:
    """Whether a feed of it was ever read."""
    return FeedState.objects.filter(connection=connection).exclude(last_ok_at=None).exists()


def summaries(connections: QuerySet[Connection]) -> list[dict[str, Any]]:
    """One line each for the list of connections; two queries for all."""
    doubt = Command.objects.filter(connection=OuterRef("pk"), state__in=[UNKNOWN, NEEDS_REVIEW]).order_by()
    counted = Subquery(doubt.values("connection").annotate(n=Count("pk")).values("n"))
    shown = list(connections.defer(*SECRETS).annotate(doubt=Coalesce(counted, 0)))
    states: dict[int, dict[str, FeedState]] = {}
    for state in FeedState.objects.filter(connection__in=shown).defer("cursor"):
        states.setdefault(state.connection_id, {})[state.feed] = state
    now = timezone.now()
    return [_summary(one, states.get(one.pk, {}), now) for one in shown]


def _summary(connection: Any, states: dict[str, FeedState], now: datetime) -> dict[str, Any]:
    feeds = feeds_of(connection)
    lines = [_feed_sign(feed, states.get(feed.name), now) for feed in feeds]
    read = [state.last_ok_at for state in states.values() if state.last_ok_at]
    return {
        "connection": connection,
        "sign": state_sign(connection, was_read=bool(read)),
        "fresh": sum(tone == "good" for tone, _word in lines),
        "feeds": len(feeds),
        "alarms": sum(tone == "act" for tone, _word in lines),
        "doubt": connection.doubt,
        "read_at": max(read, default=None),
    }


def _feed_sign(feed: Feed, state: FeedState | None, now: datetime) -> tuple[str, str]:
    """Tone and word of a feed."""
    if state is None or (state.last_ok_at is None and not state.error):
        return "", _("Waiting")
    if state.alarm:
        return "act", _("Alarm")
    if state.error:
        return "wait", _("Failing")
    if feed.is_late(state.last_ok_at, now):
        return "wait", _("Stale")
    return "good", _("Fresh")


def feed_lines(connection: Connection) -> list[dict[str, Any]]:
    """The feeds of a connection with cursor, last run and state; three queries."""
    now = timezone.now()
    states = {state.feed: state for state in FeedState.objects.filter(connection=connection)}
    latest = Run.objects.filter(connection=connection).values("feed").annotate(newest=Max("pk")).values("newest")
    runs = {run.feed: run for run in Run.objects.filter(pk__in=latest)}
    held = dict(
        Quarantined.objects.filter(connection=connection).order_by().values_list("feed").annotate(n=Count("pk"))
    )
    return [
        _feed_line(feed, states.get(feed.name), runs.get(feed.name), held.get(feed.name, 0), now)
        for feed in feeds_of(connection)
    ]


def _feed_line(feed: Feed, state: FeedState | None, run: Run | None, held: int, now: datetime) -> dict[str, Any]:
    tone, word = _feed_sign(feed, state, now)
    running = state is not None and state.leased_until is not None and state.leased_until > now
    return {
        "name": feed.name,
        "label": _(feed.label),
        "cursor": _cursor(state),
        "run": run,
        "took": formatting.duration((run.finished_at - run.started_at).total_seconds())
        if run and run.finished_at
        else "",
        "held": held,
        "every": every(feed.every),
        "sign": html.state("wait", _("Being read")) if running else html.state(tone, word),
        "running": running,
        "edge": tone if tone in ("act", "wait") else "",
        "words": " ".join(map(worded, filter(None, (state.alarm or state.error, state.notice)))) if state else "",
        "again_at": again_at(state, now) if state else None,
        "state": state,
    }


def _cursor(state: FeedState | None) -> str:
    """Where a feed stands."""
    if state is None or (not state.cursor and state.watermark is None):
        return _("none yet")
    if state.cursor:
        return _("page %(cursor)s") % {"cursor": state.cursor[:80]}
    return _("changed since %(at)s") % {"at": formatting.exact(state.watermark)}


def missing_lines(connection: Connection, missing: list[tuple[str, str]]) -> dict[str, Any]:
    """What the channel cannot do, in words: with the platform's reason where it states one, the rest by name alone."""
    names: dict[str, list[str]] = {}
    for kind in KINDS.values():
        names.setdefault(kind.capability.__name__, []).append(str(kind.label))
    for feed in FEEDS.values():
        names.setdefault(feed.capability.__name__, []).append(_("Read: %(feed)s") % {"feed": _(feed.label)})
    stated = connection.declared.needs
    lines = [(", ".join(names.get(name, [name])), name, why) for name, why in missing]
    return {
        "missing": [(words, why) for words, name, why in lines if name in stated],
        "also_missing": [words for words, name, _why in lines if name not in stated],
    }


def ability_lines(connection: Connection) -> list[dict[str, Any]]:
    """What staff may ask of this connection, and how that went so far; one query.

    What it cannot do comes last, and only where the platform's declaration says why.
    """
    counted = (
        Command.objects.filter(connection=connection)
        .order_by()
        .values("kind")
        .annotate(
            last=Max("finished_at"),
            done=Count("pk", filter=Q(state=DONE)),
            doubt=Count("pk", filter=Q(state__in=[UNKNOWN, NEEDS_REVIEW])),
            wrong=Count("pk", filter=Q(state__in=[REJECTED, FAILED])),
        )
    )
    seen: dict[str, Any] = {row["kind"]: row for row in counted}
    able = {name: connection.can(kind.capability) for name, kind in KINDS.items()}
    stated = connection.declared.needs
    shown = [name for name, kind in KINDS.items() if able[name] or kind.capability.__name__ in stated]
    shown.sort(key=lambda name: (not able[name], name))
    return [_ability(connection, KINDS[name], seen.get(name)) for name in shown]


def _ability(connection: Connection, kind: Any, seen: dict[str, Any] | None) -> dict[str, Any]:
    line = {"label": str(kind.label), "name": kind.name, "last": seen["last"] if seen else None, "words": ""}
    if not connection.can(kind.capability):
        return line | {"sign": html.state("", _("Not offered")), "words": why_not(connection, kind.capability)}
    if seen is None:
        return line | {"sign": html.state("", _("Not tried"))}
    words = _("%(done)s confirmed, %(wrong)s refused or failed") % {"done": seen["done"], "wrong": seen["wrong"]}
    if seen["doubt"]:
        return line | {"sign": html.state("unknown", _("In doubt")), "words": words}
    sign = html.state("good", _("Works")) if seen["done"] else html.state("wait", _("Not yet confirmed"))
    return line | {"sign": sign, "words": words}
