"""What every page of orders reads first: the orders that a person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404

from dashboard.orders.models import Invoice, Order, Parcel
from dashboard.sync.models import FeedState


def order_of(request: Any, pk: int) -> Order:
    """The order with its connection and assignee. 404 for a foreign one.

    `read_at` is when its feed last succeeded; `has_parcels`, `has_invoices` and `is_tagged` spare further queries.
    """
    read = FeedState.objects.filter(connection=OuterRef("connection"), feed="orders").values("last_ok_at")
    rows = Order.objects.light().visible_to(request.user).select_related("connection", "assignee")
    own = {
        "has_parcels": Exists(Parcel.objects.filter(order=OuterRef("pk"))),
        "has_invoices": Exists(Invoice.objects.filter(order=OuterRef("pk"))),
        "is_tagged": Exists(Order.tags.through.objects.filter(order=OuterRef("pk"))),
    }
    found: Order = get_object_or_404(rows.annotate(read_at=Subquery(read), **own), pk=pk)
    return found


def chosen(request: Any, given: Any, limit: int = 100) -> list[Order]:
    """The visible orders whose keys a bulk form names, oldest first. 404 when none is."""
    pks = [int(pk) for pk in given if str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 19][:limit]
    rows = Order.objects.light().visible_to(request.user).filter(pk__in=pks).select_related("connection")
    found = list(rows.order_by("placed_at", "pk"))
    if not found:
        raise Http404
    return found
