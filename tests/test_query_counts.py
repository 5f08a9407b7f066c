"""How many questions lists and records ask the database: an exact number each, whatever the number of rows (T7).

Two are left out, because every signed-in page asks them first: the session, and the person. Counts in the frame and on
tabs are kept for some seconds, so they are asked for before. Orders have a module of their own.
"""

import pytest
from django.apps import apps

from dashboard.sync.models import Run
from tests.connected import pull

pytestmark = pytest.mark.django_db
MANY = (1, 10, 100)
# Address, model, platform, feed; connections with their readings, rows, and a third where one is named.
LISTS = [
    ("/catalog/?size=100", "catalog.Product", "accplanet", "products", 4),  # variants, commands
    ("/catalog/categories/?size=100", "catalog.Category", "shoppo", "categories", 3),  # products in them
    ("/aftersales/?view=all&size=100", "aftersales.Case", "imetastore", None, 3),  # commands
    ("/messages/?size=100", "messaging.Thread", "imetastore", "threads", 2),
    ("/tickets/?view=all&size=100", "tickets.Ticket", "shoppo", "tickets", 3),  # commands
    ("/sourcing/orders/?view=all&size=100", "sourcing.PurchaseOrder", "fulfillbot", "purchase-orders", 3),  # commands
    ("/sourcing/shipments/?view=all&size=100", "sourcing.Shipment", "fulfillbot", "shipments", 3),  # commands
    ("/sourcing/warehouse/?view=all&size=100", "sourcing.Package", "fulfillbot", "packages", 3),  # commands
    ("/sourcing/favourites/?size=100", "sourcing.Favourite", "fulfillbot", "favourites", 3),  # commands
    ("/finance/payments/?size=100", "finance.Payment", "accplanet", "payments", 2),
    ("/finance/wallet/?size=100", "finance.WalletMovement", "fulfillbot", "wallet", 2),
    ("/finance/coupons/?view=offered&size=100", "finance.Coupon", "fulfillbot", "coupons", 2),
]
RECORDS = [
    ("/catalog/{}/", "catalog.Product", "accplanet", "products", 6),
    ("/aftersales/{}/", "aftersales.Case", "imetastore", None, 7),
    ("/messages/{}/", "messaging.Thread", "imetastore", "threads", 5),
    ("/tickets/{}/", "tickets.Ticket", "shoppo", "tickets", 5),
    ("/sourcing/orders/{}/", "sourcing.PurchaseOrder", "fulfillbot", "purchase-orders", 7),
    ("/sourcing/shipments/{}/", "sourcing.Shipment", "fulfillbot", "shipments", 6),
]


def copies(row, times):
    """As many more rows like one, told apart by their remote ids."""
    model = type(row)
    plain = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if field.name != "id"}
    there = model.objects.count()
    model.objects.bulk_create(model(**plain | {"remote_id": f"copy-{there + n}"}) for n in range(times))


@pytest.mark.parametrize(("address", "label", "platform", "feed", "questions"), LISTS)
def test_a_list(connect, asked, address, label, platform, feed, questions):
    pull(connect(platform, "many").connection, *([feed] if feed else []))
    model = apps.get_model(label)
    row = model.objects.order_by("pk").first()
    model.objects.exclude(pk=row.pk).delete()
    for rows in MANY:
        copies(row, rows - model.objects.count())
        for headers in ({}, {"HX-Request": "true"}):
            response, queries = asked(address, **headers)
            assert len(queries) == questions, (rows, queries)
        if listing := response.context.get("listing"):
            assert len(listing.page.rows) == rows


@pytest.mark.parametrize(("address", "label", "platform", "feed", "questions"), RECORDS)
def test_a_record(connect, asked, address, label, platform, feed, questions):
    pull(connect(platform, "many").connection, *([feed] if feed else []))
    row = apps.get_model(label).objects.order_by("pk").first()
    _response, queries = asked(address.format(row.pk))
    assert len(queries) == questions, queries
    response, _queries = asked(address.format(row.pk), **{"HX-Request": "true"})
    assert response.content  # a page without a fragment is answered whole


@pytest.mark.parametrize(
    ("address", "questions"),
    [("/activity/", 3), ("/activity/runs/", 2), ("/staff/", 2), ("/staff/audit/", 2)],
)
def test_the_machinery(connect, asked, address, questions):
    pull(connect("imetastore", "many").connection, "orders")
    run = Run.objects.order_by("pk").first()
    for rows in MANY:
        Run.objects.bulk_create(
            Run(connection=run.connection, feed=run.feed, started_at=run.started_at) for _ in range(rows)
        )
        _response, queries = asked(address)
        assert len(queries) == questions, (rows, queries)
