"""Canned replies as the composer offers them: read once in a while, their variables filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache

from dashboard.messaging.models import CannedReply
from dashboard.orders.models import Order
from dashboard.sync.models import Connection

OFFERED = 50
CACHED_SECONDS = 20
_KEY = "canned-replies"


def offered(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Shortcut and text of each, with its variables as `of_thread`, `of_order` or `of_connection` know them."""
    found = cache.get(_KEY)
    if found is None:
        found = list(CannedReply.objects.values_list("shortcut", "text")[:OFFERED])
        cache.set(_KEY, found, CACHED_SECONDS)
    return [{"name": f"/{shortcut}", "text": filled(text, values)} for shortcut, text in found]


def of_thread(thread: Any, user: Any) -> dict[str, str]:
    """What a thread of `opened.find` says: its buyer, their newest order."""
    known = {"{buyer}": thread.buyer or thread.buyer_remote_id, "{order}": thread.order_name or ""}
    return of_connection(thread.connection, user) | known


def of_order(order: Order, user: Any) -> dict[str, str]:
    """What an order says."""
    known = {"{buyer}": order.buyer or order.buyer_remote_id, "{order}": str(order)}
    return of_connection(order.connection, user) | known


def of_connection(connection: Connection, user: Any) -> dict[str, str]:
    """What is known without an order: the shop, and who writes."""
    return {"{buyer}": "", "{order}": "", "{shop}": connection.title, "{me}": user.label}


def filled(text: str, values: Mapping[str, str]) -> str:
    """A canned reply with ``{buyer}``, ``{order}``, ``{shop}``, ``{me}``; what is unknown stays to be seen."""
    for name, value in values.items():
        text = text.replace(name, value or name)
    return text


def forget() -> None:
    """Read them anew: one was changed."""
    cache.delete(_KEY)
