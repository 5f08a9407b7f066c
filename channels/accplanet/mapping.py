"""Wire → records. Pure. Raises nothing but ``WireError`` with the path of the fault."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from channels import records as r
from channels.accplanet import wire
from channels.errors import WireError
from channels.wire import Id, count, decode, iso_time, required_id, table, text, urls, word

PRODUCT_STATUS = table({"active": "on_sale", "inactive": "off_sale"})
ORDER_STATUS = table(
    {
        "pending_order": "to_deliver",
        "running_order": "in_progress",
        "completed_order": "delivered",
        "receipt_confirmed_order": "completed",
        "refunded_order": "refunded",
    }
)
ORDER_PAYMENT_STATUS = table({"pending_payment": "unpaid", "completed_payment": "paid", "refunded_order": "refunded"})
FULFILMENT_STATUS = {
    "unpaid": "none",
    "to_deliver": "none",
    "in_progress": "in_progress",
    "delivered": "delivered",
    "completed": "delivered",
}
TICKET_STATUS = table({"open": "open", "in_progress": "pending", "closed": "closed"})
PAYMENT_STATUS = table({"pending_payment": "pending", "completed_payment": "paid", "refunded_order": "refunded"})

SECRET_KEYS = ("delivered_info", "accounts", "accounts_text")


# -- products ----------------------------------------------------------------------------------------------------------


def product(found: wire.Product, raw: bytes, *, currency: str, site: str) -> r.ProductRecord:
    """A product with its one variant, which has the product's id. ``site`` makes image paths into addresses."""
    remote_id = required_id(found.product_id, "product_id")
    images = tuple(image_url(path, site) for path in urls(found.images))
    stock, updated_at = count(found.stock, "stock"), iso_time(found.updated_at, "updated_at")
    status = product_status(found)
    variant = r.VariantRecord(
        remote_id=remote_id,
        title=text(found.title),
        price=wire.money(found.price, "price"),
        currency=currency,
        quantity=stock,
        status=status,
        image=images[0] if images else "",
        updated_at=updated_at,
    )
    return r.ProductRecord(
        remote_id=remote_id,
        number=text(found.business_id),
        title=text(found.title),
        status=status,
        remote_status=text(found.status),
        category=text(found.category_path),
        category_remote_id=text(found.category_id),
        quantity=stock,
        description=found.description or "",
        images=images,
        attributes=product_attributes(found),
        variants=(variant,),
        created_at=iso_time(found.created_at, "created_at"),
        updated_at=updated_at,
        raw=without_secrets(raw),
    )


def product_status(found: wire.Product) -> str:
    """In review until it is approved (where that is stated), then by its own status."""
    if found.approval_status and found.approval_status.strip().casefold() != "approved":
        return "in_review"
    return word(PRODUCT_STATUS, found.status)


def product_attributes(found: wire.Product) -> tuple[r.Attribute, ...]:
    """What has no field of ours, by the platform's own names."""
    named: dict[str, Any] = {
        "approval_status": found.approval_status,
        "min_quantity": count(found.min_quantity, "min_quantity"),
        "sales_count": count(found.sales_count, "sales_count"),
        "rating": found.rating,
        "tags": ", ".join(text(tag) for tag in found.tags or ()),
        "warranty_period_days": found.warranty_period_days,
        "source_product_id": found.source_product_id,
        "source_product_url": found.source_product_url,
    }
    return _attributes(named)


def image_url(path: str, site: str) -> str:
    """A path within the site as an address; other addresses stay."""
    return f"{site.rstrip('/')}{path}" if path.startswith("/") else path


def categories(found: wire.ProductCategory, raw: bytes) -> tuple[r.CategoryRecord, ...]:
    """A product's leaf category, and the one above it (“Parent > Sub”)."""
    leaf, parent = text(found.category_id), text(found.parent_category_id)
    names = [part for part in (text(part) for part in text(found.category_path).split(">")) if part]
    made = []
    if parent and parent != leaf and len(names) > 1:
        made.append(r.CategoryRecord(remote_id=required_id(parent), name=names[-2], path=" > ".join(names[:-1])))
    if leaf:
        name = names[-1] if names else leaf
        made.append(
            r.CategoryRecord(
                remote_id=required_id(leaf), name=name, path=" > ".join(names) or name, parent_remote_id=parent
            )
        )
    return tuple(made)


