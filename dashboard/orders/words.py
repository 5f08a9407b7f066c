"""The words and tones of an order's three states: payment, fulfilment, and how far it is in step with its platform."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.core import formatting
from dashboard.orders.querysets import ENDED, UNDER_WAY
from dashboard.sync.models import Command
from dashboard.sync.web import state_sign

Sign = tuple[str, Any]  # tone and word

STATUS: dict[str, Sign] = {
    "unpaid": ("wait", lazy("Unpaid")),
    "to_deliver": ("wait", lazy("To deliver")),
    "in_progress": ("wait", lazy("In progress")),
    "part_delivered": ("wait", lazy("Part delivered")),
    "delivered": ("good", lazy("Delivered")),
    "completed": ("good", lazy("Completed")),
    "cancelled": ("", lazy("Cancelled")),
    "refunded": ("", lazy("Refunded")),
    "expired": ("", lazy("Expired")),
    "unknown": ("unknown", lazy("Unknown")),
}
PAYMENT: dict[str, Sign] = {
    "paid": ("good", lazy("Paid")),
    "unpaid": ("wait", lazy("Unpaid")),
    "part_refunded": ("", lazy("Part refunded")),
    "refunded": ("", lazy("Refunded")),
    "unknown": ("unknown", lazy("Unknown")),
}
FULFILMENT: dict[str, Sign] = {
    "none": ("", lazy("Not started")),
    "in_progress": ("wait", lazy("In progress")),
    "part_delivered": ("wait", lazy("Part delivered")),
    "delivered": ("good", lazy("Delivered")),
    "cancelled": ("", lazy("Cancelled")),
    "unknown": ("unknown", lazy("Unknown")),
}
OVERDUE = timedelta(minutes=6)  # three times the feed's usual pause


def payment(order: Any) -> Sign:
    """Whether the buyer has paid."""
    return PAYMENT.get(order.payment_status, PAYMENT["unknown"])


def fulfilment(order: Any) -> Sign:
    """How far it is delivered; what waits for us says so."""
    if order.status == "to_deliver" and order.fulfilment_status in ("none", "unknown", ""):
        return STATUS["to_deliver"]
    return FULFILMENT.get(order.fulfilment_status, FULFILMENT["unknown"])


def sync(order: Any, command: Command | None, read_at: datetime | None, now: datetime) -> Sign:
    """What is under way, or went wrong; else whether the mirror is fresh."""
    if order.gone_at is not None:
        return "", _("Gone")
    if command is not None:
        return state_sign(command.state)
    if read_at is None:
        return "wait", _("Never read")
    if now - read_at > OVERDUE:
        return "wait", _("%(age)s old") % {"age": formatting.age(read_at, now)}
    return "", _("In step")


def is_under_way(order: Any) -> bool:
    """Whether its deadline still counts."""
    return order.status in UNDER_WAY and order.gone_at is None


def has_ended(order: Any) -> bool:
    """Whether nothing more is to be done."""
    return order.status in ENDED


def choices(table: Mapping[str, Sign]) -> list[tuple[str, Any]]:
    """A table as the choices of a filter."""
    return [(key, word) for key, (_tone, word) in table.items()]
