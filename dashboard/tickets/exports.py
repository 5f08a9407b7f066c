"""Exports of tickets (SURFACE §2)."""

from __future__ import annotations

from typing import Any

from dashboard.core.exports import Column, Export, register_export
from dashboard.tickets.models import Reply, Ticket


def _tickets(user: Any) -> Any:
    rows = Ticket.objects.light().select_related("connection")
    return rows if user is None else rows.visible_to(user)


def _replies(user: Any) -> Any:
    rows = Reply.objects.select_related("ticket__connection").defer("ticket__raw", "ticket__body")
    return rows if user is None else rows.visible_to(user)


register_export(
    Export(
        domain="tickets",
        queryset=_tickets,
        since="moved_at",
        columns=[
            Column("connection", "connection.slug"),
            Column("platform", "connection.platform"),
            Column("remote_id"),
            Column("number"),
            Column("status"),
            Column("remote_status"),
            Column("placed_at", kind="time"),
            Column("updated_at", kind="time"),
            Column("gone_at", kind="time"),
            Column("kind"),
            Column("subject"),
            Column("order_remote_id", "order_known"),
            Column("desk_status"),
        ],
    )
)
register_export(
    Export(
        domain="ticket-replies",
        queryset=_replies,
        connection="ticket__connection__slug",
        since="ticket__moved_at",
        order=("ticket_id", "position"),
        columns=[
            Column("connection", "ticket.connection.slug"),
            Column("platform", "ticket.connection.platform"),
            Column("remote_id"),
            Column("gone_at", "ticket.gone_at", kind="time"),
            Column("ticket_remote_id", "ticket.remote_id"),
            Column("direction"),
            Column("body"),
            Column("sent_at", kind="time"),
        ],
    )
)
