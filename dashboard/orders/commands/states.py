"""Status, refund, payment and cancellation: the order's own state tells whether they took effect."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels.errors import Rejected
from channels.records import Receipt, Ref
from dashboard.orders.commands.common import OfOrders, refuse_states
from dashboard.orders.querysets import STOPPED
from dashboard.orders.targets import find_line
from dashboard.sync.kinds import (
    AS_IT_IS,
    Arrived,
    Context,
    Finding,
    Nothing,
    PageOf,
    Refused,
    Target,
    absent,
    applied,
    register,
    undecided,
)
from dashboard.sync.models import Connection


class SetStatus(msgspec.Struct, forbid_unknown_fields=True):
    """The platform's own word."""

    status: str


@register
class SetStatusKind(OfOrders):
    """Set the status of an order. A word that may pay the buyer back is no word of the pages: they have a refund."""

    name = "orders.set_status"
    label = gettext_lazy("Set status")
    capability = can.SetsOrderStatus
    Payload = SetStatus
    repeat = AS_IT_IS
    absolute = True
    marker = "The status that the order read shows, against the one just before sending."

    def check(self, connection: Connection, target: Target, payload: SetStatus) -> None:
        """One of the platform's words."""
        words = connection.declared.channel.settable_order_statuses
        if payload.status not in words:
            raise Refused(_("The status can be set to %(words)s.") % {"words": ", ".join(words)}, field="status")

    def gives_back(self, target: Target, payload: SetStatus) -> tuple[Decimal | None, str] | None:
        """The whole order, by a word that may do so."""
        may_refund = payload.status in _refunding(target.row.connection)
        return (target.row.total, target.row.currency) if may_refund else None

    def summary(self, payload: SetStatus) -> str:
        """The new word."""
        return _("Status → %(status)s") % {"status": payload.status}

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the order: only while it stands as it stood, nothing was set. The first reading counts."""
        if "remote_status" in context.command.before:
            return dict(context.command.before)
        order = self.read_before(context)
        return {"remote_status": order.remote_status} if order else {}

    def send(self, context: Context) -> Receipt:
        """Set it."""
        receipt: Receipt = context.channel.set_order_status(context.ref, context.payload.status)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare the status."""
        order, witness = self.read(context)
        if order is None:
            return undecided(_("The order could not be found."), witness)
        if order.remote_status == context.payload.status:
            return applied(_("The platform shows the new status."), witness)
        if order.remote_status == context.command.before.get("remote_status"):
            return absent(_("The order is as it was before."), witness)
        return undecided(_("The order has moved, but not to the new status."), witness)


def offered_statuses(connection: Connection) -> tuple[str, ...]:
    """The words that a page offers: those that the channel sets and that pay nobody back."""
    words: tuple[str, ...] = getattr(connection.declared.channel, "settable_order_statuses", ())
    return tuple(word for word in words if word not in _refunding(connection))


def _refunding(connection: Connection) -> tuple[str, ...]:
    words: tuple[str, ...] = getattr(connection.declared.channel, "refunding_order_statuses", ())
    return words


@register
class RefundKind(OfOrders):
    """Give all of the money back. Sent again only when two readings, apart in time, show that it was not."""

    name = "orders.refund"
    label = gettext_lazy("Refund in full")
    capability = can.RefundsOrders
    permission = "orders.refund"
    Payload = Nothing
    absences = 2
    marker = "The order reads as refunded, which it did not before sending."

    def check(self, connection: Connection, target: Target, payload: Nothing) -> None:
        """Paid and not refunded yet."""
        refuse_states(target.row, (*STOPPED, "unpaid"), str(_("There is nothing to refund.")))

    def gives_back(self, target: Target, payload: Nothing) -> tuple[Decimal | None, str]:
        """The whole order."""
        return target.row.total, target.row.currency

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the order: what is refunded already is not refunded again."""
        order = self.read_before(context)
        if order is not None and _is_refunded(order):
            _stop_if_it_left(context)
            raise Rejected(_("The platform says that this order is refunded already. Nothing was sent."))
        return {"remote_status": order.remote_status if order else ""}

    def send(self, context: Context) -> Receipt:
        """Refund it."""
        receipt: Receipt = context.channel.refund_order(context.ref)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Whether the order reads as refunded."""
        order, witness = self.read(context)
        if order is None:
            return undecided(_("The order could not be found."), witness)
        if _is_refunded(order):
            return applied(_("The platform shows the order as refunded."), witness)
        if order.remote_status == context.command.before.get("remote_status"):
            return absent(_("The order is as it was before the refund was sent."), witness)
        return undecided(_("The order has moved, but not to refunded."), witness)


def _stop_if_it_left(context: Context) -> None:
    """Raise `Arrived` for what is so by now, and was not when an earlier attempt left."""
    if "remote_status" in context.command.before:
        raise Arrived(_("An earlier attempt has arrived after all."))


def _is_refunded(order: Any) -> bool:
    return order.status == "refunded" or order.payment_status == "refunded"


