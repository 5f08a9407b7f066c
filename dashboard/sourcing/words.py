"""What states of buying are called, and their tone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dashboard.core import formatting, html

Sign = tuple[str, str]


def purchase(status: str) -> Sign:
    """A purchase order's state; a word that nobody knows is shown as it is."""
    return {
        "pending": ("wait", _("Pending")),
        "paid": ("wait", _("Paid")),
        "purchased": ("wait", _("Purchased")),
        "shipped_to_warehouse": ("wait", _("On its way")),
        "in_warehouse": ("good", _("In the warehouse")),
        "completed": ("good", _("Completed")),
        "cancelled": ("", _("Cancelled")),
    }.get(status, ("unknown", status or _("Unknown")))


def next_step(status: str) -> str:
    """What comes next in a purchase."""
    return {
        "pending": _("the agent takes the money"),
        "paid": _("the agent buys it"),
        "purchased": _("the seller sends it"),
        "shipped_to_warehouse": _("it reaches the warehouse"),
        "in_warehouse": _("ship it"),
    }.get(status, "")


def shipment(row: Any) -> Sign:
    """A shipment's state."""
    return shipment_state(row.status, row.remote_status)


def shipment_state(status: str, word: str = "") -> Sign:
    """A shipment's state by name; the platform's word for one that nobody knows."""
    return {
        "pending": ("wait", _("Pending")),
        "shipped": ("wait", _("Shipped")),
        "delivered": ("good", _("Delivered")),
        "cancelled": ("", _("Cancelled")),
    }.get(status, ("unknown", word or _("Unknown")))


def inspection(word: str) -> Sign:
    """What the inspection found."""
    return {"": ("", _("Not inspected yet")), "passed": ("good", _("Passed")), "failed": ("act", _("Failed"))}.get(
        word, ("wait", word)
    )


def package(row: Any) -> Sign:
    """Whether a package may be shipped."""
    if row.shippable:
        return "good", _("May be shipped")
    return {"in_warehouse": ("act", _("Held back")), "shipping": ("wait", _("Being shipped"))}.get(
        row.status, ("", row.remote_status or _("Unknown"))
    )


def purchase_field(field: str, value: Any) -> tuple[str, str]:
    """A tracked field of a purchase order: its name and value."""
    names = {
        "status": _("Status"),
        "remote_status": _("The platform's word"),
        "total": _("Goods"),
        "tracking_number": _("Tracking"),
        "inspection": _("Inspection"),
    }
    return names.get(field, field), _field_value(field, value, {"status": purchase, "inspection": inspection})


def shipment_field(field: str, value: Any) -> tuple[str, str]:
    """A tracked field of a shipment: its name and value."""
    names = {
        "status": _("Status"),
        "remote_status": _("The platform's word"),
        "tracking_number": _("Tracking"),
        "fee": _("Fee"),
    }
    return names.get(field, field), _field_value(field, value, {"status": shipment_state})


def _field_value(field: str, value: Any, signs: dict[str, Callable[[str], Sign]]) -> str:
    if field in signs:
        return str(signs[field](value or "")[1])
    if value in (None, ""):
        return "–"
    return formatting.number(Decimal(value)) if field in ("total", "fee") else str(value)


def state(sign: Sign) -> Any:
    """A state in a table."""
    return html.state(*sign)
