"""After-sales cases as the platforms have them, and which orders were asked for one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dashboard.aftersales.querysets import CaseQuerySet
from dashboard.sync.models import Connection, MirroredModel


class Case(MirroredModel):
    """A buyer's refund request. `decision` is pending, approved, rejected, lapsed or unknown.

    After `decide_by` the platform decides by itself, in the buyer's favour. `amount` is in `currency`. Our own column:
    `assignee`.
    """

    order_remote_id = models.CharField(max_length=200)
    number = models.CharField(max_length=120, blank=True)
    decision = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    buyer = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    image_urls = models.JSONField(default=list)
    reject_reason = models.TextField(blank=True)
    reject_image_urls = models.JSONField(default=list)
    decide_by = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)

    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    objects = CaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "after-sales case")
        verbose_name_plural = pgettext_lazy("model", "after-sales cases")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="case_once")]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="case_newest"),
            models.Index(fields=["connection", "order_remote_id"], name="case_of_order"),
            models.Index(fields=["decision", "decide_by", "id"], name="case_by_deadline"),
            models.Index(fields=["assignee"], name="case_assigned", condition=Q(assignee__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number or self.remote_id


class AskedOrder(models.Model):
    """When the platform was last asked for the case of an order: platforms without a list are asked in turn."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    order_remote_id = models.CharField(max_length=200)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = pgettext_lazy("model", "order asked for its case")
        verbose_name_plural = pgettext_lazy("model", "orders asked for their cases")
        constraints = [models.UniqueConstraint(fields=["connection", "order_remote_id"], name="order_asked_once")]

    def __str__(self) -> str:
        return self.order_remote_id
