"""One ticket as a person reads it: opening, replies, private notes, and our replies that the desk has not shown yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.core import html
from dashboard.core.templatetags.dash import when_at
from dashboard.sync.models import Command
from dashboard.sync.models.commands import CANCELLED, DONE, NEEDS_REVIEW, SUPERSEDED, UNKNOWN
from dashboard.sync.retry import WITHOUT_EFFECT
from dashboard.sync.web import shown
from dashboard.tickets.mirror import plain
from dashboard.tickets.models import Ticket, TicketNote

IN_DOUBT = (UNKNOWN, NEEDS_REVIEW)
WITHDRAWN = (CANCELLED, SUPERSEDED)
NOTES = 100
Bubble = dict[str, Any]


def bubbles(ticket: Ticket, commands: Sequence[Command]) -> list[Bubble]:
    """What was said, oldest first. `commands` are those about the ticket, newest first, without their payloads."""
    now = timezone.now()
    ours = _our_replies(commands)
    told: list[tuple[datetime | None, Bubble]] = []
    if ticket.body:
        who = _("We opened it") if ticket.opened_for else pgettext("ticket", "Opening")
        direction = "out" if ticket.opened_for else ""
        told.append((ticket.placed_at, {"direction": direction, "body": readable(ticket.body), "by": who}))
    told += _replies(ticket, [one for one in ours if one.state == DONE])
    for note in ticket.notes.select_related("author")[:NOTES][::-1]:
        told.insert(_place(told, note.created_at), (note.created_at, _note(note)))
    told += [(one.created_at, _pending(one, ours)) for one in ours if one.state != DONE]
    return [bubble | {"at": when_at(at, now)} for at, bubble in told]


def readable(text: str) -> Any:
    """A platform's HTML sanitised, plain text with its line breaks and links."""
    return html.sanitised(text) if "</" in text or "<br" in text else html.with_links(text)


def _our_replies(commands: Sequence[Command]) -> list[Command]:
    """Our replies that still matter, oldest first, with their payloads."""
    wanted = [one for one in reversed(commands) if one.kind == "tickets.reply" and one.state not in WITHDRAWN]
    payloads = Command.objects.only("payload").in_bulk([one.pk for one in wanted]) if wanted else {}
    for command in wanted:
        command.payload = payloads[command.pk].payload
    return wanted


def _replies(ticket: Ticket, sent: list[Command]) -> list[tuple[datetime | None, Bubble]]:
    """The replies that the platform shows, with who of us wrote them."""
    told: list[tuple[datetime | None, Bubble]] = []
    for reply in ticket.replies.order_by("position"):
        own = next((one for one in sent if plain(one.payload["text"]) == plain(reply.body)), None)
        if reply.direction == "out" and own is not None:
            sent.remove(own)
        by = _("Desk") if reply.direction == "in" else own.actor.label if own and own.actor else _("We")
        told.append((reply.sent_at, {"direction": reply.direction, "body": readable(reply.body), "by": by}))
    return told


def _place(told: list[tuple[datetime | None, Bubble]], at: datetime) -> int:
    """Before the first bubble that is known to be younger."""
    return next((n for n, (when, _bubble) in enumerate(told) if when is not None and when > at), len(told))


def _note(note: TicketNote) -> Bubble:
    by = note.author.label if note.author else "–"
    return {"direction": "note", "body": html.with_links(note.text), "by": by}


def _pending(command: Command, ours: list[Command]) -> Bubble:
    """A reply that is under way, or that failed: with what can be done about it."""
    text = command.payload["text"]
    repeated = any(one.pk > command.pk and one.payload["text"] == text for one in ours)
    again = command.state in WITHOUT_EFFECT and not repeated
    return {
        "direction": "out",
        "body": html.with_links(text),
        "by": command.actor.label if command.actor else _("We"),
        "command": shown(command),
        "step": "prove" if command.state in IN_DOUBT else "again" if again else "",
    }
