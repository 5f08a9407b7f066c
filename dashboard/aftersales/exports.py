"""Exports of after-sales (SURFACE §2)."""

from __future__ import annotations

from typing import Any

from dashboard.aftersales.models import Case
from dashboard.core.exports import Column, Export, register_export


def _cases(user: Any) -> Any:
    rows = Case.objects.light().select_related("connection")
    return rows if user is None else rows.visible_to(user)


register_export(
    Export(
        domain="cases",
        queryset=_cases,
        since="changed_at",
        columns=[
            Column("connection", "connection.slug"),
            Column("platform", "connection.platform"),
            Column("remote_id"),
            Column("number"),
            Column("status"),
            Column("remote_status"),
            Column("currency"),
            Column("placed_at", kind="time"),
            Column("updated_at", kind="time"),
            Column("gone_at", kind="time"),
            Column("order_remote_id"),
            Column("reason"),
            Column("amount", kind="money"),
            Column("decision"),
            Column("decide_by", kind="time"),
        ],
    )
)
