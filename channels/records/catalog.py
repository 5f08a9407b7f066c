"""Records of the catalog."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from channels.records.base import Attribute, Record


class CategoryRecord(Record, frozen=True, kw_only=True):
    """A category as the platform names it. ``path`` is the whole breadcrumb, ``A > B > C``."""

    remote_id: str
    name: str
    path: str = ""
    parent_remote_id: str = ""
    raw: bytes = b""


class VariantRecord(Record, frozen=True, kw_only=True):
    """The unit that has a price and a stock. A platform without variants gives each product one, with its id."""

    remote_id: str
    sku: str = ""
    barcode: str = ""
    title: str = ""
    price: Decimal | None = None
    currency: str = ""
    quantity: int | None = None
    alert_quantity: int | None = None
    status: str = ""
    image: str = ""
    options: tuple[Attribute, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    weight_grams: int | None = None
    updated_at: datetime | None = None


class ProductRecord(Record, frozen=True, kw_only=True):
    """A product with its variants. ``description`` is the platform's HTML, unsanitised."""

    remote_id: str
    number: str = ""
    title: str = ""
    status: str = "unknown"
    remote_status: str = ""
    brand: str = ""
    category: str = ""
    category_remote_id: str = ""
    sku: str = ""
    quantity: int | None = None
    url: str = ""
    description: str = ""
    images: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    variants: tuple[VariantRecord, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    raw: bytes = b""
