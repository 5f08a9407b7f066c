"""What staff may want on the marketplaces: catalog, orders, cases, messages, tickets."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from tests.drill.world import Intent, World

PDF = base64.b64encode(b"%PDF-1.4\n%%EOF").decode()
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    + (2000).to_bytes(4, "big")
    + (1644).to_bytes(4, "big")
    + b"\x08\x02\x00\r\n--"
)
TO = {
    "first_name": "Ann", "last_name": "Lee", "street1": "1 Folsom St", "city": "San Francisco", "state": "CA",
    "country": "US", "postcode": "94106", "phone": "3356432453",
}  # fmt: skip
ASKING = {
    "first_name": "Mei", "last_name": "Li", "email": "mei@example.com", "reason": "DAMAGED", "problem_type": "REFUND",
    "item_delivery_status": "RECEIVED",
}  # fmt: skip


def _has(**wanted: Any) -> Any:
    """Whether an effect has these values, compared as text."""
    return lambda effect: all(str(effect.get(key)) == str(value) for key, value in wanted.items())


def _variants(world: World) -> Iterator[Any]:
    """A variant of each unused product."""
    for product in world.free("pull_products", "product", lambda one: bool(one.variants) and one.status != "archived"):
        yield product.variants[0]


# -- imetastore --------------------------------------------------------------------------------------------------------


def goods_stock(world: World) -> Iterator[Intent]:
    for one in _variants(world):
        n = 1000 + world.number()
        ours = _has(id=one.remote_id, stock=n)
        yield Intent("catalog.set_stock", one.remote_id, {"quantity": n}, "products.stock", ours)


def goods_price(world: World) -> Iterator[Intent]:
    for one in _variants(world):
        price = f"{100 + world.number()}.00"
        payload = {"price": price, "currency": one.currency}
        ours = _has(id=one.remote_id, price=price, currencyCode=one.currency)
        yield Intent("catalog.set_price", one.remote_id, payload, "products.price", ours)


def goods_listing(world: World) -> Iterator[Intent]:
    for one in world.free("pull_products", "product", lambda one: one.status in ("on_sale", "off_sale")):
        payload = {"listed": one.status == "off_sale"}
        yield Intent("catalog.set_listing", one.remote_id, payload, "products.listing", _has(id=one.remote_id))


def goods_deliver(world: World) -> Iterator[Intent]:
    for one in world.free("pull_orders", "order", lambda one: one.remote_status == "1"):
        rows = [f"key-{world.number()}" for _ in range(one.quantity)]
        yield Intent("orders.deliver", one.remote_id, {"rows": rows}, "orders.deliver", _has(orderId=one.remote_id))


def goods_error(world: World) -> Iterator[Intent]:
    for one in world.free("pull_orders", "error", lambda one: one.status == "delivered"):
        remark = f"Broken {world.number()}"
        ours = _has(orderId=one.remote_id, remark=remark)
        yield Intent("orders.report_delivery_error", one.remote_id, {"remark": remark}, "orders.deliver_error", ours)


def goods_decide(world: World) -> Iterator[Intent]:
    cases = [one for one in world.sandbox.cases.values() if one["operationTime"] is None]
    for n, one in enumerate(world.untouched("case", cases, lambda one: one["id"])):
        payload = {"approve": True} if n % 2 else {"approve": False, "reason": "Delivered as described"}
        ours = _has(orderId=one["orderId"])
        yield Intent("aftersales.decide", str(one["id"]), payload, "aftersales.audit", ours)


def goods_message(world: World) -> Iterator[Intent]:
    for one in world.records("pull_threads") * 3:
        text = f"Hello {world.number()}"
        yield Intent("messaging.send", one.remote_id, {"text": text}, "im.send", _has(text=text))


# -- accplanet ---------------------------------------------------------------------------------------------------------


def _waiting(world: World, least: int = 1) -> Iterator[Any]:
    """Unused paid orders of which nothing is delivered."""
    found = (
        one
        for one in world.sandbox.orders.values()
        if (one["status"], one["payment_status"], one["delivered_units"]) == ("pending_order", "completed_payment", 0)
        and one["quantity"] >= least
    )
    return world.untouched("order", found, lambda one: one["order_id"])


def _unsold(world: World) -> Iterator[str]:
    sold = {order["product_id"] for order in world.sandbox.orders.values()}
    found = (one for one in world.sandbox.products if one not in sold)
    return world.untouched("product", found, str)


def _changed(product: str, **changes: Any) -> Any:
    def is_ours(effect: dict[str, Any]) -> bool:
        said = effect["changes"]
        return effect["product_id"] == product and all(str(said.get(k)) == str(v) for k, v in changes.items())

    return is_ours


def supply_stock(world: World) -> Iterator[Intent]:
    for one in world.free("pull_products", "product"):
        n = 1000 + world.number()
        yield Intent(
            "catalog.set_stock", one.remote_id, {"quantity": n}, "products.update", _changed(one.remote_id, stock=n)
        )


def supply_price(world: World) -> Iterator[Intent]:
    for one in world.free("pull_products", "product"):
        price = f"{100 + world.number()}.50"
        ours = _changed(one.remote_id, price=price)
        yield Intent("catalog.set_price", one.remote_id, {"price": price}, "products.update", ours)


def supply_listing(world: World) -> Iterator[Intent]:
    for one in world.free("pull_products", "product", lambda one: one.status in ("on_sale", "off_sale")):
        word = "active" if one.status == "off_sale" else "inactive"
        ours = _changed(one.remote_id, status=word)
        yield Intent("catalog.set_listing", one.remote_id, {"listed": word == "active"}, "products.update", ours)


def supply_create(world: World) -> Iterator[Intent]:
    leaf = next(key for key, one in world.sandbox.categories.items() if not one["has_children"])
    while True:
        title = f"Drilled {world.number()}"
        payload = {"title": title, "description": "<p>Ten</p>", "price": "4.50", "category_id": leaf, "quantity": 7}
        yield Intent("catalog.create_product", "-", payload, "products.create", _has(title=title))


def supply_update(world: World) -> Iterator[Intent]:
    for one in world.free("pull_products", "product"):
        title = f"Renamed {world.number()}"
        ours = _changed(one.remote_id, title=title)
        yield Intent("catalog.update_product", one.remote_id, {"title": title}, "products.update", ours)


def supply_delete(world: World) -> Iterator[Intent]:
    for one in _unsold(world):
        yield Intent("catalog.delete_product", one, {}, "products.delete", _has(product_id=one))


def supply_accounts(world: World) -> Iterator[Intent]:
    for one in _unsold(world):
        accounts = f"user{world.number()}:word\nuser{world.number()}:word"
        payload = {"accounts": accounts}
        yield Intent("catalog.append_accounts", one, payload, "products.append_accounts", _has(product_id=one))


def supply_image(world: World) -> Iterator[Intent]:
    while True:
        yield _image(world, "products.upload_image")


def _image(world: World, endpoint: str, kind: str = "catalog.upload_image") -> Intent:
    content = PNG + b"\0" * world.number()
    file = {"name": "a.png", "content": base64.b64encode(content).decode(), "content_type": "image/png"}
    return Intent(kind, "-", {"file": file}, endpoint, _has(size=len(content)))


def supply_picture(world: World) -> Iterator[Intent]:
    while True:
        yield _image(world, "products.upload_image", "tickets.upload_picture")


def supply_deliver(world: World) -> Iterator[Intent]:
    for one in _waiting(world):
        rows = [f"user{world.number()}:word" for _ in range(one["quantity"])]
        payload = {"rows": rows, "append": True}
        ours = _has(order_id=one["order_id"])
        yield Intent("orders.deliver", one["order_id"], payload, "orders.update_delivered_info", ours)


def supply_status(world: World) -> Iterator[Intent]:
    for one in _waiting(world):
        ours = _has(order_id=one["order_id"])
        payload = {"status": "running_order"}
        yield Intent("orders.set_status", one["order_id"], payload, "orders.change_status", ours)


def supply_refund(world: World) -> Iterator[Intent]:
    for one in _waiting(world):
        yield Intent("orders.refund", one["order_id"], {}, "orders.refund", _has(order_id=one["order_id"]))


def supply_ticket(world: World) -> Iterator[Intent]:
    for one in world.free("pull_orders", "ticketed"):
        title = f"Out of stock {world.number()}"
        payload = {"kind": "support", "order": one.remote_id, "subject": title, "text": "Three are missing"}
        yield Intent("tickets.open", "-", payload, "tickets.create", _has(title=title))


def supply_ticket_update(world: World) -> Iterator[Intent]:
    for one in world.free("pull_tickets", "ticket", lambda one: one.remote_status != "closed"):
        yield Intent(
            "tickets.update", one.remote_id, {"status": "closed"}, "tickets.update", _has(ticket_id=one.remote_id)
        )


# -- shoppo ------------------------------------------------------------------------------------------------------------


def partner_image(world: World) -> Iterator[Intent]:
    while True:
        yield _image(world, "uploadImage")


def partner_picture(world: World) -> Iterator[Intent]:
    while True:
        yield _image(world, "uploadImage", "tickets.upload_picture")


def partner_create(world: World) -> Iterator[Intent]:
    shop = world.sandbox.shop
    skus = [
        sku
        for product in shop.products.values()
        for sku in product["_skus"]
        if product["enabled"] and shop.nodes[sku]["enabled"] and shop.nodes[sku]["inventory"] >= 40
    ]
    while True:
        n = world.number()
        code = f"DRILL-{n}"
        payload = {"lines": [{"sku": skus[n % len(skus)], "quantity": 1}], "shipping_address": TO, "partner_code": code}
        yield Intent("orders.create", "-", payload, "createOrder", _has(partner_order_code=code))


def _partner_orders(world: World, status: str) -> Iterator[Any]:
    shop = world.sandbox.shop
    found = (
        one
        for one in shop.orders.values()
        if one["status"] == status and all(shop.nodes[item]["status"] == status for item in one["_items"])
    )
    return world.untouched("order", found, lambda one: one["id"])


def partner_paid(world: World) -> Iterator[Intent]:
    for one in _partner_orders(world, "OPEN"):
        yield Intent("orders.mark_paid", one["id"], {}, "setOrderAsPaid", _has(order_id=one["id"]))


def partner_cancel(world: World) -> Iterator[Intent]:
    for one in _partner_orders(world, "PAID"):
        yield Intent("orders.cancel", one["id"], {}, "cancelOrder", _has(order_id=one["id"]))


def partner_cancel_item(world: World) -> Iterator[Intent]:
    for one in _partner_orders(world, "PAID"):
        item = one["_items"][0]
        yield Intent("orders.cancel_item", item, {}, "cancelOrderItem", _has(order_item_id=item))


def partner_ticket(world: World) -> Iterator[Intent]:
    for one in world.free("pull_orders", "ticketed", lambda one: bool(one.lines)):
        text = f"The box was empty {world.number()}"
        payload = {"kind": "refund", "order": one.remote_id, "text": text, **ASKING}
        yield Intent("tickets.open", "-", payload, "createRefundTicket", _has(remark=text))


def partner_reply(world: World) -> Iterator[Intent]:
    for one in [each for each in world.records("pull_tickets") if each.status != "closed"] * 2:
        text = f"Any news {world.number()}"
        ours = _has(ticket_id=one.remote_id, content=text)
        yield Intent("tickets.reply", one.remote_id, {"text": text}, "replyCustomerServiceTicket", ours)


# -- m2e ---------------------------------------------------------------------------------------------------------------


def _named(world: World) -> Iterator[Any]:
    """Unused products whose SKU, and whose first variant's SKU, are there."""
    return world.free("pull_products", "product", lambda one: bool(one.sku and one.variants and one.variants[0].sku))


