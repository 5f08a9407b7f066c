"""Exports of orders, their lines and parcels (SURFACE §2)."""

from __future__ import annotations

from dashboard.core.exports import Column, Export, register_export
from dashboard.orders.models import Order, OrderLine, Parcel
from dashboard.sync.exporting import CURRENCY, GONE, NUMBER, PLACED, STATUS, UPDATED, head, mirrored, parts

register_export(
    Export(
        domain="orders",
        queryset=mirrored(Order, "delivered"),
        since="changed_at",
        columns=[
            *head(),
            NUMBER,
            *STATUS,
            CURRENCY,
            Column("total", kind="money"),
            PLACED,
            UPDATED,
            GONE,
            Column("buyer"),
            Column("buyer_remote_id"),
            Column("payment_status"),
            Column("fulfilment_status"),
            Column("ship_by", kind="time"),
            Column("source_order_id"),
        ],
    )
)
register_export(
    Export(
        domain="order-lines",
        queryset=parts(OrderLine, "order", "delivered"),
        connection="order__connection__slug",
        since="order__changed_at",
        columns=[
            *head("order"),
            *STATUS,
            Column("currency", "order.currency"),
            Column("gone_at", "order.gone_at", kind="time"),
            Column("order_remote_id", "order.remote_id"),
            Column("sku"),
            Column("title"),
            Column("quantity", kind="int"),
            Column("unit_price", kind="money"),
        ],
    )
)
register_export(
    Export(
        domain="parcels",
        queryset=parts(Parcel, "order", "delivered"),
        connection="order__connection__slug",
        since="order__changed_at",
        columns=[
            *head("order"),
            Column("status"),
            Column("gone_at", "order.gone_at", kind="time"),
            Column("order_remote_id", "order.remote_id"),
            Column("carrier"),
            Column("tracking_number"),
            Column("shipped_at", kind="time"),
            Column("delivered_at", kind="time"),
        ],
    )
)