# -- orders ------------------------------------------------------------------------------------------------------------


def order(found: wire.Order, raw: bytes, *, currency: str, site: str) -> r.OrderRecord:
    """An order with its one line. What was delivered goes to ``delivered`` only, one row a line, never to ``raw``."""
    remote_id = required_id(found.order_id, "order_id")
    status, payment = order_status(found)
    quantity, units = count(found.quantity, "quantity"), count(found.delivered_units, "delivered_units")
    return r.OrderRecord(
        remote_id=remote_id,
        number=text(found.order_no),
        status=status,
        remote_status=text(found.status),
        payment_status=payment,
        fulfilment_status=FULFILMENT_STATUS.get(status) or fulfilment_by_units(units, quantity),
        currency=currency,
        total=wire.money(found.total_amount, "total_amount"),
        totals=order_totals(found),
        buyer_remote_id=text(found.buyer_id),
        payment_method=text(found.payment_method),
        quantity=quantity,
        delivered_units=units,
        delivered="\n".join(delivered_rows(found.delivered_info)),
        placed_at=iso_time(found.created_at, "created_at"),
        updated_at=iso_time(found.updated_at, "updated_at"),
        lines=(order_line(found, remote_id, quantity, site),),
        raw=without_secrets(raw),
    )


def order_status(found: wire.Order) -> tuple[str, str]:
    """Our words for the order and its payment: a pending order is unpaid while its payment is pending."""
    status = word(ORDER_STATUS, found.status)
    payment = "refunded" if status == "refunded" else word(ORDER_PAYMENT_STATUS, found.payment_status)
    return ("unpaid" if status == "to_deliver" and payment == "unpaid" else status), payment


def fulfilment_by_units(units: int | None, quantity: int | None) -> str:
    """How far an order came whose status does not tell (refunded, unknown)."""
    if units is None:
        return "unknown"
    if units <= 0:
        return "none"
    return "part_delivered" if quantity is not None and units < quantity else "delivered"


def order_totals(found: wire.Order) -> tuple[r.Attribute, ...]:
    """The amounts beside the total, and the coupon, by the platform's own names."""
    named: dict[str, Any] = {
        "original_price": _amount_text(found.original_price, "original_price"),
        "login_discount": _amount_text(found.login_discount, "login_discount"),
        "coupon_code": found.coupon_code,
        "coupon_discount": _amount_text(found.coupon_discount, "coupon_discount"),
    }
    return _attributes(named)


def order_line(found: wire.Order, order_id: str, quantity: int | None, site: str) -> r.OrderLineRecord:
    """The only line. The unit price is the product's; ``original_price`` may be the line's, so it serves for one."""
    shown = found.product or wire.Snapshot()
    product_id = text(found.product_id) or text(shown.product_id)
    unit_price = wire.money(shown.price, "product.price")
    if unit_price is None and quantity == 1:
        unit_price = wire.money(found.original_price, "original_price")
    images = urls(shown.images)
    return r.OrderLineRecord(
        remote_id=f"{order_id}:1",
        title=text(shown.title),
        quantity=1 if quantity is None else quantity,
        unit_price=unit_price,
        product_remote_id=product_id,
        variant_remote_id=product_id,
        image=image_url(images[0], site) if images else "",
    )


def delivered_rows(info: Any) -> tuple[str, ...]:
    """What was delivered, row by row: plain text is one row, a JSON array (in text, as documented, or bare) several."""
    if isinstance(info, str):
        rows = _json_rows(info)
        return (info.strip(),) if rows is None and info.strip() else tuple(_row(one) for one in rows or ())
    if isinstance(info, list):
        return tuple(_row(one) for one in info)
    return () if info is None else (_row(info),)


def deliveries(found: r.OrderRecord) -> tuple[r.DeliveryRecord, ...]:
    """What an order shows as delivered, as one record with the order's id; none before anything was delivered."""
    if not found.delivered and not found.delivered_units:
        return ()
    made = r.DeliveryRecord(
        remote_id=found.remote_id,
        order_remote_id=found.remote_id,
        content=found.delivered,
        quantity=found.delivered_units,
    )
    return (made,)


