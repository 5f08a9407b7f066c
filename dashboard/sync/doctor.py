"""Points of health: database, broker, worker, keys, stale feeds, stuck commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.db import connection as database
from django.utils import timezone

from dashboard.core.crypto import decrypt, encrypt
from dashboard.sync import clock
from dashboard.sync.feeds import feeds_of
from dashboard.sync.models import Command, Connection, FeedState, Heartbeat
from dashboard.sync.models.commands import NEEDS_REVIEW
from dashboard.sync.tasks import overdue

QUIET = timedelta(seconds=60)


@dataclass(frozen=True)
class Health:
    """One point: ok, warning or failed, and what was seen."""

    name: str
    result: str
    detail: str


def diagnose() -> list[Health]:
    """Check every point; a point that breaks has failed, the others go on."""
    return [_safely(name, check) for name, check in CHECKS.items()]


def _safely(name: str, check: Callable[[], tuple[str, str]]) -> Health:
    try:
        return Health(name, *check())
    except Exception as error:
        return Health(name, "failed", f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")


def _database() -> tuple[str, str]:
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok", database.vendor


def _broker() -> tuple[str, str]:
    with current_app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=2)
        return "ok", str(link.transport.driver_name)


def _worker() -> tuple[str, str]:
    beat = Heartbeat.objects.filter(name="worker").first()
    late = overdue()
    if beat is None:
        return ("failed" if late else "warning"), "No worker has ever reported. Start one, or use manage.py send."
    age = timezone.now() - beat.at
    words = f"Last progress {int(age.total_seconds())} seconds ago."
    if age <= QUIET:
        return "ok", words
    return ("failed" if late else "warning"), words


def _keys() -> tuple[str, str]:
    if decrypt(encrypt("proof")) != "proof":
        return "failed", "What is encrypted does not decrypt."
    for connection in Connection.objects.all():
        connection.credentials  # noqa: B018 - reading decrypts
    return "ok", "Credentials can be decrypted."


def _feeds() -> tuple[str, str]:
    stale, now = [], timezone.now()
    for connection in Connection.objects.at_work():
        states = {state.feed: state for state in FeedState.objects.filter(connection=connection)}
        for feed in feeds_of(connection):
            state = states.get(feed.name)
            if feed.is_late(state.last_ok_at if state else None, now):
                stale.append(f"{connection.slug} {feed.name}")
    return ("warning" if stale else "ok"), ", ".join(stale[:12]) or "All feeds are fresh."


def _connections() -> tuple[str, str]:
    resting = [f"{row.slug} ({row.state})" for row in Connection.objects.exclude(state=Connection.ACTIVE)]
    return ("warning" if resting else "ok"), ", ".join(resting) or "All connections are active."


def _clocks() -> tuple[str, str]:
    off = [f"{row.slug}: {clock.sentence(row)}" for row in Connection.objects.order_by("slug") if clock.is_off(row)]
    return ("warning" if off else "ok"), " ".join(off) or "The platforms' clocks agree with ours."


def _commands() -> tuple[str, str]:
    late, review = overdue(), Command.objects.filter(state=NEEDS_REVIEW).count()
    words = f"{late} overdue, {review} waiting for a person."
    return ("failed" if late else "warning" if review else "ok"), words


CHECKS: dict[str, Callable[[], tuple[str, str]]] = {
    "database": _database,
    "broker": _broker,
    "worker": _worker,
    "keys": _keys,
    "connections": _connections,
    "clocks": _clocks,
    "feeds": _feeds,
    "commands": _commands,
}
