"""What states of buying are called, and their tone."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from dashboard.core import html

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
    return {
        "pending": ("wait", _("Pending")),
        "shipped": ("wait", _("Shipped")),
        "delivered": ("good", _("Delivered")),
        "cancelled": ("", _("Cancelled")),
    }.get(row.status, ("unknown", row.remote_status or _("Unknown")))


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


def state(sign: Sign) -> Any:
    """A state in a table."""
    return html.state(*sign)
