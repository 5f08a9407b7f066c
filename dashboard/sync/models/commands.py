"""A staff intention as a row, from the click to the platform's proven answer."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import pgettext_lazy

from dashboard.core.crypto import EncryptedJSONField
from dashboard.sync.models.connections import Connection
from dashboard.sync.models.mirrored import ScopedQuerySet

QUEUED, SENDING, DONE, REJECTED = "queued", "sending", "done", "rejected"
UNKNOWN, FAILED, NEEDS_REVIEW = "unknown", "failed", "needs_review"
SUPERSEDED, CANCELLED = "superseded", "cancelled"

STATES = (QUEUED, SENDING, DONE, REJECTED, UNKNOWN, FAILED, NEEDS_REVIEW, SUPERSEDED, CANCELLED)
MOVING = (QUEUED, SENDING, UNKNOWN)  # something more will happen by itself
FINAL = frozenset({DONE, REJECTED, FAILED, SUPERSEDED, CANCELLED})

INTERACTIVE, URGENT, BACKGROUND = 0, -5, 10


class BatchQuerySet(models.QuerySet["Batch"]):
    """Questions about batches."""

    def visible_to(self, user: Any) -> Self:
        """Those with a command on a connection that the person may see, and the person's own."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.has_every_connection:
            return self
        seen = Command.objects.visible_to(user).filter(batch=OuterRef("pk"))
        return self.filter(Q(actor=user) | Exists(seen))


class Batch(models.Model):
    """Many commands of one bulk edit. `skipped` lists what could not take part, each with its reason.

    `kind` names what they are, several with blanks between: a file may hold both prices and stocks.
    `form_key`: the form that made it, so that a form posted twice makes one.
    """

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    skipped = models.JSONField(default=list)
    form_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "batch")
        verbose_name_plural = pgettext_lazy("model", "batches")
        indexes = [models.Index(fields=["-created_at", "-id"], name="batch_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def kinds(self) -> list[str]:
        """The names of the kinds."""
        return self.kind.split()


class Command(models.Model):
    """What somebody wants a platform to do, and what became of it.

    `target` is the remote id, or ``-`` when the kind makes something. `lane` names the target across kinds (domain and
    remote id), or the one thing of the connection that its kind works on: at most one command of a lane is in flight,
    which the database itself guarantees; what makes something has no lane. `attempts` is the fencing token: an outcome
    is only written while it still stands. `sent_attempt` is the last attempt that left for the platform, at `sent_at`.
    `before` is what was seen just before sending, `evidence` what the platform answered when it was asked what had
    happened.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="commands")
    kind = models.CharField(max_length=60)
    target = models.CharField(max_length=240)
    target_label = models.CharField(max_length=240, blank=True)
    lane = models.CharField(max_length=300, null=True, blank=True)
    summary = models.CharField(max_length=300, blank=True)
    payload = EncryptedJSONField(default=dict)
    payload_digest = models.CharField(max_length=64)
    form_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, blank=True, related_name="commands")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=20, default=QUEUED)
    priority = models.SmallIntegerField(default=INTERACTIVE)
    attempts = models.PositiveIntegerField(default=0)
    sent_attempt = models.PositiveIntegerField(default=0)
    tries_left = models.PositiveSmallIntegerField(default=8)
    checks = models.PositiveIntegerField(default=0)
    absences = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=1000, blank=True)
    before = models.JSONField(default=dict)
    receipt = models.JSONField(default=dict)
    evidence = models.JSONField(default=list)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "command")
        verbose_name_plural = pgettext_lazy("model", "commands")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="command_newest"),
            models.Index(fields=["connection", "target", "-id"], name="command_of_target"),
            models.Index(
                fields=["priority", "not_before", "id"],
                name="command_by_urgency",
                condition=Q(state__in=[QUEUED, SENDING, UNKNOWN]),
            ),
            models.Index(fields=["connection", "state", "priority", "not_before", "id"], name="command_by_turn"),
            models.Index(
                fields=["-id"],
                name="command_open",
                condition=Q(state__in=[QUEUED, SENDING, UNKNOWN, REJECTED, FAILED, NEEDS_REVIEW]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "lane"], condition=Q(state__in=[SENDING, UNKNOWN]), name="one_in_flight_per_lane"
            ),
            models.UniqueConstraint(
                fields=["connection", "kind", "target", "payload_digest"],
                condition=Q(state__in=[QUEUED, SENDING, UNKNOWN, NEEDS_REVIEW]),
                name="one_unfinished_per_payload",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_label or self.target}"

    @property
    def is_moving(self) -> bool:
        """Something more will happen by itself."""
        return self.state in MOVING
