"""The order rules of the document: what may happen to an order and its items, and when."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from channels.shoppo.sandbox_shop import Problem, Shop, Thing

EXPIRES_AFTER = 24 * 3600
FULFILMENT_AFTER = 2 * 3600
_NEEDED = ("recipientFirstName", "streetAddress1", "city", "zipcode", "phoneNumber")
_COURIERS = ("YunExpress", "4PX", "SF Express", "China Post", "Почта России")


# -- what a partner may ask for --------------------------------------------------------------------------------------


def create_order(
    shop: Shop,
    shippingAddress: Thing,  # noqa: N803
    orderItems: list[Thing],  # noqa: N803
    partnerOrderCode: str,  # noqa: N803
    trackingNumber: str | None = None,  # noqa: N803
    partnerSellerName: str | None = None,  # noqa: N803
) -> Thing:
    """Create Order: the order and its items are OPEN, the stock falls."""
    missing = [name for name in _NEEDED if not shippingAddress[name].strip()]
    if missing:
        raise Problem(f"Shipping address: {missing[0]} is required.", "InvalidShippingAddress")
    if not orderItems:
        raise Problem("An order needs at least one order item.", "InvalidOrderItems")
    if not partnerOrderCode.strip():
        raise Problem("partnerOrderCode is required.", "InvalidPartnerOrderCode")
    wanted = [(_orderable(shop, item, orderItems), item["quantity"]) for item in orderItems]
    order = place(shop, wanted, shippingAddress, partnerOrderCode, shop.now())
    order["trackingNumber"], order["_sellerName"] = trackingNumber, partnerSellerName
    shop.applied(
        "createOrder",
        order_id=order["id"],
        partner_order_code=partnerOrderCode,
        items=[{"sku_id": sku["id"], "quantity": quantity} for sku, quantity in wanted],
        total=str(order["orderTotal"]),
    )
    return {"order": order}


def _orderable(shop: Shop, item: Thing, items: list[Thing]) -> Thing:
    sku = shop.live_sku(item["skuId"])
    wanted = sum(other["quantity"] for other in items if other["skuId"] == item["skuId"])
    if item["quantity"] < 1:
        raise Problem("Quantity must be at least 1.", "InvalidQuantity")
    if not sku["enabled"] or not shop.products[sku["_product"]]["enabled"]:
        raise Problem(f"Sku {sku['id']} is not for sale.", "SkuDisabled")
    if sku["inventory"] < wanted:
        raise Problem(f"Sku {sku['id']} has only {sku['inventory']} left.", "OutOfStock")
    return sku


def set_order_as_paid(shop: Shop, orderId: str, chargeId: str) -> Thing:  # noqa: N803
    """Set Order as Paid: only an OPEN order; a charge id belongs to one order."""
    order = shop.find("Order", orderId)
    if order["status"] != "OPEN":
        raise Problem(f"Order status should be OPEN, but it is {order['status']}.", "InvalidOrderStatus")
    if not chargeId.strip() or shop.charges.get(chargeId, orderId) != orderId:
        raise Problem("chargeId should be unique.", "DuplicateChargeId")
    pay(shop, order, chargeId, shop.now())
    shop.applied("setOrderAsPaid", order_id=order["id"], charge_id=chargeId, partner_order_code=order["_code"])
    return {"order": order}


def cancel_order_item(shop: Shop, orderItemId: str) -> Thing:  # noqa: N803
    """Cancel OrderItem: only while the item is PAID."""
    item = shop.find("OrderItem", orderItemId)
    _demand_paid([item])
    cancel_items(shop, [item], shop.now())
    shop.applied("cancelOrderItem", order_item_id=item["id"], order_id=item["_order"])
    return {"orderItem": item}


def cancel_order(shop: Shop, orderId: str) -> Thing:  # noqa: N803
    """Cancel Order: only while all items are PAID."""
    order = shop.find("Order", orderId)
    items = items_of(shop, order)
    _demand_paid(items)
    cancel_items(shop, items, shop.now())
    shop.applied("cancelOrder", order_id=order["id"], partner_order_code=order["_code"])
    return {"order": order}


def _demand_paid(items: list[Thing]) -> None:
    others = [item["status"] for item in items if item["status"] != "PAID"]
    if others:
        raise Problem(
            f"Only order items whose status is PAID can be cancelled, this one is {others[0]}. "
            "Please create a customer service ticket.",
            "InvalidOrderItemStatus",
        )


# -- what happens ----------------------------------------------------------------------------------------------------


def items_of(shop: Shop, order: Thing) -> list[Thing]:
    """The items of an order."""
    return [shop.nodes[item] for item in order["_items"]]


def place(shop: Shop, wanted: Sequence[tuple[Thing, int]], address: Thing, code: str, at: int) -> Thing:
    """A new OPEN order; what was ordered is kept as snapshots."""
    goods = sum((sku["price"] * quantity for sku, quantity in wanted), Decimal(0))
    shipping = sum((sku["shippingPrice"] * quantity for sku, quantity in wanted), Decimal(0))
    order = shop.add(
        "Order",
        status="OPEN",
        refundStatus="NOT_REFUNDED",
        shippingAddress=address,
        discountAmount=Decimal(0),
        orderSubtotal=goods + shipping,
        orderTotal=goods + shipping,
        shippingCost=shipping,
        timeCreated=at,
        timePaymentProcessed=None,
        trackingNumber=None,
        _code=code,
        _csv=None,
        _items=[],
        _skus=[sku["id"] for sku, _ in wanted],
    )
    for sku, quantity in wanted:
        order["_items"].append(_item(shop, order, sku, quantity)["id"])
        shop.shift_stock(sku["id"], -quantity)
    shop.orders[order["id"]] = order
    return order


def _item(shop: Shop, order: Thing, sku: Thing, quantity: int) -> Thing:
    product = shop.snapshot(shop.products[sku["_product"]])
    kept = shop.snapshot(sku)
    kept["_product"] = product["id"]
    return shop.add(
        "OrderItem",
        status="OPEN",
        quantity=quantity,
        product=product,
        sku=kept,
        isRefunded=False,
        refundedAmount=None,
        shippingRefunded=None,
        timeRefunded=None,
        shippingPackage=None,
        shippingProvider=None,
        trackingNumber=None,
        _order=order["id"],
    )


def pay(shop: Shop, order: Thing, charge: str, at: int) -> None:
    """OPEN → PAID."""
    shop.charges[charge] = order["id"]
    order.update(status="PAID", timePaymentProcessed=at)
    for item in items_of(shop, order):
        item["status"] = "PAID"


def cancel_items(shop: Shop, items: Sequence[Thing], at: int) -> None:
    """Cancelled items are refunded and their stock returns; an order whose last item goes is CLOSED."""
    for item in items:
        item["status"] = "CANCELLED"
        refund_item(shop, item, at)
        shop.shift_stock(item["sku"]["originalId"], item["quantity"])
    order = shop.nodes[items[0]["_order"]]
    if all(item["status"] == "CANCELLED" for item in items_of(shop, order)):
        order["status"] = "CLOSED"


def refund_item(shop: Shop, item: Thing, at: int) -> None:
    """The whole price of an item goes back, shipping included, once."""
    amount = (item["sku"]["price"] + item["sku"]["shippingPrice"]) * item["quantity"]
    item.update(isRefunded=True, refundedAmount=amount, shippingRefunded=True, timeRefunded=at)
    order = shop.nodes[item["_order"]]
    whole = all(other["isRefunded"] for other in items_of(shop, order))
    order["refundStatus"] = "FULL_REFUNDED" if whole else "PARTIAL_REFUNDED"


def start_fulfilment(shop: Shop, order: Thing) -> None:
    """PAID → IN_PROGRESS; its uncancelled items are IN_FULFILLMENT and can no longer be cancelled."""
    order["status"] = "IN_PROGRESS"
    for item in items_of(shop, order):
        if item["status"] == "PAID":
            item["status"] = "IN_FULFILLMENT"


def ship(shop: Shop, order: Thing, at: int) -> None:
    """IN_PROGRESS → DELIVERED (to the courier); the items travel in one package, SHIPPED."""
    number = f"YT{shop.random.randrange(10**15, 10**16)}"
    courier = shop.random.choice(_COURIERS)
    package = shop.add(
        "ShippingPackage",
        courier=courier,
        trackingNumber=number,
        isDelivered=False,
        status=shop.random.choice(("TRANSIT", "in_transit", "运输中", "PICKED_UP")),
        timeShipped=at,
        timeTracked=at + 3600,
        timeLanded=None,
        timeDelivered=None,
        checkpoints=[
            {"courier": courier, "time": at, "message": "Shipment information received", "location": None},
            {"courier": courier, "time": at + 3600, "message": "已揽收 📦", "location": "深圳 Shenzhen"},
        ],
    )
    order["status"] = "DELIVERED"
    for item in items_of(shop, order):
        if item["status"] == "IN_FULFILLMENT":
            item.update(status="SHIPPED", shippingPackage=package, shippingProvider=courier, trackingNumber=number)


def confirm(shop: Shop, order: Thing, at: int) -> None:
    """The customer has it: SHIPPED items are DELIVERED."""
    for item in items_of(shop, order):
        if item["status"] != "SHIPPED":
            continue
        item["status"] = "DELIVERED"
        package: dict[str, Any] = item["shippingPackage"]
        if not package["isDelivered"]:
            arrived = {"courier": package["courier"], "time": at, "message": "Delivered, вручено", "location": "—"}
            package["checkpoints"].append(arrived)
            package.update(isDelivered=True, status="DELIVERED", timeLanded=at - 86400, timeDelivered=at)


def expire(shop: Shop, order: Thing) -> None:
    """OPEN → EXPIRED; the stock returns."""
    order["status"] = "EXPIRED"
    for item in items_of(shop, order):
        shop.shift_stock(item["sku"]["originalId"], item["quantity"])


def pass_time(shop: Shop) -> None:
    """What happens by the clock alone: unpaid orders expire, paid ones go into fulfilment."""
    now = shop.now()
    for order in shop.orders.values():
        if order["status"] == "OPEN" and now - order["timeCreated"] >= EXPIRES_AFTER:
            expire(shop, order)
        elif order["status"] == "PAID" and now - order["timePaymentProcessed"] >= FULFILMENT_AFTER:
            start_fulfilment(shop, order)
