"""Exports of the catalog (SURFACE §2)."""

from __future__ import annotations

from typing import Any

from dashboard.catalog.models import Product, Variant
from dashboard.core.exports import Column, Export, register_export


def _products(user: Any) -> Any:
    rows = Product.objects.light().select_related("connection")
    return rows if user is None else rows.visible_to(user)


def _variants(user: Any) -> Any:
    rows = Variant.objects.select_related("product__connection").defer("product__raw", "product__description")
    return rows if user is None else rows.visible_to(user)


register_export(
    Export(
        domain="products",
        queryset=_products,
        since="changed_at",
        columns=[
            Column("connection", "connection.slug"),
            Column("platform", "connection.platform"),
            Column("remote_id"),
            Column("number"),
            Column("status"),
            Column("remote_status"),
            Column("updated_at", kind="time"),
            Column("gone_at", kind="time"),
            Column("title"),
            Column("brand"),
            Column("category"),
            Column("sku"),
            Column("quantity", kind="int"),
            Column("url"),
        ],
    )
)
register_export(
    Export(
        domain="variants",
        queryset=_variants,
        connection="product__connection__slug",
        since="product__changed_at",
        columns=[
            Column("connection", "product.connection.slug"),
            Column("platform", "product.connection.platform"),
            Column("remote_id"),
            Column("status", "product.status"),
            Column("remote_status", "product.remote_status"),
            Column("currency"),
            Column("updated_at", kind="time"),
            Column("gone_at", kind="time"),
            Column("product_remote_id", "product.remote_id"),
            Column("sku"),
            Column("barcode"),
            Column("title"),
            Column("price", kind="money"),
            Column("quantity", kind="int"),
        ],
    )
)
