"""Exports of tickets (SURFACE §2)."""

from __future__ import annotations

from dashboard.core.exports import Column, Export, register_export
from dashboard.sync.exporting import GONE, NUMBER, PLACED, STATUS, UPDATED, head, mirrored, parts
from dashboard.tickets.models import Reply, Ticket

register_export(
    Export(
        domain="tickets",
        queryset=mirrored(Ticket),
        since="moved_at",
        columns=[
            *head(),
            NUMBER,
            *STATUS,
            PLACED,
            UPDATED,
            GONE,
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
        queryset=parts(Reply, "ticket", "body"),
        connection="ticket__connection__slug",
        since="ticket__moved_at",
        order=("ticket_id", "position"),
        columns=[
            *head("ticket"),
            Column("gone_at", "ticket.gone_at", kind="time"),
            Column("ticket_remote_id", "ticket.remote_id"),
            Column("direction"),
            Column("body"),
            Column("sent_at", kind="time"),
        ],
    )
)
