"""Wire → record. Pure; raises only ``WireError`` with the path of what cannot be used."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from channels import records as r
from channels.m2e import wire as w
from channels.wire import amount, attributes, count, iso_time, required_id, table, text, urls, word

PRODUCT_STATUS = table(
    {
        "Active": "on_sale",
        "Available": "on_sale",
        "Publish": "on_sale",
        "Preorder": "on_sale",
        "Inactive": "off_sale",
        "Disabled": "off_sale",
        "Private": "off_sale",
        "Draft": "draft",
        "Pending": "in_review",
        "Archive": "archived",
        "Archived": "archived",
    }
)
ORDER_STATUS = table(
    {
        "pending": "unpaid",
        "unshipped": "to_deliver",
        "partially_shipped": "part_delivered",
        "completed": "completed",
        "cancelled": "cancelled",
        "refunded": "refunded",
    }
)
PAYMENT_STATUS = {
    "unpaid": "unpaid",
    "to_deliver": "paid",
    "part_delivered": "paid",
    "completed": "paid",
    "cancelled": "paid",
    "refunded": "refunded",
}
FULFILMENT_STATUS = {
    "unpaid": "none",
    "to_deliver": "none",
    "part_delivered": "part_delivered",
    "completed": "delivered",
    "cancelled": "cancelled",
}
GRAMS = table({"GRAMS": "1", "KILOGRAMS": "1000", "POUNDS": "453.59237", "OUNCES": "28.349523125"})


def account(wire: w.Account, raw: bytes) -> r.AccountRecord:
    """An ``Account``."""
    return r.AccountRecord(
        remote_id=required_id(wire.token, "token"),
        marketplace=text(wire.channel),
        title=text(wire.title),
        identifier=text(wire.identifier),
        is_valid=wire.is_valid is not False,
        created_at=iso_time(wire.create_date, "create_date"),
        raw=raw,
    )


def product(wire: w.CatalogProduct, raw: bytes, currency: str) -> r.ProductRecord:
    """A ``CatalogProduct``; ``currency`` is the connection's, since reads carry none."""
    title = text(wire.title)
    return r.ProductRecord(
        remote_id=required_id(wire.token, "token"),
        number=text(wire.external_id),
        title=title,
        status=word(PRODUCT_STATUS, wire.status),
        remote_status=text(wire.status),
        sku=text(wire.sku),
        quantity=count(wire.quantity),
        images=urls(wire.images),
        attributes=attributes(wire.attributes),
        variants=tuple(
            _variant(one, f"variants[{index}]", title, currency) for index, one in enumerate(wire.variants or ())
        ),
        updated_at=iso_time(wire.update_date, "update_date"),
        raw=raw,
    )


def _variant(wire: w.CatalogProductVariant, at: str, title: str, currency: str) -> r.VariantRecord:
    options = attributes(wire.options)
    images = urls(wire.images)
    return r.VariantRecord(
        remote_id=required_id(wire.token, f"{at}.token"),
        sku=text(wire.sku),
        barcode=text(wire.barcode),
        title=" / ".join(option.value for option in options if option.value) or title,
        price=amount(wire.price, f"{at}.price"),
        currency=currency,
        quantity=count(wire.quantity, f"{at}.quantity"),
        image=images[0] if images else "",
        options=options,
        attributes=attributes(wire.attributes),
        weight_grams=_grams(wire, f"{at}.weight"),
        updated_at=iso_time(wire.update_date, f"{at}.update_date"),
    )


def _grams(wire: w.CatalogProductVariant, path: str) -> int | None:
    """Whole grams; ``None`` for a unit that nobody documents."""
    factor = word(GRAMS, wire.weight_unit)
    weight = amount(wire.weight, path)
    if weight is None or factor == "unknown":
        return None
    return count((weight * Decimal(factor)).quantize(Decimal(1), ROUND_HALF_UP), path)


