"""Orders, deliveries and accounts are mirrored; secrets stay encrypted; callbacks make us read."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from channels.events import OrderTouched
from channels.records import Ref
from dashboard.orders import feeds
from dashboard.orders.models import Account, DeliveryError, DeliveryRecord, Order, OrderLine, Parcel
from dashboard.sync.models import Change, FeedState
from dashboard.sync.opening import open_channel
from tests.connected import drive, pull, queue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["goods", "supply", "partner", "stores"])
def test_a_second_reading_writes_nothing(request, name):
    connected = request.getfixturevalue(name)
    kept = list(Order.objects.filter(connection=connected.connection).values_list("pk", "changed_at"))
    (run,) = pull(connected.connection, "orders", full=True)
    assert (run.seen, run.created, run.changed, run.gone) == (len(kept), 0, 0, 0)
    assert list(Order.objects.filter(connection=connected.connection).values_list("pk", "changed_at")) == kept


def test_lines_and_parcels_follow_their_order(stores):
    order = Order.objects.get(connection=stores.connection, source_order_id="0000073")
    assert [line.remote_id for line in order.lines.order_by("pk")] == ["item-71", "item-72", "item-73"]
    assert order.line_count == 3
    assert order.items == order.lines.order_by("pk")[0].title
    assert Parcel.objects.filter(order=order).count() == 1


def test_what_vanishes_from_the_platform_is_gone_not_deleted(supply, order_of):
    order = order_of(supply)
    del supply.sandbox.orders[order.remote_id]
    (run,) = pull(supply.connection, "orders", full=True)
    order.refresh_from_db()
    assert run.gone == 1
    assert order.gone_at is not None


def test_delivered_content_is_encrypted_and_its_raw_copy_is_not_kept(goods, supply):
    pull(goods.connection, "deliveries")
    secret = DeliveryRecord.objects.filter(connection=goods.connection).order_by("pk").first()
    assert secret.content.startswith("КОД-")
    with database.cursor() as cursor:
        for table in ("orders_order", "orders_deliveryrecord", "orders_deliveryerror"):
            cursor.execute(f"SELECT * FROM {table}")
            stored = repr(cursor.fetchall())
            assert "КОД-" not in stored
            for order in Order.objects.filter(connection=supply.connection).filter(delivered__isnull=False):
                assert order.delivered not in stored


def test_a_full_sweep_asks_about_all_that_moves_and_the_next_run_only_about_what_changed(goods):
    first = pull(goods.connection, "deliveries")[0]
    assert first.seen == DeliveryRecord.objects.filter(connection=goods.connection).count() > 40
    FeedState.objects.filter(feed="deliveries").update(watermark=timezone.now() + timedelta(hours=1))
    again = pull(goods.connection, "deliveries")[0]
    assert (again.seen, again.created, again.changed) == (0, 0, 0)
    full = pull(goods.connection, "deliveries", full=True)[0]
    assert (full.seen, full.created, full.changed) == (first.seen, 0, 0)


def test_orders_that_state_their_content_are_not_asked_about(supply):
    run = pull(supply.connection, "deliveries")[0]
    assert (run.seen, DeliveryRecord.objects.count()) == (0, 0)


def test_delivery_errors_are_mirrored_beside_deliveries(goods, order_of):
    order = order_of(goods, status="to_deliver")
    drive(queue(goods.connection, "orders.deliver", order.remote_id, rows=["A"] * order.quantity))
    command = queue(goods.connection, "orders.report_delivery_error", order.number, remark="Code used")
    assert drive(command).state == "done"
    row = DeliveryError.objects.get(connection=goods.connection)
    assert (row.order_remote_id, row.remark, row.remote_id) == (
        order.remote_id,
        "Code used",
        f"error:{order.remote_id}:1",
    )
    assert DeliveryRecord.objects.of(order).get().quantity == order.quantity


def test_accounts_are_mirrored(stores):
    pull(stores.connection, "accounts")
    rows = Account.objects.filter(connection=stores.connection)
    assert set(rows.values_list("is_valid", flat=True)) == {True, False}
    assert all(row.marketplace for row in rows)


def touched(connected, **event):
    return feeds.order_touched(connected.connection, open_channel(connected.connection), OrderTouched(**event))


def test_a_callback_reads_the_order_it_names(goods, order_of):
    order = order_of(goods, status="to_deliver")
    row = next(one for one in goods.sandbox.orders if str(one["orderId"]) == order.remote_id)
    goods.sandbox.set_status(row, 104)
    assert touched(goods, remote_id=order.remote_id) == f"Read order {order.remote_id}."
    order.refresh_from_db()
    assert order.remote_status == "104"
    change = Change.objects.get(domain="orders", remote_id=order.remote_id)
    assert change.fields["remote_status"] == ["1", "104"]


def test_a_callback_by_number_finds_the_order(goods, order_of):
    order = order_of(goods)
    assert touched(goods, number=order.number) == f"Read order {order.number}."


def test_a_callback_for_an_unknown_order_invents_nothing(goods):
    before = Order.objects.count()
    assert touched(goods, remote_id="17") == "Order 17 is not on the platform."
    assert Order.objects.count() == before


def test_a_callback_by_partner_code_searches(partner, order_of):
    code = next(iter(partner.sandbox.shop.orders.values()))["_code"]
    assert touched(partner, partner_code=code) == f"Read 1 order(s) with code {code}."
    assert Order.objects.filter(connection=partner.connection, partner_code=code).count() == 1
    assert pull(partner.connection, "orders", full=True)[0].changed == 0
    assert Order.objects.filter(connection=partner.connection, partner_code=code).count() == 1
    row = Order.objects.get(partner_code=code)
    assert touched(partner, partner_code=code) == f"Read order {code}."
    assert str(row) == code


def test_an_event_that_names_nothing_runs_the_feed_soon(stores):
    assert touched(stores) == "The orders feed runs next."
    assert FeedState.objects.get(connection=stores.connection, feed="orders").next_due_at <= timezone.now()


def test_staff_columns_survive_a_reading(supply, order_of, user_for):
    order = order_of(supply)
    Order.objects.filter(pk=order.pk).update(assignee=user_for("support"), content_hash=b"")
    assert pull(supply.connection, "orders", full=True)[0].changed == 1
    order.refresh_from_db()
    assert order.assignee == user_for("support")


def test_reading_an_order_that_is_gone_marks_it(supply, order_of):
    order = order_of(supply)
    channel = open_channel(supply.connection)
    del supply.sandbox.orders[order.remote_id]
    assert feeds.read_again(supply.connection, channel, Ref(remote_id=order.remote_id)) is None
    order.refresh_from_db()
    assert order.gone_at is not None
    assert OrderLine.objects.filter(order=order).count() == 1
