"""One call of every method of every platform: how its arguments are found in a fresh sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from channels import records as r
from tests.channels import opening
from tests.channels.contract import finding as f

Arrange = Callable[[Any, Any], tuple[Any, ...]]


def _all(channel: Any, sandbox: Any) -> tuple[Any, ...]:
    """Every pull begins at its first page."""
    return (None, None)


def _nothing(channel: Any, sandbox: Any) -> tuple[Any, ...]:
    return ()


def _stock(c: Any, s: Any) -> tuple[Any, ...]:
    return ((r.StockChange(variant=f.variant(c), quantity=7),),)


def _price(c: Any, s: Any) -> tuple[Any, ...]:
    return ((r.PriceChange(variant=f.variant(c), price=r.Money(amount=Decimal(7), currency="USD")),),)


def _listing(c: Any, s: Any) -> tuple[Any, ...]:
    return ((r.ListingChange(product=f.product(c), listed=False),),)


def _ticket(kind: str) -> Arrange:
    def arrange(c: Any, s: Any) -> tuple[Any, ...]:
        order = f.record(c.pull_orders, lambda one: one.status == "delivered")
        lines = tuple(line.remote_id for line in order.lines)
        return (
            r.TicketDraft(
                kind=kind, order=f.ref(order), subject="Size", text="Too small", items=lines, first_name="Ann",
                last_name="Lee", email="ann@example.com", reason="WRONG_SIZE", problem_type="EXCHANGE",
                item_delivery_status="RECEIVED",
            ),
        )  # fmt: skip

    return arrange


def _a_ticket(c: Any, s: Any) -> tuple[Any, ...]:
    found = f.record(c.pull_tickets)
    return (r.Ref(remote_id=found.remote_id, kind=found.kind),)


COMMON: dict[str, Arrange] = {
    "check_credentials": _nothing,
    "read_product": lambda c, s: (f.product(c),),
    "read_order": lambda c, s: (f.ref(f.record(c.pull_orders)),),
    "read_deliveries": lambda c, s: (f.ref(f.record(c.pull_orders)),),
    "read_ticket": _a_ticket,
    "set_stock": _stock,
    "set_prices": _price,
    "set_listings": _listing,
}

ACCPLANET: dict[str, Arrange] = {
    "create_product": lambda c, s: (f.digital_draft(s),),
    "find_product": lambda c, s: (f.digital_draft(s),),
    "update_product": lambda c, s: (f.unsold(s), r.ProductDraft(title="Fresh")),
    "delete_product": lambda c, s: (f.unsold(s),),
    "append_accounts": lambda c, s: (f.unsold(s), "u1:p1"),
    "upload_image": lambda c, s: (r.Upload(name="a.png", content_type="image/png", content=f.PNG),),
    "deliver_order": lambda c, s: (f.waiting(s, 2), r.Delivery(rows=("u:p",), append=True)),
    "set_order_status": lambda c, s: (f.waiting(s, 1), "running_order"),
    "refund_order": lambda c, s: (f.waiting(s, 1),),
    "open_ticket": lambda c, s: (r.TicketDraft(kind="support", order=f.waiting(s, 1), subject="S", text="T"),),
    "update_ticket": lambda c, s: (*_a_ticket(c, s), r.TicketChange(status="closed")),
}

FULFILLBOT: dict[str, Arrange] = {
    "search_sources": lambda c, s: (r.SourceQuery(words="shoe"),),
    "read_source_product": lambda c, s: ("12345",),
    "import_source_product": lambda c, s: ("", "600000000001"),
    "add_to_cart": lambda c, s: ((f.SHOE,),),
    "update_cart": lambda c, s: (f.first(c.pull_cart), 3, True),
    "remove_from_cart": lambda c, s: (f.first(c.pull_cart),),
    "clear_cart": _nothing,
    "read_purchase_order": lambda c, s: (f.first(c.pull_purchase_orders),),
    "place_purchase_order": lambda c, s: (r.PurchaseDraft(items=(f.SHOE,)),),
    "cancel_purchase_order": lambda c, s: (f.having(c.pull_purchase_orders, "pending"), "late"),
    "read_warehouse_stats": _nothing,
    "read_package": lambda c, s: (f.first(c.pull_packages),),
    "read_shipment": lambda c, s: (f.first(c.pull_shipments),),
    "create_shipment": lambda c, s: (f.parcel(c),),
    "cancel_shipment": lambda c, s: (f.having(c.pull_shipments, "pending"),),
    "confirm_delivery": lambda c, s: (f.having(c.pull_shipments, "shipped"),),
    "quote_freight": lambda c, s: (r.FreightQuery(country="US", weight_grams=1000),),
    "read_countries": _nothing,
    "save_address": lambda c, s: (None, f.HOME, None),
    "delete_address": lambda c, s: (f.first(c.pull_addresses),),
    "add_favourite": lambda c, s: ("67890",),
    "remove_favourite": lambda c, s: (f.first(c.pull_favourites),),
    "update_profile": lambda c, s: ({"language": "de"},),
}

IMETASTORE: dict[str, Arrange] = {
    "deliver_order": lambda c, s: (f.having(c.pull_orders, "1"), r.Delivery(content="x")),
    "report_delivery_error": lambda c, s: (f.having(c.pull_orders, "1"), "x", ()),
    "read_delivery_errors": lambda c, s: (f.having(c.pull_orders, "1"),),
    "read_case": lambda c, s: (r.Ref(remote_id=str(f.undecided(s)["orderId"])),),
    "decide_case": lambda c, s: (
        r.Ref(remote_id=str(f.undecided(s)["id"]), parent=str(f.undecided(s)["orderId"])),
        r.CaseDecision(approve=True),
    ),
    "read_messages": lambda c, s: (f.first(c.pull_threads), opening.START - timedelta(days=2)),
    "send_message": lambda c, s: (f.first(c.pull_threads), "hi", 1),
}

M2E: dict[str, Arrange] = {
    "create_product": lambda c, s: (r.ProductDraft(sku="NEW", title="Cup", price=Decimal(1), quantity=1),),
    "find_product": lambda c, s: (r.ProductDraft(sku=f.product(c).sku, title="Cup"),),
    "update_product": lambda c, s: (f.product(c), r.ProductDraft(title="Fresh")),
    "delete_product": lambda c, s: (f.product(c),),
    "upload_invoice": lambda c, s: (f.ref(f.record(c.pull_orders)), r.Invoice(number="R-1", pdf=b"%PDF-1.7")),
}

SHOPPO: dict[str, Arrange] = {
    "upload_image": lambda c, s: (r.Upload(name="a.png", content_type="image/png", content=f.PNG),),
    "create_order": lambda c, s: (f.partner_draft(s),),
    "find_orders": lambda c, s: (next(iter(s.shop.orders.values()))["_code"],),
    "mark_paid": lambda c, s: (f.having(c.pull_orders, "OPEN"), "charge-1"),
    "cancel_order": lambda c, s: (f.all_paid(s),),
    "cancel_line": lambda c, s: (f.a_paid_line(s),),
    "open_ticket": _ticket("exchange"),
    "reply_ticket": lambda c, s: (*_a_ticket(c, s), "Any news?"),
}

OWN = {"accplanet": ACCPLANET, "fulfillbot": FULFILLBOT, "imetastore": IMETASTORE, "m2e": M2E, "shoppo": SHOPPO}


def arrange(key: str, method: str) -> Arrange | None:
    """How the arguments of a platform's method are found; `None` where this table lacks it."""
    return _all if method.startswith("pull_") else OWN.get(key, {}).get(method) or COMMON.get(method)
