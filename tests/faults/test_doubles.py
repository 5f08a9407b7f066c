"""The same form ten times at once, the same command by eight workers at once: one effect each (F20)."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from dashboard.messaging.models import Thread
from dashboard.orders.models import Order
from dashboard.staff.models import AuditEvent
from dashboard.sync import engine
from dashboard.sync.models import Batch, Command
from dashboard.sync.models.commands import DONE
from tests.connected import Connect, drive, effects, pull, queue
from tests.drill.selling import supply_image
from tests.drill.world import World

pytestmark = pytest.mark.django_db(transaction=True)
ClientFor = Callable[[str], Client]


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What so many threads got that all began together."""
    start, said, broken = threading.Barrier(count), [], []

    def one(number: int) -> None:
        try:
            start.wait(timeout=300)
            said.append(act(number))
        except BaseException as error:
            broken.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    return said


def ten_posts(client: Client, url: str, given: dict[str, Any]) -> set[tuple[int, str]]:
    """Status and address of the answers to ten equal posts of one browser."""
    clients = [Client() for _ in range(10)]
    for each in clients:
        each.cookies = client.cookies
    answers = at_once(10, lambda n: clients[n].post(url, given))
    return {(answer.status_code, answer.get("Location", "")) for answer in answers}


def submitted(verb: str) -> int:
    return AuditEvent.objects.filter(verb=verb).count()


@pytest.mark.parametrize("form_key", ["one", ""], ids=["key", "no key"])
def test_a_message_posted_ten_times_at_once_is_sent_once(connect: Connect, client_for: ClientFor, form_key: str):
    shop = connect("imetastore", "shop")
    pull(shop.connection, "threads")
    thread = Thread.objects.filter(connection=shop.connection).order_by("pk").first()
    assert thread is not None
    url = reverse("messaging:send", args=[thread.pk])
    assert len(ten_posts(client_for("support"), url, {"text": "Only once", "form_key": form_key})) == 1
    command = Command.objects.get()
    assert submitted("command.submitted") == 1
    assert drive(command).state == DONE
    assert ["Only once" in str(effect) for effect in effects(shop.sandbox)] == [True]


def test_a_bulk_edit_posted_ten_times_at_once_is_one_batch(connect: Connect, client_for: ClientFor):
    supply = connect("accplanet", "supply")
    pull(supply.connection, "orders")
    orders = Order.objects.filter(connection=supply.connection, status="to_deliver")
    pks = list(orders.values_list("pk", flat=True)[:3])
    given = {"pk": pks, "status": "running_order", "form_key": "one"}
    answers = ten_posts(client_for("admin"), reverse("orders:bulk_status"), given)
    assert [status for status, _url in answers] == [302]
    assert (Batch.objects.count(), Command.objects.count(), submitted("orders.batch_submitted")) == (1, 3, 1)
    assert {drive(command).state for command in Command.objects.order_by("pk")} == {DONE}
    assert len(effects(supply.sandbox)) == 3


def test_eight_workers_hear_of_a_thousand_commands_and_send_each_once(connect: Connect):
    """Every worker is told of every command, each in an order of its own."""
    supply = connect("accplanet", "supply")
    intents = list(itertools.islice(supply_image(World(*supply)), 1000))
    keys = [queue(supply.connection, one.kind, one.target, **one.payload).pk for one in intents]

    def drain(number: int) -> None:
        for pk in random.Random(number).sample(keys, len(keys)):
            engine.perform(pk)

    at_once(8, drain)
    assert list(Command.objects.values_list("state", "attempts").distinct()) == [(DONE, 1)]
    sent = effects(supply.sandbox, "products.upload_image")
    assert len(sent) == len({effect["size"] for effect in sent}) == 1000
