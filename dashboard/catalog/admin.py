"""The catalog in Django's admin: mirrored rows, to be read only."""

from __future__ import annotations

from django.contrib import admin

from dashboard.catalog.models import Category, Product, StockPool, Variant
from dashboard.staff.admin_site import ReadOnlyAdmin
from dashboard.sync.admin import MirroredAdmin


@admin.register(Product)
class ProductAdmin(MirroredAdmin):
    """Products."""

    list_display = ("title", "connection", "remote_id", "sku", "status", "quantity", "updated_at", "gone_at")
    list_filter = ("connection", "status")
    search_fields = ("title", "sku", "remote_id", "number")
    feed = "products"


@admin.register(Variant)
class VariantAdmin(MirroredAdmin):
    """Variants."""

    list_display = ("title", "product", "remote_id", "sku", "price", "currency", "quantity", "gone_at")
    list_filter = ("product__connection",)
    search_fields = ("sku", "remote_id", "barcode", "title")
    feed = "products"


@admin.register(Category)
class CategoryAdmin(MirroredAdmin):
    """Categories."""

    list_display = ("path", "name", "connection", "remote_id", "gone_at")
    list_filter = ("connection",)
    search_fields = ("path", "name", "remote_id")
    feed = "categories"


@admin.register(StockPool)
class StockPoolAdmin(ReadOnlyAdmin):
    """Counts of accounts that were added."""

    list_display = ("product", "accounts", "added_at")
