"""The rows of the list, formatted once in Python: the template only prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.orders.links import order_link, with_order
from dashboard.sync.kinds import kinds_of
from dashboard.sync.models import Command
from dashboard.sync.reach import Reach
from dashboard.sync.web import latest_commands, sync_sign
from dashboard.tickets import words
from dashboard.tickets.querysets import OPEN

COLUMNS = (
    "connection_id", "remote_id", "number", "kind", "subject", "body", "status", "remote_status", "desk_status",
    "order_remote_id", "opened_for", "moved_at", "reply_count", "last_direction", "gone_at",
    "assignee__username", "assignee__first_name", "assignee__last_name",
)  # fmt: skip


def with_their_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The tickets with key and number of their order: what the platform names, else what it was opened for here."""
    named = Coalesce(NullIf(OuterRef("order_remote_id"), Value("")), OuterRef("opened_for"))
    return with_order(rows, remote_id=named)


def for_list(rows: QuerySet[Any]) -> QuerySet[Any]:
    """What the list reads, in one query."""
    return with_their_order(rows.select_related("assignee").only(*COLUMNS))


def rows_of(tickets: Sequence[Any], reach: Reach, carried: str = "") -> list[dict[str, Any]]:
    """What the list prints for each ticket; one query for all their commands. `carried`: the list, for who walks on."""
    now = timezone.now()
    ids, targets = {one.connection_id for one in tickets}, [one.remote_id for one in tickets]
    commands = latest_commands(ids, targets, kinds_of("tickets"))
    return [_row(one, reach, commands.get((one.connection_id, one.remote_id)), now, carried) for one in tickets]


def _row(ticket: Any, reach: Reach, command: Command | None, now: datetime, carried: str) -> dict[str, Any]:
    tone, word = words.status(ticket)
    waits = ticket.gone_at is None and ticket.status in OPEN and ticket.last_direction == "in"
    return {
        "pk": ticket.pk,
        "url": reverse("tickets:detail", args=[ticket.pk]) + carried,
        "name": str(ticket),
        "urgency": html.attribute("data-tone", "wait" if waits else ""),
        "moved": when_at(ticket.moved_at, now),
        "connection": reach.sign(ticket.connection_id),
        "kind": words.kind(ticket),
        "subject": words.subject(ticket) or " ".join(strip_tags(ticket.body[:400]).split()),
        "order": order_link(ticket, ticket.order_known),
        "status": html.state(tone, word),
        "replies": formatting.count(ticket.reply_count) if ticket.reply_count else "",
        "assignee": ticket.assignee.label if ticket.assignee else "",
        "sync": html.state(*sync_sign(ticket, command)),
    }
