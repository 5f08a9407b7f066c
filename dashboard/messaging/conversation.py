"""One thread as a person reads it: messages, private notes, and what we are sending, in one order of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.messaging.models import Message, Thread, ThreadNote
from dashboard.orders import words
from dashboard.orders.models import Order
from dashboard.sync.models import Command
from dashboard.sync.models.commands import CANCELLED, DONE, FAILED, QUEUED, REJECTED, SUPERSEDED
from dashboard.sync.web import shown

SHOWN, MOST = 60, 600
SENT_SHOWN = timedelta(days=14)
UNDO = timedelta(seconds=8)
Bubble = dict[str, Any]


class Conversation:
    """What stands in a thread; three queries. `shown` is how many messages there are at most."""

    def __init__(self, thread: Thread, user: Any, limit: int = SHOWN) -> None:
        self.thread, self.user, self.now = thread, user, timezone.now()
        self.limit = min(max(limit, SHOWN), MOST)
        rows = Message.objects.light().of(thread).select_related("command__actor")
        found = list(rows.defer("raw", "command__payload", "command__evidence")[: self.limit + 1])
        self.has_more = len(found) > self.limit
        self.messages = found[: self.limit]
        self.notes = list(ThreadNote.objects.filter(thread=thread).select_related("author")[:100])
        self.commands = self._ours()

    def _ours(self) -> list[Command]:
        """What we sent or mean to send and the mirror does not show yet, with what failed."""
        linked = Message.objects.filter(command=OuterRef("pk")).values("pk")[:1]
        rows = Command.objects.filter(
            connection=self.thread.connection_id,
            target=self.thread.remote_id,
            kind="messaging.send",
            created_at__gte=self.now - SENT_SHOWN,
        ).exclude(state__in=[CANCELLED, SUPERSEDED])
        wanted = rows.annotate(linked=Subquery(linked)).filter(linked=None).select_related("actor", "connection")
        return list(wanted.defer("evidence").order_by("-pk")[:30])

    @property
    def is_moving(self) -> bool:
        """Whether something will change by itself soon."""
        return any(command.is_moving for command in self.commands)

    @property
    def parts(self) -> tuple[Any, ...]:
        """What the bubbles show, in short, for the validator of a poll."""
        sent = tuple((one.pk, one.state, self._seconds(one)) for one in self.commands)
        newest = tuple((one.pk, one.changed_at, one.command_id) for one in self.messages[:5])
        return newest, len(self.messages), sent, tuple(note.pk for note in self.notes[:5]), self.now.date()

    def bubbles(self) -> list[Bubble]:
        """Oldest first, each with the day where a new one begins."""
        oldest = self.messages[-1].sent_at if self.has_more and self.messages else None
        told = [(one.sent_at or one.changed_at, self._message(one)) for one in self.messages]
        told += [(one.created_at, self._note(one)) for one in self.notes]
        told += [(one.created_at, self._command(one)) for one in self.commands]
        kept = sorted((one for one in told if oldest is None or one[0] >= oldest), key=lambda one: one[0])
        day, found = "", []
        for at, bubble in kept:
            today = formatting.day(at)
            found.append(bubble | {"day": "" if today == day else today, "at": when_at(at, self.now)})
            day = today
        return found

    def _message(self, one: Message) -> Bubble:
        by = one.command.actor.label if one.command and one.command.actor else ""
        confirmed = one.command.finished_at if one.command and one.command.state == DONE else None
        return {
            "css": "msg-out" if one.direction == "out" else "",
            "body": html.with_links(one.body) if one.body else "",
            "media": html.image_link(one.media_url, _("Open file")) if one.media_url else "",
            "type": "" if one.body or one.media_url else one.message_type,
            "by": by,
            "confirmed": _("confirmed at %(at)s") % {"at": formatting.exact(confirmed)} if confirmed else "",
        }

    def _note(self, one: ThreadNote) -> Bubble:
        return {"css": "msg-note", "body": html.with_links(one.text), "note": one.author.label if one.author else "–"}

    def _command(self, one: Command) -> Bubble:
        seconds = self._seconds(one)
        return {
            "css": "msg-out msg-failed" if one.state in (REJECTED, FAILED, "needs_review") else "msg-out",
            "body": html.with_links(one.payload["text"]),
            "by": one.actor.label if one.actor else "",
            "command": shown(one),
            "seconds": seconds,
            "undo": seconds > 0 and one.actor_id == self.user.pk,
            "again": one.state in (REJECTED, FAILED),
        }

    def _seconds(self, one: Command) -> int:
        """How long until it goes out, while it can still be taken back."""
        if one.state != QUEUED or one.attempts:
            return 0
        return max(0, round((min(one.not_before, one.created_at + UNDO) - self.now).total_seconds()))


def filled(text: str, thread: Thread, orders: list[Order]) -> str:
    """A canned reply with its variables: ``{buyer}``, ``{order}`` (the newest order's number)."""
    known = {"{buyer}": thread.buyer or thread.buyer_remote_id, "{order}": str(orders[0]) if orders else ""}
    for name, value in known.items():
        text = text.replace(name, value)
    return text


def orders_of(thread: Thread, user: Any) -> list[Order]:
    """The buyer's newest orders on that connection."""
    if not thread.buyer_remote_id:
        return []
    rows = Order.objects.visible_to(user).filter(
        connection=thread.connection_id, buyer_remote_id=thread.buyer_remote_id
    )
    fields = (
        "number", "partner_code", "remote_id", "status", "payment_status", "fulfilment_status", "currency", "total",
        "items", "placed_at", "gone_at",
    )  # fmt: skip
    return list(rows.only(*fields).order_by("-placed_at", "-pk")[:3])


def order_facts(orders: list[Order], now: datetime) -> list[dict[str, Any]]:
    """What stands beside the thread of each order."""
    return [
        {
            "pk": one.pk,
            "name": str(one),
            "payment": html.badge(*words.payment(one)),
            "fulfilment": html.badge(*words.fulfilment(one)),
            "total": formatting.money(one.total, one.currency),
            "items": one.items,
            "placed": when_at(one.placed_at, now) if one.placed_at else "",
        }
        for one in orders
    ]
