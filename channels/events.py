"""What a callback can tell: hints to read again, never the data itself (DESIGN §3, callback in)."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """One hint. ``at`` is the platform's own time in seconds since 1970 where the push carries one."""

    at: float | None = None


class OrderTouched(Event, frozen=True, kw_only=True, tag="order_touched"):
    """An order changed: read it again by remote id, number or our own partner code (whichever is not empty)."""

    remote_id: str = ""
    number: str = ""
    partner_code: str = ""


class ProductTouched(Event, frozen=True, kw_only=True, tag="product_touched"):
    """A product changed, or (with an empty id) some product did: read it, or the recently updated ones."""

    remote_id: str = ""


class VariantTouched(Event, frozen=True, kw_only=True, tag="variant_touched"):
    """A variant changed, or (with an empty id) some variant did."""

    remote_id: str = ""


class MerchantToggled(Event, frozen=True, kw_only=True, tag="merchant_toggled"):
    """A merchant was switched on or off: every product may have changed."""

    merchant_id: str
    enabled: bool


class TicketReplied(Event, frozen=True, kw_only=True, tag="ticket_replied"):
    """A ticket got a reply: read its thread again."""

    remote_id: str
