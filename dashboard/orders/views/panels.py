"""Other domains beside an order: each offers a panel at a named address."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.core.navigation import may
from dashboard.orders.models import Order

PANELS = (
    ("messaging:for_order", _("Messages"), "messages.view"),
    ("aftersales:for_order", _("After-sales"), "aftersales.view"),
    ("tickets:for_order", _("Tickets"), "tickets.view"),
    ("sourcing:for_order", _("Purchase"), "sourcing.view"),
    ("finance:for_order", _("Margin"), "finance.view"),
)


def panels(order: Order, user: Any) -> list[dict[str, Any]]:
    """Title and address of each panel that the person may open."""
    return [
        {"id": name.partition(":")[0], "title": label, "url": reverse(name, args=[order.pk])}
        for name, label, permission in PANELS
        if may(user, permission)
    ]
