"""Exports of buying (SURFACE §2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.core.exports import Column, Export, register_export
from dashboard.sourcing import models as m

HEAD = (Column("connection", "connection.slug"), Column("platform", "connection.platform"), Column("remote_id"))
NUMBER, CURRENCY = Column("number"), Column("currency")
STATUS = (Column("status"), Column("remote_status"))
PLACED, UPDATED, GONE = (Column(name, kind="time") for name in ("placed_at", "updated_at", "gone_at"))


def mirrored(model: Any) -> Callable[[Any], Any]:
    """The rows that a person may see, without raw payloads; all of them for the command line."""

    def rows(user: Any) -> Any:
        found = model.objects.light().select_related("connection")
        return found if user is None else found.visible_to(user)

    return rows


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
    register_export(Export(domain=domain, queryset=mirrored(model), columns=[*HEAD, *columns], since="changed_at"))
