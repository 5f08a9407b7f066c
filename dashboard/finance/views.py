"""The pages of money."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard.core import exports, formatting, html, pages
from dashboard.core.filters import ListSpec
from dashboard.core.pages import redirect
from dashboard.core.scope import scoped
from dashboard.core.templatetags.dash import when_at
from dashboard.finance import history, sheets, totals
from dashboard.finance.exports import balances as balance_rows
from dashboard.finance.filters import COUPONS, MOVEMENTS, PAYMENTS
from dashboard.finance.forms import CostForm
from dashboard.finance.margins import Margin, cost_of, margin, paid_by_wallet, payments_of
from dashboard.finance.models import Coupon, OrderCost, Payment, WalletMovement
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.audit import Target, audit
from dashboard.sync.models import Connection
from dashboard.sync.reach import Reach

CHARTS = 6


def page(request: StaffRequest, here: str, feed: str, **more: Any) -> dict[str, Any]:
    """What every page of money shows: sub-pages, and how fresh the feed is."""
    words = {"index": _("Overview"), "payments": _("Payments"), "movements": _("Wallet"), "coupons": _("Coupons")}
    words["margins"] = _("Margins")
    places = [
        {"label": label, "url": reverse(f"finance:{name}"), "current": name == here} for name, label in words.items()
    ]
    return {"places": places, "fresh": Reach.of(request, feed).fresh(""), **more}


# -- overview --------------------------------------------------------------------------------------------------------


@require_safe
@requires("finance.view")
def index(request: StaffRequest) -> HttpResponse:
    """Balances, and what came in and went out by connection, currency and period, with a chart."""
    what, period = request.GET.get("what", "sales"), request.GET.get("period", "day")
    period = period if period in totals.PERIODS else "day"
    if request.GET.get("format") and request.GET.get("of") != "totals":
        return exports.export_response(request, "balances", balance_rows(request.user))  # type: ignore[return-value]
    sources, day = source_words(), sheets.day_of(request.GET.get("until", ""))
    what = what if what in sources else "sales"
    now = timezone.make_aware(datetime.combine(day, time())) if day else timezone.now()
    sums = sums_of(request, what, period, now)
    connections = Connection.objects.only("title", "platform", "slug").in_bulk({one.connection_id for one in sums})
    if request.GET.get("format"):
        slugs = {pk: one.slug for pk, one in connections.items()}
        return sheets.totals_file(request, f"{what}-by-{period}", sums, slugs)  # type: ignore[return-value]
    balances = list(balance_rows(request.user).filter(gone_at=None))
    courses = history.courses(balances)
    context = page(
        request,
        "index",
        "balance",
        balances=[_balance(one, courses.get(one.pk)) for one in balances],
        days=history.DAYS,
        all_sums=[_all(currency, *found) for currency, found in totals.by_currency(sums).items()],
        sums=[_sums(one, n, period, now, connections) for n, one in enumerate(sums)],
        periods=[_choice("period", key, label, period, request) for key, label in period_words().items()],
        kinds=[_choice("what", key, label, what, request) for key, label in sources.items()],
        span=span_of(request, period, now, day is not None),
        what=what,
    )
    return render(request, "finance/index.html", context)


def source_words() -> dict[str, str]:
    """What can be summed, in words."""
    return {"sales": _("Orders"), "payments": _("Payments"), "wallet": _("Wallet")}


def sums_of(request: StaffRequest, what: str, period: str, now: datetime) -> list[totals.Sums]:
    """The sums over the periods that end with the one `now` lies in; one query."""
    if what == "payments":
        return totals.summed(totals.payments(Payment.objects.visible_to(request.user), period, now))
    if what == "wallet":
        return totals.summed(totals.movements(WalletMovement.objects.visible_to(request.user), period, now))
    return totals.summed(totals.sales(Order.objects.visible_to(request.user), period, now))


def span_of(request: StaffRequest, period: str, now: datetime, is_past: bool) -> dict[str, str]:
    """From when to when the sums are, and the addresses of the time before and after."""
    begins = totals.starts(period, now)
    end = totals.after(begins[-1], period)
    following = end
    for _n in begins[1:]:
        following = totals.after(following, period)
    found = {"first": formatting.day(begins[0]), "last": formatting.day(totals.before(end, "day")), "later": ""}
    found["earlier"] = _until(request, totals.before(begins[0], "day").date().isoformat())
    if is_past:
        found["later"] = _until(request, "" if following > timezone.now() else following.date().isoformat())
    return found


def _until(request: StaffRequest, day: str) -> str:
    query = request.GET.copy()
    query["until"] = day
    return f"?{query.urlencode()}"


def period_words() -> dict[str, str]:
    """The periods, in words."""
    return {"day": _("30 days"), "week": _("12 weeks"), "month": _("12 months")}


def _choice(name: str, key: str, label: str, current: str, request: StaffRequest) -> dict[str, Any]:
    query = request.GET.copy()
    query[name] = key
    return {"label": label, "url": f"?{query.urlencode()}", "current": key == current}


def _balance(row: Any, course: history.Course | None) -> dict[str, Any]:
    money = {name: _money(getattr(row, name), row.currency) for name in ("balance", "frozen", "available")}
    connection = html.connection(row.connection.mark, row.connection.title)
    return {
        "name": row.remote_id,
        "connection": connection,
        "read_at": row.read_at,
        "course": course and _course(course, row),
        **money,
    }


def _course(course: history.Course, row: Any) -> dict[str, str]:
    told = {name: _money(getattr(course, name), row.currency) for name in ("first", "least", "most")}
    return {"path": course.path, **told}


def _all(currency: str, money_in: Decimal, money_out: Decimal, number: int) -> dict[str, str]:
    return {
        "currency": currency or "–",
        "count": formatting.count(number),
        "money_in": _money(money_in, currency),
        "money_out": _money(money_out, currency),
        "left": _money(money_in - money_out, currency),
    }


def _sums(
    one: totals.Sums, number: int, period: str, now: datetime, connections: dict[int, Connection]
) -> dict[str, Any]:
    connection = connections[one.connection_id]
    bars = totals.bars(one, period, now) if number < CHARTS else []
    highest, deepest = totals.extent(one)
    return {
        "highest": _money(highest, one.currency) if highest else "",
        "deepest": _money(deepest, one.currency) if deepest else "",
        "id": f"sums-{number}",
        "title": connection.title,
        "connection": html.connection(connection.mark, connection.title),
        "currency": one.currency or "–",
        "money_in": _money(one.money_in, one.currency),
        "money_out": _money(one.money_out, one.currency),
        "left": _money(one.money_in - one.money_out, one.currency),
        "count": formatting.count(one.number),
        "bars": bars,
        "line": f"{totals.line_of(one):.1f}",
        "rows": [
            (
                formatting.day(bar["start"]),
                _money(bar["money_in"], one.currency),
                _money(bar["money_out"], one.currency),
            )
            for bar in reversed(bars)
            if bar["money_in"] or bar["money_out"]
        ],
    }


def _money(amount: Decimal | None, currency: str) -> str:
    return "–" if amount is None else formatting.money(amount, currency)


# -- lists -----------------------------------------------------------------------------------------------------------


def _list(request: StaffRequest, here: str, spec: ListSpec, model: Any, cells: Any, names: tuple[str, ...]) -> Any:
    """A list page: rows formatted by `cells`, or all of what the filter shows as a file."""
    if request.GET.get("format"):
        found = spec.open(request, exports.discover()[spec.domain].queryset(request.user)).queryset
        return exports.export_response(request, spec.domain, found)
    found = model.objects.visible_to(request.user).only("connection_id", "remote_id", *names)
    listing = spec.open(request, with_orders(found) if model is Payment else found)
    now, reach = timezone.now(), Reach.of(request, spec.filters.feed)
    rows = [_row(row, reach, cells(row, now)) for row in listing.page.rows]
    context = page(request, here, reach.feed.name, listing=listing, rows=rows)
    return pages.render(request, f"finance/{here}.html", context)


def _row(row: Any, reach: Reach, cells: list[tuple[str, Any]]) -> dict[str, Any]:
    head = getattr(row, "number", "") or row.remote_id
    return {"head": head, "is_gone": row.gone_at is not None, "cells": [("", reach.sign(row.connection_id)), *cells]}


def status_signs() -> dict[str, tuple[str, str]]:
    """What states of payments are called, and their tone; the platform's own word stands beside them on hover."""
    return {"pending": ("wait", _("Pending")), "paid": ("good", _("Paid")), "refunded": ("", _("Refunded"))}


