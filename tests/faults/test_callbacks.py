"""Pushes that come ten times, in any order, or never: the mirror ends as the platform is (F12, F13, F14)."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from dashboard.orders.models import Order
from dashboard.sync import callbacks
from dashboard.sync.models import Callback, Exchange
from tests.connected import Connect, Connected, pull
from tests.faults.pushing import send, signed

PART_DELIVERED, DELIVERED, COMPLETED, REFUNDED = 101, 102, 103, 104


@pytest.fixture
def pushed(connect: Connect) -> Connected:
    """A platform that signs its pushes; its orders are mirrored."""
    found = connect("imetastore", "pushed", values=_words())
    pull(found.connection, "orders")
    return found


def _words() -> dict[str, str]:
    from channels.imetastore.sandbox import ImetastoreSandbox

    return dict(ImetastoreSandbox.options)


def process_all() -> None:
    """What a worker does with what came in."""
    for pk in callbacks.waiting():
        callbacks.process(pk)


def mirrored(to: Connected) -> dict[str, str]:
    return dict(Order.objects.filter(connection=to.connection).values_list("remote_id", "remote_status"))


def on_platform(to: Connected) -> dict[str, str]:
    return {str(row["orderId"]): str(row["sellerOrderStatus"]) for row in to.sandbox.orders}


@pytest.mark.django_db(transaction=True)
def test_ten_identical_pushes_at_once_have_one_effect(pushed: Connected):
    order = pushed.sandbox.orders[0]
    pushed.sandbox.set_status(order, DELIVERED)
    push = signed(pushed.sandbox.callback_secret, order, timezone.now(), "77001")
    statuses: list[int] = []

    def once() -> None:
        statuses.append(send(pushed, push))
        database.close()

    threads = [threading.Thread(target=once) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 10
    assert Callback.objects.count() == 1
    before = Exchange.objects.count()
    process_all()
    process_all()
    assert mirrored(pushed)[str(order["orderId"])] == "102"
    assert Exchange.objects.filter(callback__isnull=False).count() == Exchange.objects.count() - before > 0


def test_five_pushes_in_any_of_their_120_orders_end_in_the_platforms_state(pushed: Connected):
    """Each of an order's five states is pushed; whichever comes last, what the platform says counts."""
    sandbox: Any = pushed.sandbox
    order = next(row for row in sandbox.orders if row["sellerOrderStatus"] == 1)
    states = [1, PART_DELIVERED, DELIVERED, REFUNDED, COMPLETED]
    ended = []
    for number, turn in enumerate(itertools.permutations(range(5))):
        sandbox.set_status(order, states[turn[number % 5]])
        for n in turn:
            stale = {**order, "sellerOrderStatus": states[n]}
            at = timezone.now() - timedelta(seconds=10 - n)
            assert send(pushed, signed(sandbox.callback_secret, stale, at, f"{number}0{n}")) == 200
        process_all()
        ended.append(mirrored(pushed)[str(order["orderId"])] == str(order["sellerOrderStatus"]))
    assert ended == [True] * 120
    assert Callback.objects.filter(state="processed").count() == 600


def test_an_older_state_never_overwrites_a_newer_one_while_the_platform_moves(pushed: Connected):
    """Between two pushes the order moves on: the later reading stands."""
    sandbox: Any = pushed.sandbox
    order = next(row for row in sandbox.orders if row["sellerOrderStatus"] == 1)
    for n, state in enumerate((PART_DELIVERED, DELIVERED, COMPLETED)):
        sandbox.set_status(order, state)
        send(pushed, signed(sandbox.callback_secret, {**order, "sellerOrderStatus": 1}, timezone.now(), f"5500{n}"))
        process_all()
        assert mirrored(pushed)[str(order["orderId"])] == str(state)


def test_pushes_that_never_come_are_made_good_by_one_sweep(pushed: Connected):
    """Three of ten are lost; the next reading of the list brings all."""
    sandbox: Any = pushed.sandbox
    for n in range(30):
        sandbox.arrive()
        push = sandbox.pushes[-1]
        if n % 10 not in (2, 5, 8):
            assert send(pushed, push) == 200
    process_all()
    assert mirrored(pushed) != on_platform(pushed)
    pull(pushed.connection, "orders", full=True)
    assert mirrored(pushed) == on_platform(pushed)
