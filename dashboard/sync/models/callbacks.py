"""One push from a platform, stored raw before it is understood."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dashboard.sync.models.connections import Connection
from dashboard.sync.models.mirrored import ScopedQuerySet

RECEIVED, PROCESSED, FAILED = "received", "processed", "failed"


class Callback(models.Model):
    """A push: authentic by its document, or a hint (unsigned by its document; worth one read).

    `headers` holds the ones that tell something, never the secret ones. `outcome` says what was read because of it.
    `secret_mark` tells which secret proved it while several are in use.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="callbacks")
    event = models.CharField(max_length=60)
    dedupe_key = models.CharField(max_length=200)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    is_hint = models.BooleanField(default=False)
    secret_mark = models.CharField(max_length=12, blank=True, default="", db_default="")
    state = models.CharField(max_length=20, default=RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "callback")
        verbose_name_plural = pgettext_lazy("model", "callbacks")
        constraints = [models.UniqueConstraint(fields=["connection", "event", "dedupe_key"], name="callback_once")]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="callback_newest"),
            models.Index(fields=["id"], name="callback_waiting", condition=Q(state="received")),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.received_at:%Y-%m-%d %H:%M:%S}"
