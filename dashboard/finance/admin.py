"""Money in Django's admin: mirrored rows, to be read only."""

from django.contrib import admin

from dashboard.finance import models as m
from dashboard.sync.admin import ReadOnlyAdmin


@admin.register(m.Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments of buyers."""

    list_display = ("number", "connection", "status", "amount", "currency", "order_remote_id", "paid_at", "gone_at")
    search_fields = ("number", "remote_id", "order_remote_id")


@admin.register(m.Balance)
class BalanceAdmin(ReadOnlyAdmin):
    """Balances as read last."""

    list_display = ("remote_id", "connection", "balance", "frozen", "available", "currency", "changed_at", "gone_at")


@admin.register(m.WalletMovement)
class WalletMovementAdmin(ReadOnlyAdmin):
    """Movements of wallets."""

    list_display = ("remote_id", "connection", "kind", "amount", "currency", "order_number", "happened_at", "gone_at")
    search_fields = ("remote_id", "order_number")


@admin.register(m.Coupon)
class CouponAdmin(ReadOnlyAdmin):
    """Coupons."""

    list_display = ("remote_id", "connection", "name", "kind", "value", "claimed", "expires_at", "gone_at")


@admin.register(m.OrderCost)
class OrderCostAdmin(ReadOnlyAdmin):
    """What orders cost, as staff stated it."""

    list_display = ("order", "reference", "amount", "currency", "note", "author", "created_at")