@register
class MarkPaidKind(OfOrders):
    """Report an order that we created as paid. The charge id is the same on every send."""

    name = "orders.mark_paid"
    label = gettext_lazy("Mark as paid")
    capability = can.MarksPaid
    permission = "orders.create"
    Payload = Nothing
    marker = "The order reads as paid; the charge id is ours and never changes."

    def check(self, connection: Connection, target: Target, payload: Nothing) -> None:
        """Not paid yet."""
        if target.row.status not in ("unpaid", "unknown"):
            raise Refused(
                _("Only an unpaid order can be marked as paid; this one is %(status)s. Nothing was queued.")
                % {"status": target.row.status}
            )

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the order: what is paid already is not paid again."""
        order = self.read_before(context)
        if order is not None and order.payment_status == "paid":
            _stop_if_it_left(context)
            raise Rejected(_("The platform says that this order is paid already. Nothing was sent."))
        return {"remote_status": order.remote_status if order else ""}

    def send(self, context: Context) -> Receipt:
        """Report it."""
        receipt: Receipt = context.channel.mark_paid(context.ref, charge_id(context.connection, context.ref))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Whether the order reads as paid."""
        order, witness = self.read(context)
        if order is None:
            return undecided(_("The order could not be found."), witness)
        if order.payment_status == "paid":
            return applied(_("The platform shows the order as paid."), witness)
        if order.status == "unpaid":
            return absent(_("The platform still shows the order as unpaid."), witness)
        return undecided(_("The order is neither paid nor unpaid."), witness)


def charge_id(connection: Connection, order: Ref) -> str:
    """Our id of the payment of an order: the same for the same order on the same platform, for ever."""
    text = f"{connection.platform}\n{connection.base_url}\n{order.remote_id}"
    return f"charge-{hashlib.blake2b(text.encode(), digest_size=15).hexdigest()}"


@register
class CancelKind(OfOrders):
    """Cancel a whole order."""

    name = "orders.cancel"
    label = gettext_lazy("Cancel order")
    capability = can.CancelsOrders
    permission = "orders.create"
    Payload = Nothing
    marker = "The order reads as cancelled."

    def check(self, connection: Connection, target: Target, payload: Nothing) -> None:
        """Not ended, not delivered."""
        refuse_states(target.row, (*STOPPED, "delivered", "completed"), str(_("It cannot be cancelled any more.")))

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the order."""
        order = self.read_before(context)
        if order is not None and order.status == "cancelled":
            _stop_if_it_left(context)
            raise Rejected(_("The platform says that this order is cancelled already. Nothing was sent."))
        return {"remote_status": order.remote_status if order else ""}

    def send(self, context: Context) -> Receipt:
        """Cancel it."""
        receipt: Receipt = context.channel.cancel_order(context.ref)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Whether the order reads as cancelled."""
        order, witness = self.read(context)
        if order is None:
            return undecided(_("The order could not be found."), witness)
        if order.status == "cancelled":
            return applied(_("The platform shows the order as cancelled."), witness)
        if order.remote_status == context.command.before.get("remote_status"):
            return absent(_("The order is as it was before."), witness)
        return undecided(_("The order has moved, but not to cancelled."), witness)


@register
class CancelItemKind(OfOrders):
    """Cancel one line of an order."""

    name = "orders.cancel_item"
    label = gettext_lazy("Cancel item")
    page = PageOf("orders:detail", "orders.OrderLine", "order_id")
    capability = can.CancelsLines
    permission = "orders.create"
    Payload = Nothing
    marker = "The line reads as cancelled."

    def find(self, connection: Connection, text: str) -> Target:
        """A line."""
        return find_line(connection, text)

    def check(self, connection: Connection, target: Target, payload: Nothing) -> None:
        """Not cancelled, not delivered, not in an order that has ended."""
        refuse_states(target.row, ("cancelled", "delivered"), str(_("It cannot be cancelled any more.")))
        refuse_states(target.row.order, STOPPED, str(_("It cannot be cancelled any more.")))

    def mirror(self, context: Context) -> None:
        """Read the order of the line back."""
        self.read(_of_order(context))

    def send(self, context: Context) -> Receipt:
        """Cancel it."""
        receipt: Receipt = context.channel.cancel_line(context.ref)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Whether the line reads as cancelled."""
        order, witness = self.read(_of_order(context))
        line = next((one for one in order.lines if one.remote_id == context.command.target), None) if order else None
        if line is None:
            return undecided(_("The line could not be found in its order."), witness)
        if line.status == "cancelled":
            return applied(_("The platform shows the line as cancelled."), witness)
        return absent(_("The platform shows the line as “%(word)s”.") % {"word": line.remote_status}, witness)


def _of_order(context: Context) -> Context:
    """The same command, looked at from the order of its line."""
    target = Target(remote_id=context.ref.parent, label="", ref=Ref(remote_id=context.ref.parent))
    return Context(context.connection, context.channel, context.command, context.payload, target)
