"""The catalog in Django's admin: mirrored rows, to be read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from dashboard.catalog.models import Category, Product, StockPool, Variant


class ReadOnly(admin.ModelAdmin):
    """What only the platforms, or commands, write."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Product)
class ProductAdmin(ReadOnly):
    """Products."""

    list_display = ("title", "connection", "remote_id", "sku", "status", "quantity", "updated_at", "gone_at")
    list_filter = ("connection", "status")
    list_select_related = ("connection",)
    search_fields = ("title", "sku", "remote_id", "number")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Lists never read the raw payload."""
        return super().get_queryset(request).defer("raw", "description")


@admin.register(Variant)
class VariantAdmin(ReadOnly):
    """Variants."""

    list_display = ("title", "product", "remote_id", "sku", "price", "currency", "quantity", "gone_at")
    list_filter = ("product__connection",)
    search_fields = ("sku", "remote_id", "barcode", "title")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the product, without its payload."""
        return super().get_queryset(request).select_related("product").defer("product__raw", "product__description")


@admin.register(Category)
class CategoryAdmin(ReadOnly):
    """Categories."""

    list_display = ("path", "name", "connection", "remote_id", "gone_at")
    list_filter = ("connection",)
    list_select_related = ("connection",)
    search_fields = ("path", "name", "remote_id")


@admin.register(StockPool)
class StockPoolAdmin(ReadOnly):
    """Counts of accounts that were added."""

    list_display = ("product", "accounts", "added_at")
    list_select_related = ("product",)
