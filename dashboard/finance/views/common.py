"""What the pages of money share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.core import formatting
from dashboard.staff.access import StaffRequest
from dashboard.sync.reach import Reach


def page(request: StaffRequest, here: str, feed: str, **more: Any) -> dict[str, Any]:
    """What every page of money shows: sub-pages, and how fresh the feed is."""
    words = {"index": _("Overview"), "payments": _("Payments"), "movements": _("Wallet"), "coupons": _("Coupons")}
    words["margins"] = _("Margins")
    places = [
        {"label": label, "url": reverse(f"finance:{name}"), "current": name == here} for name, label in words.items()
    ]
    return {"places": places, "fresh": Reach.of(request, feed).fresh(""), **more}


def money(amount: Decimal | None, currency: str) -> str:
    """An amount, or a dash where none is known."""
    return "–" if amount is None else formatting.money(amount, currency)
