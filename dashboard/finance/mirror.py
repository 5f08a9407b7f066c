"""Records of money → rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from channels.records import BalanceRecord
from dashboard.finance import models as m
from dashboard.sync.models import Connection
from dashboard.sync.upsert import Counts, Mirror, upsert


def _mirror(domain: str, model: Any, columns: Sequence[str], tracked: tuple[str, ...] = ()) -> Mirror:
    """A mirror whose columns are the record's own fields."""
    return Mirror(domain, model, tuple(columns), attrgetter(*columns), tracked=tracked)


PAYMENTS = _mirror(
    "payments",
    m.Payment,
    ("number", "order_remote_id", "amount", "currency", "method", "paid_at", "placed_at"),
    tracked=("status", "remote_status", "amount"),
)
BALANCES = _mirror("balances", m.Balance, ("currency", "balance", "frozen", "available"))
WALLET = _mirror("wallet-movements", m.WalletMovement, ("kind", "amount", "currency", "order_number", "happened_at"))
COUPONS = _mirror(
    "coupons", m.Coupon, ("name", "kind", "value", "minimum", "currency", "claimed", "expires_at"), ("claimed",)
)


def upsert_balances(connection: Connection, records: Iterable[BalanceRecord], read_at: datetime) -> Counts:
    """Bring balances in step; what changed leaves a reading."""
    counts = upsert(BALANCES, connection, records, read_at=read_at)
    changed = m.Balance.objects.filter(connection=connection, remote_id__in=counts.touched).light()
    m.BalanceReading.objects.bulk_create(
        m.BalanceReading(of=row, balance=row.balance, frozen=row.frozen, available=row.available, read_at=read_at)
        for row in changed
    )
    return counts
