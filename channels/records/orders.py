"""Records of orders, and postal addresses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from channels.records.base import Attribute, Record


class Address(Record, frozen=True, kw_only=True):
    """A postal address. ``country`` is ISO 3166-1 alpha-2 where the platform gives one."""

    name: str = ""
    phone: str = ""
    street1: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""


class Checkpoint(Record, frozen=True, kw_only=True):
    """One step of a parcel's journey, in the carrier's words."""

    at: datetime | None
    words: str
    place: str = ""


class ParcelRecord(Record, frozen=True, kw_only=True):
    """A parcel of an order. Without an id of the platform's, ``remote_id`` is ``<order>:<tracking number>``."""

    remote_id: str
    carrier: str = ""
    tracking_number: str = ""
    status: str = ""
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    checkpoints: tuple[Checkpoint, ...] = ()


class OrderLineRecord(Record, frozen=True, kw_only=True):
    """A line of an order. Without an id of the platform's, ``remote_id`` is ``<order>:<n>``, n from 1."""

    remote_id: str
    sku: str = ""
    title: str = ""
    quantity: int = 1
    unit_price: Decimal | None = None
    status: str = ""
    remote_status: str = ""
    product_remote_id: str = ""
    variant_remote_id: str = ""
    image: str = ""
    barcode: str = ""


class OrderRecord(Record, frozen=True, kw_only=True):
    """An order as the platform states it; no amount is ever recomputed from the others.

    ``account_remote_id`` and ``marketplace`` name the account inside the platform that sold it (aggregators).
    ``totals`` are the platform's further amounts by its own names. ``delivered_units`` and ``requirements`` belong to
    digital goods. ``delivered`` holds secret content that the platform shows: it is stored encrypted.
    """

    remote_id: str
    number: str = ""
    source_order_id: str = ""
    partner_code: str = ""
    account_remote_id: str = ""
    marketplace: str = ""
    status: str = "unknown"
    remote_status: str = ""
    payment_status: str = "unknown"
    fulfilment_status: str = "unknown"
    currency: str = ""
    total: Decimal | None = None
    totals: tuple[Attribute, ...] = ()
    buyer: str = ""
    buyer_remote_id: str = ""
    buyer_email: str = ""
    address: Address | None = None
    requirements: str = ""
    payment_method: str = ""
    is_archived: bool = False
    quantity: int | None = None
    delivered_units: int | None = None
    delivered: str = ""
    ship_by: datetime | None = None
    shipped_at: datetime | None = None
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    updated_at: datetime | None = None
    lines: tuple[OrderLineRecord, ...] = ()
    parcels: tuple[ParcelRecord, ...] = ()
    raw: bytes = b""


class DeliveryRecord(Record, frozen=True, kw_only=True):
    """What was delivered for an order. ``content`` is secret: stored encrypted, never logged."""

    remote_id: str
    order_remote_id: str
    content: str = ""
    quantity: int | None = None
    carrier: str = ""
    tracking_number: str = ""
    created_at: datetime | None = None
    raw: bytes = b""


class DeliveryErrorRecord(Record, frozen=True, kw_only=True):
    """A delivery error that the seller reported for an order."""

    remote_id: str
    order_remote_id: str
    remark: str = ""
    image_urls: tuple[str, ...] = ()
    quantity: int | None = None
    email_sent: bool | None = None
    created_at: datetime | None = None
    raw: bytes = b""


class AccountRecord(Record, frozen=True, kw_only=True):
    """An account on a marketplace behind an aggregator. ``is_valid`` false: it must be authorised again there."""

    remote_id: str
    marketplace: str
    title: str = ""
    identifier: str = ""
    is_valid: bool = True
    created_at: datetime | None = None
    raw: bytes = b""
