"""What AccPlanet says, in its spelling. Only ids are demanded; everything else may be missing or null.

Amounts are kept raw and read by :func:`money`, so that text and numbers both become ``Decimal`` without a float.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from channels.errors import WireError
from channels.wire import Count, Id, Wire, amount

NOTHING = msgspec.Raw(b"null")


def money(raw: msgspec.Raw, path: str) -> Decimal | None:
    """An amount in text (as documented) or as a number. Raises ``WireError`` for anything else."""
    found = bytes(raw)
    if found in (b"", b"null"):
        return None
    try:
        return amount(msgspec.json.decode(found, type=str) if found[:1] == b'"' else found.decode(), path)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise WireError("Not an amount.", path=f"$.{path}") from None


# -- answers to writes -------------------------------------------------------------------------------------------------


class Done(Wire, kw_only=True):
    """The envelope of every write (“Response Example”). Without ``success: true`` nothing is certain."""

    success: bool | None = None
    message: str | None = None


class ImageUploaded(Done, kw_only=True):
    """Upload Image. ``image_path`` is relative to the site."""

    image_path: str


class ProductCreated(Done, kw_only=True):
    """Create Product."""

    product_id: Id
    business_id: Id | None = None
    approval_status: str | None = None
    accounts_imported: Any = None


class ProductUpdated(Done, kw_only=True):
    """Update Product."""

    product_id: Id | None = None
    business_id: Id | None = None
    accounts_imported: Any = None


class AccountsAppended(Done, kw_only=True):
    """Append Product Accounts. ``delivery_tasks_queued`` waiting orders will be delivered from the pool."""

    product_id: Id | None = None
    accounts_imported: Any = None
    delivery_tasks_queued: Any = None


class OrderRefunded(Done, kw_only=True):
    """Refund Order."""

    order_id: Id | None = None
    refund_no: Id | None = None


class DeliveredInfoUpdated(Done, kw_only=True):
    """Update Delivered Info. ``delivered_units`` counts all units so far."""

    order_id: Id | None = None
    delivered_units: Any = None
    order_completed: Any = None
    append_delivered_info: Any = None


class OrderStatusChanged(Done, kw_only=True):
    """Change Order Status."""

    order_id: Id | None = None
    status: str | None = None


class TicketCreated(Done, kw_only=True):
    """Create Ticket."""

    ticket_id: Id
    ticket_no: Id | None = None


class TicketUpdated(Done, kw_only=True):
    """Update Ticket: the ticket, without a message."""

    ticket: msgspec.Raw = NOTHING


# -- things ------------------------------------------------------------------------------------------------------------


class Product(Wire, kw_only=True):
    """An element of List Products, and the keys that only an order's snapshot is documented with."""

    product_id: Id
    business_id: Id | None = None
    category_id: Id | None = None
    category_path: str | None = None
    parent_category_id: Id | None = None
    title: str | None = None
    description: str | None = None
    price: msgspec.Raw = NOTHING
    stock: Count | None = None
    min_quantity: Count | None = None
    sales_count: Count | None = None
    rating: Any = None
    status: str | None = None
    approval_status: str | None = None
    images: list[str | None] | None = None
    tags: list[Any] | None = None
    source_product_id: Id | None = None
    source_product_url: str | None = None
    warranty_period_days: Any = None
    created_at: str | None = None
    updated_at: str | None = None


class ProductCategory(Wire, kw_only=True):
    """Only what a product tells of its category."""

    category_id: Id | None = None
    category_path: str | None = None
    parent_category_id: Id | None = None


class Snapshot(Wire, kw_only=True):
    """The product as an order shows it; whether it is frozen at purchase is not documented."""

    product_id: Id | None = None
    title: str | None = None
    price: msgspec.Raw = NOTHING
    images: list[str | None] | None = None


class Order(Wire, kw_only=True):
    """An element of List Orders, and ``order`` of Get Order. ``delivered_info`` is secret."""

    order_id: Id
    order_no: Id | None = None
    buyer_id: Id | None = None
    product_id: Id | None = None
    quantity: Count | None = None
    original_price: msgspec.Raw = NOTHING
    login_discount: msgspec.Raw = NOTHING
    coupon_code: Id | None = None
    coupon_discount: msgspec.Raw = NOTHING
    total_amount: msgspec.Raw = NOTHING
    status: str | None = None
    payment_status: str | None = None
    payment_method: str | None = None
    delivered_info: Any = None
    delivered_units: Count | None = None
    product: Snapshot | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Ticket(Wire, kw_only=True):
    """An element of List Tickets, and ``ticket`` of Get Ticket. ``description`` may be HTML."""

    ticket_id: Id
    ticket_no: Id | None = None
    order_id: Id | None = None
    buyer_id: Id | None = None
    supplier_id: Id | None = None
    title: str | None = None
    description: str | None = None
    status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Payment(Wire, kw_only=True):
    """An element of List Payments: what a buyer paid."""

    payment_no: Id
    order_id: Id | None = None
    amount: msgspec.Raw = NOTHING
    payment_method: str | None = None
    status: str | None = None
    paid_at: str | None = None
    created_at: str | None = None


class Balance(Wire, kw_only=True):
    """Get Balance. A supplier's money is ``supplier_balance``; ``balance`` is that of ``current_role``."""

    balance: msgspec.Raw = NOTHING
    user_balance: msgspec.Raw = NOTHING
    supplier_balance: msgspec.Raw = NOTHING
    current_role: str | None = None
    email: str | None = None
    user_id: Id | None = None