def _order_link(row: Any) -> Any:
    """The order that was paid, by its number where it is mirrored."""
    if not row.order_pk:
        return row.order_remote_id
    url = reverse("orders:detail", args=[row.order_pk])
    return format_html('<a href="{}">{}</a>', url, row.order_number or row.order_remote_id)


def with_orders(rows: Any) -> Any:
    """Each payment with the key and number of its order."""
    orders = Order.objects.filter(connection=OuterRef("connection"), remote_id=OuterRef("order_remote_id"))
    return rows.annotate(order_pk=Subquery(orders.values("pk")[:1]), order_number=Subquery(orders.values("number")[:1]))


@require_safe
@requires("finance.view")
@scoped
def payments(request: StaffRequest) -> HttpResponse:
    """Payments of buyers."""

    def cells(row: Payment, now: Any) -> list[tuple[str, Any]]:
        tone, word = status_signs().get(row.status, ("unknown", row.remote_status or _("Unknown")))
        return [
            ("", format_html('<span title="{}">{}</span>', row.remote_status, html.state(tone, word))),
            ("mono", _order_link(row)),
            ("grow", row.method),
            ("num", _money(row.amount, row.currency)),
            ("nowrap", when_at(row.paid_at, now) if row.paid_at else ""),
            ("nowrap", when_at(row.placed_at, now) if row.placed_at else ""),
        ]

    names = "number status remote_status order_remote_id method amount currency paid_at placed_at gone_at"
    found: HttpResponse = _list(request, "payments", PAYMENTS, Payment, cells, tuple(names.split()))
    return found


