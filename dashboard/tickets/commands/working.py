"""Replying to a ticket and changing it. The ticket itself tells what became of it."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels.errors import Rejected
from channels.records import Receipt, TicketChange, TicketRecord
from dashboard.catalog.targets import only
from dashboard.sync.kinds import (
    AFTER_ABSENCE,
    AS_IT_IS,
    Arrived,
    Context,
    Finding,
    Kind,
    PageOf,
    Refused,
    Target,
    Witness,
    absent,
    applied,
    register,
    undecided,
)
from dashboard.sync.models import Connection
from dashboard.sync.submit import digest
from dashboard.tickets.feeds import read_again, ref_of
from dashboard.tickets.mirror import plain
from dashboard.tickets.models import Ticket


class _OfTickets(Kind):
    """Kinds whose target is a ticket that can be read back."""

    permission = "tickets.work"
    feed = "tickets"
    page = PageOf("tickets:detail", "tickets.Ticket")

    def find(self, connection: Connection, text: str) -> Target:
        """A ticket by remote id or number."""
        rows = Ticket.objects.filter(connection=connection).light()
        row = rows.filter(remote_id=text).first() or only(rows.filter(Q(number=text)), text, _("ticket"))
        return Target(row.remote_id, str(row), ref_of(row), row, is_gone=row.gone_at is not None)

    def read(self, context: Context) -> tuple[TicketRecord | None, str]:
        """The ticket as the platform has it now, and the question. The mirror learns of it."""
        asked = _("Read ticket %(id)s") % {"id": context.ref.remote_id}
        return read_again(context.connection, context.channel, context.ref), asked

    def mirror(self, context: Context) -> None:
        """Read the ticket back."""
        read_again(context.connection, context.channel, context.ref)


class Write(msgspec.Struct, forbid_unknown_fields=True):
    """What to say."""

    text: str


@register
class ReplyKind(_OfTickets):
    """Reply on a ticket. Several replies may be under way: they go in the order they were given."""

    name = "tickets.reply"
    label = gettext_lazy("Reply to ticket")
    capability = can.RepliesToTickets
    Payload = Write
    exclusive = False
    repeat = AFTER_ABSENCE
    marker = "One more comment with our text than just before sending."
    absences = 2

    def check(self, connection: Connection, target: Target, payload: Write) -> None:
        """Something to say, on a ticket that is not closed for good."""
        if not payload.text.strip():
            raise Refused(_("Write something first."), field="text")
        if target.row.status == "closed":
            raise Refused(_("This ticket is closed (“%(word)s”); open a new one.") % {"word": word_of(target.row)})

    def summary(self, payload: Write) -> str:
        """The text."""
        return " ".join(payload.text.split())[:200]

    def prepare(self, context: Context) -> dict[str, Any]:
        """Count the comments with this text. The first count is the one that counts.

        Raises `Rejected` for a closed ticket, `Arrived` when an earlier attempt turns out to have arrived.
        """
        ticket, _asked = self.read(context)
        if ticket is None:
            raise Rejected(_("The platform does not show this ticket any more. Nothing was sent."))
        before = context.command.before
        same = same_replies(ticket, context.payload.text)
        if "same" in before and same > before["same"]:
            raise Arrived(_("An earlier attempt has arrived after all."))
        if ticket.status == "closed":
            raise Rejected(_("This ticket is closed (“%(word)s”). Nothing was sent.") % {"word": word_of(ticket)})
        return dict(before) if "same" in before else {"same": same, "comments": len(ticket.replies)}

    def send(self, context: Context) -> Receipt:
        """Tell the platform."""
        receipt: Receipt = context.channel.reply_ticket(context.ref, context.payload.text)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Whether there is one more comment with our text."""
        ticket, asked = self.read(context)
        if ticket is None:
            return undecided(_("The ticket could not be found."), Witness(asked, _("Not there.")))
        before, now = context.command.before.get("same", 0), same_replies(ticket, context.payload.text)
        counts = {"all": len(ticket.replies), "now": now, "before": before}
        answered = _("%(all)s comments, %(now)s with this text; before sending: %(before)s") % counts
        if now > before:
            return applied(_("The ticket shows the reply."), Witness(asked, answered))
        if ticket.is_partial:
            return undecided(_("The platform does not show all replies of this ticket."), Witness(asked, answered))
        return absent(_("The ticket does not show the reply."), Witness(asked, answered))


