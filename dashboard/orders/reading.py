"""What every page of orders reads first: the orders that a person may see."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from dashboard.core import matching
from dashboard.core.counting import capped
from dashboard.orders.filters import ORDERS
from dashboard.orders.models import Invoice, Order, Parcel
from dashboard.sync.models import FeedState

MOST = 300  # orders in one bulk form


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


def chosen(request: Any) -> list[Order]:
    """The visible orders that a bulk form means, oldest first; of more than 300 the first. 404 when there is none."""
    seen = Order.objects.light().visible_to(request.user)
    keys, total = matching.chosen(request, ORDERS.rows, seen, MOST)
    if total > MOST:
        words = _("Only the first %(most)s of the %(n)s chosen orders take part.")
        messages.warning(request, words % {"most": MOST, "n": capped(total)})
    found = list(seen.filter(pk__in=keys).select_related("connection").order_by("placed_at", "pk"))
    if not found:
        raise Http404
    return found