def stores_stock(world: World) -> Iterator[Intent]:
    for one in _named(world):
        n, variant = 1000 + world.number(), one.variants[0]
        ours = _has(sku=variant.sku, quantity=n)
        payload = {"quantity": n}
        yield Intent("catalog.set_stock", variant.remote_id, payload, "catalogProductsVariantsUpdate", ours)


def stores_price(world: World) -> Iterator[Intent]:
    for one in _named(world):
        n, variant = 1000 + world.number(), one.variants[0]
        ours = lambda effect, sku=variant.sku, n=n: effect.get("sku") == sku and effect.get("price") == n  # noqa: E731
        payload = {"price": str(n)}
        yield Intent("catalog.set_price", variant.remote_id, payload, "catalogProductsVariantsUpdate", ours)


def stores_create(world: World) -> Iterator[Intent]:
    while True:
        sku = f"DRILL-{world.number()}"
        payload = {"sku": sku, "title": "New thing", "price": "3.20", "quantity": 4}
        yield Intent("catalog.create_product", "-", payload, "CatalogProductCreate", _has(sku=sku))


def stores_update(world: World) -> Iterator[Intent]:
    for one in _named(world):
        title = f"Renamed {world.number()}"
        ours = _has(sku=one.sku, title=title)
        yield Intent("catalog.update_product", one.remote_id, {"title": title}, "catalogProductsUpdate", ours)


