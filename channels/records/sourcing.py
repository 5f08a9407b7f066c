"""Records of buying through an agent."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from channels.records.base import Attribute, Record
from channels.records.orders import Address


class SourceSku(Record, frozen=True, kw_only=True):
    """One orderable kind of a source product."""

    remote_id: str
    name: str = ""
    price: Decimal | None = None
    stock: int | None = None
    image: str = ""


class SourceProductRecord(Record, frozen=True, kw_only=True):
    """A product on sale at a source (Taobao, 1688 …). ``minimum`` is the least quantity an order may have."""

    remote_id: str
    title: str = ""
    source: str = ""
    price: Decimal | None = None
    original_price: Decimal | None = None
    currency: str = ""
    sku: str = ""
    image: str = ""
    images: tuple[str, ...] = ()
    shop: str = ""
    url: str = ""
    sales: int | None = None
    quantity: int | None = None
    minimum: int = 1
    description: str = ""
    skus: tuple[SourceSku, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    raw: bytes = b""


class CartItemRecord(Record, frozen=True, kw_only=True):
    """One line of the buying cart."""

    remote_id: str
    product_remote_id: str
    sku: str = ""
    title: str = ""
    sku_name: str = ""
    price: Decimal | None = None
    currency: str = ""
    quantity: int = 1
    selected: bool = True
    stock: int | None = None
    image: str = ""
    remark: str = ""
    source: str = ""
    raw: bytes = b""


class PurchaseLineRecord(Record, frozen=True, kw_only=True):
    """A line of a purchase order."""

    product_remote_id: str
    title: str = ""
    sku: str = ""
    sku_name: str = ""
    price: Decimal | None = None
    quantity: int = 1
    remark: str = ""


class PurchaseOrderRecord(Record, frozen=True, kw_only=True):
    """A purchase through the agent. ``is_partial``: a row of a list, without what only the detail states."""

    remote_id: str
    number: str = ""
    status: str = ""
    remote_status: str = ""
    currency: str = ""
    total: Decimal | None = None
    service_fee: Decimal | None = None
    item_count: int | None = None
    source: str = ""
    carrier: str = ""
    tracking_number: str = ""
    inspection: str = ""
    inspection_weight_grams: int | None = None
    inspection_photos: tuple[str, ...] = ()
    remark: str = ""
    placed_at: datetime | None = None
    updated_at: datetime | None = None
    lines: tuple[PurchaseLineRecord, ...] = ()
    is_partial: bool = False
    raw: bytes = b""


class PackageRecord(Record, frozen=True, kw_only=True):
    """A package in the agent's warehouse. ``shippable`` is ``None`` when nobody said."""

    remote_id: str
    title: str = ""
    status: str = ""
    remote_status: str = ""
    purchase_order: str = ""
    weight_grams: int | None = None
    storage_days: int | None = None
    photos: tuple[str, ...] = ()
    shippable: bool | None = None
    arrived_at: datetime | None = None
    raw: bytes = b""


class ShipmentItemRecord(Record, frozen=True, kw_only=True):
    """One package inside a shipment."""

    package_remote_id: str
    title: str = ""
    quantity: int = 1


class ShipmentRecord(Record, frozen=True, kw_only=True):
    """A parcel from the agent's warehouse to a customer. ``is_partial`` as in purchase orders."""

    remote_id: str
    number: str = ""
    status: str = "unknown"
    remote_status: str = ""
    channel: str = ""
    tracking_number: str = ""
    fee: Decimal | None = None
    currency: str = ""
    weight_grams: int | None = None
    recipient: Address | None = None
    items: tuple[ShipmentItemRecord, ...] = ()
    placed_at: datetime | None = None
    updated_at: datetime | None = None
    is_partial: bool = False
    raw: bytes = b""


class ShippingMethodRecord(Record, frozen=True, kw_only=True):
    """A way to ship abroad. ``delivery_days`` is the platform's text, such as ``7-15``."""

    remote_id: str
    name: str = ""
    carrier: str = ""
    delivery_days: str = ""
    cargo_types: tuple[str, ...] = ()
    minimum_grams: int | None = None
    maximum_grams: int | None = None
    raw: bytes = b""


class CountryRecord(Record, frozen=True, kw_only=True):
    """A country that the agent ships to."""

    code: str
    name: str


class FreightQuote(Record, frozen=True, kw_only=True):
    """The price of one way to ship. Volumetric weight is length·width·height (cm) / 5, in grams."""

    channel_remote_id: str
    name: str
    actual_grams: int | None = None
    volumetric_grams: int | None = None
    charge_grams: int | None = None
    price: Decimal | None = None
    currency: str = ""
    delivery_days: str = ""


class AddressBookRecord(Record, frozen=True, kw_only=True):
    """A saved recipient address."""

    remote_id: str
    address: Address
    is_default: bool = False
    raw: bytes = b""


class FavouriteRecord(Record, frozen=True, kw_only=True):
    """A source product that was put aside."""

    remote_id: str
    product_remote_id: str
    title: str = ""
    price: Decimal | None = None
    currency: str = ""
    image: str = ""
    added_at: datetime | None = None
    raw: bytes = b""


class ProfileRecord(Record, frozen=True, kw_only=True):
    """Who the credentials belong to on the platform."""

    remote_id: str
    name: str = ""
    email: str = ""
    language: str = ""
    avatar: str = ""
    created_at: datetime | None = None
    raw: bytes = b""


class WarehouseStats(Record, frozen=True, kw_only=True):
    """Counts of packages in the agent's warehouse."""

    total: int = 0
    in_warehouse: int = 0
    shippable: int = 0
