"""What purchases are for: said and taken back on the purchase's page, shown beside the order."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard.core.navigation import may
from dashboard.core.pages import redirect
from dashboard.orders.models import Order
from dashboard.sourcing import words
from dashboard.sourcing.models import PurchaseOrder, Purpose
from dashboard.sourcing.purposes import bought_for, one_order_named, with_word
from dashboard.sourcing.views.common import figure, places
from dashboard.sourcing.views.orders import COLUMNS, order_of
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.audit import Target, audit
from dashboard.sync.kinds import Refused
from dashboard.sync.web import shown


@require_POST
@requires("sourcing.organise")
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Say for which order a purchase is."""
    row, back = order_of(request, pk), reverse("sourcing:purchase", args=[pk])
    try:
        order = one_order_named(request.user, request.POST.get("order", ""))
    except Refused as refused:
        context = {"words": refused.words, "back": back, "places": places(request, "")}
        return render(request, "sourcing/refused.html", context, status=422)
    given = {"connection": row.connection, "purchase_remote_id": row.remote_id, "order": order}
    _purpose, is_new = Purpose.objects.get_or_create(**given, defaults={"author": request.user})
    if is_new:
        _noted(request, "sourcing.purpose_added", row, order)
    return redirect(request, back)


@require_POST
@requires("sourcing.organise")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take that back."""
    rows = Purpose.objects.visible_to(request.user).select_related("order")
    rows = rows.only("connection_id", "purchase_remote_id", "order__number", "order__remote_id")
    purpose = get_object_or_404(rows.exclude(purchase_remote_id=""), pk=pk)
    found = PurchaseOrder.objects.visible_to(request.user).select_related("connection")
    row = get_object_or_404(found, connection=purpose.connection_id, remote_id=purpose.purchase_remote_id)
    _noted(request, "sourcing.purpose_removed", row, purpose.order)
    purpose.delete()
    return redirect(request, reverse("sourcing:purchase", args=[row.pk]))


def _noted(request: StaffRequest, verb: str, row: PurchaseOrder, order: Order) -> None:
    told = {"purchase": str(row), "order": str(order)}
    audit(request.user, verb, Target("purchase", str(row.pk), str(row)), told, connection=row.connection.slug)


@require_safe
@requires("sourcing.view")
def for_order(request: StaffRequest, pk: int) -> HttpResponse:
    """A panel of an order's page: the purchases made for it, those being placed, and a way to buy for it."""
    orders = Order.objects.visible_to(request.user).only("pk", "number", "remote_id", "items")
    sold = get_object_or_404(with_word(orders, request.user), pk=pk)
    placing, found = bought_for(sold, request.user, COLUMNS)
    query = {"q": sold.items.partition(" ×")[0][:60], "for": str(sold.pk)}
    context = {
        "name": str(sold),
        "commands": [shown(command) for command in placing],
        "rows": [_line(one) for one in found],
        "buy_url": f"{reverse('sourcing:index')}?{urlencode(query)}",
        "may_buy": may(request.user, "sourcing.organise"),
        "cost_url": reverse("finance:cost_add", args=[pk]) if may(request.user, "finance.view") else "",
    }
    return render(request, "sourcing/_for_order.html", context)


def _line(row: PurchaseOrder) -> dict[str, Any]:
    return {
        "url": reverse("sourcing:purchase", args=[row.pk]),
        "number": str(row),
        "sign": words.state(words.purchase(row.status)),
        "total": figure(row.total, row.currency),
        "cost_label": _("Count %(number)s as a cost of this order") % {"number": row},
    }
