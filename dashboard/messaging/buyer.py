"""What is known of the buyer beside a thread: the newest orders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.messaging.models import Thread
from dashboard.orders import words
from dashboard.orders.models import Order


def orders_of(thread: Thread, user: Any) -> list[Order]:
    """The buyer's newest orders on that connection."""
    if not thread.buyer_remote_id:
        return []
    rows = Order.objects.visible_to(user).filter(
        connection=thread.connection_id, buyer_remote_id=thread.buyer_remote_id
    )
    rows = rows.exclude(buyer_remote_id="")  # by the index of buyers
    fields = (
        "number", "partner_code", "remote_id", "status", "payment_status", "fulfilment_status", "currency", "total",
        "items", "placed_at", "gone_at",
    )  # fmt: skip
    return list(rows.only(*fields).order_by("-placed_at", "-pk")[:3])


def order_facts(orders: list[Order], now: datetime) -> list[dict[str, Any]]:
    """What stands beside the thread of each order."""
    return [
        {
            "pk": one.pk,
            "name": str(one),
            "payment": html.badge(*words.payment(one)),
            "fulfilment": html.badge(*words.fulfilment(one)),
            "total": formatting.money(one.total, one.currency),
            "items": one.items,
            "placed": when_at(one.placed_at, now),
        }
        for one in orders
    ]
