"""The feed of tickets, and what callbacks make us read again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import capabilities as can
from channels.events import TicketReplied
from channels.records import Ref, TicketRecord
from dashboard.sync.feeds import Feed, on_event, plain_pull, register, run_soon
from dashboard.sync.models import Connection
from dashboard.tickets.mirror import TICKETS, upsert_tickets
from dashboard.tickets.models import Ticket

register(
    Feed(
        name="tickets",
        label=gettext_noop("Tickets"),
        capability=can.PullsTickets,
        mirror=TICKETS,
        own_upsert=upsert_tickets,
        pull=plain_pull("pull_tickets"),
        every=timedelta(minutes=5),
        rank=40,
    )
)


def ref_of(ticket: Ticket) -> Ref:
    """A ticket as channels take it."""
    return Ref(remote_id=ticket.remote_id, number=ticket.number, kind=ticket.kind, parent=ticket.order_known)


def read_again(connection: Connection, channel: Any, ref: Ref) -> TicketRecord | None:
    """Read one ticket and bring the mirror in step; what the platform does not know any more is gone."""
    read_at = timezone.now()
    record: TicketRecord | None = channel.read_ticket(ref)
    if record is not None:
        upsert_tickets(connection, [record], read_at)
        return record
    Ticket.objects.filter(connection=connection, remote_id=ref.remote_id).call_gone(read_at)
    return None


@on_event(TicketReplied)
def ticket_replied(connection: Connection, channel: Any, event: TicketReplied) -> str:
    """A ticket got a reply: read it, or run the feed soon."""
    row = Ticket.objects.light().filter(connection=connection, remote_id=event.remote_id).first()
    if not connection.can(can.ReadsTickets):
        run_soon(connection, "tickets")
        return gettext_noop("The tickets feed runs next.")
    read = read_again(connection, channel, ref_of(row) if row else Ref(remote_id=event.remote_id))
    said = gettext_noop("Read ticket %(id)s.") if read else gettext_noop("Ticket %(id)s is not on the platform.")
    return said % {"id": event.remote_id}
