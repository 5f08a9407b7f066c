"""Tickets as the platforms' desks have them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dashboard.sync.models import MirroredModel, MirroredPart, ScopedQuerySet
from dashboard.tickets.querysets import TicketQuerySet


class Ticket(MirroredModel):
    """A ticket. `kind` is exchange, refund, question or support; `desk_status` the desk's own word.

    `moved_at` is the platform's time of change where it tells one, else when a change was first read here. Our own
    columns: `opened_for`, the order that a ticket was opened for here; `assignee`.
    """

    number = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    desk_status = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True)
    order_remote_id = models.CharField(max_length=200, blank=True)
    buyer = models.CharField(max_length=200, blank=True)
    placed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField()
    reply_count = models.IntegerField(default=0)
    last_direction = models.CharField(max_length=3, blank=True)

    opened_for = models.CharField(max_length=200, blank=True, db_default="")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    objects = TicketQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "ticket")
        verbose_name_plural = pgettext_lazy("model", "tickets")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="ticket_once")]
        indexes = [
            models.Index(fields=["-moved_at", "-id"], name="ticket_newest"),
            models.Index(fields=["connection", "-moved_at", "-id"], name="ticket_of_connection"),
            models.Index(fields=["status", "-moved_at", "-id"], name="ticket_by_status"),
            models.Index(fields=["connection", "order_remote_id"], name="ticket_of_order"),
            models.Index(fields=["assignee"], name="ticket_assigned", condition=Q(assignee__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number or self.remote_id

    @property
    def order_known(self) -> str:
        """The remote id of the order it is about, from the platform or from opening it here; may be empty."""
        return self.order_remote_id or self.opened_for


class NoteQuerySet(ScopedQuerySet):
    """Notes, through their ticket's connection."""

    connection_path = "ticket__connection"


class TicketNote(models.Model):
    """What staff write to each other about a ticket; no platform ever sees it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "note on a ticket")
        verbose_name_plural = pgettext_lazy("model", "notes on tickets")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class ReplyQuerySet(ScopedQuerySet):
    """Replies, through their ticket's connection."""

    connection_path = "ticket__connection"


class Reply(MirroredPart):
    """A comment of a ticket. Where a platform does not tell who wrote it, ours are known by our own commands."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="replies", db_index=False)
    direction = models.CharField(max_length=3)
    body = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    position = models.IntegerField(default=0)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "ticket reply")
        verbose_name_plural = pgettext_lazy("model", "ticket replies")
        constraints = [models.UniqueConstraint(fields=["ticket", "remote_id"], name="reply_once")]

    def __str__(self) -> str:
        return self.body[:60]
