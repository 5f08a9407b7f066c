"""Exports of conversations (SURFACE §2)."""

from __future__ import annotations

from typing import Any

from dashboard.core.exports import Column, Export, register_export
from dashboard.messaging.models import Message, Thread


def _rows(model: Any) -> Any:
    def queryset(user: Any) -> Any:
        rows = model.objects.light().select_related("connection")
        return rows if user is None else rows.visible_to(user)

    return queryset


_OWN = [
    Column("connection", "connection.slug"),
    Column("platform", "connection.platform"),
    Column("remote_id"),
    Column("gone_at", kind="time"),
]

register_export(
    Export(
        domain="threads",
        queryset=_rows(Thread),
        since="changed_at",
        columns=[
            *_OWN,
            Column("buyer"),
            Column("buyer_remote_id"),
            Column("unread", kind="int"),
            Column("last_message_at", kind="time"),
        ],
    )
)
register_export(
    Export(
        domain="messages",
        queryset=_rows(Message),
        since="changed_at",
        columns=[
            *_OWN,
            Column("thread_remote_id"),
            Column("direction"),
            Column("message_type"),
            Column("body"),
            Column("sent_at", kind="time"),
        ],
    )
)
