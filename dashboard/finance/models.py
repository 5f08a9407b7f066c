"""Money as the platforms state it. Amounts are in major units; nothing is recomputed, no currencies are summed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils.translation import pgettext_lazy

from dashboard.orders.models import Order
from dashboard.sync.models import MirroredModel, ScopedQuerySet


def amount() -> models.DecimalField[Any, Any]:
    """A column for money; `None`: not stated."""
    return models.DecimalField(max_digits=19, decimal_places=4, null=True)


class Payment(MirroredModel):
    """A payment of a buyer."""

    number = models.CharField(max_length=120, blank=True)
    order_remote_id = models.CharField(max_length=200, blank=True)
    amount = amount()
    currency = models.CharField(max_length=3, blank=True)
    method = models.CharField(max_length=120, blank=True)
    paid_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "payment")
        verbose_name_plural = pgettext_lazy("model", "payments")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="payment_once")]
        indexes = [
            Index(fields=["-placed_at", "-id"], name="payment_newest"),
            Index(fields=["connection", "-placed_at", "-id"], name="payment_of_connection"),
            Index(fields=["connection", "order_remote_id"], name="payment_of_order"),
            Index(fields=["status", "-placed_at", "-id"], name="payment_by_status"),
            Index(fields=["method", "-placed_at", "-id"], name="payment_by_method"),
            Index(fields=["amount", "id"], name="payment_by_amount"),
            Index(fields=["paid_at", "id"], name="payment_by_payday"),
        ]

    def __str__(self) -> str:
        return self.number or self.remote_id


class Balance(MirroredModel):
    """The seller's money on a platform, as it was read last; one row for each currency and kind."""

    currency = models.CharField(max_length=3, blank=True)
    balance = amount()
    frozen = amount()
    available = amount()

    class Meta:
        verbose_name = pgettext_lazy("model", "balance")
        verbose_name_plural = pgettext_lazy("model", "balances")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="balance_once")]

    def __str__(self) -> str:
        return f"{self.remote_id} {self.currency}"


class ReadingQuerySet(ScopedQuerySet):
    """Readings, through their balance's connection."""

    connection_path = "of__connection"


class BalanceReading(models.Model):
    """What a balance became, each time that it changed."""

    of = models.ForeignKey(Balance, on_delete=models.CASCADE, related_name="readings", db_index=False)
    balance = amount()
    frozen = amount()
    available = amount()
    read_at = models.DateTimeField()

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "balance reading")
        verbose_name_plural = pgettext_lazy("model", "balance readings")
        indexes = [Index(fields=["of", "-read_at"], name="reading_of_balance")]

    def __str__(self) -> str:
        return f"{self.balance} {self.read_at:%Y-%m-%d %H:%M}"


class WalletMovement(MirroredModel):
    """A movement of the wallet; the amount is signed as the platform states it, `kind` is its word."""

    kind = models.CharField(max_length=60, blank=True)
    amount = amount()
    currency = models.CharField(max_length=3, blank=True)
    order_number = models.CharField(max_length=120, blank=True)
    happened_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "wallet movement")
        verbose_name_plural = pgettext_lazy("model", "wallet movements")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="movement_once")]
        indexes = [
            Index(fields=["-happened_at", "-id"], name="movement_newest"),
            Index(fields=["connection", "-happened_at", "-id"], name="movement_of_connection"),
            Index(fields=["order_number", "connection"], name="movement_of_number"),
            Index(fields=["kind", "-happened_at", "-id"], name="movement_by_kind"),
            Index(fields=["amount", "id"], name="movement_by_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Coupon(MirroredModel):
    """A coupon; `kind` is the platform's word. Not `claimed`: on offer, not ours yet."""

    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    value = amount()
    minimum = amount()
    currency = models.CharField(max_length=3, blank=True)
    claimed = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "coupon")
        verbose_name_plural = pgettext_lazy("model", "coupons")
        constraints = [UniqueConstraint(fields=["connection", "remote_id"], name="coupon_once")]

    def __str__(self) -> str:
        return self.name or self.remote_id


class CostQuerySet(ScopedQuerySet):
    """Costs, through their order's connection."""

    connection_path = "order__connection"


class OrderCost(models.Model):
    """What an order cost us, as staff state it: an amount, or the number of an order that a wallet paid.

    With `reference` the cost is what the wallet's movements under that number come to.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=120, blank=True)
    amount = amount()
    currency = models.CharField(max_length=3, blank=True)
    note = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CostQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "cost of an order")
        verbose_name_plural = pgettext_lazy("model", "costs of orders")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.reference or self.note or f"{self.amount} {self.currency}"
