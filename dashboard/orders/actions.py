"""What can be done with an order here: what a channel cannot do stays visible with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from channels import capabilities as can
from dashboard.core.navigation import may
from dashboard.orders import words
from dashboard.orders.models import Order
from dashboard.orders.querysets import STOPPED, UNDER_WAY
from dashboard.sync.submit import why_not

DONE = ("delivered", "completed")


@dataclass(frozen=True)
class Verb:
    """A verb of orders: its words, address, capability, permission; the states in which it makes no sense."""

    key: str
    label: str | Promise
    capability: type | None
    permission: str
    icon: str
    closed: tuple[str, ...] = STOPPED
    danger: bool = False


VERBS = (
    Verb("deliver", lazy("Deliver…"), can.DeliversOrders, "orders.fulfil", "paper-airplane", (*STOPPED, "unpaid")),
    Verb("mark_paid", lazy("Mark as paid…"), can.MarksPaid, "orders.create", "banknotes"),
    Verb("invoice", lazy("Invoice…"), None, "orders.invoice", "document-arrow-up", ()),
    Verb("set_status", lazy("Set status…"), can.SetsOrderStatus, "orders.fulfil", "adjustments-horizontal"),
    Verb(
        "report_error",
        lazy("Report delivery error…"),
        can.ReportsDeliveryErrors,
        "orders.fulfil",
        "exclamation-triangle",
        (),
    ),
    Verb(
        "cancel",
        lazy("Cancel order…"),
        can.CancelsOrders,
        "orders.create",
        "x-circle",
        (*STOPPED, *DONE, "unpaid"),
        danger=True,
    ),
    Verb(
        "refund",
        lazy("Refund in full…"),
        can.RefundsOrders,
        "orders.refund",
        "arrow-uturn-left",
        (*STOPPED, "unpaid"),
        danger=True,
    ),
)
BY_KEY = {verb.key: verb for verb in VERBS}


def offered(order: Order, user: Any) -> list[dict[str, Any]]:
    """The verbs that the person's role may use, each with its address and, where it cannot be used now, the reason."""
    return [
        {
            "key": verb.key,
            "label": verb.label,
            "icon": verb.icon,
            "url": reverse(f"orders:{verb.key}", args=[order.pk]),
            "why": why_closed(order, verb),
            "danger": verb.danger,
        }
        for verb in VERBS
        if may(user, verb.permission)
    ]


def why_closed(order: Order, verb: Verb) -> str:
    """Why a verb cannot be used on an order, or nothing."""
    if verb.capability is None:
        return ""
    if not order.connection.can(verb.capability):
        return why_not(order.connection, verb.capability)
    if order.gone_at is not None:
        return _("This order is no longer on the platform.")
    if order.status in verb.closed or (verb.key == "mark_paid" and order.status not in ("unpaid", "unknown")):
        return _("The order is in the state “%(word)s”.") % {"word": words.STATUS[order.status][1]}
    return ""


def split(order: Order, found: list[dict[str, Any]]) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The one button that stands out (what this order waits for), and the others: usable ones first."""
    wanted = _wanted(order)
    first = next((one for one in found if one["key"] == wanted and not one["why"]), None)
    rest = [one for one in found if one is not first]
    return first, sorted(rest, key=lambda one: bool(one["why"]))


def _wanted(order: Order) -> str:
    """The verb that an order in this state waits for."""
    if order.status == "unpaid":
        return "mark_paid"
    if order.status in (*UNDER_WAY, "unknown") and order.connection.can(can.DeliversOrders):
        return "deliver"
    return "invoice" if order.connection.can(can.UploadsInvoices) else ""
