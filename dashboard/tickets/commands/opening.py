"""Opening a ticket. The lists of tickets tell whether one like it has come since."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels.errors import WireError
from channels.records import Receipt, Ref, TicketDraft, TicketRecord
from dashboard.orders.feeds import ref_of as order_ref_of
from dashboard.orders.models import Order
from dashboard.orders.targets import find_order
from dashboard.sync.kinds import (
    AFTER_ABSENCE,
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
from dashboard.sync.models import Command, Connection
from dashboard.tickets.feeds import read_again
from dashboard.tickets.mirror import plain

MOST_PAGES = 200


class Open(msgspec.Struct, forbid_unknown_fields=True):
    """A new ticket about an order; `order` is its remote id or number, `items` remote ids of its lines."""

    kind: str
    order: str
    subject: str = ""
    text: str = ""
    items: tuple[str, ...] = ()
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    reason: str = ""
    problem_type: str = ""
    item_delivery_status: str = ""
    images: tuple[str, ...] = ()


@register
class OpenKind(Kind):
    """Open a ticket."""

    name = "tickets.open"
    label = gettext_lazy("Open ticket")
    capability = can.OpensTickets
    permission = "tickets.work"
    Payload = Open
    has_target = False
    exclusive = False
    repeat = AFTER_ABSENCE
    marker = "A ticket with our text in the list of tickets that was not there just before."
    feed = "tickets"
    page = PageOf("tickets:detail", "tickets.Ticket")
    absences = 2

    def check(self, connection: Connection, target: Target, payload: Open) -> None:
        """A kind that the platform has, what it requires of it, and an order that is known."""
        channel: Any = connection.declared.channel
        if payload.kind not in channel.ticket_kinds:
            known = ", ".join(channel.ticket_kinds)
            raise Refused(_("This platform takes tickets of the kinds %(known)s.") % {"known": known}, field="kind")
        order = order_named(connection, payload.order)
        for name in channel.ticket_fields[payload.kind]:
            value = getattr(payload, name)
            if not (value.strip() if isinstance(value, str) else value):
                raise Refused(_("“%(name)s” is required for this kind of ticket.") % {"name": name}, field=name)
        for name, words in getattr(channel, "ticket_choices", {}).items():
            if name in channel.ticket_fields[payload.kind] and getattr(payload, name) not in words:
                raise Refused(_("“%(name)s” takes %(words)s.") % {"name": name, "words": ", ".join(words)}, field=name)
        if payload.email and "@" not in payload.email:
            raise Refused(_("This is not an e-mail address."), field="email")
        _check_items(order, payload.items)

    def summary(self, payload: Open) -> str:
        """What and about which order."""
        return _("%(kind)s about order %(order)s: %(what)s") % {
            "kind": payload.kind,
            "order": payload.order,
            "what": " ".join((payload.subject or payload.text).split())[:120],
        }

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the lists: which tickets like this are there already. The first reading is the one that counts.

        Raises `Arrived` when an earlier attempt turns out to have arrived; proof is then asked for as usual.
        """
        before = context.command.before
        if "seen" not in before:
            return {"seen": [ticket.remote_id for ticket in _like_it(context)]}
        if _new(context):
            raise Arrived(_("An earlier attempt has arrived after all."))
        return dict(before)

    def send(self, context: Context) -> Receipt:
        """Tell the platform."""
        said: Open = context.payload
        order = order_named(context.connection, said.order)
        fields = {name: getattr(said, name) for name in said.__struct_fields__ if name != "order"}
        receipt: Receipt = context.channel.open_ticket(TicketDraft(order=order_ref_of(order), **fields))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Whether the lists show one ticket like this that was not there before."""
        found = _new(context)
        asked = _("Read the tickets of the last weeks")
        answered = _("%(n)s new with this text") % {"n": len(found)}
        witness = Witness(asked, answered)
        if not found:
            return absent(_("The lists show no such ticket."), witness)
        if any(is_mute(ticket) for ticket in found):
            return undecided(_("The lists show a new ticket, but not what it says."), witness)
        if len(found) > 1:
            return undecided(_("The lists show several such tickets."), witness)
        receipt = Receipt(remote_id=found[0].remote_id, number=found[0].number)
        return applied(_("The lists show the ticket."), witness, receipt=receipt)

    def mirror(self, context: Context) -> None:
        """Read the new ticket, and keep which order it is about."""
        kept = Command.objects.values_list("receipt", flat=True).get(pk=context.command.pk)
        made = Ref(remote_id=kept.get("remote_id", ""), kind=context.payload.kind)
        if made.remote_id and can.has(context.channel, can.ReadsTickets):
            read_again(context.connection, context.channel, made)


def order_named(connection: Connection, text: str) -> Order:
    """The order that a payload names. Raises `Refused` for the field when it is not exactly one."""
    try:
        row: Order = find_order(connection, text).row
    except Refused as error:
        raise Refused(error.words, field="order") from None
    return row


def _check_items(order: Order, items: tuple[str, ...]) -> None:
    known = set(order.lines.values_list("remote_id", flat=True))
    unknown = [item for item in items if item not in known]
    if unknown:
        raise Refused(_("Order %(order)s has no line %(id)s.") % {"order": order, "id": unknown[0]}, field="items")


def _new(context: Context) -> list[TicketRecord]:
    """Tickets like ours that were not there before, and that no other command has proven to be its own."""
    seen = set(context.command.before.get("seen", ()))
    found = [ticket for ticket in _like_it(context) if ticket.remote_id not in seen]
    others = Command.objects.filter(connection=context.connection, target="-", kind=OpenKind.name)
    taken = others.exclude(pk=context.command.pk).filter(receipt__remote_id__in=[t.remote_id for t in found])
    known = {command.receipt["remote_id"] for command in taken}
    return [ticket for ticket in found if ticket.remote_id not in known]


def _like_it(context: Context) -> list[TicketRecord]:
    """All tickets on the lists that say what ours says. Raises `WireError` rather than overlooking one."""
    order = order_named(context.connection, context.payload.order).remote_id
    found: dict[str, TicketRecord] = {}
    after: str | None = None
    for _page in range(MOST_PAGES):
        page = context.channel.pull_tickets(after, context.command.created_at)
        if page.bad:
            raise WireError(page.bad[0].reason, path=page.bad[0].path)
        found.update((one.remote_id, one) for one in page.records if is_like(one, context.payload, order))
        after = page.next
        if after is None:
            return list(found.values())
    raise WireError(_("The lists of tickets do not end."))


def is_mute(ticket: TicketRecord) -> bool:
    """Whether the platform shows neither whose order a ticket is about nor its text."""
    return not ticket.order_remote_id and not plain(ticket.body)


def is_like(ticket: TicketRecord, payload: Open, order_remote_id: str) -> bool:
    """Whether a ticket says what the payload says: by order and subject where a platform tells them, else by text.

    One that says nothing may say it.
    """
    if ticket.kind != payload.kind:
        return False
    if is_mute(ticket):
        return True
    if ticket.order_remote_id:
        return ticket.order_remote_id == order_remote_id and plain(ticket.subject) == plain(payload.subject)
    return plain(ticket.body) == plain(payload.text or payload.subject)
