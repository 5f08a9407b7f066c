"""From order to order of the list that somebody came from."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from dashboard.core import walking
from dashboard.core.walking import walk_of
from dashboard.orders.filters import ORDERS
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest


def order_url(request: StaffRequest, order: Order, place: str = "") -> str:
    """The order's page, at a place of it (``#history``), still in the list that the person came from."""
    return reverse("orders:detail", args=[order.pk]) + walk_of(request) + place


def steps(request: StaffRequest, order: Order) -> dict[str, Any] | None:
    """The list, and the orders before and after this one in it. None for who came from no list."""
    seen = Order.objects.visible_to(request.user)
    return walking.steps(request, ORDERS, seen, order, index="orders:list", page="orders:detail")
