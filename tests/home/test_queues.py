"""The tiles: each number is that of the list it leads to."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from dashboard.aftersales.models import Case
from dashboard.home import queues
from dashboard.home.arrivals import came_in
from dashboard.home.places import Reach
from dashboard.messaging.models import Thread
from dashboard.orders.models import Order
from dashboard.sync.models import Command, Quarantined
from dashboard.sync.models.commands import FAILED, NEEDS_REVIEW, REJECTED, UNKNOWN
from tests.connected import pull


def tile(reach, key):
    return next(each for each in queues.tiles(reach) if each.key == key)


def make_command(connection, state, n=0, **fields):
    return Command.objects.create(
        connection=connection,
        kind="orders.set_status",
        target=f"t{state}{n}",
        payload_digest=f"{state}{n}",
        state=state,
        not_before=timezone.now(),
        created_at=timezone.now(),
        **fields,
    )


def test_orders(goods, reach):
    now = timezone.now()
    Order.objects.update(status="completed")
    pks = list(Order.objects.values_list("pk", flat=True)[:3])
    for pk, hours in zip(pks, (-1, 3, 50), strict=True):
        Order.objects.filter(pk=pk).update(status="to_deliver", ship_by=now + timedelta(hours=hours))
    found = tile(reach(), "orders")
    assert (found.value, found.url) == ("3", "/orders/?view=to-deliver")
    assert (found.note, found.tone) == ("1 late, 1 within 24 h", "act")
    Order.objects.filter(pk=pks[0]).update(status="completed")
    assert (tile(reach(), "orders").note, tile(reach(), "orders").tone) == ("1 due within 24 h", "wait")
    assert tile(reach(slug=goods.connection.slug), "orders").url == "/orders/?view=to-deliver&connection=goods"


def test_refund_decisions_say_what_lapses_next(goods, reach):
    Case.objects.all().delete()
    assert tile(reach(), "cases").note == "none open"
    case = Case.objects.create(
        connection=goods.connection, remote_id="c1", decision="pending", content_hash=b"0" * 16,
        changed_at=timezone.now(), decide_by=timezone.now() + timedelta(minutes=72, seconds=5),
    )  # fmt: skip
    found = tile(reach(), "cases")
    assert (found.value, found.note.replace("\xa0", " "), found.tone) == ("1", "next lapses in 1 h 12 min", "act")
    Case.objects.filter(pk=case.pk).update(decide_by=timezone.now() - timedelta(minutes=1))
    assert tile(reach(), "cases").note == "one is past its deadline"


def test_messages_say_the_oldest(goods, reach):
    Thread.objects.update(waiting_since=None)
    assert (tile(reach(), "messages").value, tile(reach(), "messages").note) == ("0", "all answered")
    Thread.objects.filter(pk=Thread.objects.first().pk).update(waiting_since=timezone.now() - timedelta(hours=8))
    assert tile(reach(), "messages").note.replace("\xa0", " ") == "oldest 8 h"


def test_commands_and_quarantine(goods, reach):
    assert [tile(reach(), key).note for key in ("unknown", "refused")] == ["all proven", "none today"]
    make_command(goods.connection, UNKNOWN)
    assert (tile(reach(), "unknown").note, tile(reach(), "unknown").tone) == ("none may be sent again yet", "wait")
    make_command(goods.connection, NEEDS_REVIEW)
    make_command(goods.connection, REJECTED)
    make_command(goods.connection, FAILED)
    old = make_command(goods.connection, FAILED, 2)
    Command.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    found = tile(reach(), "unknown")
    assert (found.value, found.note, found.tone) == ("2", "1 needs a person", "act")
    assert found.url == "/activity/?state=unknown&state=needs_review"
    assert (tile(reach(), "refused").value, tile(reach(), "refused").note) == ("2", "1 of them never arrived")
    Quarantined.objects.create(connection=goods.connection, feed="orders", path="$", reason="x", at=timezone.now())
    assert tile(reach(), "quarantine").value == "1"


def test_other_connections_do_not_count(goods, confined):
    Order.objects.filter(connection=goods.connection).update(status="to_deliver")
    Order.objects.exclude(connection=goods.connection).update(status="completed")
    assert tile(Reach(confined), "orders").value == "0"


@pytest.mark.parametrize("role", ["viewer", "support", "fulfilment", "finance", "admin"])
def test_every_tile_leads_to_a_page_that_the_role_may_open(goods, supply, reach, client_for, role):
    client = client_for(role)
    for each in queues.tiles(reach(role)):
        assert each.url, each.key
        assert client.get(each.url).status_code == 200, each.key


def rows_of(client, url):
    """How many rows the list at an address has, over all its pages."""
    context = client.get(url).context
    page = context["inbox"].page if "inbox" in context else context["listing"].page
    number = len(page.rows)
    while page.after:
        context = client.get(f"{url}{'&' if '?' in url else '?'}{urlencode({'after': page.after})}").context
        page = context["inbox"].page if "inbox" in context else context["listing"].page
        number += len(page.rows)
    return number


@pytest.mark.parametrize("scoped", [False, True])
def test_the_number_of_a_tile_is_that_of_its_list(goods, supply, connect, reach, client_for, scoped):
    agent = connect("fulfillbot", "agent")
    pull(agent.connection, "packages")
    for state in (UNKNOWN, NEEDS_REVIEW, REJECTED, FAILED):
        for one in (goods, supply):
            make_command(one.connection, state)
    Quarantined.objects.create(connection=goods.connection, feed="orders", path="$", reason="x", at=timezone.now())
    client = client_for("admin")
    tiles = queues.tiles(reach(slug=goods.connection.slug if scoped else ""))
    told = {each.key: int(each.value) for each in tiles}
    assert {each.key: rows_of(client, each.url) for each in tiles} == told
    assert told["unknown"] == told["refused"] == (2 if scoped else 4)
    assert all(told[key] for key in ("orders", "cases", "messages", "quarantine"))
    assert scoped or (told["tickets"] and told["packages"])


def test_payments_that_came_in_lead_to_the_payments(supply, reach):
    (line,) = [each for each in came_in(reach())["kinds"] if each["name"] == "Payments"]
    assert line["url"] == "/finance/payments/"


def test_the_numbers_cost_one_query(goods, reach, django_assert_max_num_queries):
    fresh = reach()
    with django_assert_max_num_queries(4):  # connections, numbers, oldest case, oldest message
        queues.tiles(fresh)
