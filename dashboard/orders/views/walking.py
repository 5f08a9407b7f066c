"""From order to order of the list that somebody came from.

The address carries that list (``?list=<its query>``), so every browser tab walks its own; an order that has left the
list since still has its place in it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from dashboard.core import keyset
from dashboard.orders.filters import ORDERS
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest

LONGEST = 1000


def walk_of(request: StaffRequest) -> str:
    """``?list=…`` as every address of an order's pages carries it on; empty for who came from no list."""
    return f"?{urlencode({'list': request.GET['list'][:LONGEST]})}" if "list" in request.GET else ""


def order_url(request: StaffRequest, order: Order, place: str = "") -> str:
    """The order's page, at a place of it (``#history``), still in the list that the person came from."""
    return reverse("orders:detail", args=[order.pk]) + walk_of(request) + place


def steps(request: StaffRequest, order: Order) -> dict[str, Any] | None:
    """The list, and the orders before and after this one in it (empty at an end). None for who came from no list.

    One query; a list that was searched asks the search index besides.
    """
    walk = walk_of(request)
    if not walk:
        return None
    came_from = QueryDict(request.GET["list"][:LONGEST])
    listing = ORDERS.open(request, Order.objects.visible_to(request.user), came_from)
    back, on = keyset.neighbours(listing.queryset, listing.order, order)
    return {
        "list": f"{reverse('orders:list')}?{came_from.urlencode()}",
        "back": reverse("orders:detail", args=[back]) + walk if back else "",
        "on": reverse("orders:detail", args=[on]) + walk if on else "",
    }
