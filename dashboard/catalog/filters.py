"""How the list of products is narrowed, searched and sorted."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import RangeWidget

from dashboard.catalog import words
from dashboard.catalog.models import Category, Product
from dashboard.catalog.querysets import between, with_variants
from dashboard.catalog.searched import PRODUCTS as SEARCHED
from dashboard.core.filters import AnyOf, Head, ListSpec, Tab
from dashboard.sync.reach import OfFeed


class FromTo(RangeWidget):
    """Two numbers on one line."""

    template_name = "components/forms/range.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, word in zip(self.widgets, (_("from"), _("to")), strict=True):
            widget.attrs |= {"inputmode": "decimal", "placeholder": word, "aria-label": word}


class ProductFilters(OfFeed):
    """By connection, status, stock, price, brand and category; the box searches title, SKU, barcode and ids."""

    status = AnyOf(label=_("Status"), choices=words.choices())
    stock = django_filters.RangeFilter(label=_("Stock"), method="by_stock", widget=FromTo)
    price = django_filters.RangeFilter(label=_("Price"), method="by_price", widget=FromTo)
    brand = django_filters.CharFilter(label=_("Brand"), lookup_expr="icontains")
    category = django_filters.CharFilter(label=_("Category"), lookup_expr="icontains")
    category_id = django_filters.CharFilter(label=_("Category id"), field_name="category_remote_id")

    feed = "products"
    searched = SEARCHED

    class Meta:
        model = Product
        fields = ("connection", "status", "stock", "price", "brand", "category", "category_id")

    def by_stock(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """With a variant in the range."""
        return queryset.filter(with_variants(**between("quantity", value.start, value.stop)))

    def by_price(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """With a variant in the range, in whatever currency it has."""
        return queryset.filter(with_variants(**between("price", value.start, value.stop)))


PRODUCTS = ListSpec(
    domain="catalog",
    filters=ProductFilters,
    heads=(
        Head(_("Product"), "title", ("title",), "pin pin-2 grow"),
        Head(_("Connection")),
        Head(_("Status")),
        Head(_("Price"), css="num"),
        Head(_("Stock"), css="num"),
        Head(_("Changed"), "changed", ("updated_at",)),
        Head(_("Listing")),
        Head(_("Sync")),
    ),
    sort="-changed",
    offers_new=True,
    tabs=(
        Tab("all", _("All"), lambda rows: rows.present()),
        Tab("on-sale", _("On sale"), lambda rows: rows.on_sale()),
        Tab("sold-out", _("Sold out"), lambda rows: rows.sold_out(), "wait"),
        Tab("off-sale", _("Off sale"), lambda rows: rows.off_sale()),
        Tab("problem", _("Problem"), lambda rows: rows.problem(), "act"),
        Tab("gone", _("Gone"), lambda rows: rows.gone(), counted=False),
    ),
)


class CategoryFilters(OfFeed):
    """By connection; the box searches the path."""

    feed = "categories"
    search_fields = ("path", "name", "remote_id")

    class Meta:
        model = Category
        fields = ("connection",)


CATEGORIES = ListSpec(
    domain="categories",
    filters=CategoryFilters,
    heads=(
        Head(_("Category"), "path", ("path",), "grow"),
        Head(_("Platform id")),
        Head(_("Connection")),
        Head(_("Products")),
    ),
    sort="path",
)
