"""Orders in Django's admin: mirrored rows to be read only, secrets never."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from dashboard.orders import models as m


class ReadOnly(admin.ModelAdmin):
    """Rows that only the platforms change. No total is counted."""

    show_full_result_count = False
    list_per_page = 50
    exclude = ("raw", "delivered", "content", "pdf")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class Lines(admin.TabularInline):
    """The lines of an order."""

    model = m.OrderLine
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(m.Order)
class OrderAdmin(ReadOnly):
    """Orders with their lines."""

    list_display = ("__str__", "connection", "status", "payment_status", "fulfilment_status", "placed_at", "gone_at")
    list_filter = ("connection", "status")
    search_fields = ("number", "remote_id", "source_order_id")
    list_select_related = ("connection",)
    inlines = (Lines,)


@admin.register(m.DeliveryRecord, m.DeliveryError)
class ToldAdmin(ReadOnly):
    """Deliveries and delivery errors, without what was delivered."""

    list_display = ("remote_id", "connection", "order_remote_id", "created_at")
    list_select_related = ("connection",)


@admin.register(m.Account)
class AccountAdmin(ReadOnly):
    """Marketplace accounts behind a connection."""

    list_display = ("__str__", "connection", "marketplace", "is_valid")
    list_select_related = ("connection",)


@admin.register(m.Invoice)
class InvoiceAdmin(ReadOnly):
    """Invoices, without the file."""

    list_display = ("number", "order", "made_by", "created_at")


@admin.register(m.Tag)
class TagAdmin(admin.ModelAdmin):
    """Tags can be renamed and removed."""

    search_fields = ("name",)
