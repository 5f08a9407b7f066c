"""Records of buying → rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from channels import records as r
from dashboard.sourcing import models as m
from dashboard.sync.models import Connection
from dashboard.sync.upsert import Counts, Mirror, Part, upsert

PRODUCT_COLUMNS = (
    "title", "source", "price", "original_price", "currency", "sku", "image", "images", "shop", "url", "sales",
    "quantity", "minimum", "description", "skus", "attributes",
)  # fmt: skip
CART_COLUMNS = (
    "product_remote_id", "sku", "title", "sku_name", "price", "currency", "quantity", "selected", "stock", "image",
    "remark", "source",
)  # fmt: skip
PURCHASE_COLUMNS = (
    "number", "currency", "total", "service_fee", "item_count", "items", "source", "carrier", "tracking_number",
    "inspection", "inspection_weight_grams", "inspection_photos", "remark", "placed_at", "updated_at",
)  # fmt: skip
LINE_COLUMNS = ("product_remote_id", "title", "sku", "sku_name", "price", "quantity", "remark")
PACKAGE_COLUMNS = (
    "title", "purchase_order", "weight_grams", "storage_days", "photos", "shippable", "arrived_at",
)  # fmt: skip
SHIPMENT_COLUMNS = (
    "number", "channel", "tracking_number", "fee", "currency", "weight_grams", "recipient", "placed_at", "updated_at",
)  # fmt: skip
ITEM_COLUMNS = ("package_remote_id", "title", "quantity")
METHOD_COLUMNS = ("name", "carrier", "delivery_days", "cargo_types", "minimum_grams", "maximum_grams")
ADDRESS_COLUMNS = ("name", "phone", "country", "state", "city", "address", "postcode", "is_default")
FAVOURITE_COLUMNS = ("product_remote_id", "title", "price", "currency", "image", "added_at")
PROFILE_COLUMNS = ("name", "email", "language", "avatar", "created_at")


def plain(record: Any, columns: Sequence[str]) -> list[Any]:
    """The record's fields of those names; tuples as lists."""
    values = (getattr(record, name) for name in columns)
    return [list(value) if isinstance(value, tuple) else value for value in values]


def _product(record: r.SourceProductRecord) -> Sequence[Any]:
    skus = [
        {
            "remote_id": sku.remote_id,
            "name": sku.name,
            "price": None if sku.price is None else str(sku.price),
            "stock": sku.stock,
            "image": sku.image,
        }
        for sku in record.skus
    ]
    return [*plain(record, PRODUCT_COLUMNS[:-2]), skus, [[one.name, one.value] for one in record.attributes]]


def _purchase(record: r.PurchaseOrderRecord) -> Sequence[Any]:
    before, after = PURCHASE_COLUMNS[:5], PURCHASE_COLUMNS[6:]
    return [*plain(record, before), items_of(record), *plain(record, after)]


def items_of(record: r.PurchaseOrderRecord) -> str:
    """The first line in a few words, with its quantity where it is not one, and how many more there are."""
    if not record.lines:
        return ""
    first, more = record.lines[0], len(record.lines) - 1
    words = (first.title or first.product_remote_id)[:260]
    words = words if first.quantity == 1 else f"{words} ×{first.quantity}"
    return f"{words} +{more}" if more else words


def _lines(record: r.PurchaseOrderRecord) -> Iterable[Sequence[Any]]:
    for n, line in enumerate(record.lines, 1):
        yield (f"{record.remote_id}:{n}", *plain(line, LINE_COLUMNS))


def _shipment(record: r.ShipmentRecord) -> Sequence[Any]:
    recipient = msgspec.structs.asdict(record.recipient) if record.recipient else None
    return [*plain(record, SHIPMENT_COLUMNS[:6]), recipient, *plain(record, SHIPMENT_COLUMNS[7:])]


def _items(record: r.ShipmentRecord) -> Iterable[Sequence[Any]]:
    for n, item in enumerate(record.items, 1):
        yield (f"{record.remote_id}:{n}", *plain(item, ITEM_COLUMNS))


def _address(record: r.AddressBookRecord) -> Sequence[Any]:
    to = record.address
    return (to.name, to.phone, to.country, to.state, to.city, street_of(to), to.postcode, record.is_default)


def street_of(address: r.Address) -> str:
    """Both street lines in one."""
    return ", ".join(line for line in (address.street1, address.street2) if line)


SOURCE_PRODUCTS = Mirror("source-products", m.SourceProduct, PRODUCT_COLUMNS, _product)
CART = Mirror("cart", m.CartItem, CART_COLUMNS, lambda record: plain(record, CART_COLUMNS))
PURCHASE_ORDERS = Mirror(
    "purchase-orders",
    m.PurchaseOrder,
    PURCHASE_COLUMNS,
    _purchase,
    parts=(Part(m.PurchaseLine, "whole", LINE_COLUMNS, _lines),),
    tracked=("status", "remote_status", "total", "tracking_number", "inspection"),
    clock="updated_at",
    is_partial=lambda record: record.is_partial,
)
PACKAGES = Mirror(
    "packages",
    m.Package,
    PACKAGE_COLUMNS,
    lambda record: plain(record, PACKAGE_COLUMNS),
    tracked=("status", "remote_status", "shippable"),
)
SHIPMENTS = Mirror(
    "shipments",
    m.Shipment,
    SHIPMENT_COLUMNS,
    _shipment,
    parts=(Part(m.ShipmentItem, "whole", ITEM_COLUMNS, _items),),
    tracked=("status", "remote_status", "tracking_number", "fee"),
    clock="updated_at",
    is_partial=lambda record: record.is_partial,
)
SHIPPING_METHODS = Mirror(
    "shipping-methods", m.ShippingMethod, METHOD_COLUMNS, lambda record: plain(record, METHOD_COLUMNS)
)
ADDRESSES = Mirror("addresses", m.AddressEntry, ADDRESS_COLUMNS, _address)
FAVOURITES = Mirror("favourites", m.Favourite, FAVOURITE_COLUMNS, lambda record: plain(record, FAVOURITE_COLUMNS))
PROFILE = Mirror("profile", m.Profile, PROFILE_COLUMNS, lambda record: plain(record, PROFILE_COLUMNS))


def upsert_source_products(
    connection: Connection, records: Iterable[r.SourceProductRecord], read_at: datetime | None = None
) -> Counts:
    """Keep products that were looked at. A known least quantity stays when a later answer states none."""
    found = list(records)
    rows = m.SourceProduct.objects.filter(connection=connection, remote_id__in=[one.remote_id for one in found])
    known = dict(rows.values_list("remote_id", "minimum"))
    told = [
        msgspec.structs.replace(one, minimum=max(one.minimum, known.get(one.remote_id, 1))) if one.minimum == 1 else one
        for one in found
    ]
    return upsert(SOURCE_PRODUCTS, connection, told, read_at=read_at)


def upsert_purchase_orders(
    connection: Connection, records: Iterable[r.PurchaseOrderRecord], read_at: datetime | None = None
) -> Counts:
    """Bring purchase orders with their lines in step."""
    return upsert(PURCHASE_ORDERS, connection, records, read_at=read_at)


def upsert_packages(
    connection: Connection, records: Iterable[r.PackageRecord], read_at: datetime | None = None
) -> Counts:
    """Bring packages in step."""
    return upsert(PACKAGES, connection, records, read_at=read_at)


def upsert_shipments(
    connection: Connection, records: Iterable[r.ShipmentRecord], read_at: datetime | None = None
) -> Counts:
    """Bring shipments with their packages in step."""
    return upsert(SHIPMENTS, connection, records, read_at=read_at)
