"""Exports of buying (SURFACE §2)."""

from __future__ import annotations

from typing import Any

from dashboard.core.exports import Column, Export, register_export
from dashboard.sourcing import models as m
from dashboard.sync.exporting import CURRENCY, GONE, NUMBER, PLACED, STATUS, UPDATED, head, mirrored


def goods(product: str) -> tuple[Column, ...]:
    """What source products and cart lines share; `product` names where the product's id stands."""
    return (
        CURRENCY,
        GONE,
        Column("title"),
        Column("price", kind="money"),
        Column("quantity", kind="int"),
        Column("source"),
        Column("sku"),
        Column("product_remote_id", product),
    )


EXPORTS: dict[str, tuple[Any, tuple[Column, ...]]] = {
    "source-products": (m.SourceProduct, goods("remote_id")),
    "cart": (m.CartItem, goods("product_remote_id")),
    "purchase-orders": (
        m.PurchaseOrder,
        (
            NUMBER, *STATUS, CURRENCY, Column("total", kind="money"), PLACED, UPDATED, GONE,
            Column("service_fee", kind="money"), Column("carrier"), Column("tracking_number"), Column("inspection"),
            Column("remark"),
        ),
    ),
    "packages": (
        m.Package,
        (
            *STATUS, GONE, Column("purchase_order"), Column("weight_grams", kind="int"),
            Column("storage_days", kind="int"),
        ),
    ),
    "shipments": (
        m.Shipment,
        (
            NUMBER, *STATUS, CURRENCY, PLACED, UPDATED, GONE, Column("channel"), Column("tracking_number"),
            Column("fee", kind="money"), Column("weight_grams", kind="int"),
        ),
    ),
    "addresses": (
        m.AddressEntry,
        (
            GONE, Column("name"), Column("phone"), Column("country"), Column("state"), Column("city"),
            Column("address"), Column("postcode"), Column("is_default", kind="bool"),
        ),
    ),
    "favourites": (
        m.Favourite,
        (CURRENCY, GONE, Column("product_remote_id"), Column("title"), Column("price", kind="money")),
    ),
}  # fmt: skip
for domain, (model, columns) in EXPORTS.items():
    register_export(Export(domain=domain, queryset=mirrored(model), columns=[*head(), *columns], since="changed_at"))
