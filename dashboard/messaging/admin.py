"""Threads and messages in Django's admin: mirrored rows to be read only."""

from __future__ import annotations

from django.contrib import admin

from dashboard.messaging.models import CannedReply, Message, Thread, ThreadNote
from dashboard.staff.admin_site import AuditedAdmin, ReadOnlyAdmin
from dashboard.sync.admin import MirroredAdmin


@admin.register(Thread)
class ThreadAdmin(MirroredAdmin):
    """Conversations with buyers."""

    list_display = ("buyer", "connection", "unread", "waiting_since", "last_message_at", "gone_at")
    list_filter = ("connection",)
    feed = "threads"


@admin.register(Message)
class MessageAdmin(MirroredAdmin):
    """What was said."""

    list_display = ("sent_at", "connection", "thread_remote_id", "direction", "message_type")
    list_filter = ("connection", "direction")
    feed = "messages"


@admin.register(ThreadNote)
class ThreadNoteAdmin(ReadOnlyAdmin):
    """Private notes of staff."""

    list_display = ("thread", "author", "created_at")


@admin.register(CannedReply)
class CannedReplyAdmin(AuditedAdmin):
    """Replies written once; ours, so they may be changed here, too."""

    list_display = ("shortcut", "text", "changed_by", "changed_at")
