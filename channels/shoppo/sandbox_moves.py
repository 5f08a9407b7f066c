"""What happens on Shoppo's side by itself, one function per event; each says what it did."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from channels.shoppo import sandbox_data as data
from channels.shoppo import sandbox_orders as orders
from channels.shoppo import sandbox_tickets as tickets
from channels.shoppo.sandbox_shop import Shop, Thing

NOTHING = "nothing"


def _one(shop: Shop, *statuses: str) -> Thing | None:
    """The newest order in one of the statuses."""
    return next((o for o in reversed(shop.orders.values()) if o["status"] in statuses), None)


def order_new(shop: Shop) -> str:
    """An order comes in from an uploaded file."""
    return f"order {data.new_order(shop, shop.now())['id']} OPEN"


def order_paid(shop: Shop) -> str:
    """An OPEN order is paid."""
    order = _one(shop, "OPEN")
    if order is None:
        return NOTHING
    orders.pay(shop, order, f"charge-{order['_code']}", shop.now())
    return f"order {order['id']} PAID"


def order_progress(shop: Shop) -> str:
    """A PAID order goes into fulfilment."""
    order = _one(shop, "PAID")
    if order is None:
        return NOTHING
    orders.start_fulfilment(shop, order)
    return f"order {order['id']} IN_PROGRESS"


def order_deliver(shop: Shop) -> str:
    """An order in fulfilment is handed to a courier; the partner is told."""
    order = _one(shop, "IN_PROGRESS")
    if order is None:
        return NOTHING
    orders.ship(shop, order, shop.now())
    shop.push("order-deliver", order)
    return f"order {order['id']} DELIVERED"


def order_received(shop: Shop) -> str:
    """A customer confirms that the goods arrived."""
    for order in reversed(shop.orders.values()):
        if any(item["status"] == "SHIPPED" for item in orders.items_of(shop, order)):
            orders.confirm(shop, order, shop.now())
            return f"order {order['id']} received"
    return NOTHING


def order_cancel(shop: Shop) -> str:
    """A customer cancels a PAID order; the partner is told."""
    order = _one(shop, "PAID")
    if order is None:
        return NOTHING
    orders.cancel_items(shop, [i for i in orders.items_of(shop, order) if i["status"] == "PAID"], shop.now())
    shop.push("order-cancel", order)
    return f"order {order['id']} {order['status']}"


def order_expire(shop: Shop) -> str:
    """An OPEN order expires."""
    order = _one(shop, "OPEN")
    if order is None:
        return NOTHING
    orders.expire(shop, order)
    return f"order {order['id']} EXPIRED"


def ticket_new(shop: Shop) -> str:
    """A ticket appears."""
    return f"ticket {data.new_ticket(shop, shop.now())['id']} NEW"


def ticket_reply(shop: Shop) -> str:
    """The desk replies on the newest ticket that is not closed."""
    for ticket in reversed(shop.tickets.values()):
        if ticket["zendeskStatus"] != "CLOSED":
            tickets.desk_replies(shop, ticket, shop.random.choice(data._COMMENTS))
            return f"ticket {ticket['id']} PENDING"
    return NOTHING


def ticket_solve(shop: Shop) -> str:
    """The desk solves the newest open ticket."""
    for ticket in reversed(shop.tickets.values()):
        if ticket["zendeskStatus"] not in ("SOLVED", "CLOSED"):
            tickets.set_desk(ticket, "SOLVED")
            return f"ticket {ticket['id']} SOLVED"
    return NOTHING


def product_create(shop: Shop) -> str:
    """A merchant adds a product."""
    product = data.new_product(shop, shop.now())
    shop.push("product-create", product)
    return f"product {product['id']} created"


def product_update(shop: Shop) -> str:
    """A merchant renames a product and switches it on or off."""
    product = shop.random.choice(list(shop.products.values()))
    product.update(name=f"{product['name']}*", enabled=not product["enabled"])
    shop.touch(product)
    shop.push("product-update", product)
    return f"product {product['id']} updated"


def sku_create(shop: Shop) -> str:
    """A merchant adds a Sku to a product."""
    product = shop.random.choice(list(shop.products.values()))
    first = shop.nodes[product["_skus"][0]]
    sku = data.new_sku(shop, product, first["price"] + 1, first["shippingPrice"])
    shop.touch(product)
    shop.push("sku-create", sku)
    return f"sku {sku['id']} created"


def sku_update(shop: Shop) -> str:
    """A merchant changes a price and restocks."""
    product = shop.random.choice(list(shop.products.values()))
    sku = shop.nodes[shop.random.choice(product["_skus"])]
    sku["price"] += Decimal("0.50")
    shop.shift_stock(sku["id"], 10)
    return f"sku {sku['id']} updated"


def merchant_toggle(shop: Shop) -> str:
    """A merchant is switched off or on, with all its products."""
    place = shop.random.randrange(len(shop.merchants))
    merchant = shop.merchants[place]
    merchant["enabled"] = not merchant["enabled"]
    for product in shop.products.values():
        if product["_merchant"] == place:
            product["enabled"] = merchant["enabled"]
            shop.touch(product)
    told = [{"merchant_id": merchant["id"], "enabled": merchant["enabled"]}]
    shop.push("merchant-toggle", {"merchants": told})
    return f"merchant {merchant['id']} {'enabled' if merchant['enabled'] else 'disabled'}"


def drift(shop: Shop) -> None:
    """The head of the lists moves: the newest product goes, or a new one and a new order come."""
    if shop.random.random() < 0.5 and len(shop.products) > 1:
        shop.remove(next(reversed(shop.products.values())))
    else:
        data.new_product(shop, shop.now())
        data.new_order(shop, shop.now())


MOVES: dict[str, Callable[[Shop], str]] = {
    "order": order_new,
    "payment": order_paid,
    "order-progress": order_progress,
    "order-deliver": order_deliver,
    "order-received": order_received,
    "order-cancel": order_cancel,
    "order-expire": order_expire,
    "ticket": ticket_new,
    "ticket-reply": ticket_reply,
    "ticket-solve": ticket_solve,
    "product-create": product_create,
    "product-update": product_update,
    "sku-create": sku_create,
    "sku-update": sku_update,
    "merchant-toggle": merchant_toggle,
}