def _found_by(number: str) -> Any:
    """A number of another domain as a link that finds it."""
    address = f"{reverse('home:search')}?{urlencode({'q': number})}"
    return format_html('<a href="{}">{}</a>', address, number) if number else ""


@require_safe
@requires("finance.view")
@scoped
def movements(request: StaffRequest) -> HttpResponse:
    """Movements of wallets."""

    def cells(row: WalletMovement, now: Any) -> list[tuple[str, Any]]:
        return [
            ("grow", html.field_name(row.kind)),
            ("mono", _found_by(row.order_number)),
            ("num", _money(row.amount, row.currency)),
            ("nowrap", when_at(row.happened_at, now) if row.happened_at else ""),
        ]

    names = ("kind", "order_number", "amount", "currency", "happened_at", "gone_at")
    found: HttpResponse = _list(request, "movements", MOVEMENTS, WalletMovement, cells, names)
    return found


@require_safe
@requires("finance.view")
@scoped
def coupons(request: StaffRequest) -> HttpResponse:
    """Coupons: ours, and those on offer."""

    def cells(row: Coupon, now: Any) -> list[tuple[str, Any]]:
        share = row.kind.startswith("percent") and row.value is not None
        return [
            ("grow", row.name),
            ("", html.field_name(row.kind)),
            ("num", f"{formatting.number(row.value)} %" if share else _money(row.value, row.currency)),
            ("num", _money(row.minimum, row.currency)),
            ("nowrap", when_at(row.expires_at, now) if row.expires_at else ""),
        ]

    names = ("name", "kind", "value", "minimum", "currency", "expires_at", "gone_at")
    found: HttpResponse = _list(request, "coupons", COUPONS, Coupon, cells, names)
    return found


# -- margins ---------------------------------------------------------------------------------------------------------


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
        "costs": _moneys(told.costs),
        "left": _moneys(told.left),
        "share": "" if told.share is None else f"{told.share} %",
        "tone": "act" if any(amount < 0 for amount in told.left.values()) and len(told.left) == 1 else "",
    }


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
        "payments": [(one, _money(one.amount, one.currency)) for one in payments_of(order)],
        "costs": [(one, _moneys(cost_of(one, wallet))) for one in costs],
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
