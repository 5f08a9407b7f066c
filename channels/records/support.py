"""Records of after-sales cases, messages and tickets."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from channels.records.base import Record


class CaseRecord(Record, frozen=True, kw_only=True):
    """A refund request of a buyer. ``decision`` is pending, approved, rejected, lapsed or unknown."""

    remote_id: str
    order_remote_id: str
    number: str = ""
    status: str = "unknown"
    remote_status: str = ""
    decision: str = "unknown"
    reason: str = ""
    description: str = ""
    buyer: str = ""
    amount: Decimal | None = None
    currency: str = ""
    image_urls: tuple[str, ...] = ()
    reject_reason: str = ""
    reject_image_urls: tuple[str, ...] = ()
    decide_by: datetime | None = None
    decided_at: datetime | None = None
    placed_at: datetime | None = None
    updated_at: datetime | None = None
    raw: bytes = b""


class ThreadRecord(Record, frozen=True, kw_only=True):
    """A conversation with one buyer."""

    remote_id: str
    buyer: str = ""
    buyer_remote_id: str = ""
    unread: int = 0
    last_message_at: datetime | None = None
    raw: bytes = b""


class MessageRecord(Record, frozen=True, kw_only=True):
    """One message. ``direction`` is in or out; ``message_type`` keeps the platform's word; ``body`` is its text."""

    remote_id: str
    thread_remote_id: str
    direction: str
    message_type: str
    body: str = ""
    media_url: str = ""
    sent_at: datetime | None = None
    raw: bytes = b""


class TicketReplyRecord(Record, frozen=True, kw_only=True):
    """One comment of a ticket."""

    remote_id: str
    direction: str
    body: str
    sent_at: datetime | None = None


class TicketRecord(Record, frozen=True, kw_only=True):
    """A ticket with its replies. ``kind`` is exchange, refund, question or support; ``desk_status`` the desk's word.

    ``is_partial``: there may be replies that the platform does not show.
    """

    remote_id: str
    number: str = ""
    kind: str = "support"
    status: str = "unknown"
    remote_status: str = ""
    desk_status: str = ""
    subject: str = ""
    body: str = ""
    order_remote_id: str = ""
    buyer: str = ""
    placed_at: datetime | None = None
    updated_at: datetime | None = None
    replies: tuple[TicketReplyRecord, ...] = ()
    is_partial: bool = False
    raw: bytes = b""
