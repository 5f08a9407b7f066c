"""What every page of orders reads first: the order that a person may see, and their connections."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404

from dashboard.orders.models import Order
from dashboard.sync.models import Connection, FeedState

SECONDS = 10


def order_of(request: Any, pk: int) -> Order:
    """The order with its connection and assignee; `read_at` is when its feed last succeeded. 404 for a foreign one."""
    read = FeedState.objects.filter(connection=OuterRef("connection"), feed="orders").values("last_ok_at")
    rows = Order.objects.light().visible_to(request.user).select_related("connection", "assignee")
    found: Order = get_object_or_404(rows.annotate(read_at=Subquery(read)), pk=pk)
    return found


def chosen(request: Any, given: Any, limit: int = 100) -> list[Order]:
    """The visible orders whose keys a bulk form names, oldest first. 404 when none is."""
    pks = [int(pk) for pk in given if str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 19][:limit]
    rows = Order.objects.light().visible_to(request.user).filter(pk__in=pks).select_related("connection")
    found = list(rows.order_by("placed_at", "pk"))
    if not found:
        raise Http404
    return found


class Reach:
    """The connections with orders that a person may see, and when each was last read."""

    def __init__(self, user: Any) -> None:
        key = f"orders:reach:{user.pk}"
        found = cache.get(key)
        if found is None:
            states = FeedState.objects.visible_to(user).filter(feed="orders").select_related("connection")
            found = [(state.connection, state.last_ok_at) for state in states]
            cache.set(key, found, SECONDS)
        self.connections: dict[int, Connection] = {connection.pk: connection for connection, _at in found}
        self.read_at: dict[int, datetime | None] = {connection.pk: at for connection, at in found}

    def choices(self) -> list[tuple[str, str]]:
        """For a filter."""
        return [(connection.slug, connection.title) for connection in self.connections.values()]
