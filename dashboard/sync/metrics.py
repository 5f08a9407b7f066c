"""Figures for Prometheus: commands, feeds, callbacks, quarantine, workers. Text format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count
from django.utils import timezone

from dashboard.sync.models import Callback, Command, Connection, FeedState, Heartbeat, Quarantined, Tally
from dashboard.sync.models.commands import STATES
from dashboard.sync.tasks import overdue

Sample = tuple[dict[str, str], float]


def exposition() -> str:
    """The whole text, ended by a line break."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from _metric("dashboard_commands", "Commands by state.", _commands())
    yield from _metric("dashboard_commands_overdue", "Commands that nobody has touched in time.", [({}, overdue())])
    yield from _metric("dashboard_connections", "Connections by state.", _connections())
    yield from _metric("dashboard_feed_age_seconds", "Seconds since a feed was last read.", _feed_ages())
    yield from _metric("dashboard_feed_failures", "Failed runs of a feed in a row.", _feed_fails())
    yield from _metric("dashboard_callbacks", "Callbacks by state.", _by_state(Callback))
    yield from _metric("dashboard_callbacks_refused", "Refused callbacks of a connection.", _refused())
    yield from _metric("dashboard_quarantined", "Records in quarantine.", [({}, Quarantined.objects.count())])
    yield from _metric("dashboard_heartbeat_age_seconds", "Seconds since a worker made progress.", _heartbeats())
    yield from _metric("dashboard_wakes_lost_total", "Wake-ups that the broker did not take.", _lost_wakes(), "counter")
    yield from _metric("dashboard_worker_starts_total", "Workers that started anew.", _new_starts(), "counter")


def _metric(name: str, text: str, samples: Iterable[Sample], kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(each)}"' for key, each in labels.items())
        yield f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:g}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _by_state(model: Any) -> Iterator[Sample]:
    for state, number in model.objects.order_by("state").values_list("state").annotate(n=Count("pk")):
        yield {"state": state}, number


def _commands() -> Iterator[Sample]:
    found = {labels["state"]: number for labels, number in _by_state(Command)}
    yield from (({"state": state}, found.get(state, 0)) for state in STATES)


def _connections() -> Iterator[Sample]:
    yield from _by_state(Connection)


def _feed_states() -> Iterator[tuple[dict[str, str], FeedState]]:
    rows = FeedState.objects.filter(connection__state=Connection.ACTIVE).select_related("connection")
    for row in rows.order_by("connection__slug", "feed").defer("cursor", "connection__credentials"):
        yield {"connection": row.connection.slug, "feed": row.feed}, row


def _feed_ages() -> Iterator[Sample]:
    now = timezone.now()
    yield from (
        (labels, round((now - row.last_ok_at).total_seconds())) for labels, row in _feed_states() if row.last_ok_at
    )


def _feed_fails() -> Iterator[Sample]:
    yield from ((labels, row.fails) for labels, row in _feed_states())


def _refused() -> Iterator[Sample]:
    for slug, number in Connection.objects.order_by("slug").values_list("slug", "refused_callbacks"):
        yield {"connection": slug}, number


def _heartbeats() -> Iterator[Sample]:
    now = timezone.now()
    for name, at in Heartbeat.objects.order_by("name").values_list("name", "at"):
        yield {"name": name}, round((now - at).total_seconds())


def _lost_wakes() -> Iterator[Sample]:
    yield {}, Tally.of(Tally.LOST_WAKES)


def _new_starts() -> Iterator[Sample]:
    yield {}, Tally.of(Tally.NEW_STARTS)
