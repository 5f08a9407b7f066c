"""Exports of orders, their lines and parcels (SURFACE §2)."""

from __future__ import annotations

from typing import Any

from dashboard.core.exports import Column, Export, register_export
from dashboard.orders.models import Order, OrderLine, Parcel


def _orders(user: Any) -> Any:
    rows = Order.objects.defer("raw", "delivered").select_related("connection")
    return rows if user is None else rows.visible_to(user)


def _parts(model: Any) -> Any:
    def queryset(user: Any) -> Any:
        rows = model.objects.select_related("order__connection").defer("order__raw", "order__delivered")
        return rows if user is None else rows.visible_to(user)

    return queryset


def _of_order(status: str) -> list[Column]:
    """The columns that lines and parcels share."""
    return [
        Column("connection", "order.connection.slug"),
        Column("platform", "order.connection.platform"),
        Column("remote_id"),
        Column("status", status),
    ]


register_export(
    Export(
        domain="orders",
        queryset=_orders,
        since="changed_at",
        columns=[
            Column("connection", "connection.slug"),
            Column("platform", "connection.platform"),
            Column("remote_id"),
            Column("number"),
            Column("status"),
            Column("remote_status"),
            Column("currency"),
            Column("total", kind="money"),
            Column("placed_at", kind="time"),
            Column("updated_at", kind="time"),
            Column("gone_at", kind="time"),
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
        queryset=_parts(OrderLine),
        connection="order__connection__slug",
        since="order__changed_at",
        columns=[
            *_of_order("status"),
            Column("remote_status"),
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
        queryset=_parts(Parcel),
        connection="order__connection__slug",
        since="order__changed_at",
        columns=[
            *_of_order("status"),
            Column("gone_at", "order.gone_at", kind="time"),
            Column("order_remote_id", "order.remote_id"),
            Column("carrier"),
            Column("tracking_number"),
            Column("shipped_at", kind="time"),
            Column("delivered_at", kind="time"),
        ],
    )
)
