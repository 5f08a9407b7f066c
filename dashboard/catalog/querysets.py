"""Questions about products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.apps import apps
from django.db.models import CharField, Count, Exists, Max, Min, OuterRef, Subquery, Sum
from django.db.models.functions import Cast, JSONObject

from dashboard.sync.models import MirrorQuerySet, ScopedQuerySet
from dashboard.sync.models.connections import SECRETS


class ProductQuerySet(MirrorQuerySet):
    """The views of the list, and what they read."""

    def listed(self) -> Self:
        """With the connection, without what lists never show."""
        rows = self.light().select_related("connection").defer("description", "images", "attributes")
        return rows.defer(*(f"connection__{name}" for name in SECRETS))

    def on_sale(self) -> Self:
        """Buyers can see them."""
        return self.present().filter(status="on_sale")

    def off_sale(self) -> Self:
        """They cannot."""
        return self.present().filter(status__in=["off_sale", "draft", "archived"])

    def sold_out(self) -> Self:
        """On sale, with a variant that has no stock."""
        return self.on_sale().filter(with_variants(quantity__lte=0))

    def problem(self) -> Self:
        """The platform holds them back, or uses a word that nobody knows."""
        return self.present().filter(status__in=["problem", "in_review", "unknown"])

    def gone(self) -> Self:
        """No longer on the platform."""
        return self.filter(gone_at__isnull=False)


class VariantQuerySet(ScopedQuerySet):
    """Variants, through their product's connection."""

    connection_path = "product__connection"

    def present(self) -> Self:
        """Those that are still on the platform, with their products."""
        return self.filter(gone_at=None, product__gone_at=None)

    def whole(self) -> Self:
        """With product and connection, without what lists never show."""
        heavy = ("product__raw", "product__description", "product__images", "product__attributes", "attributes")
        rows = self.select_related("product__connection").defer(*heavy)
        return rows.defer(*(f"product__connection__{name}" for name in SECRETS))


def with_variants(**conditions: Any) -> Exists:
    """Whether a product has a variant that is still there and fulfils the conditions."""
    variants = apps.get_model("catalog", "Variant").objects.filter(product=OuterRef("pk"), gone_at=None)
    return Exists(variants.filter(**conditions))


def sums() -> Subquery:
    """How many variants a product has, their prices (as text) and stocks, and what the only one is called.

    JSON makes it one column, so that the list's own query brings it along.
    """
    variants = apps.get_model("catalog", "Variant").objects.filter(product=OuterRef("pk"), gone_at=None)
    found = JSONObject(
        n=Count("pk"),
        low=Cast(Min("price"), CharField()),
        high=Cast(Max("price"), CharField()),
        stock=Sum("quantity"),
        money=Min("currency"),
        moneys=Max("currency"),
        only=Min("pk"),
        remote=Min("remote_id"),
        code=Min("sku"),
    )
    return Subquery(variants.order_by().values("product_id").values(found=found))


def between(name: str, low: Decimal | int | None, high: Decimal | int | None) -> dict[str, Any]:
    """Conditions for an inclusive range; an open end sets none."""
    return {f"{name}__{word}": value for word, value in (("gte", low), ("lte", high)) if value is not None}
