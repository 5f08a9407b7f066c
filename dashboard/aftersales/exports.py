"""Exports of after-sales (SURFACE §2)."""

from __future__ import annotations

from dashboard.aftersales.models import Case
from dashboard.core.exports import Column, Export, register_export
from dashboard.sync.exporting import CURRENCY, GONE, NUMBER, PLACED, STATUS, UPDATED, head, mirrored

register_export(
    Export(
        domain="cases",
        queryset=mirrored(Case),
        since="changed_at",
        columns=[
            *head(),
            NUMBER,
            *STATUS,
            CURRENCY,
            PLACED,
            UPDATED,
            GONE,
            Column("order_remote_id"),
            Column("reason"),
            Column("amount", kind="money"),
            Column("decision"),
            Column("decide_by", kind="time"),
        ],
    )
)
