"""Buying in Django's admin: mirrored rows, to be read only."""

from django.contrib import admin

from dashboard.sourcing import models as m
from dashboard.sync.admin import ReadOnlyAdmin


@admin.register(m.PurchaseOrder)
class PurchaseOrderAdmin(ReadOnlyAdmin):
    """Purchase orders."""

    list_display = ("number", "connection", "status", "total", "currency", "placed_at", "gone_at")
    search_fields = ("number", "remote_id", "tracking_number")


@admin.register(m.Package)
class PackageAdmin(ReadOnlyAdmin):
    """Packages of the warehouse."""

    list_display = ("remote_id", "connection", "title", "purchase_order", "shippable", "storage_days", "gone_at")
    search_fields = ("remote_id", "purchase_order")


@admin.register(m.Shipment)
class ShipmentAdmin(ReadOnlyAdmin):
    """Shipments abroad."""

    list_display = ("number", "connection", "status", "tracking_number", "fee", "currency", "placed_at", "gone_at")
    search_fields = ("number", "remote_id", "tracking_number")


@admin.register(m.SourceProduct)
class SourceProductAdmin(ReadOnlyAdmin):
    """Source products."""

    list_display = ("remote_id", "connection", "title", "source", "price", "currency", "minimum", "gone_at")
    search_fields = ("remote_id", "title")


@admin.register(m.CartItem)
class CartItemAdmin(ReadOnlyAdmin):
    """Lines of carts."""

    list_display = ("remote_id", "connection", "title", "sku", "quantity", "price", "currency", "gone_at")


@admin.register(m.ShippingMethod)
class ShippingMethodAdmin(ReadOnlyAdmin):
    """Ways to ship."""

    list_display = ("remote_id", "connection", "name", "carrier", "delivery_days", "gone_at")


@admin.register(m.AddressEntry)
class AddressEntryAdmin(ReadOnlyAdmin):
    """Saved addresses."""

    list_display = ("remote_id", "connection", "name", "city", "country", "is_default", "gone_at")


@admin.register(m.Favourite)
class FavouriteAdmin(ReadOnlyAdmin):
    """What was put aside."""

    list_display = ("remote_id", "connection", "title", "product_remote_id", "price", "currency", "gone_at")


@admin.register(m.Profile)
class ProfileAdmin(ReadOnlyAdmin):
    """Profiles."""

    list_display = ("remote_id", "connection", "name", "email", "language")
