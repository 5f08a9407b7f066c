"""A house in which every address that names a record has one: five platforms read, and what staff add to that."""

# ruff: noqa: E501
from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils import timezone

from channels.registry import PLATFORMS
from dashboard.staff.models import User
from dashboard.sync.models import Approval, Batch, Callback, Command, Exchange, Quarantined, Run
from tests.addresses import Address
from tests.connected import Connect, pull

# Of which model the record is that an address names: by its own name, else by the first word of it.
RECORDS = {
    "orders": "orders.Order", "catalog": "catalog.Product", "aftersales": "aftersales.Case", "tickets": "tickets.Ticket",
    "messaging": "messaging.Thread", "finance": "orders.Order", "sync": "sync.Command", "staff": "staff.User",
    "orders:for_product": "catalog.Product", "orders:created": "orders.create", "orders:invoice_pdf": "orders.Invoice",
    "catalog:price": "catalog.Variant", "catalog:stock": "catalog.Variant", "catalog:cell": "catalog.Variant",
    "catalog:command_cell": "catalog.set_price", "catalog:sent": "catalog.create_product",
    "sourcing:purchase": "sourcing.PurchaseOrder", "sourcing:purchase_cancel": "sourcing.PurchaseOrder",
    "sourcing:purchase_again": "sourcing.PurchaseOrder", "sourcing:purpose_add": "sourcing.PurchaseOrder",
    "sourcing:purpose_remove": "sourcing.Purpose", "sourcing:cart_update": "sourcing.CartItem",
    "sourcing:cart_remove": "sourcing.CartItem", "sourcing:shipment": "sourcing.Shipment",
    "sourcing:shipment_cancel": "sourcing.Shipment", "sourcing:shipment_confirm": "sourcing.Shipment",
    "sourcing:favourite_remove": "sourcing.Favourite", "sourcing:address": "sourcing.AddressEntry",
    "sourcing:address_delete": "sourcing.AddressEntry", "finance:cost_remove": "finance.OrderCost",
    "aftersales:for_order": "orders.Order", "messaging:for_order": "orders.Order", "tickets:for_order": "orders.Order",
    "tickets:picture": "orders.Order", "tickets:opened": "tickets.open", "sourcing:for_order": "orders.Order",
    "messaging:canned_edit": "messaging.CannedReply", "messaging:canned_delete": "messaging.CannedReply",
    "sync:run": "sync.Run", "sync:exchange": "sync.Exchange", "sync:approval": "sync.Approval",
    "sync:approval_approve": "sync.Approval", "sync:approval_decline": "sync.Approval", "sync:batch": "sync.Batch",
    "sync:batch_retry": "sync.Batch", "sync:callback_page": "sync.Callback", "sync:callback_replay": "sync.Callback",
    "sync:quarantined": "sync.Quarantined", "sync:quarantine_replay": "sync.Quarantined",
    "sync:quarantine_dismiss": "sync.Quarantined", "core:delete_view": "core.SavedView",
}  # fmt: skip
# Where a record must be of a platform that can do it, or have what the address is about.
SUCH = {
    "orders.Order": {"connection__platform": "shoppo"},
    "catalog.Variant": {"product__connection__platform": "m2e"},
    "sourcing.PurchaseOrder": {"lines__isnull": False},
}
KINDS = ("orders.create", "catalog.set_price", "catalog.create_product", "tickets.open", "messaging.send")


def furnish(connect: Connect, by: User) -> dict[str, Any]:
    """Read everything and add the rest; the rows by model or by kind of command, and the connections by platform."""
    found: dict[str, Any] = {key: connect(key).connection for key in PLATFORMS}
    for key in PLATFORMS:
        pull(found[key])
    shop, now = found["shoppo"], timezone.now()
    order = apps.get_model("orders.Order").objects.filter(connection=shop).first()
    batch = Batch.objects.create(kind="catalog.set_stock", title="Stock", actor=by)
    thread = apps.get_model("messaging.Thread").objects.first()
    for kind in KINDS:
        its: dict[str, Any] = {}
        if kind == "messaging.send":
            its = {"connection": thread.connection, "target": thread.remote_id, "payload": {"text": "Hello"}}
        found[kind] = Command.objects.create(
            **{"connection": shop, "target": "-", "payload": {}} | its, kind=kind, payload_digest=kind, state="rejected",
            not_before=now, created_at=now, finished_at=now, actor=by, batch=batch,
        )  # fmt: skip
    Callback.objects.create(connection=shop, event="order-cancel", dedupe_key="1", body=b"{}", received_at=now)
    Quarantined.objects.create(connection=shop, feed="orders", record_remote_id="1", path="$", reason="No.", at=now)
    Approval.objects.create(connection=shop, kind="orders.refund", target="1", asked_by=by)
    Exchange.objects.create(connection=shop, route="a", method="GET", url="/", run=Run.objects.first(), at=now)
    apps.get_model("orders.Invoice").objects.create(order=order, number="R-1", pdf=b"%PDF-1.4", made_by=by)
    apps.get_model("orders.Note").objects.create(order=order, text="Call back", author=by)
    apps.get_model("finance.OrderCost").objects.create(order=order, amount=3, currency="USD", author=by)
    apps.get_model("messaging.CannedReply").objects.create(shortcut="hello", text="Hello")
    apps.get_model("core.SavedView").objects.create(domain="orders", name="Mine", query="q=1", owner=by)
    bought = apps.get_model("sourcing.PurchaseOrder").objects.first()
    apps.get_model("sourcing.Purpose").objects.create(
        connection=bought.connection, purchase_remote_id=bought.remote_id, order=order, author=by
    )
    return found


def named(address: Address, house: dict[str, Any]) -> str:
    """The address with a record that is there in each of its places."""
    names, known = {name for name, _value in address.arguments}, {}
    if "pk" in names:
        label = RECORDS.get(address.name) or RECORDS[address.name.partition(":")[0]]
        row = house.get(label) or apps.get_model(label)._default_manager.filter(**SUCH.get(label, {})).first()
        known["pk"] = row.pk
    if "line_pk" in names:
        known["line_pk"] = apps.get_model("orders.OrderLine").objects.filter(order=known["pk"]).first().pk
    if "command_pk" in names:
        known["command_pk"] = house["messaging.send"].pk
    if "slug" in names:
        known["slug"] = house["fulfillbot" if address.name.startswith("sourcing") else "m2e"].slug
    if "remote_id" in names:
        known["remote_id"] = apps.get_model("sourcing.Favourite").objects.first().product_remote_id
    if address.name == "catalog:cell":
        known["name"] = "price"
    if address.name == "sync:activity_fresh":
        known["name"] = "commands"
    if address.name == "sync:target":
        known["kind"] = "catalog.set_price"
    return address.url(**known)


def is_about_a_connection(address: Address) -> bool:
    """Whether an address names something that hangs on a connection."""
    names = {name for name, _value in address.arguments}
    return (
        bool(names & {"pk", "slug"})
        and address.name.partition(":")[0] not in ("staff", "core")
        and not (address.name.startswith("messaging:canned_"))
    )
