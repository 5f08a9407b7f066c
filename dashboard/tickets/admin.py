"""Tickets in Django's admin: mirrored rows to be read only."""

from __future__ import annotations

from django.contrib import admin

from dashboard.orders.admin import ReadOnly
from dashboard.tickets.models import Reply, Ticket, TicketNote


@admin.register(Ticket)
class TicketAdmin(ReadOnly):
    """Tickets of the desks."""

    list_display = ("remote_id", "connection", "kind", "status", "desk_status", "moved_at", "gone_at")
    list_filter = ("connection", "kind", "status")


@admin.register(Reply)
class ReplyAdmin(ReadOnly):
    """Comments of tickets."""

    list_display = ("ticket", "direction", "sent_at", "position")
    list_filter = ("direction",)


@admin.register(TicketNote)
class TicketNoteAdmin(ReadOnly):
    """What staff wrote to each other about tickets."""

    list_display = ("created_at", "ticket", "author")
