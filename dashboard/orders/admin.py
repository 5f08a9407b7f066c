"""Orders in Django's admin: mirrored rows to be read only, what was delivered never."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from dashboard.orders import models as m
from dashboard.staff.admin_site import AuditedAdmin, ReadOnlyAdmin
from dashboard.sync.admin import MirroredAdmin


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
class OrderAdmin(MirroredAdmin):
    """Orders with their lines."""

    list_display = ("__str__", "connection", "status", "payment_status", "fulfilment_status", "placed_at", "gone_at")
    list_filter = ("connection", "status")
    search_fields = ("number", "remote_id", "source_order_id")
    inlines = (Lines,)
    feed = "orders"


@admin.register(m.OrderLine)
class OrderLineAdmin(MirroredAdmin):
    """The lines alone, to find one by its SKU."""

    list_display = ("order", "remote_id", "sku", "title", "quantity", "unit_price")
    search_fields = ("sku", "remote_id", "title")
    feed = "orders"


@admin.register(m.Parcel)
class ParcelAdmin(MirroredAdmin):
    """Parcels."""

    list_display = ("order", "remote_id", "carrier", "tracking_number", "shipped_at", "delivered_at")
    search_fields = ("tracking_number", "remote_id")
    feed = "orders"


@admin.register(m.DeliveryRecord, m.DeliveryError)
class ToldAdmin(MirroredAdmin):
    """Deliveries and delivery errors, without what was delivered."""

    list_display = ("remote_id", "connection", "order_remote_id", "created_at")
    feed = "deliveries"


@admin.register(m.Account)
class AccountAdmin(MirroredAdmin):
    """Marketplace accounts behind a connection."""

    list_display = ("__str__", "connection", "marketplace", "is_valid")
    feed = "accounts"


@admin.register(m.Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Invoices, without the file."""

    list_display = ("number", "order", "made_by", "created_at")


@admin.register(m.Note)
class NoteAdmin(ReadOnlyAdmin):
    """What staff noted on orders."""

    list_display = ("order", "author", "text", "created_at")


@admin.register(m.Tag)
class TagAdmin(AuditedAdmin):
    """Tags can be renamed and removed."""

    search_fields = ("name",)
