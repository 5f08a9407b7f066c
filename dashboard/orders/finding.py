"""What the frame asks of orders: the count beside the navigation entry, and hits for the palette."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.core.counting import capped_counts
from dashboard.core.navigation import may
from dashboard.core.palette import Hit
from dashboard.core.searching import narrow
from dashboard.orders.models import Order
from dashboard.orders.searched import ORDERS

HITS = 6


def waiting(user: Any, slug: str = "") -> tuple[int, str]:
    """How many orders are to be delivered; amber, or red while one is late."""
    rows = Order.objects.visible_to(user).on(slug)
    to_deliver, late = capped_counts([rows.to_deliver(), rows.late()])
    return to_deliver, "act" if late else "wait" if to_deliver else ""


def hits(user: Any, q: str) -> Iterator[Hit]:
    """Orders by number, id, store id, code or buyer."""
    if not may(user, "orders.view"):
        return
    words = q.strip()
    if len(words) >= 2:
        visible = Order.objects.visible_to(user).select_related("connection")
        rows = narrow(visible, ORDERS, words, private=may(user, "buyers.view"))
        fields = ("number", "partner_code", "remote_id", "buyer", "connection__title")
        for order in rows.only(*fields).order_by("-placed_at", "-pk")[:HITS]:
            hint = " · ".join(filter(None, (_("Order"), order.connection.title, order.buyer)))
            yield Hit(reverse("orders:detail", args=[order.pk]), str(order), hint, "shopping-bag")
