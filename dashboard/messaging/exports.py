"""Exports of conversations (SURFACE §2)."""

from __future__ import annotations

from dashboard.core.exports import Column, Export, register_export
from dashboard.messaging.models import Message, Thread
from dashboard.sync.exporting import GONE, head, mirrored

register_export(
    Export(
        domain="threads",
        queryset=mirrored(Thread),
        since="changed_at",
        columns=[
            *head(),
            GONE,
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
        queryset=mirrored(Message),
        since="changed_at",
        columns=[
            *head(),
            GONE,
            Column("thread_remote_id"),
            Column("direction"),
            Column("message_type"),
            Column("body"),
            Column("sent_at", kind="time"),
        ],
    )
)