class Update(msgspec.Struct, forbid_unknown_fields=True):
    """What changes; `status` is the platform's word. What is not given stays."""

    status: str | None = None
    subject: str | None = None
    text: str | None = None


@register
class UpdateKind(_OfTickets):
    """Change status, subject or text of a ticket."""

    name = "tickets.update"
    label = gettext_lazy("Update ticket")
    capability = can.UpdatesTickets
    Payload = Update
    repeat = AS_IT_IS
    marker = "Status, subject and text that the ticket read shows, against those just before sending."

    def check(self, connection: Connection, target: Target, payload: Update) -> None:
        """Something that changes, and a status that the platform has."""
        words: tuple[str, ...] = connection.declared.channel.ticket_statuses
        if payload.status is not None and payload.status not in words:
            raise Refused(_("The status can be set to %(words)s.") % {"words": ", ".join(words)}, field="status")
        if payload.subject is not None and not payload.subject.strip():
            raise Refused(_("A ticket needs a subject."), field="subject")
        if payload.text is not None and not payload.text.strip():
            raise Refused(_("A ticket needs a text."), field="text")
        if payload == Update():
            raise Refused(_("There is nothing to change."), field="status")

    def summary(self, payload: Update) -> str:
        """What changes."""
        parts = [_("status → %(word)s") % {"word": payload.status}] if payload.status is not None else []
        parts += [_("subject → %(words)s") % {"words": payload.subject}] if payload.subject is not None else []
        parts += [_("new text")] if payload.text is not None else []
        return ", ".join(parts)

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the ticket: only while it stands as it stood, nothing was set. The first reading counts."""
        if "shown" in context.command.before:
            return dict(context.command.before)
        ticket, _asked = self.read(context)
        if ticket is None:
            raise Rejected(_("The platform does not show this ticket any more. Nothing was sent."))
        return {"shown": {name: digest(text) for name, text in _told(ticket, context.payload).items()}}

    def send(self, context: Context) -> Receipt:
        """Tell the platform."""
        said: Update = context.payload
        change = TicketChange(status=said.status, subject=said.subject, text=said.text)
        receipt: Receipt = context.channel.update_ticket(context.ref, change)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare what was to change."""
        ticket, asked = self.read(context)
        if ticket is None:
            return undecided(_("The ticket could not be found."), Witness(asked, _("Not there.")))
        witness = Witness(asked, f"“{ticket.remote_status}”, “{ticket.subject}”")
        told = _told(ticket, context.payload)
        if all(text == plain(getattr(context.payload, name)) for name, text in told.items()):
            return applied(_("The ticket shows the change."), witness)
        if {name: digest(text) for name, text in told.items()} == context.command.before.get("shown"):
            return absent(_("The ticket does not show the change."), witness)
        return undecided(_("The ticket has changed, but not to what was sent."), witness)


def _told(ticket: TicketRecord, payload: Update) -> dict[str, str]:
    """What a ticket shows of what is to be changed."""
    shown = {"status": ticket.remote_status, "subject": ticket.subject, "text": ticket.body}
    return {name: plain(text) for name, text in shown.items() if getattr(payload, name) is not None}


def same_replies(ticket: TicketRecord, text: str) -> int:
    """How many comments have this text."""
    return sum(plain(reply.body) == plain(text) for reply in ticket.replies)


def word_of(ticket: Any) -> str:
    """The desk's own word for the status of a ticket, else the platform's."""
    return str(ticket.desk_status or ticket.remote_status or ticket.status)
