"""What workers do. Tasks carry ids only; every one may be lost or doubled without harm, because the rows decide."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from dashboard.core import search_index
from dashboard.sync import broker, callbacks, conformance, engine, slots, verify
from dashboard.sync.feeds import EVER, FEEDS, feeds_of
from dashboard.sync.models import Callback, Command, Connection, FeedState, Heartbeat, Tally
from dashboard.sync.models.commands import QUEUED
from dashboard.sync.retention import keep_statistics, prune_all
from dashboard.sync.runner import refresh
from dashboard.sync.submit import tell

log = logging.getLogger(__name__)

SWEEP_SECONDS = 5
SWEEP_LIMIT = 500


@shared_task
def send_command(pk: int) -> None:
    """Send one queued command, and before it what is more urgent; nothing when it is not due or somebody else has it.

    The broker's line knows no hurry: a person's command stands behind the hundreds of a batch there.
    """
    for each, connection_id in engine.in_turn(pk):
        _in_place(slots.CONNECTIONS, (send_command, each), connection_id, engine.perform, each)


@shared_task
def verify_command(pk: int) -> None:
    """Prove one unknown command."""
    connection_id = Command.objects.filter(pk=pk).values_list("connection_id", flat=True).first()
    _in_place(slots.CONNECTIONS, (verify_command, pk), connection_id, verify.verify, pk)


def _in_place(places: slots.Slots, wish: slots.Wish, key: int | None, act: Callable[..., Any], *args: Any) -> None:
    """Do it where a thread is left for it; else whoever gives one back has the broker tell of it again.

    A platform that answers slowly holds the threads that speak to it; others must find one nevertheless.
    """
    with places.place(wish, key) as is_ours:
        if is_ours:
            act(*args)
    waiting = places.turned_away(key) if is_ours else None
    if waiting:
        tell(*waiting)


@shared_task
def prove_command(pk: int) -> None:
    """Ask about one command for a person who looks; its state stays."""
    verify.ask(pk)


@shared_task
def check_connection(pk: int) -> None:
    """Probe one connection live and keep what was found."""
    connection = Connection.objects.filter(pk=pk).first()
    if connection is not None:
        conformance.probe(connection)


@shared_task
def process_callback(pk: int) -> None:
    """Apply one callback, and whatever else waits: of many that came together one is told of."""
    pks = [pk, *(other for other in callbacks.waiting() if other != pk)]
    connections = dict(Callback.objects.filter(pk__in=pks).values_list("pk", "connection_id"))
    for each in pks:
        wish = (process_callback, each)
        _in_place(slots.CONNECTIONS, wish, connections.get(each), callbacks.process, each)


@shared_task
def refresh_feed(connection_id: int, feed: str, full: bool = False) -> None:
    """Run one feed of one connection. Where it would take the last threads of a worker it stays due, for a while."""
    connection = Connection.objects.at_work().filter(pk=connection_id).first()
    if connection is not None and feed in FEEDS:
        _in_place(slots.FEEDS, (refresh_due,), None, lambda: refresh(connection, FEEDS[feed], full=full))


@shared_task
def refresh_due() -> None:
    """Wake a task for every feed whose time has come, the longest due first."""
    now = timezone.now()
    due: list[tuple[datetime, int, str]] = []
    for connection in Connection.objects.at_work():
        states = {state.feed: state for state in FeedState.objects.filter(connection=connection)}
        feeds = feeds_of(connection)
        unread = {feed.name for feed in feeds if feed.name not in states or states[feed.name].last_ok_at is None}
        for feed in feeds:
            state = states.get(feed.name)
            if feed.after not in unread and _is_due(state, now):
                due.append(((state and state.next_due_at) or EVER, connection.pk, feed.name))
    for _since, pk, name in sorted(due, key=lambda one: one[0]):
        tell(refresh_feed, pk, name)


def _is_due(state: FeedState | None, now: datetime) -> bool:
    if state is None:
        return True
    free = state.leased_until is None or state.leased_until < now
    return free and (state.next_due_at is None or state.next_due_at <= now)


@shared_task
def sweep() -> None:
    """Find what the broker lost: commands and callbacks that are due. Also the sign of life of the workers.

    A line in the broker that is long already is not made longer: what stands in it may be the same.
    """
    verify.lapse()
    now = timezone.now()
    if _messages() < SWEEP_LIMIT:
        for pk, state in engine.fairly(engine.due(now)).values_list("pk", "state")[:SWEEP_LIMIT]:
            tell(send_command if state == QUEUED else verify_command, pk)
        for pk in callbacks.waiting():
            tell(process_callback, pk)
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": now})
    Tally.grow(Tally.SIGNS)


def _messages() -> int:
    try:
        return broker.messages()
    except Exception as error:
        log.warning("The broker does not say what lies in it: %s", type(error).__name__)
        return 0


@shared_task
def index_words() -> None:
    """Bring the search index in step with what was written since."""
    search_index.catch_up()


@shared_task
def prune() -> None:
    """Forget what is past its retention, and keep what the database plans by."""
    prune_all()
    keep_statistics()


def overdue(seconds: int = 30) -> int:
    """How many commands should have been touched by now: a sign that no worker is at work."""
    late = timezone.now() - timedelta(seconds=seconds)
    free = Q(leased_until=None) | Q(leased_until__lt=late)
    return Command.objects.filter(free, pk__in=engine.due(late).values("pk")).count()
