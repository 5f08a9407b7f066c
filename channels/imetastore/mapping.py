"""Products, orders and cases: wire → record, arguments → body. Pure; raises nothing but ``WireError`` with a path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import msgspec

from channels import records as r
from channels import wire as reading
from channels.errors import WireError
from channels.imetastore import wire as w
from channels.wire import Id, text

PRODUCT_STATUS = reading.table(
    {"0": "draft", "1": "on_sale", "2": "off_sale", "4": "in_review", "5": "problem"},
)
ORDER_STATUS = reading.table({"1": "to_deliver"})
PAYMENT = {
    "unpaid": "unpaid", "expired": "unpaid", "refunded": "refunded", "to_deliver": "paid", "in_progress": "paid",
    "part_delivered": "paid", "delivered": "paid", "completed": "paid",
}  # fmt: skip
FULFILMENT = {
    "unpaid": "none", "expired": "none", "to_deliver": "none", "in_progress": "in_progress",
    "part_delivered": "part_delivered", "delivered": "delivered", "completed": "delivered", "cancelled": "cancelled",
}  # fmt: skip
ORDER_WORDS = frozenset({*PAYMENT, "cancelled", "unknown"})
CASE_WORDS = frozenset({"pending", "approved", "rejected", "lapsed", "unknown"})

TIME_TO_DECIDE = timedelta(hours=48)
MAX_COUNT = 2_147_483_647

Told = TypeVar("Told", r.DeliveryRecord, r.DeliveryErrorRecord)


# -- small conversions -------------------------------------------------------------------------------------------------


def number(value: str) -> Id:
    """An id of ours as the JSON number the platform wants; what is no number goes as it is, to be refused there."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 30 else value


def moment(value: Id | None, path: str) -> datetime | None:
    """A time in any of the platform's spellings: ISO 8601 (no zone: UTC), seconds or milliseconds."""
    spelled = text(value)
    if spelled.isascii() and spelled.isdecimal():
        return reading.unix_time(spelled, path)
    return reading.iso_time(spelled, path)


