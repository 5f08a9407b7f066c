"""Tickets in Django's admin: mirrored rows to be read only."""

from __future__ import annotations

from django.contrib import admin

from dashboard.staff.admin_site import ReadOnlyAdmin
from dashboard.sync.admin import MirroredAdmin
from dashboard.tickets.models import Reply, Ticket, TicketNote


@admin.register(Ticket)
class TicketAdmin(MirroredAdmin):
    """Tickets of the desks."""

    list_display = ("remote_id", "connection", "kind", "status", "desk_status", "moved_at", "gone_at")
    list_filter = ("connection", "kind", "status")
    feed = "tickets"


@admin.register(Reply)
class ReplyAdmin(MirroredAdmin):
    """Comments of tickets."""

    list_display = ("ticket", "direction", "sent_at", "position")
    list_filter = ("direction",)
    feed = "tickets"


@admin.register(TicketNote)
class TicketNoteAdmin(ReadOnlyAdmin):
    """What staff wrote to each other about tickets."""

    list_display = ("created_at", "ticket", "author")