def order(wire: w.Order, raw: bytes, marketplace: str, account_token: str, currency: str) -> r.OrderRecord:
    """An ``Order`` of one account. ``currency`` stands in where ``total`` names none."""
    remote_id = required_id(wire.token, "token")
    status = word(ORDER_STATUS, wire.status)
    total = wire.total or w.OrderTotal()
    lines = _lines(wire, remote_id)
    shipped_at = iso_time(wire.ship_date, "ship_date")
    return r.OrderRecord(
        remote_id=remote_id,
        number=text(wire.order_id),
        source_order_id=text(wire.source_order_id),
        account_remote_id=account_token,
        marketplace=marketplace,
        status=status,
        remote_status=text(wire.status),
        payment_status=PAYMENT_STATUS.get(status, "unknown"),
        fulfilment_status=FULFILMENT_STATUS.get(status) or _seen_shipping(wire),
        currency=text(total.currency).upper() or currency,
        total=amount(total.total, "total.total"),
        totals=_totals(total),
        buyer=text(wire.buyer_name),
        buyer_email=text(wire.buyer_email),
        address=_address(wire),
        is_archived=wire.is_archived is True,
        quantity=count(sum(line.quantity for line in lines)),
        ship_by=iso_time(wire.ship_by_date, "ship_by_date"),
        shipped_at=shipped_at,
        placed_at=iso_time(wire.sale_date, "sale_date"),
        lines=lines,
        parcels=_parcels(wire, remote_id, shipped_at),
        raw=raw,
    )


def _lines(wire: w.Order, order_id: str) -> tuple[r.OrderLineRecord, ...]:
    """Lines by ``item_id``; a missing or repeated one becomes ``<order>:<n>``."""
    found: dict[str, r.OrderLineRecord] = {}
    for n, item in enumerate(wire.items or (), start=1):
        at = f"items[{n - 1}]"
        own = text(item.item_id)
        line_id = own if own and len(own) <= 200 and own not in found else f"{order_id}:{n}"
        quantity = count(item.quantity, f"{at}.quantity")
        found[line_id] = r.OrderLineRecord(
            remote_id=line_id,
            sku=text(item.sku),
            title=text(item.title),
            quantity=1 if quantity is None else quantity,
            unit_price=amount(item.price, f"{at}.price"),
            barcode=text(item.barcode),
        )
    return tuple(found.values())


def _parcels(wire: w.Order, order_id: str, shipped_at: datetime | None) -> tuple[r.ParcelRecord, ...]:
    """One parcel for each tracking number, however many lines name it."""
    carriers: dict[str, str] = {}
    for item in wire.items or ():
        for number in _tracking(item):
            carriers[number] = carriers.get(number) or text(item.tracking_service)
    return tuple(
        r.ParcelRecord(remote_id=f"{order_id}:{number}", carrier=carrier, tracking_number=number, shipped_at=shipped_at)
        for number, carrier in carriers.items()
    )


def _tracking(item: w.OrderItem) -> list[str]:
    return [text(number) for number in item.tracking_numbers or () if text(number)]


def _seen_shipping(wire: w.Order) -> str:
    """What the parcels tell where the status does not."""
    tracked = [bool(_tracking(item)) for item in wire.items or ()]
    if not any(tracked):
        return "unknown"
    return "delivered" if all(tracked) else "part_delivered"


def _totals(total: w.OrderTotal) -> tuple[r.Attribute, ...]:
    """The further amounts under the platform's names, never recomputed."""
    names = ("subtotal", "shipping", "tax", "discount")
    stated = ((name, amount(getattr(total, name), f"total.{name}")) for name in names)
    return tuple(r.Attribute(name=name, value=_shown(value)) for name, value in stated if value is not None)


def _shown(value: Decimal) -> str:
    """At least two decimals, no zeros beyond."""
    whole, _, part = f"{value:f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"


def _address(wire: w.Order) -> r.Address | None:
    given = wire.shipping_address
    if not isinstance(given, w.ShippingAddress):
        return r.Address(country=text(wire.country_code)) if text(wire.country_code) else None
    return r.Address(
        name=text(given.name),
        phone=text(given.phone),
        street1=text(given.street_first),
        street2=text(given.street_second),
        city=text(given.city),
        state=text(given.state),
        postcode=text(given.postal_code),
        country=text(given.country_code) or text(wire.country_code),
    )
