"""Records of orders → rows.

Secret content is compared by a keyed digest and stored encrypted; a delivery's raw payload, which repeats the content,
is not kept at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec

from channels.records import (
    DeliveryErrorRecord,
    DeliveryRecord,
    OrderLineRecord,
    OrderRecord,
    ParcelRecord,
)
from dashboard.orders import models as m
from dashboard.sync.models import Connection
from dashboard.sync.submit import digest
from dashboard.sync.upsert import Counts, Mirror, Part, upsert

PLAIN_COLUMNS = (
    "number", "source_order_id", "account_remote_id", "marketplace", "payment_status", "fulfilment_status", "currency",
    "total", "buyer", "buyer_remote_id", "buyer_email", "requirements", "payment_method", "is_archived", "quantity",
    "delivered_units", "ship_by", "shipped_at", "placed_at", "paid_at", "updated_at",
)  # fmt: skip
DERIVED_COLUMNS = ("totals", "address", "items", "line_count", "delivered")
LINE_COLUMNS = (
    "sku", "title", "quantity", "unit_price", "status", "remote_status", "product_remote_id", "variant_remote_id",
    "image", "barcode",
)  # fmt: skip
PARCEL_COLUMNS = ("carrier", "tracking_number", "status", "shipped_at", "delivered_at", "checkpoints")
_plain_of_order = attrgetter(*PLAIN_COLUMNS)
_line = attrgetter("remote_id", *LINE_COLUMNS)
_plain_of_parcel = attrgetter("remote_id", *PARCEL_COLUMNS[:-1])


def items_of(lines: Sequence[OrderLineRecord]) -> str:
    """The first line in a few words, with its quantity where it is not one."""
    if not lines:
        return ""
    first = lines[0]
    name = (first.title or first.sku or first.remote_id)[:280]
    return name if first.quantity == 1 else f"{name} ×{first.quantity}"


def _order(r: OrderRecord) -> Sequence[Any]:
    return (
        *_plain_of_order(r),
        [[one.name, one.value] for one in r.totals],
        msgspec.structs.asdict(r.address) if r.address else None,
        items_of(r.lines),
        len(r.lines),
        r.delivered or None,
    )


def _lines(r: OrderRecord) -> Iterable[Sequence[Any]]:
    return map(_line, r.lines)


def _parcels(r: OrderRecord) -> Iterable[Sequence[Any]]:
    for parcel in r.parcels:
        yield (*_plain_of_parcel(parcel), checkpoints(parcel))


def checkpoints(parcel: ParcelRecord) -> list[dict[str, str | None]]:
    """The steps of a parcel's journey as JSON holds them."""
    return [
        {"at": one.at.isoformat() if one.at else None, "words": one.words, "place": one.place}
        for one in parcel.checkpoints
    ]


def _stable_order(r: OrderRecord) -> OrderRecord:
    """Without the partner code, which only a search by it shows; the delivered content as a keyed digest."""
    if not r.partner_code and not r.delivered:
        return r
    return msgspec.structs.replace(r, partner_code="", delivered=digest(r.delivered) if r.delivered else "")


def _stable_delivery(r: DeliveryRecord) -> DeliveryRecord:
    return msgspec.structs.replace(r, content=digest(r.content) if r.content else "")


ORDERS = Mirror(
    domain="orders",
    model=m.Order,
    columns=PLAIN_COLUMNS + DERIVED_COLUMNS,
    values=_order,
    parts=(
        Part(model=m.OrderLine, whole="order", columns=LINE_COLUMNS, rows=_lines),
        Part(model=m.Parcel, whole="order", columns=PARCEL_COLUMNS, rows=_parcels),
    ),
    tracked=("status", "remote_status", "payment_status", "fulfilment_status", "total", "ship_by", "delivered_units"),
    clock="updated_at",
    stable=_stable_order,
)

DELIVERIES = Mirror(
    domain="deliveries",
    model=m.DeliveryRecord,
    columns=("order_remote_id", "content", "quantity", "carrier", "tracking_number", "created_at"),
    values=lambda r: (r.order_remote_id, r.content or None, r.quantity, r.carrier, r.tracking_number, r.created_at),
    stable=_stable_delivery,
)

DELIVERY_ERRORS = Mirror(
    domain="delivery-errors",
    model=m.DeliveryError,
    columns=("order_remote_id", "remark", "image_urls", "quantity", "email_sent", "created_at"),
    values=lambda r: (r.order_remote_id, r.remark, list(r.image_urls), r.quantity, r.email_sent, r.created_at),
)

ACCOUNTS = Mirror(
    domain="accounts",
    model=m.Account,
    columns=("marketplace", "title", "identifier", "is_valid", "created_at"),
    values=lambda r: (r.marketplace, r.title, r.identifier, r.is_valid, r.created_at),
)


def upsert_orders(connection: Connection, records: Iterable[OrderRecord], read_at: datetime | None = None) -> Counts:
    """Bring orders with their lines and parcels in step; keep the partner codes that were searched by."""
    found = list(records)
    counts = upsert(ORDERS, connection, found, read_at=read_at)
    for record in found:
        if record.partner_code:
            m.Order.objects.filter(connection=connection, remote_id=record.remote_id).update(
                partner_code=record.partner_code[:120]
            )
    return counts


def upsert_deliveries(
    connection: Connection, records: Iterable[DeliveryRecord], read_at: datetime | None = None
) -> Counts:
    """Bring what was delivered in step."""
    bare = (msgspec.structs.replace(record, raw=b"") for record in records)
    return upsert(DELIVERIES, connection, bare, read_at=read_at)


def upsert_delivery_errors(
    connection: Connection, records: Iterable[DeliveryErrorRecord], read_at: datetime | None = None
) -> Counts:
    """Bring reported delivery errors in step."""
    return upsert(DELIVERY_ERRORS, connection, records, read_at=read_at)
