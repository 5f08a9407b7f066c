"""One address for each verb: GET asks, POST gives the command."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from dashboard.core import formatting
from dashboard.orders import counting
from dashboard.orders.commands.states import offered_statuses
from dashboard.orders.forms import DeliverForm, RefundForm, ReportErrorForm, StatusForm, VerbForm
from dashboard.orders.models import Order, OrderLine
from dashboard.orders.reading import order_of
from dashboard.orders.views.common import ask_or_give, posted, verb
from dashboard.staff.access import StaffRequest, confirmed, requires
from dashboard.sync.kinds import Target, kind_of
from dashboard.sync.sharing import sharer
from dashboard.sync.submit import needs_second


@sensitive_post_parameters("content")
@ask_or_give
@requires("orders.fulfil")
def deliver(request: StaffRequest, pk: int) -> HttpResponse:
    """Deliver digital content."""
    order = order_of(request, pk)
    done = 0 if order.quantity is None else counting.delivered_so_far(order)
    left = None if order.quantity is None else max(order.quantity - done, 0)
    page = {
        "title": _("Deliver %(order)s") % {"order": order},
        "button": _("Deliver"),
        "facts": _delivery_facts(order, done, left),
        "may_count": getattr(order.connection.declared.channel, "delivers_rows", False),
        "needed": left,
        "note": _("The order is read once more just before. Cannot be taken back once the platform has it."),
        "requirements": order.requirements,
        "multipart": True,
    }
    form = DeliverForm(order, posted(request), request.FILES or None)
    return verb(request, order, "deliver", form, kind="orders.deliver", page=page)


def _delivery_facts(order: Order, done: int, left: int | None) -> list[tuple[str, str]]:
    if left is None:
        return []
    return [
        (_("Ordered"), ngettext("%(n)s unit", "%(n)s units", order.quantity or 0) % {"n": order.quantity}),
        (_("Delivered so far"), formatting.count(done)),
        (_("Left"), formatting.count(left)),
    ]


@ask_or_give
@requires("orders.fulfil")
def report_error(request: StaffRequest, pk: int) -> HttpResponse:
    """Report an error in a delivery."""
    order = order_of(request, pk)
    page = {
        "title": _("Report a delivery error of %(order)s") % {"order": order},
        "button": _("Report error"),
        "note": _("The platform, and perhaps the buyer, will see this."),
        "multipart": True,
    }
    form = ReportErrorForm(posted(request), request.FILES or None, share=sharer(request))
    return verb(request, order, "report_error", form, kind="orders.report_delivery_error", page=page)


@ask_or_give
@requires("orders.fulfil")
def set_status(request: StaffRequest, pk: int) -> HttpResponse:
    """Set the status."""
    order = order_of(request, pk)
    page: dict[str, Any] = {
        "title": _("Set the status of %(order)s") % {"order": order},
        "button": _("Set status"),
        "facts": [(_("Status now"), order.remote_status)],
        "note": "",
    }
    form = StatusForm(offered_statuses(order.connection), posted(request), now=order.remote_status)
    return verb(request, order, "set_status", form, kind="orders.set_status", page=page)


@ask_or_give
@requires("orders.refund")
@confirmed
def refund(request: StaffRequest, pk: int) -> HttpResponse:
    """Refund in full, after the amount was typed."""
    order = order_of(request, pk)
    amount = formatting.money(order.total, order.currency) or str(order)
    page = {
        "title": _("Refund %(order)s") % {"order": order},
        "button": _("Refund %(amount)s") % {"amount": amount},
        "danger": True,
        "facts": [(_("Buyer paid"), amount), (_("Buyer"), order.buyer or order.buyer_remote_id)],
        "note": _("The buyer gets all of the money back. It cannot be taken back."),
        "warning": _second_words(order),
        "warning_title": _("Two people decide."),
    }
    form = RefundForm(order.total, order.currency, str(order), posted(request))
    return verb(request, order, "refund", form, kind="orders.refund", page=page)


def _second_words(order: Order) -> str:
    kind = kind_of("orders.refund")
    if not needs_second(kind, Target(order.remote_id, str(order), row=order), None):
        return ""
    return _("A refund of this size waits until a second person agrees.")


@ask_or_give
@requires("orders.create")
def mark_paid(request: StaffRequest, pk: int) -> HttpResponse:
    """Report an order that we created as paid."""
    order = order_of(request, pk)
    page = {
        "title": _("Mark %(order)s as paid") % {"order": order},
        "button": _("Mark as paid"),
        "facts": [(_("Total"), formatting.money(order.total, order.currency))],
        "note": _("The platform then charges this order to us and begins to fulfil it."),
    }
    return verb(request, order, "mark_paid", VerbForm(posted(request)), kind="orders.mark_paid", page=page)


@ask_or_give
@requires("orders.create")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Cancel the whole order."""
    order = order_of(request, pk)
    page = {
        "title": _("Cancel %(order)s") % {"order": order},
        "button": _("Cancel this order"),
        "danger": True,
        "facts": [(_("Total"), formatting.money(order.total, order.currency))],
        "note": _("All lines are cancelled. It cannot be taken back."),
    }
    return verb(request, order, "cancel", VerbForm(posted(request)), kind="orders.cancel", page=page)


@ask_or_give
@requires("orders.create")
def cancel_item(request: StaffRequest, pk: int, line_pk: int) -> HttpResponse:
    """Cancel one line."""
    order = order_of(request, pk)
    line = get_object_or_404(OrderLine.objects.filter(order=order), pk=line_pk)
    page = {
        "title": _("Cancel an item of %(order)s") % {"order": order},
        "button": _("Cancel this item"),
        "danger": True,
        "facts": [(_("Item"), str(line)), (_("Quantity"), formatting.count(line.quantity))],
        "note": _("It cannot be taken back."),
    }
    form = VerbForm(posted(request))
    return verb(request, order, "", form, kind="orders.cancel_item", target=line.remote_id, page=page)
