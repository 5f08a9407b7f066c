"""Threads and messages in Django's admin: mirrored rows to be read only."""

from __future__ import annotations

from django.contrib import admin

from dashboard.messaging.models import CannedReply, Message, Thread
from dashboard.orders.admin import ReadOnly


@admin.register(Thread)
class ThreadAdmin(ReadOnly):
    """Conversations with buyers."""

    list_display = ("buyer", "connection", "unread", "waiting_since", "last_message_at", "gone_at")
    list_filter = ("connection",)


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """What was said."""

    list_display = ("sent_at", "connection", "thread_remote_id", "direction", "message_type")
    list_filter = ("connection", "direction")


@admin.register(CannedReply)
class CannedReplyAdmin(admin.ModelAdmin):
    """Replies written once; ours, so they may be changed here, too."""

    list_display = ("shortcut", "text", "changed_by", "changed_at")
