"""Kinds without a target that work on the one cart or profile of a connection: one in flight, the last word counts."""

from typing import Any

import pytest

from dashboard.sync import engine
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, QUEUED, SUPERSEDED, UNKNOWN
from tests.connected import Connect, Connected, drive, effects, fault, pull, queue, step
from tests.sync.scripted import scripted


@pytest.fixture
def buying(connect: Connect) -> Connected:
    """A connection with a cart and a profile."""
    found = connect("fulfillbot", "buying")
    pull(found.connection, "cart", "profile")
    return found


def state(command: Command) -> str:
    command.refresh_from_db()
    return command.state


def test_two_of_one_lane_are_never_in_flight_together(connection: Any):
    with scripted(name="test.one", has_target=False, exclusive=False, lane="only") as kind:
        first, second = (queue(connection, "test.one", "-", value=n) for n in (1, 2))
        assert (first.lane, second.lane) == ("test:only", "test:only")
        assert engine.perform(second.pk) is None  # the older goes first
        assert engine.claim(first.pk) is not None
        assert engine.perform(second.pk) is None
        Command.objects.filter(pk=first.pk).update(state=UNKNOWN)
        assert engine.perform(second.pk) is None
        assert kind.sent == []
        Command.objects.filter(pk=first.pk).update(state=DONE)
        assert drive(second).state == DONE
        assert kind.sent == [2]


def test_what_has_neither_target_nor_lane_waits_for_nothing(connection: Any):
    with scripted(name="test.make", has_target=False, exclusive=False):
        first, second = (queue(connection, "test.make", "-", value=n) for n in (1, 2))
        assert (first.lane, second.lane) == (None, None)
        assert engine.claim(first.pk) is not None
        assert engine.claim(second.pk) is not None


def test_a_later_profile_takes_the_place_of_an_unsent_one(buying: Connected):
    connection, sandbox = buying
    first = queue(connection, "sourcing.update_profile", "-", username="anna")
    second = queue(connection, "sourcing.update_profile", "-", username="berta")
    assert (state(first), state(second)) == (SUPERSEDED, QUEUED)
    assert drive(second).state == DONE
    assert [effect["username"] for effect in effects(sandbox, "profile.update")] == ["berta"]


def test_a_profile_that_changes_something_else_takes_nobodys_place(buying: Connected):
    connection, sandbox = buying
    first = queue(connection, "sourcing.update_profile", "-", username="anna")
    second = queue(connection, "sourcing.update_profile", "-", language="zh")
    assert (state(first), state(second)) == (QUEUED, QUEUED)
    assert engine.perform(second.pk) is None
    assert (drive(first).state, drive(second).state) == (DONE, DONE)
    assert len(effects(sandbox, "profile.update")) == 2


def test_a_profile_in_doubt_is_proven_before_the_next_is_sent(buying: Connected):
    """The first took effect and its answer was lost; were the second sent now, the first could not be proven."""
    connection, sandbox = buying
    first = queue(connection, "sourcing.update_profile", "-", username="anna")
    fault(sandbox, "profile.update", "drop_after_apply")
    assert step(first).state == UNKNOWN
    second = queue(connection, "sourcing.update_profile", "-", username="berta")
    assert state(first) == UNKNOWN
    assert engine.perform(second.pk, ignore_backoff=True) is None
    assert (drive(first).state, drive(second).state) == (DONE, DONE)
    assert [effect["username"] for effect in effects(sandbox, "profile.update")] == ["anna", "berta"]


def test_the_cart_is_emptied_after_what_was_put_in_before(buying: Connected):
    connection, sandbox = buying
    product = next(iter(sandbox.products.values()))
    item = {"product": str(product["id"]), "sku": product["skus"][0]["skuId"], "quantity": 1}
    added = queue(connection, "sourcing.cart_add", "-", items=[item])
    cleared = queue(connection, "sourcing.cart_clear", "-")
    again = queue(connection, "sourcing.cart_clear", "-")
    assert again == cleared
    assert {added.lane, cleared.lane} == {"sourcing:cart"}
    assert engine.perform(cleared.pk) is None
    assert (drive(added).state, drive(cleared).state) == (DONE, DONE)
    assert [entry.endpoint for entry in sandbox.ledger] == ["cart.add", "cart.clear"]
    assert engine.perform(cleared.pk) is None
