"""One history of all that happened to an order, newest first, in one query."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.orders import timeline
from dashboard.orders.models import Note, Order
from dashboard.sync import callbacks
from dashboard.sync.models import Callback, Command
from tests.connected import drive, pull, queue
from tests.orders.test_pages import url
from tests.pages import assert_strict_html

pytestmark = pytest.mark.django_db


def test_commands_changes_callbacks_notes_and_deliveries(goods, order_of, user_for, django_assert_num_queries):
    order = order_of(goods, status="to_deliver", quantity=2)
    drive(queue(goods.connection, "orders.deliver", order.remote_id, user_for("fulfilment"), rows=["a", "b"]))
    row = next(one for one in goods.sandbox.orders if str(one["orderId"]) == order.remote_id)
    goods.sandbox.set_status(row, 103)
    goods.sandbox.call_back(row)
    push = goods.sandbox.pushes[-1]
    got = Callback.objects.create(
        connection=goods.connection,
        event="order-status",
        dedupe_key="k",
        headers={},
        body=push.body,
        received_at=order.placed_at.replace(year=order.placed_at.year + 1),
    )
    assert json.loads(push.body)["orderNum"] == order.number
    assert callbacks.process(got.pk).state == "processed"
    Note.objects.create(order=order, author=user_for("support"), text="Buyer is glad")
    with django_assert_num_queries(1):
        told = timeline.history(order)
    assert sorted({one.source for one in told}) == ["callback", "change", "command", "delivery", "note"]
    shown = timeline.events(order, told)
    events = {event["title"]: event for event in shown}
    assert events["Deliver: 2 units"]["by"] == "fulfilment"
    assert events["Private note"]["text"] == "Buyer is glad"
    assert events["Callback “order-status”"]["text"] == f"Read order {order.remote_id}."
    assert [event["text"] for event in shown if "102 → 103" in event.get("text", "")] != []
    assert shown[-1]["title"] == "Placed"


def test_a_command_says_its_day_once(supply, order_of):
    order = order_of(supply, status="to_deliver")
    drive(queue(supply.connection, "orders.set_status", order.remote_id, status="running_order"))
    begun = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)
    times = {"created_at": begun, "sent_at": begun + timedelta(seconds=2)}
    Command.objects.update(**times, finished_at=begun + timedelta(days=1))
    paths = [event["path"] for event in timeline.events(order, timeline.history(order)) if event.get("path")]
    assert paths == [["queued 20 Nov 2026, 12:00:05", "sent 12:00:07", "confirmed 21 Nov 2026, 12:00:05"]]


@pytest.mark.usefixtures("stopped_clock")
def test_it_polls_only_while_something_moves(client_for, supply, order_of):
    order = order_of(supply, status="to_deliver")
    client = client_for("support")
    command = queue(supply.connection, "orders.set_status", order.remote_id, status="running_order")
    moving = client.get(url("history", order), headers={"HX-Request": "true"})
    assert_strict_html(moving, fragment=True)
    assert 'data-hx-trigger="every 2s"' in moving.content.decode()
    same = client.get(url("history", order), headers={"HX-Request": "true", "If-None-Match": moving["ETag"]})
    assert same.status_code == 304
    drive(command)
    still = client.get(url("history", order), headers={"HX-Request": "true", "If-None-Match": moving["ETag"]})
    assert still.status_code == 200
    assert "every 2s" not in still.content.decode()
    badges = 'id="order-signs" data-hx-swap-oob="true"'  # the head of the page says what the history says
    assert "Queued" in moving.content.decode().split(badges)[1]
    assert "Queued" not in still.content.decode().split(badges)[1]
    assert badges not in client.get(url("history", order)).content.decode()


def test_the_whole_page_is_read_anew_once_a_poll_finds_the_end(client_for, supply, order_of):
    order = order_of(supply, status="to_deliver")
    client = client_for("support")
    polling = {"HX-Request": "true", "HX-Trigger": "history"}
    command = queue(supply.connection, "orders.set_status", order.remote_id, status="running_order")
    assert "HX-Trigger" not in client.get(url("history", order), headers=polling)
    drive(command)
    assert client.get(url("history", order), headers=polling)["HX-Trigger"] == '{"settled": {}}'
    assert "HX-Trigger" not in client.get(url("history", order), headers={"HX-Request": "true"})  # a tab of it
    body = client.get(url("detail", order)).content.decode()
    assert f'data-hx-get="{url("detail", order)}" data-hx-trigger="settled from:body" data-hx-target="#main"' in body


def test_only_notes_or_only_commands(client_for, supply, order_of):
    order = order_of(supply, status="to_deliver")
    Note.objects.create(order=order, text="only this")
    drive(queue(supply.connection, "orders.set_status", order.remote_id, status="running_order"))
    notes = client_for("support").get(url("history", order) + "?show=notes").content.decode()
    assert "only this" in notes
    assert "Set status" not in notes
    commands = client_for("support").get(url("history", order) + "?show=commands").content.decode()
    assert "only this" not in commands


def test_the_history_of_another_order_is_not_mixed_in(supply):
    pull(supply.connection, "orders")
    first, second = Order.objects.filter(connection=supply.connection)[:2]
    Note.objects.create(order=first, text="first alone")
    assert [one.source for one in timeline.history(second)] == []


def test_what_has_no_answer_is_proven_from_above_the_order(client_for, supply, stores, order_of):
    order = order_of(supply, status="to_deliver")
    command = queue(supply.connection, "orders.set_status", order.remote_id, status="running_order")
    Command.objects.update(state="unknown")
    prove = f'action="/activity/commands/{command.pk}/prove/"'
    body = client_for("fulfilment").get(url("detail", order)).content.decode()
    assert "One command has no answer." in body
    assert f'href="#command-{command.pk}"' in body
    assert prove in body
    assert prove not in client_for("viewer").get(url("detail", order)).content.decode()


def test_what_no_endpoint_tells_is_not_offered_to_be_proven(client_for, stores, order_of):
    order = order_of(stores)
    pdf = {"name": "i.pdf", "content": base64.b64encode(b"%PDF-1.4").decode()}
    queue(stores.connection, "orders.upload_invoice", order.remote_id, number="1", file=pdf)
    Command.objects.update(state="needs_review")
    body = client_for("admin").get(url("detail", order)).content.decode()
    assert "One command has no answer." in body
    assert "Prove it" not in body
