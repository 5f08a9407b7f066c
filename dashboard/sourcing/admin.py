"""Buying in Django's admin: mirrored rows, to be read only."""

from django.contrib import admin

from dashboard.sourcing import models as m
from dashboard.staff.admin_site import ReadOnlyAdmin
from dashboard.sync.admin import MirroredAdmin


@admin.register(m.PurchaseOrder)
class PurchaseOrderAdmin(MirroredAdmin):
    """Purchase orders."""

    list_display = ("number", "connection", "status", "total", "currency", "placed_at", "gone_at")
    search_fields = ("number", "remote_id", "tracking_number")
    feed = "purchase-orders"


@admin.register(m.Package)
class PackageAdmin(MirroredAdmin):
    """Packages of the warehouse."""

    list_display = ("remote_id", "connection", "title", "purchase_order", "shippable", "storage_days", "gone_at")
    search_fields = ("remote_id", "purchase_order")
    feed = "packages"


@admin.register(m.Shipment)
class ShipmentAdmin(MirroredAdmin):
    """Shipments abroad."""

    list_display = ("number", "connection", "status", "tracking_number", "fee", "currency", "placed_at", "gone_at")
    search_fields = ("number", "remote_id", "tracking_number")
    feed = "shipments"


@admin.register(m.SourceProduct)
class SourceProductAdmin(ReadOnlyAdmin):
    """Source products."""

    list_display = ("remote_id", "connection", "title", "source", "price", "currency", "minimum", "gone_at")
    search_fields = ("remote_id", "title")


@admin.register(m.CartItem)
class CartItemAdmin(MirroredAdmin):
    """Lines of carts."""

    list_display = ("remote_id", "connection", "title", "sku", "quantity", "price", "currency", "gone_at")
    feed = "cart"


@admin.register(m.ShippingMethod)
class ShippingMethodAdmin(MirroredAdmin):
    """Ways to ship."""

    list_display = ("remote_id", "connection", "name", "carrier", "delivery_days", "gone_at")
    feed = "shipping-methods"


@admin.register(m.AddressEntry)
class AddressEntryAdmin(MirroredAdmin):
    """Saved addresses."""

    list_display = ("remote_id", "connection", "name", "city", "country", "is_default", "gone_at")
    feed = "addresses"


@admin.register(m.Favourite)
class FavouriteAdmin(MirroredAdmin):
    """What was put aside."""

    list_display = ("remote_id", "connection", "title", "product_remote_id", "price", "currency", "gone_at")
    feed = "favourites"


@admin.register(m.Profile)
class ProfileAdmin(MirroredAdmin):
    """Profiles."""

    list_display = ("remote_id", "connection", "name", "email", "language")
    feed = "profile"


@admin.register(m.PurchaseLine)
class PurchaseLineAdmin(MirroredAdmin):
    """Lines of purchase orders."""

    feed = "purchase-orders"


@admin.register(m.ShipmentItem)
class ShipmentItemAdmin(MirroredAdmin):
    """What shipments hold."""

    feed = "shipments"


@admin.register(m.Purpose)
class PurposeAdmin(ReadOnlyAdmin):
    """For which orders purchases were made."""
