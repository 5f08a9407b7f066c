"""One thread as a person reads it: messages, private notes, and what we are sending, in one order of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.messaging import words
from dashboard.messaging.mirror import plain
from dashboard.messaging.models import Message, ThreadNote
from dashboard.sync.models import Command
from dashboard.sync.models.commands import CANCELLED, DONE, FAILED, NEEDS_REVIEW, QUEUED, REJECTED, SUPERSEDED, UNKNOWN
from dashboard.sync.web import shown

SHOWN, MOST = 60, 600
SENT_SHOWN = timedelta(days=14)
SIGN_SHOWN = timedelta(days=3)  # how long the list shows what became of our last message
UNDO = timedelta(seconds=8)
Bubble = dict[str, Any]


class Conversation:
    """What stands in a thread of `opened.find`; two queries. `limit` is how many messages there are at most."""

    def __init__(self, thread: Any, user: Any, limit: int = SHOWN) -> None:
        self.thread, self.user, self.now = thread, user, timezone.now()
        self.limit = min(max(limit, SHOWN), MOST)
        rows = Message.objects.light().of(thread).select_related("command__actor")
        found = list(rows.defer("raw", "command__payload", "command__evidence")[: self.limit + 1])
        self.has_more = len(found) > self.limit
        self.messages = found[: self.limit]
        self.notes: list[ThreadNote] = thread.kept_notes
        self.commands = self._ours()

    def _ours(self) -> list[Command]:
        """What we sent or mean to send and the mirror does not show yet, with what failed; the newest first."""
        linked = Message.objects.filter(command=OuterRef("pk")).values("pk")[:1]
        rows = Command.objects.filter(
            connection=self.thread.connection_id,
            target=self.thread.remote_id,
            kind="messaging.send",
            created_at__gte=self.now - SENT_SHOWN,
        ).exclude(state__in=[CANCELLED, SUPERSEDED])
        wanted = rows.annotate(linked=Subquery(linked)).filter(linked=None).select_related("actor")
        found: list[Command] = list(wanted.defer("evidence").order_by("-pk")[:30])
        for command in found:
            command.connection = self.thread.connection
        return found

    @property
    def is_moving(self) -> bool:
        """Whether something will change by itself soon."""
        return any(command.is_moving for command in self.commands)

    @property
    def newest_state(self) -> str:
        """The state of our newest message of the last days, for the list; empty without one."""
        since = self.now - SIGN_SHOWN
        linked = [one.command for one in self.messages if one.command and one.command.created_at >= since]
        ours = [*linked, *(one for one in self.commands if one.created_at >= since)]
        return str(max(ours, key=lambda one: one.pk).state) if ours else ""

    @property
    def newest_sent(self) -> int:
        """The key of our newest command that a reader of this sees; 0 without one."""
        linked = [one.command_id for one in self.messages if one.command_id]
        return max([*linked, *(one.pk for one in self.commands)], default=0)

    @property
    def parts(self) -> tuple[Any, ...]:
        """What the bubbles show, in short, for the validator of a poll."""
        sent = tuple((one.pk, one.state, self._seconds(one)) for one in self.commands)
        newest = tuple((one.pk, one.changed_at, one.command_id) for one in self.messages[:5])
        return newest, len(self.messages), sent, tuple(note.pk for note in self.notes[:5]), self.now.date()

    def bubbles(self) -> list[Bubble]:
        """Oldest first, and last what has not left yet; each with the day where a new one begins."""
        oldest = self.messages[-1].sent_at if self.has_more and self.messages else None
        told = [(one.sent_at or one.changed_at, self._message(one)) for one in self.messages]
        told += [(one.created_at, self._note(one)) for one in self.notes]
        told += [(one.created_at, self._command(one)) for one in self.commands]
        kept = [one for one in told if oldest is None or one[0] >= oldest]
        kept.sort(key=lambda one: (one[1].get("waits", False), one[0]))
        day, found = "", []
        for at, bubble in kept:
            its = formatting.day(at)
            found.append(bubble | {"day": "" if its == day else self._day(its), "at": when_at(at, self.now)})
            day = its
        return found

    def _day(self, words: str) -> str:
        return _("Today") if words == formatting.day(self.now) else words

    def _clock(self, at: datetime) -> str:
        return formatting.clock_time(at, self.now, seconds=True)

    def _message(self, one: Message) -> Bubble:
        by = one.command.actor.label if one.command and one.command.actor else ""
        confirmed = one.command.finished_at if one.command and one.command.state == DONE else None
        kind = words.kind_of(one, self.thread.connection)
        return {
            "css": "msg-out" if one.direction == "out" else "",
            "kind": kind,
            "body": html.with_links(words.without_label(one.body, kind)),
            "media": _media(one, kind),
            "by": by,
            "confirmed": _("confirmed at %(at)s") % {"at": self._clock(confirmed)} if confirmed else "",
        }

    def _note(self, one: ThreadNote) -> Bubble:
        return {"css": "msg-note", "body": html.with_links(one.text), "note": one.author.label if one.author else "–"}

    def _command(self, one: Command) -> Bubble:
        seconds = self._seconds(one)
        did_not = one.state in (REJECTED, FAILED)
        return {
            "css": "msg-out msg-failed" if did_not or one.state == NEEDS_REVIEW else "msg-out",
            "body": html.with_links(one.payload["text"]),
            "by": one.actor.label if one.actor else "",
            "command": shown(one),
            "waits": one.state == QUEUED,
            "seconds": seconds,
            "undo": seconds > 0 and one.actor_id == self.user.pk,
            "prove": one.state in (UNKNOWN, NEEDS_REVIEW),
            "again": did_not and not self.is_sent_again(one),
        }

    def is_sent_again(self, failed: Command) -> bool:
        """Whether a later command says the same once more."""
        text = plain(failed.payload["text"])
        sent = any(one.pk > failed.pk and plain(one.payload["text"]) == text for one in self.commands)
        linked = (one for one in self.messages if one.command_id is not None and one.command_id > failed.pk)
        return sent or any(plain(one.body) == text for one in linked)

    def _seconds(self, one: Command) -> int:
        """How long until it goes out, while it can still be taken back."""
        if one.state != QUEUED or one.attempts:
            return 0
        return max(0, round((min(one.not_before, one.created_at + UNDO) - self.now).total_seconds()))

    def answered_by_another(self, seen: str) -> Command | None:
        """A reply of somebody else that the writer has not seen; `seen` is a `newest_sent` that a page showed."""
        if not (seen.isascii() and seen.isdigit() and len(seen) < 19):
            return None
        others = (one for one in self.commands if one.actor_id != self.user.pk)
        linked = (one.command for one in self.messages if one.command and one.command.actor_id != self.user.pk)
        return next((one for one in (*others, *linked) if one.pk > int(seen)), None)


def _media(one: Message, kind: words.Kind | None) -> Any:
    """A picture small and through our own door; of any other file the way to open it."""
    if not one.media_url:
        return ""
    if kind is words.KINDS["image"]:
        return html.picture(one.media_url, str(kind.word))
    return html.image_link(one.media_url, *((kind.action, kind.icon) if kind else (_("Open file"), "document")))
