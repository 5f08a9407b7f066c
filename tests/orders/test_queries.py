"""How many questions the pages of orders ask the database: the same for 1, 10 and 100 of everything (T7).

Two stand apart, because every signed-in page asks them first: the session, and the person with the role that all
permissions come from. Counts in the frame and on tabs are kept for some seconds, so they are asked for before.
"""

import pytest
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone

from dashboard.catalog.models import Product
from dashboard.orders.models import DeliveryError, DeliveryRecord, Invoice, Note, Order, OrderLine, Parcel, Tag
from dashboard.sync.models import Change
from dashboard.sync.tasks import prune
from tests.connected import pull
from tests.orders.test_pages import rows_in, url
from tests.orders.test_walking import come

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
MANY = [1, 10, 100]


@pytest.mark.parametrize("rows", MANY)
def test_the_list(asked, supply, order_of, rows):
    like = order_of(supply)
    tags = Tag.objects.bulk_create(Tag(name=f"t{n}") for n in range(4))
    for _ in range(rows):
        come(like, buyer_remote_id="many").tags.set(tags)
    address = "/orders/?view=all&buyer=many&size=100"
    for headers in ({}, HTMX):
        response, queries = asked(address, **headers)
        assert len(rows_in(response)) == rows
        assert len(queries) == 3, queries  # connections with their readings, rows with their tags, commands


@pytest.mark.skipif(database.vendor != "sqlite", reason="PostgreSQL plans by the sizes it has seen, not by rule")
@pytest.mark.django_db
def test_problems_are_looked_up_from_what_was_told_of():
    plan = Order.objects.problem().values("pk").explain()
    by_id = "SEARCH orders_order USING INDEX sqlite_autoindex_orders_order_1 (connection_id=? AND remote_id=?)"
    assert by_id in plan, plan  # not every order is asked whether it is one


@pytest.mark.parametrize("rows", MANY)
def test_the_freshness_line(asked, supply, order_of, rows):
    like, newest = order_of(supply), Order.objects.latest("pk").pk
    for _ in range(rows):
        come(like)
    response, queries = asked(f"/orders/fresh/?view=all&newest={newest}", **HTMX)
    assert f"{min(rows, 99)} new: show" in response.content.decode()
    assert len(queries) == 2, queries  # connections with their readings, what is new


def fill(order, n, **also):
    """Lines, invoices, tags, notes and changes of an order, `n` of each; and what `also` names: a model, its values."""
    common = {"content_hash": b"", "connection": order.connection}
    mirrored = {"changed_at": order.changed_at, "order_remote_id": order.remote_id, "created_at": order.changed_at}
    OrderLine.objects.bulk_create(OrderLine(order=order, remote_id=f"l{i}", title="x") for i in range(n))
    Invoice.objects.bulk_create(Invoice(order=order, number=f"i{i}", pdf=b"%PDF-") for i in range(n))
    Note.objects.bulk_create(Note(order=order, text=f"n{i}") for i in range(n))
    order.tags.set(Tag.objects.bulk_create(Tag(name=f"t{i}") for i in range(n)))
    Change.objects.bulk_create(
        Change(connection=order.connection, domain="orders", remote_id=order.remote_id, fields={}, at=order.changed_at)
        for i in range(n)
    )
    if also.get("parcels"):
        Parcel.objects.bulk_create(Parcel(order=order, remote_id=f"p{i}") for i in range(n))
    for model in also.get("told", ()):
        model.objects.bulk_create(model(remote_id=f"d{i}", **common, **mirrored) for i in range(n))


@pytest.mark.parametrize("n", MANY)
def test_an_order_with_deliveries_and_errors(asked, goods, order_of, n):
    order = order_of(goods, status="to_deliver")
    fill(order, n, told=[DeliveryRecord, DeliveryError])
    _response, queries = asked(url("detail", order) + "?list=view%3Dall")
    assert len(queries) == 8, queries  # order, history, its neighbours, lines, deliveries, errors, invoices, tags


@pytest.mark.parametrize("n", MANY)
def test_an_order_with_parcels(asked, stores, order_of, n):
    order = order_of(stores)
    Parcel.objects.filter(order=order).delete()
    fill(order, n, parcels=True)
    _response, queries = asked(url("detail", order) + "?list=view%3Dall")
    assert len(queries) == 7, queries  # order, history, its neighbours, lines, parcels, invoices, tags


def test_an_order_with_nothing_beside_it(asked, stores, order_of):
    order = order_of(stores)
    Parcel.objects.filter(order=order).delete()
    _response, queries = asked(url("detail", order))
    assert len(queries) == 3, queries  # order, history, lines


@pytest.mark.parametrize("n", MANY)
def test_the_history(asked, goods, order_of, n):
    order = order_of(goods, status="to_deliver")
    fill(order, n, told=[DeliveryRecord])
    _response, queries = asked(url("history", order), **HTMX)
    assert len(queries) == 2, queries  # order, history


@pytest.mark.parametrize("n", MANY)
def test_the_panel_of_a_product(asked, partner, order_of, n):
    product = Product.objects.filter(connection=partner.connection).first()
    like = order_of(partner)
    for i in range(n):
        OrderLine.objects.create(order=come(like), remote_id=f"l{i}", product_remote_id=product.remote_id)
    response, queries = asked(reverse("orders:for_product", args=[product.pk]), **HTMX)
    assert response.content.decode().count("<tr>") >= min(n, 6)
    assert len(queries) == 2, queries  # product, orders


@pytest.mark.parametrize("panel", ["aftersales", "tickets", "sourcing", "finance"])
def test_the_panels_beside_an_order(asked, goods, order_of, panel):
    pull(goods.connection)
    _response, queries = asked(reverse(f"{panel}:for_order", args=[order_of(goods).pk]), **HTMX)
    assert len(queries) <= 3, queries


@pytest.mark.skipif("database.vendor != 'sqlite'", reason="PostgreSQL plans by statistics")
@pytest.mark.parametrize("ask", ["late", "late_soon", "open_deadlines"])
def test_deadlines_are_read_by_the_index_of_those_that_still_count(ask, connect):
    """Among a million orders the oldest deadlines are long past: no question may walk over them."""
    shop = connect("m2e", "shop").connection
    now = timezone.now()
    row = {"connection": shop, "content_hash": b"0" * 16, "changed_at": now, "ship_by": now}
    states = ["completed"] * 300 + ["to_deliver"] * 3
    Order.objects.bulk_create(Order(remote_id=str(n), status=state, **row) for n, state in enumerate(states))
    prune()  # what the worker's clock does every hour
    rows = getattr(Order.objects, ask)().order_by("ship_by", "pk")[:6]
    assert "USING INDEX order_open_deadline" in rows.explain()