# -- tickets and money -------------------------------------------------------------------------------------------------


def ticket(found: wire.Ticket, raw: bytes) -> r.TicketRecord:
    """A ticket. The platform shows no replies; the buyer is known by id only."""
    return r.TicketRecord(
        remote_id=required_id(found.ticket_id, "ticket_id"),
        number=text(found.ticket_no),
        status=word(TICKET_STATUS, found.status),
        remote_status=text(found.status),
        subject=text(found.title),
        body=found.description or "",
        order_remote_id=text(found.order_id),
        buyer=text(found.buyer_id),
        placed_at=iso_time(found.created_at, "created_at"),
        updated_at=iso_time(found.updated_at, "updated_at"),
        raw=without_secrets(raw),
    )


def payment(found: wire.Payment, raw: bytes, *, currency: str) -> r.PaymentRecord:
    """A buyer's payment."""
    number = required_id(found.payment_no, "payment_no")
    return r.PaymentRecord(
        remote_id=number,
        number=number,
        order_remote_id=text(found.order_id),
        status=word(PAYMENT_STATUS, found.status),
        remote_status=text(found.status),
        amount=wire.money(found.amount, "amount"),
        currency=currency,
        method=text(found.payment_method),
        paid_at=iso_time(found.paid_at, "paid_at"),
        placed_at=iso_time(found.created_at, "created_at"),
        raw=raw,
    )


def balances(found: wire.Balance, raw: bytes, *, currency: str) -> tuple[r.BalanceRecord, ...]:
    """The supplier's balance and the user's. Raises ``WireError`` when the answer states neither."""
    stated = {
        "supplier": wire.money(found.supplier_balance, "supplier_balance"),
        "user": wire.money(found.user_balance, "user_balance"),
    }
    if all(amount is None for amount in stated.values()):
        raise WireError("The answer states no balance.", path="$.supplier_balance")
    return tuple(
        r.BalanceRecord(remote_id=kind, currency=currency, balance=amount, raw=raw)
        for kind, amount in stated.items()
        if amount is not None
    )


def identity(found: wire.Balance) -> r.Identity:
    """Whom the key belongs to, and the role it acts in."""
    role = text(found.current_role)
    notes = (f"Current role: {role}.",) if role else ()
    return r.Identity(name=text(found.email) or text(found.user_id) or "AccPlanet supplier", notes=notes)


# -- small things ------------------------------------------------------------------------------------------------------


def without_secrets(raw: bytes) -> bytes:
    """A thing's JSON without delivered content and accounts; nothing at all where that cannot be made sure."""
    if not any(key.encode() in raw for key in SECRET_KEYS) and b"\\u" not in raw:
        return raw
    try:
        keys = decode(raw, dict[str, msgspec.Raw])
    except WireError:
        return b""
    return msgspec.json.encode({key: value for key, value in keys.items() if key not in SECRET_KEYS})


def hide_bad(bad: Iterable[r.Bad]) -> tuple[r.Bad, ...]:
    """Items for quarantine without the secrets they carried."""
    return tuple(msgspec.structs.replace(one, raw=without_secrets(one.raw)) for one in bad)


def _json_rows(info: str) -> list[Any] | None:
    try:
        return decode(info.encode("utf-8", "replace"), list[Any]) if info.lstrip().startswith("[") else None
    except WireError:
        return None


def _row(one: Any) -> str:
    """A row as text; an account object as ``username:password``."""
    if isinstance(one, dict) and {"username", "password"} <= one.keys():
        return f"{text(one['username'])}:{text(one['password'])}"
    return one if isinstance(one, str) else msgspec.json.encode(one).decode()


def _amount_text(raw: msgspec.Raw, path: str) -> str:
    amount = wire.money(raw, path)
    return "" if amount is None else price_text(amount)


def price_text(price: Decimal) -> str:
    """An amount as the platform writes it: at least two decimals, never fewer digits than it has."""
    plain = price.normalize()
    exponent = plain.as_tuple().exponent
    return f"{plain:f}" if isinstance(exponent, int) and exponent < -2 else f"{plain:.2f}"


def _attributes(named: dict[str, Id | Any]) -> tuple[r.Attribute, ...]:
    return tuple(r.Attribute(name=key, value=text(value)) for key, value in named.items() if text(value))
