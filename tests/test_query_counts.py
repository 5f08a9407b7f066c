"""How many questions lists and records ask the database: an exact number each, whatever the number of rows (T7).

One world with 1, then 10, then 100 of everything is walked over every address that can be read. Two questions are left
out, because every signed-in page asks them first: the session, and the person. Counts in the frame and on tabs are
kept for some seconds, so they are asked for before. What else an order can have beside it, its own module asks.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import resolve
from django.utils import timezone

from dashboard.staff.audit import audit
from dashboard.sync.models import (
    Approval,
    Batch,
    Callback,
    Change,
    Command,
    Connection,
    Exchange,
    Quarantined,
    Run,
    UnknownWord,
)
from tests.addresses import addresses
from tests.connected import pull

pytestmark = pytest.mark.django_db
MANY = (1, 10, 100)
HTMX = {"HX-Request": "true"}
LIST, RECORD, THREAD, FRAGMENT, HOME = "list", "record", "thread", "fragment", "home"
MOST = {LIST: 3, RECORD: 8, THREAD: 5, FRAGMENT: 3, HOME: 11}

# What it is, the exact number, the address. Names in braces are keys of rows of the world.
ASKED = [
    (HOME, 11, "/"),
    (LIST, 3, "/aftersales/?view=all&size=100"),
    (LIST, 3, "/catalog/?size=100"),
    (LIST, 3, "/catalog/categories/?size=100"),
    (LIST, 2, "/finance/coupons/?view=offered&size=100"),
    (LIST, 2, "/finance/margins/?size=100"),
    (LIST, 2, "/finance/payments/?size=100"),
    (LIST, 2, "/finance/wallet/?size=100"),
    (LIST, 2, "/messages/?view=all&size=100"),
    (LIST, 1, "/messages/canned/"),
    (LIST, 3, "/orders/?view=all&size=100"),
    (LIST, 3, "/sourcing/addresses/"),
    (LIST, 3, "/sourcing/cart/"),
    (LIST, 3, "/sourcing/favourites/?size=100"),
    (LIST, 3, "/sourcing/orders/?view=all&size=100"),
    (LIST, 3, "/sourcing/shipments/?view=all&size=100"),
    (LIST, 3, "/sourcing/warehouse/?view=all&size=100"),
    (LIST, 3, "/tickets/?view=all&size=100"),
    (LIST, 1, "/activity/?size=100"),
    (LIST, 1, "/activity/approvals/?size=100"),
    (LIST, 2, "/activity/batches/?size=100"),
    (LIST, 1, "/activity/callbacks/?size=100"),
    (LIST, 1, "/activity/exchanges/?size=100"),
    (LIST, 1, "/activity/quarantine/?size=100"),
    (LIST, 1, "/activity/runs/?size=100"),
    (LIST, 3, "/connections/"),
    (LIST, 2, "/staff/"),
    (LIST, 2, "/staff/audit/?size=100"),
    (RECORD, 7, "/aftersales/{case}/"),
    (RECORD, 5, "/catalog/{product}/"),
    (RECORD, 5, "/finance/"),
    (RECORD, 4, "/orders/{order}/"),
    (RECORD, 4, "/sourcing/"),
    (RECORD, 7, "/sourcing/orders/{purchaseorder}/"),
    (RECORD, 3, "/sourcing/profile/"),
    (RECORD, 7, "/sourcing/shipments/{shipment}/"),
    (RECORD, 6, "/tickets/{ticket}/"),
    (RECORD, 1, "/activity/approvals/{approval}/"),
    (RECORD, 3, "/activity/batches/{batch}/"),
    (RECORD, 2, "/activity/callbacks/{callback}/"),
    (RECORD, 3, "/activity/commands/{command}/"),
    (RECORD, 1, "/activity/exchanges/{exchange}/"),
    (RECORD, 1, "/activity/quarantine/{quarantined}/"),
    (RECORD, 2, "/activity/runs/{run}/"),
    (RECORD, 7, "/connections/imetastore/"),
    (RECORD, 5, "/connections/imetastore/callbacks/"),
    (RECORD, 5, "/connections/imetastore/conformance/"),
    (RECORD, 4, "/connections/imetastore/exchanges/"),
    (RECORD, 6, "/connections/imetastore/feeds/"),
    (RECORD, 4, "/connections/imetastore/routes/"),
    (RECORD, 4, "/staff/{user}/"),
    (RECORD, 2, "/staff/profile/"),
    (THREAD, 5, "/messages/{thread}/"),
    (FRAGMENT, 1, "/activity/commands/{command}/row/"),
    (FRAGMENT, 1, "/activity/fresh/commands/?newest=1"),
    (FRAGMENT, 3, "/aftersales/for-order/{order}/"),
    (FRAGMENT, 2, "/aftersales/fresh/?newest=1"),
    (FRAGMENT, 1, "/aftersales/matching/?view=all"),
    (FRAGMENT, 3, "/catalog/{product}/history/"),
    (FRAGMENT, 1, "/catalog/{product}/raw/"),
    (FRAGMENT, 1, "/catalog/commands/{priced}/"),
    (FRAGMENT, 2, "/catalog/fresh/?newest=1"),
    (FRAGMENT, 1, "/catalog/matching/"),
    (FRAGMENT, 2, "/catalog/variants/{variant}/cells/price/"),
    (FRAGMENT, 3, "/finance/for-order/{order}/"),
    (FRAGMENT, 2, "/home/due/"),
    (FRAGMENT, 3, "/home/health/"),
    (FRAGMENT, 3, "/home/queues/"),
    (FRAGMENT, 2, "/messages/{thread}/context/"),
    (FRAGMENT, 1, "/messages/canned/offered/?order={order}"),
    (THREAD, 5, "/messages/{thread}/messages/"),
    (FRAGMENT, 1, "/messages/for-order/{order}/"),
    (FRAGMENT, 1, "/messages/fresh/?newest=1"),
    (FRAGMENT, 2, "/messages/matching/?view=all"),
    (FRAGMENT, 2, "/orders/{order}/history/"),
    (FRAGMENT, 2, "/orders/for-product/{product}/"),
    (FRAGMENT, 2, "/orders/fresh/?newest=1"),
    (FRAGMENT, 2, "/orders/matching/?view=all&payment=paid"),
    (FRAGMENT, 1, "/orders/tags/"),
    (FRAGMENT, 3, "/search/palette?q=x"),
    (FRAGMENT, 3, "/sourcing/for-order/{order}/"),
    (FRAGMENT, 0, "/sync-sign/"),
    (FRAGMENT, 3, "/tickets/for-order/{order}/"),
    (FRAGMENT, 2, "/tickets/fresh/?newest=1"),
    (FRAGMENT, 1, "/tickets/matching/?view=all"),
]
# Neither list nor record: forms and dry runs, sign-in, files, what other parts are made
# of, and what looks beyond the mirror: the search over everything, live questions to a source.
ELSEWHERE = {
    "catalog:accounts", "catalog:bulk", "catalog:bulk_file", "catalog:edit", "catalog:image", "catalog:new",
    "catalog:price", "catalog:sent", "catalog:stock", "core:style", "home:search",
    "aftersales:assign", "messaging:assign", "messaging:canned_edit", "messaging:canned_new", "orders:assign",
    "orders:bulk_deliver", "orders:bulk_status", "orders:cancel", "orders:cancel_item", "orders:created",
    "orders:deliver", "orders:invoice",
    "orders:invoice_pdf", "orders:mark_paid", "orders:new", "orders:new_variants", "orders:packing_slips",
    "orders:refund", "orders:report_error", "orders:set_status", "sourcing:address", "sourcing:address_new",
    "sourcing:order_new", "sourcing:product", "sourcing:quotes", "sourcing:shipment_new", "staff:confirm",
    "staff:first_password", "staff:new", "staff:password", "staff:second_step", "staff:sign_in", "staff:two_factor",
    "staff:two_factor_off", "sync:connection_add", "sync:connection_settings", "sync:metrics",
    "sync:picture", "sync:shared_picture", "sync:target", "tickets:assign", "tickets:open", "tickets:opened",
    "healthz", "readyz",
}  # fmt: skip

# What there is as many of, wholes first: model, and the column that tells copies apart.
GROWN = {
    "catalog.Category": "remote_id",
    "catalog.Product": "remote_id",
    "catalog.Variant": "remote_id",
    "orders.Order": "remote_id",
    "orders.OrderLine": "remote_id",
    "aftersales.Case": "remote_id",
    "messaging.Thread": "remote_id",
    "messaging.Message": "remote_id",
    "messaging.CannedReply": "shortcut",
    "tickets.Ticket": "remote_id",
    "tickets.Reply": "remote_id",
    "sourcing.CartItem": "remote_id",
    "sourcing.PurchaseOrder": "remote_id",
    "sourcing.PurchaseLine": "remote_id",
    "sourcing.Package": "remote_id",
    "sourcing.Shipment": "remote_id",
    "sourcing.ShipmentItem": "remote_id",
    "sourcing.AddressEntry": "remote_id",
    "sourcing.Favourite": "remote_id",
    "finance.Payment": "remote_id",
    "finance.WalletMovement": "remote_id",
    "finance.Coupon": "remote_id",
    "sync.Run": "",
    "sync.Exchange": "",
    "sync.Callback": "dedupe_key",
    "sync.Quarantined": "record_remote_id",
    "sync.UnknownWord": "word",
    "sync.Batch": "",
    "sync.Approval": "target",
}
# Whose history is told: model, its domain, a kind of command on it.
TOLD = {
    "catalog.Product": ("products", "catalog.set_listing"),
    "catalog.Variant": ("variants", "catalog.set_price"),
    "orders.Order": ("orders", "orders.cancel"),
    "aftersales.Case": ("cases", "aftersales.decide"),
    "messaging.Thread": ("threads", "messaging.send"),
    "tickets.Ticket": ("tickets", "tickets.reply"),
    "sourcing.PurchaseOrder": ("purchase-orders", "sourcing.cancel_order"),
    "sourcing.Shipment": ("shipments", "sourcing.cancel_shipment"),
}
FIRST = {  # of which row the world is made: one that has parts
    "catalog.Product": {"variants__isnull": False},
    "orders.Order": {"connection__platform": "shoppo", "parcels__isnull": False},
    "tickets.Ticket": {"replies__isnull": False},
    "sourcing.PurchaseOrder": {"lines__isnull": False},
    "sourcing.Shipment": {"items__isnull": False},
}


@pytest.fixture
def world(connect, user_for):
    """One row of every model, by its label; the machinery has its part of everything too."""
    made = {key: connect(key).connection for key in ("m2e", "imetastore", "shoppo", "fulfillbot", "accplanet")}
    for one in made.values():
        pull(one)
    now, shop = timezone.now(), made["imetastore"]
    run = Run.objects.latest("pk")
    batch = Batch.objects.create(kind="catalog.set_stock", title="Stock", actor=user_for("admin"))
    push = Callback.objects.create(connection=shop, event="order-status", dedupe_key="1", body=b"{}", received_at=now)
    Quarantined.objects.create(connection=shop, feed="orders", record_remote_id="1", path="$", reason="No.", at=now)
    UnknownWord.objects.create(connection=shop, feed="orders", word="odd", times=1, last_at=now)
    Approval.objects.create(connection=shop, kind="orders.refund", target="1", asked_by=user_for("support"))
    apps.get_model("messaging.CannedReply").objects.create(shortcut="hello", text="Hello")
    Exchange.objects.all().delete()
    Exchange.objects.create(connection=shop, route="a", method="GET", url="/", run=run, callback=push, at=now)
    rows = {"sync.Batch": batch, "sync.Callback": push, "sync.Run": run}
    for label in GROWN:
        model, which = apps.get_model(label), FIRST.get(label, {})
        if label == "messaging.Message":
            which = {"thread_remote_id": rows["messaging.Thread"].remote_id}
        rows.setdefault(label, model._base_manager.filter(**which).order_by("pk").first())
        assert rows[label] is not None, label
        model._base_manager.exclude(pk=rows[label].pk).delete()
    return rows


def resize(rows: dict[str, models.Model], size: int, by: Any) -> dict[str, int]:
    """As many of everything as asked for, and of what is told of each; one batch holds all the commands."""
    for label, column in GROWN.items():
        model, row = apps.get_model(label), rows[label]
        plain = {one.attname: getattr(row, one.attname) for one in model._meta.concrete_fields if not one.primary_key}
        model._base_manager.bulk_create(
            model(**plain | ({column: uuid.uuid4().hex} if column else {}))
            for _n in range(size - model._base_manager.count())
        )
    now = timezone.now()
    Change.objects.all().delete()
    Command.objects.all().delete()
    for label, (domain, kind) in TOLD.items():
        row: Any = rows[label]
        about = {"connection_id": rows[label.replace("Variant", "Product")].connection_id}
        Change.objects.bulk_create(
            Change(domain=domain, remote_id=row.remote_id, at=now, fields={"title": ["a", "b"]}, **about)
            for _n in range(size)
        )
        Command.objects.bulk_create(
            Command(
                kind=kind, target=row.remote_id, payload_digest=str(n), payload={"text": "Hello"}, state="rejected",
                not_before=now, created_at=now, actor=by, batch=rows["sync.Batch"], **about,
            )
            for n in range(size)
        )  # fmt: skip
    first = Command.objects.order_by("pk").first()
    Exchange.objects.update(command=first)
    for _n in range(size):
        audit(by, "staff.changed", by, {})
    return {"command": first.pk, "priced": Command.objects.filter(kind="catalog.set_price").latest("pk").pk}


def test_every_address_that_can_be_read_is_asked_or_named(client_for):
    client = client_for("superuser")
    read = {one.name for one in addresses() if client.get(one.url()).status_code != 405}
    numbered = dict.fromkeys(("command", "priced", "user", *(label.partition(".")[2].lower() for label in GROWN)), 1)
    asked_for = {resolve(address.format(**numbered).partition("?")[0]).view_name for _kind, _n, address in ASKED}
    assert read == asked_for | ELSEWHERE
    assert not asked_for & ELSEWHERE


@pytest.mark.usefixtures("stopped_clock")  # what is kept for seconds stays kept, however slow the machine
def test_lists_records_and_fragments(world, asked, user_for):
    admin = user_for("admin")
    keys = {label.partition(".")[2].lower(): row.pk for label, row in world.items()} | {"user": admin.pk}
    for size in MANY:
        keys |= resize(world, size, admin)
        found, allowed = {}, {}
        for kind, exact, address in ASKED:
            response, queries = asked(address.format(**keys), **(HTMX if kind == FRAGMENT else {}))
            found[address], allowed[address] = len(queries), exact
            if kind == LIST:
                _part, asked_again = asked(address.format(**keys), **HTMX)
                assert len(asked_again) == exact, (address, size, asked_again)
                listing = response.context and response.context.get("listing")
                assert not listing or len(listing.page.rows) >= size, (address, size)
        assert found == allowed, size


def test_the_list_of_connections(connect, asked):
    like = connect("imetastore", "many").connection
    for size in MANY:
        more = range(size - Connection.objects.count())
        plain = {
            one.attname: getattr(like, one.attname) for one in Connection._meta.concrete_fields if one.name != "id"
        }
        made = ({"slug": uuid.uuid4().hex, "callback_key": uuid.uuid4().hex} for _n in more)
        Connection.objects.bulk_create(Connection(**plain | own) for own in made)
        for headers in ({}, HTMX):
            response, queries = asked("/connections/", **headers)
            assert len(queries) == 3, queries  # connections with their doubts, feeds, rests
        assert response.content.decode().count("<tr id=") == size


def test_the_table_keeps_the_limits():
    assert [line for line in ASKED if line[1] > MOST[line[0]]] == []
