"""The list over all connections, and the categories."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.catalog.bulk import MOST
from dashboard.catalog.filters import CATEGORIES, PRODUCTS
from dashboard.catalog.models import Category, Product, Variant
from dashboard.catalog.querysets import sums
from dashboard.catalog.rows import COLUMNS, rows_of
from dashboard.core.exports import export_response
from dashboard.core.matching import offered
from dashboard.core.pages import render
from dashboard.core.scope import scoped
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.reach import Reach, fresh_line


@require_safe
@requires("catalog.view")
@scoped
def products(request: StaffRequest) -> HttpResponseBase:
    """Products of all connections; `?format=csv` gives all that match, `of=variants` their variants."""
    listing = PRODUCTS.open(request, Product.objects.visible_to(request.user))
    if "format" in request.GET:
        return export(request, listing.queryset)
    reach, may_edit = Reach.of(request, "products"), request.user.may("catalog.edit")
    listing.everything = listing.everything.only(*COLUMNS).annotate(sums=sums())
    context = {
        "listing": listing,
        "rows": rows_of(listing.page.rows, reach, may_edit),
        "fresh": reach.fresh_of(listing, "catalog:fresh"),
        "may_edit": may_edit,
        "makers": reach.able(can.CreatesProducts) if may_edit else [],
        "may_export": request.user.may("export"),
        "bulk_url": reverse("catalog:bulk"),
    }
    return render(request, "catalog/list.html", context)


@require_safe
@requires("catalog.view")
def fresh(request: StaffRequest) -> HttpResponseBase:
    """The freshness line alone, with how many products came since the page was made; 304 while nothing is new."""
    listing = PRODUCTS.open(request, Product.objects.visible_to(request.user))
    return fresh_line(request, listing, Reach.of(request, "products"), "catalog:list")


@require_safe
@requires("catalog.edit")
def matching(request: StaffRequest) -> HttpResponseBase:
    """The offer to choose all products that the list's filter matches."""
    return offered(request, PRODUCTS.rows, Product.objects.visible_to(request.user), MOST)


def export(request: StaffRequest, queryset: Any) -> HttpResponseBase:
    """What the filter shows, all pages."""
    if request.GET.get("of") == "variants":
        variants = Variant.objects.whole().filter(product__in=queryset.order_by().values("pk"))
        return export_response(request, "variants", variants)
    return export_response(request, "products", queryset.light().defer("description").select_related("connection"))


@require_safe
@requires("catalog.view")
@scoped
def categories(request: StaffRequest) -> HttpResponseBase:
    """The platforms' categories; each leads to its products."""
    listing = CATEGORIES.open(request, Category.objects.visible_to(request.user).present().light())
    reach = Reach.of(request, "categories")
    context = {
        "listing": listing,
        "rows": category_rows(listing.page.rows, reach),
        "fresh": reach.fresh(""),
    }
    return render(request, "catalog/categories.html", context)


def category_rows(found: list[Category], reach: Reach) -> list[dict[str, Any]]:
    """What the list prints for each category; one query counts their products."""
    keys = {one.remote_id for one in found}
    products = Product.objects.present().filter(
        connection__in={one.connection_id for one in found}, category_remote_id__in=keys
    )
    counts = {
        (row["connection_id"], row["category_remote_id"]): row["n"]
        for row in products.order_by().values("connection_id", "category_remote_id").annotate(n=Count("pk"))
    }
    rows = []
    for one in found:
        connection = reach.connections.get(one.connection_id)
        rows.append(
            {
                "path": str(one),
                "remote_id": one.remote_id,
                "connection": reach.sign(one.connection_id),
                "slug": connection.slug if connection else "",
                "n": counts.get((one.connection_id, one.remote_id), 0),
            }
        )
    return rows
