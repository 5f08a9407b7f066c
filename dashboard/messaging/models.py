"""Conversations as the platforms have them, and what staff add: assignment, notes, drafts, canned replies."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dashboard.messaging.querysets import MessageQuerySet, ThreadQuerySet
from dashboard.sync.models import Command, MirroredModel, ScopedQuerySet

PERSON = settings.AUTH_USER_MODEL


class Thread(MirroredModel):
    """A conversation with one buyer. `unread` is the platform's own count.

    Kept from its messages: `last_body`, `last_direction`, and `waiting_since`, when the buyer's oldest unanswered
    message came. Staff's own: `assignee`; `done_at`, before which nothing needs an answer; `snoozed_until`, until when
    it rests, unless the buyer writes again after `snoozed_after`, the last message that was known then;
    `seen_at`, up to when somebody who answers has read it.
    """

    buyer = models.CharField(max_length=200, blank=True)
    buyer_remote_id = models.CharField(max_length=200, blank=True)
    unread = models.IntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)

    last_body = models.CharField(max_length=200, blank=True, db_default="")
    last_direction = models.CharField(max_length=3, blank=True, db_default="")
    waiting_since = models.DateTimeField(null=True)
    assignee = models.ForeignKey(PERSON, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True)
    snoozed_after = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects = ThreadQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "thread")
        verbose_name_plural = pgettext_lazy("model", "threads")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="thread_once")]
        indexes = [
            models.Index(fields=["-last_message_at", "-id"], name="thread_newest"),
            models.Index(fields=["connection", "-last_message_at", "-id"], name="thread_of_connection"),
            models.Index(
                fields=["waiting_since", "id"], name="thread_waiting", condition=Q(waiting_since__isnull=False)
            ),
            models.Index(fields=["assignee"], name="thread_assigned", condition=Q(assignee__isnull=False)),
            models.Index(
                fields=["snoozed_until", "id"], name="thread_snoozed", condition=Q(snoozed_until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.buyer or self.buyer_remote_id or self.remote_id

    @property
    def is_unseen(self) -> bool:
        """Whether the platform counts it as unread and nobody of us has opened it since the last message."""
        if not self.unread or self.last_message_at is None:
            return bool(self.unread)
        return self.seen_at is None or self.seen_at < self.last_message_at


class Message(MirroredModel):
    """One message of a thread; `direction` is in or out. `command` is ours that sent it, where that is known."""

    thread_remote_id = models.CharField(max_length=200)
    direction = models.CharField(max_length=3)
    message_type = models.CharField(max_length=60, blank=True)
    body = models.TextField(blank=True)
    media_url = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    command = models.OneToOneField(Command, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = MessageQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = pgettext_lazy("model", "message")
        verbose_name_plural = pgettext_lazy("model", "messages")
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="message_once")]
        indexes = [
            models.Index(fields=["connection", "thread_remote_id", "-sent_at", "-id"], name="message_of_thread"),
            models.Index(fields=["-sent_at", "-id"], name="message_newest"),
        ]

    def __str__(self) -> str:
        return self.body[:60] or self.message_type


class OfThreadQuerySet(ScopedQuerySet):
    """Notes and drafts, through their thread's connection."""

    connection_path = "thread__connection"


class ThreadNote(models.Model):
    """What staff write to each other about a thread; no platform ever sees it."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(PERSON, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfThreadQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "note on a thread")
        verbose_name_plural = pgettext_lazy("model", "notes on threads")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Draft(models.Model):
    """What a person has begun to write in a thread: a reply, or a private note, which must never become one."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="drafts", db_index=False)
    author = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=8000)
    is_note = models.BooleanField(default=False, db_default=False)
    saved_at = models.DateTimeField(auto_now=True)

    objects = OfThreadQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("model", "draft")
        verbose_name_plural = pgettext_lazy("model", "drafts")
        constraints = [models.UniqueConstraint(fields=["thread", "author"], name="one_draft_each")]

    def __str__(self) -> str:
        return self.text[:60]


class CannedReply(models.Model):
    """A reply written once. Its variables are filled in for the thread (`dashboard.messaging.canned`)."""

    shortcut = models.SlugField(max_length=40, unique=True)
    text = models.TextField(max_length=4000)
    changed_by = models.ForeignKey(PERSON, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = pgettext_lazy("model", "canned reply")
        verbose_name_plural = pgettext_lazy("model", "canned replies")
        ordering = ["shortcut"]

    def __str__(self) -> str:
        return f"/{self.shortcut}"
