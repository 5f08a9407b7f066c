"""What a write is given, and what it gives back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from channels.records.base import Attribute, Money, Record
from channels.records.orders import Address
from channels.records.sourcing import ShipmentItemRecord


class Ref(Record, frozen=True, kw_only=True):
    """Names one thing on a platform. Fill what is known: some endpoints want the id, some the SKU or number.

    ``parent`` is the product of a variant, the order of a line or a case.
    """

    remote_id: str
    number: str = ""
    sku: str = ""
    parent: str = ""
    source_order_id: str = ""
    account_remote_id: str = ""
    marketplace: str = ""
    kind: str = ""


class Receipt(Record, frozen=True, kw_only=True):
    """A platform's yes. ``remote_id`` names what was made; ``words`` are the platform's own.

    ``accepted`` is the count a batch endpoint answers with; ``None`` where it gives none. ``data`` holds further
    facts by name, never secret ones.
    """

    remote_id: str = ""
    number: str = ""
    words: str = ""
    accepted: int | None = None
    data: dict[str, str] = {}


class Identity(Record, frozen=True, kw_only=True):
    """Whom the credentials belong to, the scopes they have (``None``: the platform has none), the platform's clock."""

    name: str
    scopes: tuple[str, ...] | None = None
    server_time: datetime | None = None
    notes: tuple[str, ...] = ()


class StockChange(Record, frozen=True, kw_only=True):
    """Set the available stock of a variant (absolute), and its alert threshold where given."""

    variant: Ref
    quantity: int
    alert: int | None = None


class PriceChange(Record, frozen=True, kw_only=True):
    """Set the price of a variant (absolute, major units)."""

    variant: Ref
    price: Money


class ListingChange(Record, frozen=True, kw_only=True):
    """Put a product on sale, or take it off."""

    product: Ref
    listed: bool


class ProductDraft(Record, frozen=True, kw_only=True):
    """A product to make, or the changes of one. ``None`` means not given."""

    title: str | None = None
    description: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    sku: str | None = None
    barcode: str | None = None
    quantity: int | None = None
    category_id: str | None = None
    images: tuple[str, ...] | None = None
    attributes: tuple[Attribute, ...] | None = None
    variants: tuple[dict[str, object], ...] | None = None
    status: str | None = None
    min_quantity: int | None = None
    source_id: str | None = None
    source_url: str | None = None
    warranty_days: int | None = None
    supplier_name: str | None = None
    accounts: str | tuple[dict[str, str], ...] | None = None


class Upload(Record, frozen=True, kw_only=True):
    """A file to send. ``content`` is the file's bytes."""

    name: str
    content_type: str
    content: bytes


class Delivery(Record, frozen=True, kw_only=True):
    """Content to deliver for an order: text, or rows (one per unit). ``append`` adds to what was delivered before."""

    content: str = ""
    rows: tuple[str, ...] = ()
    append: bool = False
    quantity: int | None = None
    carrier: str = ""
    tracking_number: str = ""


class OrderDraftLine(Record, frozen=True, kw_only=True):
    """One line of an order to create: the variant's remote id and a quantity."""

    variant_remote_id: str
    quantity: int


class OrderDraft(Record, frozen=True, kw_only=True):
    """An order to create on a partner marketplace. ``partner_code`` is ours and finds the order again."""

    lines: tuple[OrderDraftLine, ...]
    first_name: str
    last_name: str
    address: Address
    partner_code: str
    tracking_number: str = ""
    seller_name: str = ""
    logistic_attribute: str = ""


class Invoice(Record, frozen=True, kw_only=True):
    """An invoice to upload: a PDF and its number; amounts in the order's currency."""

    number: str
    pdf: bytes
    total: Decimal | None = None
    vat: Decimal | None = None
    shipping_id: str = ""
    transaction_id: str = ""


class CaseDecision(Record, frozen=True, kw_only=True):
    """Approve (refund) or reject a case; a reason is required to reject."""

    approve: bool
    reason: str = ""
    image_urls: tuple[str, ...] = ()


class TicketDraft(Record, frozen=True, kw_only=True):
    """A ticket to open. ``kind`` as in :class:`TicketRecord`; the rest as the platform takes it."""

    kind: str
    order: Ref
    subject: str = ""
    text: str = ""
    items: tuple[str, ...] = ()
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    reason: str = ""
    problem_type: str = ""
    item_delivery_status: str = ""
    images: tuple[str, ...] = ()


class TicketChange(Record, frozen=True, kw_only=True):
    """Changes of a ticket; ``None`` leaves a field as it is."""

    status: str | None = None
    subject: str | None = None
    text: str | None = None


class PurchaseItem(Record, frozen=True, kw_only=True):
    """One thing to buy: product and SKU at the source."""

    product: str
    sku: str
    quantity: int
    remark: str = ""


class PurchaseDraft(Record, frozen=True, kw_only=True):
    """A purchase to place; ``remark`` carries our marker. Spends wallet money."""

    items: tuple[PurchaseItem, ...]
    remark: str = ""
    coupon: str = ""


class ShipmentDraft(Record, frozen=True, kw_only=True):
    """A shipment to make from warehouse packages. ``channel`` is a shipping method's remote id. Spends money."""

    items: tuple[ShipmentItemRecord, ...]
    channel: str
    recipient: Address
    remark: str = ""


class FreightQuery(Record, frozen=True, kw_only=True):
    """What to quote: weight in grams, sides in centimetres. ``channel`` limits it to one shipping method."""

    country: str
    weight_grams: int
    length_cm: Decimal | int | None = None
    width_cm: Decimal | int | None = None
    height_cm: Decimal | int | None = None
    channel: str = ""


class SourceQuery(Record, frozen=True, kw_only=True):
    """A search at a source. ``source`` empty searches all; ``page`` counts from 1."""

    words: str
    source: str = ""
    page: int = 1
    limit: int = 20
    category_id: str = ""
    sort: str = ""
    order: str = ""
