"""What one person asked for and a second must agree to before it becomes a command."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dashboard.core.crypto import EncryptedJSONField
from dashboard.sync.models.commands import Command
from dashboard.sync.models.connections import Connection
from dashboard.sync.models.mirrored import ScopedQuerySet

WAITING, APPROVED, DECLINED = "waiting", "approved", "declined"


class ApprovalQuerySet(ScopedQuerySet):
    """Questions about approvals."""

    def waiting(self) -> Self:
        """Those that nobody has decided."""
        return self.filter(state=WAITING)


class Approval(models.Model):
    """A command that waits for a second person. Nothing is queued before; `command` is what was queued after.

    Whoever decides is never who asked, except to decline: that takes it back. The database allows one waiting at a time
    for the same kind and target.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    target = models.CharField(max_length=240)
    target_label = models.CharField(max_length=240, blank=True)
    summary = models.CharField(max_length=300, blank=True)
    amount = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    payload = EncryptedJSONField(default=dict)
    state = models.CharField(max_length=20, default=WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    command = models.OneToOneField(Command, on_delete=models.SET_NULL, null=True, blank=True, related_name="approval")

    objects: Any = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "approval")
        verbose_name_plural = pgettext_lazy("model", "approvals")
        indexes = [
            models.Index(fields=["-asked_at", "-id"], name="approval_newest"),
            models.Index(fields=["connection", "target"], name="approval_of_target"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "target"], condition=Q(state=WAITING), name="one_waiting_approval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_label or self.target}"
