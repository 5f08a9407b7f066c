"""Records of the catalog → rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from channels.records import Attribute, ProductRecord
from dashboard.catalog.models import Category, Product, Variant
from dashboard.sync.models import Connection
from dashboard.sync.upsert import Counts, Mirror, Part, upsert


def pairs(attributes: tuple[Attribute, ...]) -> list[list[str]]:
    """Named values as JSON holds them: ``[[name, value], …]``."""
    return [[one.name, one.value] for one in attributes]


def _product(r: ProductRecord) -> Sequence[Any]:
    return (
        r.number,
        r.title,
        r.brand,
        r.category,
        r.category_remote_id,
        r.sku,
        r.quantity,
        r.url,
        r.description,
        list(r.images),
        pairs(r.attributes),
        r.created_at,
        r.updated_at,
    )


def _variants(r: ProductRecord) -> Iterable[Sequence[Any]]:
    for v in r.variants:
        yield (
            v.remote_id,
            v.sku,
            v.barcode,
            v.title,
            v.price,
            v.currency,
            v.quantity,
            v.alert_quantity,
            v.image,
            pairs(v.options),
            pairs(v.attributes),
            v.weight_grams,
            v.updated_at,
        )


PRODUCTS = Mirror(
    domain="products",
    model=Product,
    columns=(
        "number",
        "title",
        "brand",
        "category",
        "category_remote_id",
        "sku",
        "quantity",
        "url",
        "description",
        "images",
        "attributes",
        "created_at",
        "updated_at",
    ),
    values=_product,
    parts=(
        Part(
            model=Variant,
            whole="product",
            columns=(
                "sku",
                "barcode",
                "title",
                "price",
                "currency",
                "quantity",
                "alert_quantity",
                "image",
                "options",
                "attributes",
                "weight_grams",
                "updated_at",
            ),
            rows=_variants,
            keeps_gone=True,
            domain="variants",
            tracked=("price", "quantity"),
        ),
    ),
    tracked=("title", "status", "remote_status", "category"),  # its quantity is what its variants have
    clock="updated_at",
)

CATEGORIES = Mirror(
    domain="categories",
    model=Category,
    columns=("name", "path", "parent_remote_id"),
    values=lambda r: (r.name, r.path, r.parent_remote_id),
)


def upsert_products(
    connection: Connection, records: Iterable[ProductRecord], read_at: datetime | None = None
) -> Counts:
    """Bring products and their variants in step."""
    return upsert(PRODUCTS, connection, records, read_at=read_at)
