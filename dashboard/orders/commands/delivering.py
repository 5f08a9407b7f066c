"""Delivering digital content, and telling the platform of an error in a delivery."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels import capabilities as can
from channels import records as r
from channels.errors import Rejected
from dashboard.core.html import is_web_address
from dashboard.orders.commands.common import OfOrders, in_words, refuse_states, stop_if_ended
from dashboard.orders.counting import check_units, units_of
from dashboard.orders.querysets import STOPPED
from dashboard.sync.kinds import (
    Arrived,
    Context,
    Finding,
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

NOT_DELIVERED = gettext_lazy("Nothing was delivered.")
MAX_REMARK = 2000


class Deliver(msgspec.Struct, forbid_unknown_fields=True):
    """Text, or rows (one a unit). `append` adds to what was delivered; `quantity` counts the units of a text."""

    content: str = ""
    rows: list[str] = []
    append: bool = False
    quantity: int | None = None
    carrier: str = ""
    tracking_number: str = ""

    def text(self) -> str:
        """What the buyer gets, as one text."""
        return "\n".join(self.rows) if self.rows else self.content


@register
class DeliverKind(OfOrders):
    """Hand digital content to the buyer. The order is read again just before; content is never stored in evidence."""

    name = "orders.deliver"
    label = gettext_lazy("Deliver")
    capability = can.DeliversOrders
    Payload = Deliver
    absences = 2
    marker = "Our content among the deliveries that the platform shows, beyond those before sending."
    secret_keys = ("content", "rows")

    def check(self, connection: Connection, target: Target, payload: Deliver) -> None:
        """Content, its form, its count, and the state of the order."""
        channel: Any = connection.declared.channel
        if bool(payload.rows) == bool(payload.content.strip()):
            raise Refused(_("Give either a text or rows to deliver."), field="rows" if payload.rows else "content")
        if any(not row.strip() for row in payload.rows):
            raise Refused(_("A row to deliver is empty."), field="rows")
        if payload.rows and not channel.delivers_rows:
            raise Refused(_("This platform takes a text, not rows."), field="rows")
        if payload.append and not channel.appends_deliveries:
            raise Refused(_("This platform cannot add to what was delivered."), field="append")
        if payload.append and not payload.rows:
            raise Refused(_("Only rows can be added to what was delivered."), field="append")
        refuse_states(target.row, (*STOPPED, "unpaid"), str(_("It cannot be delivered.")))
        check_units(target.row, payload, appends=channel.appends_deliveries)

    def summary(self, payload: Deliver) -> str:
        """How much, never what."""
        units = units_of(payload)
        words = ngettext("%(n)s unit", "%(n)s units", units) % {"n": units} if units else _("a text")
        return _("%(what)s, added to what was delivered") % {"what": words} if payload.append else words

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the order: cancelled or refunded stops it. Keep digests of what was delivered before.

        The first reading is the one that counts. Raises `Arrived` when an earlier attempt turns out to have arrived.
        """
        order = self.read_before(context)
        stop_if_ended(order, str(NOT_DELIVERED))
        _stop_if_delivered(order, context)
        before: dict[str, Any] = {"remote_status": order.remote_status if order else ""}
        if can.has(context.channel, can.ReadsDeliveries):
            there = tuple(context.channel.read_deliveries(context.ref))
            if _verdict(context, there):
                raise Arrived(_("An earlier attempt has arrived after all."))
            _stop_if_too_much(order, there, context)
            before["seen"] = [digest(one.content.strip()) for one in there]
        return before | context.command.before

    def send(self, context: Context) -> r.Receipt:
        """Hand it over."""
        p: Deliver = context.payload
        delivery = r.Delivery(
            content=p.content,
            rows=tuple(p.rows),
            append=p.append,
            quantity=p.quantity,
            carrier=p.carrier,
            tracking_number=p.tracking_number,
        )
        receipt: r.Receipt = context.channel.deliver_order(context.ref, delivery)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Compare what the platform shows as delivered with what we sent and with what was there before."""
        if not can.has(context.channel, can.ReadsDeliveries):
            return undecided(_("This platform does not show what was delivered."))
        after = tuple(context.channel.read_deliveries(context.ref))
        told = Witness(
            _("Read the deliveries of order %(id)s") % {"id": context.ref.remote_id},
            ngettext("%(n)s delivery record", "%(n)s delivery records", len(after)) % {"n": len(after)},
        )
        order = context.channel.read_order(context.ref)
        seen = Witness(_("Read order %(id)s") % {"id": context.ref.remote_id}, in_words(order) if order else _("Gone."))
        verdict = _verdict(context, after)
        if verdict is True:
            return applied(_("The platform shows what we delivered."), told, seen)
        moved = order is None or order.remote_status != context.command.before.get("remote_status")
        if verdict is False and not moved:
            return absent(_("No delivery beyond those before, and the order has not moved."), told, seen)
        return undecided(_("Something changed since, but what the platform shows is not what we sent."), told, seen)


def _stop_if_delivered(order: r.OrderRecord | None, context: Context) -> None:
    """Raise `Rejected` when the first attempt would replace a delivery that nobody here knew of when it was given."""
    known = getattr(context.target.row, "delivered_units", None) or 0
    done = order.delivered_units if order else None
    replaces = context.channel.appends_deliveries and not context.payload.append
    if replaces and not context.command.before and done is not None and done > known:
        words = ngettext(
            "The platform says that %(n)s unit is delivered meanwhile, which this would replace. Nothing was sent.",
            "The platform says that %(n)s units are delivered meanwhile, which this would replace. Nothing was sent.",
            done,
        )
        raise Rejected(words % {"n": done})


def _stop_if_too_much(order: r.OrderRecord | None, there: tuple[r.DeliveryRecord, ...], context: Context) -> None:
    """Raise `Rejected` when, with what is delivered by now, the buyer would get more than was bought."""
    sent: Deliver = context.payload
    if order is None or order.quantity is None or (context.channel.appends_deliveries and not sent.append):
        return
    done = sum(one.quantity or 0 for one in there) if order.delivered_units is None else order.delivered_units
    known = {line.strip() for one in there for line in one.content.split("\n")}
    units = len({row.strip() for row in sent.rows} - known) if sent.append else units_of(sent) or 1
    if done + units > order.quantity:
        words = _("The platform says that %(done)s of %(all)s units are delivered by now. Nothing was sent.")
        raise Rejected(words % {"done": done, "all": order.quantity})


def _verdict(context: Context, after: tuple[r.DeliveryRecord, ...]) -> bool | None:
    """Whether our content is there (True), nothing changed (False), or neither can be said (None)."""
    before, sent = context.command.before.get("seen"), context.payload
    now = [digest(one.content.strip()) for one in after]
    if before is None:
        return None
    if context.channel.appends_deliveries:
        shown = "\n".join(one.content for one in after)
        is_same = shown.strip() == sent.text().strip()
        is_there = set(sent.rows) <= set(shown.split("\n")) if sent.append else is_same
        return True if is_there else False if now == before else None
    ours = digest(sent.text().strip())
    if now.count(ours) > before.count(ours):
        return True
    return False if sorted(now) == sorted(before) else None


class ReportDeliveryError(msgspec.Struct, forbid_unknown_fields=True):
    """What went wrong, with pictures by their addresses."""

    remark: str
    image_urls: list[str] = []


@register
class ReportDeliveryErrorKind(OfOrders):
    """Tell the platform of an error in a delivery."""

    name = "orders.report_delivery_error"
    label = gettext_lazy("Report delivery error")
    capability = can.ReportsDeliveryErrors
    Payload = ReportDeliveryError
    absences = 2
    marker = "Our remark and pictures among the delivery errors, once more than before sending."

    def check(self, connection: Connection, target: Target, payload: ReportDeliveryError) -> None:
        """A remark, and addresses that are addresses."""
        if not payload.remark.strip():
            raise Refused(_("Say what went wrong."), field="remark")
        if len(payload.remark) > MAX_REMARK:
            raise Refused(_("At most %(n)s characters.") % {"n": MAX_REMARK}, field="remark")
        wrong = [url for url in payload.image_urls if not is_web_address(url)]
        if wrong:
            raise Refused(_("“%(url)s” is not a web address.") % {"url": wrong[0][:200]}, field="image_urls")

    def summary(self, payload: ReportDeliveryError) -> str:
        """The beginning of the remark."""
        return payload.remark[:120]

    def prepare(self, context: Context) -> dict[str, Any]:
        """What was reported before. The first reading counts; raises `Arrived` when an earlier attempt has arrived."""
        found = [_error_digest(one) for one in context.channel.read_delivery_errors(context.ref)]
        before = context.command.before
        if "seen" in before and found.count(_ours(context)) > before["seen"].count(_ours(context)):
            raise Arrived(_("An earlier attempt has arrived after all."))
        return {"reports": len(found), "seen": found} | before

    def send(self, context: Context) -> r.Receipt:
        """Report it."""
        p: ReportDeliveryError = context.payload
        receipt: r.Receipt = context.channel.report_delivery_error(context.ref, p.remark, tuple(p.image_urls))
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Count our report among those that the platform shows."""
        found = [_error_digest(one) for one in context.channel.read_delivery_errors(context.ref)]
        before = context.command.before.get("seen", [])
        ours = _ours(context)
        witness = Witness(
            _("Read the delivery errors of order %(id)s") % {"id": context.ref.remote_id},
            ngettext("%(n)s report", "%(n)s reports", len(found)) % {"n": len(found)},
        )
        if found.count(ours) > before.count(ours):
            return applied(_("The platform shows our report."), witness)
        if sorted(found) == sorted(before):
            return absent(_("The platform shows no report beyond those before."), witness)
        return undecided(_("There is another report, but it is not ours."), witness)


def _ours(context: Context) -> str:
    return digest([context.payload.remark.strip(), list(context.payload.image_urls)])


def _error_digest(error: r.DeliveryErrorRecord) -> str:
    return digest([error.remark.strip(), list(error.image_urls)])
