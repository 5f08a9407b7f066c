"""Shoppo's wire → records of orders. Pure."""

from __future__ import annotations

from decimal import Decimal

from channels import records as r
from channels import wire
from channels.shoppo import wire as w
from channels.shoppo.mapping import CURRENCY, money, pairs

ORDER_WORDS = wire.table(
    {
        "OPEN": "unpaid",
        "PAID": "to_deliver",
        "IN_PROGRESS": "in_progress",
        "DELIVERED": "delivered",
        "CLOSED": "cancelled",
        "EXPIRED": "expired",
    }
)
PAYMENT_WORDS = wire.table(
    {
        "OPEN": "unpaid",
        "EXPIRED": "unpaid",
        "PAID": "paid",
        "IN_PROGRESS": "paid",
        "DELIVERED": "paid",
        "CLOSED": "paid",
    }
)
REFUND_WORDS = wire.table({"FULL_REFUNDED": "refunded", "PARTIAL_REFUNDED": "part_refunded"})
ITEM_WORDS = wire.table(
    {
        "OPEN": "unpaid",
        "PAID": "to_deliver",
        "IN_FULFILLMENT": "in_progress",
        "SHIPPED": "in_progress",
        "DELIVERED": "delivered",
        "CANCELLED": "cancelled",
    }
)
FULFILMENT = {
    "unpaid": "none",
    "expired": "none",
    "to_deliver": "none",
    "in_progress": "in_progress",
    "delivered": "delivered",
    "cancelled": "cancelled",
}


def order(said: w.Order, raw: bytes, partner_code: str = "") -> r.OrderRecord:
    """An order in USD. The partner code cannot be read back: it is known only when it was searched by."""
    remote_id = wire.required_id(said.id)
    status = wire.word(ORDER_WORDS, said.status)
    items = [item for item in said.orderItems or () if item]
    parcels = _parcels(remote_id, said, items)
    address = _address(said.shippingAddress) if said.shippingAddress else None
    return r.OrderRecord(
        remote_id=remote_id,
        partner_code=partner_code,
        status=status,
        remote_status=wire.text(said.status),
        payment_status=_payment(said),
        fulfilment_status=FULFILMENT.get(status) or _fulfilment(parcels),
        currency=CURRENCY,
        total=wire.amount(said.orderTotal, "orderTotal"),
        totals=_totals(said, items),
        buyer=address.name if address else "",
        address=address,
        placed_at=wire.unix_time(said.timeCreated, "timeCreated"),
        paid_at=wire.unix_time(said.timePaymentProcessed, "timePaymentProcessed"),
        shipped_at=min((parcel.shipped_at for parcel in parcels if parcel.shipped_at), default=None),
        lines=tuple(_line(item, f"orderItems[{index}]") for index, item in enumerate(items)),
        parcels=parcels,
        raw=raw,
    )


def _payment(said: w.Order) -> str:
    refunded = wire.word(REFUND_WORDS, said.refundStatus)
    return wire.word(PAYMENT_WORDS, said.status) if refunded == "unknown" else refunded


def _fulfilment(parcels: tuple[r.ParcelRecord, ...]) -> str:
    """What parcels tell of an order whose status word nobody knows."""
    if parcels and all(parcel.delivered_at for parcel in parcels):
        return "delivered"
    return "in_progress" if any(parcel.shipped_at for parcel in parcels) else "unknown"


def _totals(said: w.Order, items: list[w.OrderItem]) -> tuple[r.Attribute, ...]:
    """Further amounts by the platform's names; what was given back is told item by item, and summed here."""
    refunds = [wire.amount(one.refundedAmount, f"orderItems[{n}].refundedAmount") for n, one in enumerate(items)]
    named = {
        "orderSubtotal": said.orderSubtotal,
        "shippingCost": said.shippingCost,
        "discountAmount": said.discountAmount,
        "refundedAmount": sum(filter(None, refunds), Decimal(0)) or None,
    }
    return pairs(*((name, money(value, name)) for name, value in named.items()))


def _address(said: w.ShippingAddress) -> r.Address:
    return r.Address(
        name=f"{wire.text(said.recipientFirstName)} {wire.text(said.recipientLastName)}".strip(),
        phone=wire.text(said.phoneNumber),
        street1=wire.text(said.streetAddress1),
        street2=wire.text(said.streetAddress2),
        city=wire.text(said.city),
        state=wire.text(said.state),
        postcode=wire.text(said.zipcode),
        country=wire.text(said.countryCode),
    )


def _line(said: w.OrderItem, at: str) -> r.OrderLineRecord:
    """A line; product and variant are named by their live ids, the price is the snapshot's."""
    product, sku = said.product or w.ProductSnapshot(), said.sku or w.Sku()
    options = " / ".join(part for part in (wire.text(sku.color), wire.text(sku.size)) if part)
    title = wire.text(product.name)
    variant = wire.text(sku.originalId) or wire.text(sku.id)
    return r.OrderLineRecord(
        remote_id=wire.required_id(said.id, f"{at}.id"),
        sku=variant,
        title=f"{title} ({options})" if title and options else title or options,
        quantity=wire.count(said.quantity, f"{at}.quantity") or 0,
        unit_price=wire.amount(sku.price, f"{at}.sku.price"),
        status=wire.word(ITEM_WORDS, said.status),
        remote_status=wire.text(said.status),
        product_remote_id=wire.text(product.originalId) or wire.text(product.id),
        variant_remote_id=variant,
        image=wire.text(sku.coverImage.originalUrl) if sku.coverImage else "",
    )


def _parcels(order_id: str, said: w.Order, items: list[w.OrderItem]) -> tuple[r.ParcelRecord, ...]:
    """Packages of the items (several items may share one), then tracking numbers that no package carries."""
    found: dict[str, r.ParcelRecord] = {}
    for index, item in enumerate(items):
        if item.shippingPackage:
            parcel = _parcel(order_id, item, item.shippingPackage, f"orderItems[{index}].shippingPackage")
            found.setdefault(parcel.remote_id, parcel)
    numbers = [(item.trackingNumber, item.shippingProvider) for item in items] + [(said.trackingNumber, "")]
    for number, carrier in numbers:
        tracking = wire.text(number)
        if tracking and all(parcel.tracking_number != tracking for parcel in found.values()):
            bare = f"{order_id}:{tracking}"
            found[bare] = r.ParcelRecord(remote_id=bare, tracking_number=tracking, carrier=wire.text(carrier))
    return tuple(found.values())


def _parcel(order_id: str, item: w.OrderItem, said: w.ShippingPackage, at: str) -> r.ParcelRecord:
    tracking = wire.text(said.trackingNumber) or wire.text(item.trackingNumber)
    return r.ParcelRecord(
        remote_id=wire.required_id(wire.text(said.id) or (f"{order_id}:{tracking}" if tracking else ""), f"{at}.id"),
        carrier=wire.text(said.courier) or wire.text(item.shippingProvider),
        tracking_number=tracking,
        status=wire.text(said.status),
        shipped_at=wire.unix_time(said.timeShipped, f"{at}.timeShipped"),
        delivered_at=wire.unix_time(said.timeDelivered, f"{at}.timeDelivered"),
        checkpoints=tuple(
            r.Checkpoint(
                at=wire.unix_time(one.time, f"{at}.checkpoints[{n}].time"),
                words=wire.text(one.message),
                place=wire.text(one.location),
            )
            for n, one in enumerate(said.checkpoints or ())
            if one
        ),
    )
