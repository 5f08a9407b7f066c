"""What is left of orders: the list, and the panel beside an order where costs are stated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.core import formatting, html, pages
from dashboard.core.pages import redirect
from dashboard.finance import sheets
from dashboard.finance.forms import CostForm
from dashboard.finance.margins import Margin, cost_of, is_unpaid, margin, paid_by_wallet, payments_of
from dashboard.finance.models import OrderCost
from dashboard.finance.views.common import money, page
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.audit import Target, audit


@require_safe
@requires("finance.view")
def margins(request: StaffRequest) -> HttpResponse:
    """The newest orders with a stated cost, and what is left of each."""
    costs = list(OrderCost.objects.visible_to(request.user).select_related("order__connection").order_by("-pk")[:400])
    by_order: dict[int, list[OrderCost]] = {}
    for cost in costs:
        by_order.setdefault(cost.order_id, []).append(cost)
    wallet = paid_by_wallet(request.user, (cost.reference for cost in costs))
    told = [(found[0].order, margin(found[0].order, found, wallet)) for found in by_order.values()]
    if request.GET.get("format"):
        return sheets.margins_file(request, told)  # type: ignore[return-value]
    rows = [_margin_row(order, one) for order, one in told]
    return render(request, "finance/margins.html", page(request, "margins", "wallet", rows=rows))


def _margin_row(order: Order, told: Margin) -> dict[str, Any]:
    return {
        "number": str(order),
        "url": reverse("orders:detail", args=[order.pk]),
        "connection": html.connection(order.connection.mark, order.connection.title),
        "revenue": _moneys(told.revenue),
        "costs": _costs(told),
        "left": _moneys(told.left),
        "share": "" if told.share is None else f"{told.share} %",
        "tone": "act" if any(amount < 0 for amount in told.left.values()) and len(told.left) == 1 else "",
    }


def _costs(told: Margin) -> str:
    """The costs that are known, and how many are not."""
    words = ngettext("%(n)s not paid yet", "%(n)s not paid yet", told.unpaid) % {"n": formatting.count(told.unpaid)}
    return " · ".join([*([_moneys(told.costs)] if told.costs else []), *([words] if told.unpaid else [])])


def _moneys(amounts: dict[str, Decimal]) -> str:
    return " · ".join(formatting.money(amount, currency) for currency, amount in amounts.items()) or "–"


def _order(request: StaffRequest, pk: int) -> Order:
    rows = Order.objects.visible_to(request.user).defer("raw", "delivered").select_related("connection")
    found: Order = get_object_or_404(rows, pk=pk)
    return found


@require_safe
@requires("finance.view")
def for_order(request: StaffRequest, pk: int) -> HttpResponse:
    """A panel of an order's page: payments, costs, margin."""
    return _panel(request, _order(request, pk), CostForm())


def _panel(request: StaffRequest, order: Order, form: CostForm) -> HttpResponse:
    costs = list(OrderCost.objects.filter(order=order).select_related("author"))
    wallet = paid_by_wallet(request.user, (cost.reference for cost in costs))
    told = margin(order, costs, wallet)
    context = {
        "order": order,
        "form": form,
        "payments": [(one, money(one.amount, one.currency)) for one in payments_of(order)],
        "costs": [
            (one, _("Nothing paid under this number yet") if is_unpaid(one, wallet) else _moneys(cost_of(one, wallet)))
            for one in costs
        ],
        "revenue": _moneys(told.revenue),
        "left": _moneys(told.left),
        "share": "" if told.share is None else f"{told.share} %",
    }
    return pages.render(request, "finance/for_order.html", context, status=422 if form.errors else 200)


@require_POST
@requires("finance.view")
def add_cost(request: StaffRequest, pk: int) -> HttpResponse:
    """State what an order cost."""
    order, form = _order(request, pk), CostForm(request.POST)
    reference = form.cleaned_data.get("reference") if form.is_valid() else ""
    if reference and OrderCost.objects.filter(order=order, reference=reference).exists():
        form.add_error("reference", _("This purchase is counted already."))
    if form.is_valid():
        OrderCost.objects.create(order=order, author=request.user, **form.cleaned_data)
        _noted(request, order, "finance.cost_added", form.cleaned_data)
        form = CostForm()
    return _panel(request, order, form)


@require_POST
@requires("finance.view")
def remove_cost(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a stated cost back."""
    rows = OrderCost.objects.visible_to(request.user).select_related("order__connection")
    cost = get_object_or_404(rows, pk=pk)
    order = cost.order
    _noted(request, order, "finance.cost_removed", {"cost": str(cost)})
    cost.delete()
    if not request.htmx:
        return redirect(request, reverse("finance:for_order", args=[order.pk]))
    return _panel(request, order, CostForm())


def _noted(request: StaffRequest, order: Order, verb: str, detail: dict[str, Any]) -> None:
    told = {key: str(value) for key, value in detail.items() if value not in (None, "")}
    audit(request.user, verb, Target("order", str(order.pk), str(order)), told, connection=order.connection.slug)
