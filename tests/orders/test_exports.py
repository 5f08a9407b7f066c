"""The exports' columns are the public surface."""

import csv
import io
import json

import pytest
from django.core.management import call_command

from dashboard.orders.models import Order, OrderLine
from dashboard.orders.querysets import TO_DELIVER

pytestmark = pytest.mark.django_db

COLUMNS = {
    "orders": "connection platform remote_id number status remote_status currency total placed_at updated_at gone_at "
    "buyer buyer_remote_id payment_status fulfilment_status ship_by source_order_id",
    "order-lines": "connection platform remote_id status remote_status currency gone_at order_remote_id sku title "
    "quantity unit_price",
    "parcels": "connection platform remote_id status gone_at order_remote_id carrier tracking_number shipped_at "
    "delivered_at",
}


def exported(domain, **options):
    out = io.StringIO()
    call_command("export", domain, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("domain", sorted(COLUMNS))
def test_columns(stores, domain):
    rows = list(csv.reader(io.StringIO(exported(domain))))
    assert rows[0] == COLUMNS[domain].split()
    assert len(rows) > 5


def test_orders_are_written_as_the_platform_states_them(stores):
    row = next(r for r in json.loads(exported("orders", format="json")) if r["source_order_id"] == "0000073")
    order = Order.objects.get(source_order_id="0000073")
    assert row["total"] == "174.29"
    assert row["connection"] == "stores"
    assert row["remote_id"] == order.remote_id
    assert row["ship_by"].endswith("Z")
    assert row["gone_at"] is None
    lines = [r for r in json.loads(exported("order-lines", format="json")) if r["order_remote_id"] == order.remote_id]
    assert (lines[0]["remote_id"], lines[0]["unit_price"]) == ("item-71", "71.14")


def test_since_asks_when_the_mirror_changed(partner):
    assert len(json.loads(exported("orders", format="json", since="1d"))) == Order.objects.count()
    assert json.loads(exported("orders", format="json", since="2999-01-01")) == []


def test_the_page_gives_the_lines_of_what_it_shows(client_for, goods, stores):
    client = client_for("admin")
    wanted = OrderLine.objects.filter(order__connection=stores.connection, order__status__in=TO_DELIVER)
    response = client.get("/orders/?view=to-deliver&connection=stores&format=csv&of=lines")
    text = b"".join(response.streaming_content) if response.streaming else response.content
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert sorted(row["remote_id"] for row in rows) == sorted(wanted.values_list("remote_id", flat=True))
    assert {row["connection"] for row in rows} == {"stores"}
    assert 'href="?view=all&amp;format=csv&amp;of=lines"' in client.get("/orders/?view=all").content.decode()
