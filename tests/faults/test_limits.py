"""Rate limits in every form that platforms speak: nobody calls inside the pause, and others go on (F1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from dashboard.sync import engine
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Command, Exchange, FeedState, RateBucket
from dashboard.sync.opening import close_channels
from dashboard.sync.runner import refresh
from tests.connected import Connect, Connected, drive, fault, pull, queue

pytestmark = pytest.mark.django_db
WAIT = 600  # seconds; longer than any of these takes on a busy machine
# How each says when to come again: a text, a date, seconds.
SPOKEN = {"fulfillbot": "favourites", "m2e": "products", "accplanet": "products", "imetastore": "products",
          "shoppo": "products"}  # fmt: skip
ADDRESS = {"phone": "+1-555-0123", "country": "US", "state": "California", "city": "Los Angeles",
           "address": "123 Main St", "postcode": "90001"}  # fmt: skip
every_form = pytest.mark.parametrize("key", sorted(SPOKEN))


def requests_of(made: Connected) -> list[Any]:
    """Every request that reaches the platform from now on."""
    seen: list[Any] = []
    handle = made.sandbox.handle
    made.sandbox.handle = lambda request, in_process=True: (seen.append(request), handle(request, in_process))[1]
    return seen


@every_form
def test_a_pause_is_kept_to_the_hint_and_by_this_connection_alone(connect: Connect, key: str):
    made, other, feed = connect(key), connect(key, f"{key}-other"), FEEDS[SPOKEN[key]]
    pull(made.connection, feed.name)
    pull(other.connection, feed.name)
    fault(made.sandbox, "*", "rate_limit", seconds=WAIT)
    asked_at = timezone.now()
    run = refresh(made.connection, feed, full=True)
    assert run is not None
    assert run.error
    state = FeedState.objects.get(connection=made.connection, feed=feed.name)
    hint = asked_at + timedelta(seconds=WAIT)
    assert hint - timedelta(seconds=2) <= state.next_due_at <= timezone.now() + timedelta(seconds=WAIT + 2)
    paused = RateBucket.objects.get(connection=made.connection, paused_until__isnull=False).paused_until
    assert hint - timedelta(seconds=2) <= paused <= timezone.now() + timedelta(seconds=WAIT + 2)
    seen, others = requests_of(made), requests_of(other)
    for _ in range(3):
        again = refresh(made.connection, feed, full=True, purpose="staff")
        assert again is not None
        assert again.error
    assert seen == []
    pull(other.connection, feed.name)
    assert others


def test_a_pause_without_a_hint_is_half_a_minute(connect: Connect):
    made = connect("imetastore")
    pull(made.connection, "products")
    fault(made.sandbox, "*", "rate_limit", seconds=0)
    asked_at = timezone.now()
    refresh(made.connection, FEEDS["products"], full=True)
    answered_at = timezone.now()
    paused = RateBucket.objects.get(connection=made.connection).paused_until
    assert asked_at + timedelta(seconds=30) <= paused <= answered_at + timedelta(seconds=31)


def test_a_backlog_uses_the_allowance_and_never_more(connect: Connect):
    """A hundred and fifty commands under sixty calls a minute: no call is refused, and hardly one is left unused."""
    with time_machine.travel(datetime(2026, 3, 2, 10, 0, 1, tzinfo=UTC), tick=False) as clock:
        made = connect("fulfillbot")
        made.sandbox.calls_per_minute = 60
        for n in range(150):
            queue(made.connection, "sourcing.save_address", "-", **ADDRESS, name=f"Ann {n}")
        seen, minutes = requests_of(made), []
        for _ in range(12):
            minutes.append(0)
            for _ in range(6):
                before = len(seen)
                for pk in engine.due(timezone.now()).values_list("pk", flat=True):
                    engine.perform(pk)
                minutes[-1] += len(seen) - before
                clock.shift(10)
            if not engine.due().exists():
                break
    assert len(made.sandbox.ledger) == 150
    assert set(Command.objects.values_list("state", "tries_left")) == {("done", 8)}
    assert not Exchange.objects.filter(status=429).exists()
    assert max(minutes) <= 60
    assert min(minutes[:-1]) >= 57
    assert len(minutes) > 3


def test_a_limited_command_waits_and_burns_no_try(connect: Connect):
    made = connect("m2e")
    pull(made.connection, "products")
    row = FEEDS["products"].mirror.model.objects.filter(connection=made.connection).exclude(sku="").first()
    command = queue(made.connection, "catalog.set_stock", row.variants.exclude(sku="").first().remote_id, quantity=7)
    fault(made.sandbox, "catalogProductsVariantsUpdate", "rate_limit", seconds=WAIT)
    asked_at = timezone.now()
    engine.perform(command.pk)
    command.refresh_from_db()
    assert (command.state, command.tries_left, made.sandbox.ledger) == ("queued", 8, [])
    assert command.not_before >= asked_at + timedelta(seconds=WAIT - 2)
    seen = requests_of(made)
    close_channels()
    engine.perform(command.pk)
    engine.perform(command.pk, ignore_backoff=True, purpose="staff")
    command.refresh_from_db()
    assert (command.state, command.tries_left, seen) == ("queued", 8, [])
    RateBucket.objects.update(paused_until=None, remaining=None, reset_at=None)
    assert drive(command).state == "done"
    assert len(made.sandbox.ledger) == 1
