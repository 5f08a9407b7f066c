"""Exports of the catalog (SURFACE §2)."""

from __future__ import annotations

from dashboard.catalog.models import Product, Variant
from dashboard.core.exports import Column, Export, register_export
from dashboard.sync.exporting import CURRENCY, GONE, NUMBER, STATUS, UPDATED, head, mirrored, parts

register_export(
    Export(
        domain="products",
        queryset=mirrored(Product),
        since="changed_at",
        columns=[
            *head(),
            NUMBER,
            *STATUS,
            UPDATED,
            GONE,
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
        queryset=parts(Variant, "product", "description"),
        connection="product__connection__slug",
        since="product__changed_at",
        columns=[
            *head("product"),
            Column("status", "product.status"),
            Column("remote_status", "product.remote_status"),
            CURRENCY,
            UPDATED,
            GONE,
            Column("product_remote_id", "product.remote_id"),
            Column("sku"),
            Column("barcode"),
            Column("title"),
            Column("price", kind="money"),
            Column("quantity", kind="int"),
        ],
    )
)
