"""Exports of money (SURFACE §2)."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from dashboard.core.exports import Column, Export, register_export
from dashboard.finance import models as m
from dashboard.sync.exporting import CURRENCY, GONE, NUMBER, PLACED, STATUS, head, mirrored
from dashboard.sync.models import FeedState


def balances(user: Any) -> Any:
    """Balances with when each was read last: a reading that found nothing new counts too."""
    state = FeedState.objects.filter(connection=OuterRef("connection"), feed="balance").values("last_ok_at")[:1]
    return mirrored(m.Balance)(user).annotate(read_at=Coalesce(Subquery(state), "changed_at"))


EXPORTS: dict[str, tuple[Any, tuple[Column, ...]]] = {
    "payments": (
        mirrored(m.Payment),
        (
            NUMBER,
            *STATUS,
            CURRENCY,
            PLACED,
            GONE,
            Column("order_remote_id"),
            Column("amount", kind="money"),
            Column("method"),
            Column("paid_at", kind="time"),
        ),
    ),
    "balances": (
        balances,
        (
            CURRENCY,
            GONE,
            Column("balance", kind="money"),
            Column("frozen", kind="money"),
            Column("available", kind="money"),
            Column("read_at", kind="time"),
        ),
    ),
    "wallet-movements": (
        mirrored(m.WalletMovement),
        (
            CURRENCY,
            GONE,
            Column("kind"),
            Column("amount", kind="money"),
            Column("order_number"),
            Column("happened_at", kind="time"),
        ),
    ),
    "coupons": (
        mirrored(m.Coupon),
        (
            CURRENCY,
            GONE,
            Column("name"),
            Column("kind"),
            Column("value", kind="money"),
            Column("minimum", kind="money"),
            Column("expires_at", kind="time"),
            Column("claimed", kind="bool"),
        ),
    ),
}
for domain, (queryset, columns) in EXPORTS.items():
    register_export(Export(domain=domain, queryset=queryset, columns=[*head(), *columns], since="changed_at"))
