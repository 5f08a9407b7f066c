"""Records of money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from channels.records.base import Record


class PaymentRecord(Record, frozen=True, kw_only=True):
    """A payment of a buyer."""

    remote_id: str
    number: str = ""
    order_remote_id: str = ""
    status: str = "unknown"
    remote_status: str = ""
    amount: Decimal | None = None
    currency: str = ""
    method: str = ""
    paid_at: datetime | None = None
    placed_at: datetime | None = None
    raw: bytes = b""


class BalanceRecord(Record, frozen=True, kw_only=True):
    """The seller's money on the platform at the moment of reading."""

    remote_id: str
    currency: str
    balance: Decimal | None = None
    frozen: Decimal | None = None
    available: Decimal | None = None
    raw: bytes = b""


class WalletMovementRecord(Record, frozen=True, kw_only=True):
    """One movement of the wallet; ``amount`` is signed as the platform states it."""

    remote_id: str
    kind: str
    amount: Decimal | None = None
    currency: str = ""
    order_number: str = ""
    happened_at: datetime | None = None
    raw: bytes = b""


class CouponRecord(Record, frozen=True, kw_only=True):
    """A coupon. ``kind`` is the platform's word; ``claimed`` false: on offer, not yet ours."""

    remote_id: str
    name: str = ""
    kind: str = ""
    value: Decimal | None = None
    minimum: Decimal | None = None
    currency: str = ""
    claimed: bool = True
    expires_at: datetime | None = None
    raw: bytes = b""