def stores_delete(world: World) -> Iterator[Intent]:
    for one in _named(world):
        yield Intent("catalog.delete_product", one.remote_id, {}, "CatalogProductDelete", _has(sku=one.sku))


def stores_invoice(world: World) -> Iterator[Intent]:
    for one in world.free("pull_orders", "order", lambda one: bool(one.source_order_id)):
        number = f"INV-{world.number()}"
        file = {"name": "i.pdf", "content_type": "application/pdf", "content": PDF}
        payload = {"number": number, "file": file, "total": "12.50"}
        ours = lambda effect, number=number: number in effect.values()  # noqa: E731
        yield Intent("orders.upload_invoice", one.remote_id, payload, "UploadOrderInvoice", ours)


SELLING = {
    "imetastore": (goods_stock, goods_price, goods_listing, goods_deliver, goods_error, goods_decide, goods_message),
    "accplanet": (
        supply_stock, supply_price, supply_listing, supply_create, supply_update, supply_delete, supply_accounts,
        supply_image, supply_picture, supply_deliver, supply_status, supply_refund, supply_ticket,
        supply_ticket_update,
    ),
    "shoppo": (
        partner_image, partner_picture, partner_create, partner_paid, partner_cancel, partner_cancel_item,
        partner_ticket, partner_reply,
    ),
    "m2e": (stores_stock, stores_price, stores_create, stores_update, stores_delete, stores_invoice),
}  # fmt: skip
