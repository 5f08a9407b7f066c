"""Records of tickets → rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from channels.records import TicketRecord, TicketReplyRecord
from dashboard.orders.targets import find_order
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE
from dashboard.sync.upsert import Counts, Mirror, Part, chunks, upsert
from dashboard.tickets.models import Reply, Ticket


def _ticket(r: TicketRecord) -> Sequence[Any]:
    return (
        r.number,
        r.kind,
        r.desk_status,
        r.subject,
        r.body,
        r.order_remote_id,
        r.buyer,
        r.placed_at,
        r.updated_at,
        r.updated_at or timezone.now(),
        len(r.replies),
        r.replies[-1].direction if r.replies else "",
    )


def _replies(r: TicketRecord) -> Iterable[Sequence[Any]]:
    for position, reply in enumerate(r.replies):
        yield (reply.remote_id, reply.direction, reply.body, reply.sent_at, position)


TICKETS = Mirror(
    domain="tickets",
    model=Ticket,
    columns=(
        "number",
        "kind",
        "desk_status",
        "subject",
        "body",
        "order_remote_id",
        "buyer",
        "placed_at",
        "updated_at",
        "moved_at",
        "reply_count",
        "last_direction",
    ),
    values=_ticket,
    parts=(Part(model=Reply, whole="ticket", columns=("direction", "body", "sent_at", "position"), rows=_replies),),
    tracked=("status", "remote_status", "desk_status", "subject"),
    clock="updated_at",
)


def upsert_tickets(connection: Connection, records: Iterable[TicketRecord], read_at: datetime | None = None) -> Counts:
    """Bring tickets and replies in step; our own replies and openings are known by our commands."""
    found = list(records)
    with transaction.atomic():
        counts = upsert(TICKETS, connection, attributed(connection, found), read_at=read_at)
        note_orders(connection, [record.remote_id for record in found])
    return counts


def plain(text: str) -> str:
    """A text as it is compared: platforms may trim it or change its line ends."""
    return text.replace("\r\n", "\n").strip()


def attributed(connection: Connection, records: list[TicketRecord]) -> list[TicketRecord]:
    """The records with direction *out*, and the time of sending, on the replies that our own commands made."""
    ids = [record.remote_id for record in records if record.replies]
    ours: dict[str, list[Command]] = {}
    for part in chunks(ids, 500):
        sent = Command.objects.filter(connection=connection, kind="tickets.reply", target__in=part, state=DONE)
        for command in sent.order_by("sent_at", "pk"):
            ours.setdefault(command.target, []).append(command)
    return [_with_ours(record, ours[record.remote_id]) if record.remote_id in ours else record for record in records]


def _with_ours(record: TicketRecord, commands: list[Command]) -> TicketRecord:
    rest = [(plain(command.payload["text"]), command.sent_at) for command in commands]
    replies: list[TicketReplyRecord] = []
    for reply in record.replies:
        own = next((one for one in rest if one[0] == plain(reply.body)), None)
        if own is None:
            replies.append(reply)
            continue
        rest.remove(own)
        replies.append(msgspec.structs.replace(reply, direction="out", sent_at=reply.sent_at or own[1]))
    return msgspec.structs.replace(record, replies=tuple(replies))


def note_orders(connection: Connection, ticket_ids: list[str]) -> None:
    """Tickets opened here keep the order that they were opened for: not every platform tells it."""
    for ids in chunks(ticket_ids, 500):
        rows = Ticket.objects.filter(connection=connection, remote_id__in=ids, opened_for="")
        nameless = set(rows.values_list("remote_id", flat=True))
        if not nameless:
            continue
        opened = Command.objects.filter(connection=connection, target="-", kind="tickets.open", state=DONE)
        for command in opened.filter(receipt__remote_id__in=list(nameless)):
            order = _order_id(connection, command.payload["order"])
            rows.filter(remote_id=command.receipt["remote_id"]).update(opened_for=order)


def _order_id(connection: Connection, named: str) -> str:
    try:
        return find_order(connection, named).remote_id
    except Refused:
        return named[:200]
