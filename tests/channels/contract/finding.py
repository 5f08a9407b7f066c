"""Finds, in a fresh sandbox, the things that calls are made about."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from channels import records as r

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    + (2000).to_bytes(4, "big")
    + (1644).to_bytes(4, "big")
    + b"\x08\x02\x00\r\n--"
)
SHOE = r.PurchaseItem(product="12345", sku="s001", quantity=2)
HOME = r.Address(
    name="John Doe",
    phone="+1-555-0123",
    street1="123 Main St",
    city="Los Angeles",
    state="California",
    postcode="90001",
    country="US",
)


def record(pull: Any, is_it: Callable[[Any], bool] = lambda one: True) -> Any:
    """The first record of a pull that is as wanted."""
    after = None
    while True:
        page = pull(after, None)
        found = next(filter(is_it, page.records), None)
        if found is not None:
            return found
        assert page.next is not None, "the sandbox holds none"
        after = page.next


def ref(one: Any) -> r.Ref:
    """A record as channels take it."""
    names = ("number", "sku", "source_order_id", "account_remote_id", "marketplace")
    return r.Ref(remote_id=one.remote_id, **{name: getattr(one, name, "") for name in names})


def first(pull: Any) -> r.Ref:
    """The first of a pull."""
    return ref(record(pull))


def having(pull: Any, remote_status: str) -> r.Ref:
    """The first of a pull whose status is the platform's word."""
    return ref(record(pull, lambda one: one.remote_status == remote_status))


def product(c: Any) -> r.Ref:
    """A product that every call can name."""
    return ref(record(c.pull_products, lambda one: bool(one.sku)) if _names_by_sku(c) else record(c.pull_products))


def variant(c: Any) -> r.Ref:
    """A variant that every call can name."""
    found = record(c.pull_products, lambda one: any(v.sku for v in one.variants) or not _names_by_sku(c))
    chosen = next((v for v in found.variants if v.sku), found.variants[0])
    return r.Ref(remote_id=chosen.remote_id, sku=chosen.sku, parent=found.remote_id)


def _names_by_sku(c: Any) -> bool:
    return "sku" in getattr(c, "product_fields", ())


# -- accplanet ---------------------------------------------------------------------------------------------------------


def digital_draft(s: Any) -> r.ProductDraft:
    """A product that can be made."""
    leaf = next(key for key, one in s.categories.items() if not one["has_children"])
    return r.ProductDraft(category_id=leaf, title="T", description="D", price=Decimal(1))


def unsold(s: Any) -> r.Ref:
    """A product that nobody bought."""
    sold = {order["product_id"] for order in s.orders.values()}
    return r.Ref(remote_id=next(one for one in s.products if one not in sold))


def waiting(s: Any, quantity: int) -> r.Ref:
    """A paid order of so many units of which none is delivered."""
    order = next(
        one
        for one in s.orders.values()
        if (one["status"], one["payment_status"], one["delivered_units"]) == ("pending_order", "completed_payment", 0)
    )
    order.update(quantity=quantity, remaining_to_deliver=quantity)
    return r.Ref(remote_id=order["order_id"])


# -- fulfillbot --------------------------------------------------------------------------------------------------------


def parcel(c: Any) -> r.ShipmentDraft:
    """A shipment of one package that may be shipped."""
    package = record(c.pull_packages, lambda one: one.shippable)
    items = (r.ShipmentItemRecord(package_remote_id=package.remote_id),)
    return r.ShipmentDraft(items=items, channel="ch-001", recipient=HOME)


# -- imetastore --------------------------------------------------------------------------------------------------------


def undecided(s: Any) -> Any:
    """A case that awaits a decision."""
    return next(case for case in s.cases.values() if case["operationTime"] is None)


# -- shoppo ------------------------------------------------------------------------------------------------------------


def partner_draft(s: Any, code: str = "P-1001") -> r.OrderDraft:
    """An order of a Sku that is for sale."""
    sku = next(
        s.shop.nodes[one]
        for item in s.shop.products.values()
        for one in item["_skus"]
        if item["enabled"] and s.shop.nodes[one]["enabled"] and s.shop.nodes[one]["inventory"] >= 40
    )
    address = msgspec.structs.replace(HOME, country="US", phone="3356432453")
    return r.OrderDraft(
        lines=(r.OrderDraftLine(variant_remote_id=sku["id"], quantity=2),),
        first_name="A",
        last_name="B",
        address=address,
        partner_code=code,
    )


def _paid(s: Any) -> Any:
    orders = (one for one in s.shop.orders.values() if one["status"] == "PAID")
    return next(one for one in orders if all(s.shop.nodes[item]["status"] == "PAID" for item in one["_items"]))


def all_paid(s: Any) -> r.Ref:
    """An order that can be cancelled."""
    return r.Ref(remote_id=_paid(s)["id"])


def a_paid_line(s: Any) -> r.Ref:
    """A line that can be cancelled."""
    order = _paid(s)
    return r.Ref(remote_id=order["_items"][0], parent=order["id"])