def iso(value: datetime | None) -> str | None:
    """A time as the filters take it: ISO 8601 with milliseconds and Z."""
    if value is None:
        return None
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def codes(option: str, key: str, known: frozenset[str]) -> dict[str, str]:
    """A table from an option that is a JSON object of platform code → our word.

    Raises ``WireError`` naming the option when it is no such object or has a word that is not ours.
    """
    if not option.strip():
        return {}
    try:
        pairs = msgspec.json.decode(option, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WireError(f"Option {key} is not a JSON object of code → word.", path=f"$.options.{key}") from None
    strange = sorted(set(pairs.values()) - known)
    if strange:
        raise WireError(
            f"Option {key} has the word {strange[0]!r}. Known: {', '.join(sorted(known))}.", path=f"$.options.{key}"
        )
    return reading.table(pairs)


# -- products ----------------------------------------------------------------------------------------------------------


def product(wire: w.Product, raw: bytes, currency: str) -> r.ProductRecord:
    """A product with its SKUs. ``currency`` stands in where a SKU names none."""
    variants = tuple(variant(sku, f"productSkus[{n}]", currency) for n, sku in enumerate(wire.productSkus or ()))
    stocks = [v.quantity for v in variants if v.quantity is not None]
    facts = {"brandId": wire.brandId, "publishDate": wire.publishDate, "deliveryType": wire.deliveryType}
    return r.ProductRecord(
        remote_id=reading.required_id(wire.id),
        number=text(wire.productSpuNum),
        title=text(wire.title),
        status=reading.word(PRODUCT_STATUS, wire.productSpuStatus),
        remote_status=text(wire.productSpuStatus),
        brand=text(wire.brandName),
        category=text(wire.categoryName3),
        category_remote_id=text(wire.categoryId3),
        quantity=min(sum(stocks), MAX_COUNT) if stocks else None,
        attributes=tuple(r.Attribute(name=k, value=text(v)) for k, v in facts.items() if text(v)),
        variants=variants,
        updated_at=moment(wire.updateTime, "updateTime"),
        raw=raw,
    )


def variant(wire: w.Sku, path: str, currency: str) -> r.VariantRecord:
    """A SKU; the platform knows SKUs by id alone."""
    remote_id = reading.required_id(wire.id, f"{path}.id")
    return r.VariantRecord(
        remote_id=remote_id,
        sku=remote_id,
        title=text(wire.title),
        price=reading.amount(wire.price, f"{path}.price"),
        currency=text(wire.currencyCode).upper() or currency,
        quantity=reading.count(wire.stock, f"{path}.stock"),
        alert_quantity=reading.count(wire.alertStock, f"{path}.alertStock"),
    )


def stock_body(changes: tuple[r.StockChange, ...]) -> w.StockUpdate:
    """Absolute stock of several SKUs."""
    return w.StockUpdate(
        skuList=[
            w.SkuStock(id=number(c.variant.remote_id), stock=c.quantity, alertStock=c.alert) for c in changes
        ]
    )  # fmt: skip


def price_body(changes: tuple[r.PriceChange, ...], currency: str) -> w.PriceUpdate:
    """Prices of several SKUs in one currency."""
    rows = [w.SkuPrice(id=number(c.variant.remote_id), price=_cents(c.price.amount)) for c in changes]
    return w.PriceUpdate(productSkuPrices=rows, currencyCode=currency)


def _cents(value: Decimal) -> Decimal:
    """With two decimals where that is the same amount."""
    short = value.quantize(Decimal("0.01"))
    return short if short == value else value


def listing_body(changes: tuple[r.ListingChange, ...], *, listed: bool) -> w.ListingSwitch:
    """Products put on sale, or taken off."""
    return w.ListingSwitch(
        productSpuIds=[number(c.product.remote_id) for c in changes],
        productStatus="ON_SALE" if listed else "SHELF_DOWN",
    )


# -- orders ------------------------------------------------------------------------------------------------------------


def order(wire: w.Order, raw: bytes, statuses: Mapping[str, str], currency: str) -> r.OrderRecord:
    """An order with its one line. ``statuses`` are the codes an operator has named beyond the documented one."""
    remote_id = reading.required_id(wire.orderId, "orderId")
    status = reading.word({**ORDER_STATUS, **statuses}, wire.sellerOrderStatus)
    line = _line(wire, remote_id)
    return r.OrderRecord(
        remote_id=remote_id,
        number=text(wire.orderNum),
        status=status,
        remote_status=text(wire.sellerOrderStatus),
        payment_status=PAYMENT.get(status, "unknown"),
        fulfilment_status=FULFILMENT.get(status, "unknown"),
        currency=text(wire.currencyCode).upper() or currency,
        total=reading.amount(wire.totalPrice, "totalPrice"),
        buyer=text(wire.buyerName),
        buyer_remote_id=text(wire.buyerId),
        requirements=readable(wire.deliveryRequirements),
        quantity=reading.count(wire.quantity, "quantity"),
        placed_at=moment(wire.createdAt, "createdAt"),
        updated_at=moment(wire.updateTime, "updateTime"),
        lines=(line,) if line else (),
        raw=raw,
    )


def _line(wire: w.Order, remote_id: str) -> r.OrderLineRecord | None:
    """The one product of an order; ``None`` where the row names none."""
    if not (text(wire.productSkuId) or text(wire.productSpuId) or text(wire.productTitle)):
        return None
    return r.OrderLineRecord(
        remote_id=f"{remote_id}:1",
        sku=text(wire.productSkuId),
        title=text(wire.productTitle),
        quantity=1 if wire.quantity is None else reading.count(wire.quantity) or 0,
        unit_price=reading.amount(wire.price, "price"),
        product_remote_id=text(wire.productSpuId),
        variant_remote_id=text(wire.productSkuId),
    )


def readable(value: object) -> str:
    """Text as it is, a list as lines, anything else as JSON."""
    if value is None or isinstance(value, str):
        return text(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return msgspec.json.encode(value).decode()


def deliver_body(delivery: r.Delivery) -> w.Deliver:
    """Content to deliver: rows where there are any, else the text."""
    return w.Deliver(
        content=list(delivery.rows) or delivery.content,
        quantity=delivery.quantity,
        carrier=delivery.carrier or None,
        trackingNumber=delivery.tracking_number or None,
    )


def delivery(wire: w.DeliveryItem, raw: bytes, order_id: str) -> r.DeliveryRecord:
    """One delivery. It has no id of its own: :func:`numbered` gives it one."""
    units = wire.quantity if wire.deliveringNumber is None else wire.deliveringNumber
    return r.DeliveryRecord(
        remote_id="",
        order_remote_id=order_id,
        content=readable(wire.content),
        quantity=reading.count(units, "deliveringNumber"),
        carrier=text(wire.carrier),
        tracking_number=text(wire.trackingNumber),
        created_at=moment(wire.createTime, "createTime"),
        raw=raw,
    )


def delivery_error(wire: w.DeliveryErrorItem, raw: bytes, order_id: str) -> r.DeliveryErrorRecord:
    """One reported error. It has no id of its own: :func:`numbered` gives it one."""
    return r.DeliveryErrorRecord(
        remote_id="",
        order_remote_id=order_id,
        remark=text(wire.description) or text(wire.content),
        image_urls=reading.urls(wire.imageUrls),
        quantity=reading.count(wire.deliveringNumber, "deliveringNumber"),
        email_sent=None if wire.isSendEmail is None else bool(wire.isSendEmail),
        created_at=moment(wire.createTime, "createTime"),
        raw=raw,
    )


def numbered(records: Iterable[Told], order_id: str) -> tuple[Told, ...]:
    """Oldest first, with ids ``<order>:<n>``, n from 1: the platform gives these records none."""
    oldest = datetime.min.replace(tzinfo=UTC)
    ordered = sorted(records, key=lambda record: record.created_at or oldest)
    return tuple(msgspec.structs.replace(one, remote_id=f"{order_id}:{n}") for n, one in enumerate(ordered, 1))


# -- after-sales -------------------------------------------------------------------------------------------------------


def case(wire: w.AfterSales, raw: bytes, order_id: str, outcomes: Mapping[str, str]) -> r.CaseRecord:
    """The case of an order. ``outcomes`` are the codes an operator has named; no document lists them."""
    made = moment(wire.createTime, "createTime")
    decided = moment(wire.operationTime, "operationTime")
    decision = _decision(reading.word(dict(outcomes), wire.orderAfterSalesStatus), decided)
    price, currency = wire.originalCurrencyProductPrice, wire.originalCurrencyCode
    if price is None:
        price, currency = wire.convertCurrencyPrice, wire.convertCurrencyCode
    return r.CaseRecord(
        remote_id=reading.required_id(wire.id),
        order_remote_id=text(wire.orderId) or order_id,
        number=text(wire.afterSalesOrderNum),
        status="open" if decision == "pending" else "closed",
        remote_status=text(wire.orderAfterSalesStatus),
        decision=decision,
        reason=text(wire.afterSalesReasonText) or text(wire.afterSalesReason),
        description=text(wire.description),
        buyer=text(wire.buyerName),
        amount=reading.amount(price, "originalCurrencyProductPrice"),
        currency=text(currency).upper(),
        image_urls=reading.urls(wire.imageUrls),
        reject_reason=text(wire.rejectReason),
        reject_image_urls=reading.urls(wire.rejectImageUrls),
        decide_by=made + TIME_TO_DECIDE if made else None,
        decided_at=decided,
        placed_at=made,
        updated_at=moment(wire.updateTime, "updateTime"),
        raw=raw,
    )


def _decision(named: str, decided: datetime | None) -> str:
    """Pending until somebody decided, or the deadline passed (which only a named code can tell); then what is named."""
    if decided is None and named != "lapsed":
        return "pending"
    return named


def audit_body(decision: r.CaseDecision) -> w.Audit:
    """Approve, or reject with reason and evidence."""
    return w.Audit(
        isApproved=decision.approve,
        rejectDescription=decision.reason or None,
        rejectImageUrls=list(decision.image_urls) or None,
    )
