"""What the kinds of this domain share: the target, reading it, and the states in which nothing may be sent."""

from __future__ import annotations

from django.utils.translation import gettext as _

from channels import capabilities as can
from channels.errors import Rejected
from channels.records import OrderRecord
from dashboard.orders.feeds import read_again
from dashboard.orders.mirror import upsert_orders
from dashboard.orders.querysets import STOPPED
from dashboard.orders.targets import find_order
from dashboard.sync.kinds import AFTER_ABSENCE, Context, Kind, PageOf, Refused, Target, Witness
from dashboard.sync.models import Connection


class OfOrders(Kind):
    """Kinds whose target is an order that can be read back."""

    permission = "orders.fulfil"
    repeat = AFTER_ABSENCE
    feed = "orders"
    page = PageOf("orders:detail", "orders.Order")

    def find(self, connection: Connection, text: str) -> Target:
        """An order."""
        return find_order(connection, text)

    def mirror(self, context: Context) -> None:
        """Read the order back, and what was delivered for it."""
        read_again(context.connection, context.channel, context.ref, deliveries=True)

    def read(self, context: Context) -> tuple[OrderRecord | None, Witness]:
        """The order as the platform has it now, and the question that was asked. The mirror learns of it."""
        record = context.channel.read_order(context.ref)
        asked = _("Read order %(id)s") % {"id": context.ref.remote_id}
        if record is None:
            return None, Witness(asked, _("The order is not there."))
        upsert_orders(context.connection, [record])
        return record, Witness(asked, in_words(record))

    def read_before(self, context: Context) -> OrderRecord | None:
        """The order just before sending. Raises `Rejected` when it is gone; `None` where a channel reads none."""
        if not can.has(context.channel, can.ReadsOrders):
            return None
        record, _witness = self.read(context)
        if record is None:
            raise Rejected(_("The order is not on the platform any more. Nothing was sent."))
        return record


def in_words(record: OrderRecord) -> str:
    """What an order's state is, for evidence; never what was delivered."""
    words = _("Status “%(word)s” (%(status)s), payment %(payment)s") % {
        "word": record.remote_status,
        "status": record.status,
        "payment": record.payment_status,
    }
    if record.delivered_units is None:
        return words
    return words + _(", delivered %(done)s of %(all)s") % {"done": record.delivered_units, "all": record.quantity}


def stop_if_ended(record: OrderRecord | None, what: str) -> None:
    """Raise `Rejected` when the platform says that the order was cancelled, refunded or has expired."""
    if record is None:
        return
    if record.status in STOPPED or record.payment_status == "refunded":
        raise Rejected(
            _("The platform says that this order is %(status)s (“%(word)s”). %(what)s")
            % {"status": record.status, "word": record.remote_status, "what": what}
        )


def refuse_states(row: object, states: tuple[str, ...], what: str) -> None:
    """Raise `Refused` when the mirrored order is in one of `states`."""
    status = getattr(row, "status", "")
    if status in states:
        raise Refused(_("This order is %(status)s. %(what)s Nothing was queued.") % {"status": status, "what": what})
