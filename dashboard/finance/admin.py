"""Money in Django's admin: mirrored rows, to be read only."""

from django.contrib import admin

from dashboard.finance import models as m
from dashboard.staff.admin_site import ReadOnlyAdmin
from dashboard.sync.admin import MirroredAdmin


@admin.register(m.Payment)
class PaymentAdmin(MirroredAdmin):
    """Payments of buyers."""

    list_display = ("number", "connection", "status", "amount", "currency", "order_remote_id", "paid_at", "gone_at")
    search_fields = ("number", "remote_id", "order_remote_id")
    feed = "payments"


@admin.register(m.Balance)
class BalanceAdmin(MirroredAdmin):
    """Balances as read last."""

    list_display = ("remote_id", "connection", "balance", "frozen", "available", "currency", "changed_at", "gone_at")
    feed = "balance"


@admin.register(m.WalletMovement)
class WalletMovementAdmin(MirroredAdmin):
    """Movements of wallets."""

    list_display = ("remote_id", "connection", "kind", "amount", "currency", "order_number", "happened_at", "gone_at")
    search_fields = ("remote_id", "order_number")
    feed = "wallet"


@admin.register(m.Coupon)
class CouponAdmin(MirroredAdmin):
    """Coupons."""

    list_display = ("remote_id", "connection", "name", "kind", "value", "claimed", "expires_at", "gone_at")
    feed = "coupons"


@admin.register(m.OrderCost)
class OrderCostAdmin(ReadOnlyAdmin):
    """What orders cost, as staff stated it."""

    list_display = ("order", "reference", "amount", "currency", "note", "author", "created_at")


@admin.register(m.BalanceReading)
class BalanceReadingAdmin(ReadOnlyAdmin):
    """What balances were, for their chart."""
