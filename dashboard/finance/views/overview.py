"""The overview: balances, and what came in and went out by connection, currency and period."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.core import exports, formatting, html
from dashboard.finance import history, sheets, totals
from dashboard.finance.exports import balances as balance_rows
from dashboard.finance.models import Payment, WalletMovement
from dashboard.finance.views.common import money, page
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.models import Connection

CHARTS = 6


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
    amounts = {name: money(getattr(row, name), row.currency) for name in ("balance", "frozen", "available")}
    connection = html.connection(row.connection.mark, row.connection.title)
    return {
        "name": html.field_name(row.remote_id),
        "connection": connection,
        "read_at": row.read_at,
        "course": course and _course(course, row),
        **amounts,
    }


def _course(course: history.Course, row: Any) -> dict[str, str]:
    told = {name: money(getattr(course, name), row.currency) for name in ("first", "least", "most")}
    return {"path": course.path, **told}


def _all(currency: str, money_in: Decimal, money_out: Decimal, number: int) -> dict[str, str]:
    return {
        "currency": currency or "–",
        "count": formatting.count(number),
        "money_in": money(money_in, currency),
        "money_out": money(money_out, currency),
        "left": money(money_in - money_out, currency),
    }


def _said(bar: dict[str, Any], currency: str) -> str:
    """What a bar says under the pointer; nothing where nothing moved."""
    if not (bar["money_in"] or bar["money_out"]):
        return ""
    told = {name: money(bar[name], currency) for name in ("money_in", "money_out")}
    return _("%(day)s: in %(money_in)s, out %(money_out)s") % (told | {"day": formatting.day(bar["start"])})


def _sums(
    one: totals.Sums, number: int, period: str, now: datetime, connections: dict[int, Connection]
) -> dict[str, Any]:
    connection = connections[one.connection_id]
    bars = (
        [bar | {"said": _said(bar, one.currency)} for bar in totals.bars(one, period, now)] if number < CHARTS else []
    )
    highest, deepest = totals.extent(one)
    return {
        "highest": money(highest, one.currency) if highest else "",
        "deepest": money(deepest, one.currency) if deepest else "",
        "id": f"sums-{number}",
        "title": connection.title,
        "connection": html.connection(connection.mark, connection.title),
        "currency": one.currency or "–",
        "money_in": money(one.money_in, one.currency),
        "money_out": money(one.money_out, one.currency),
        "left": money(one.money_in - one.money_out, one.currency),
        "count": formatting.count(one.number),
        "bars": [bar | {"said": _said(bar, one.currency)} for bar in bars],
        "line": f"{totals.line_of(one):.1f}",
        "rows": [
            (
                formatting.day(bar["start"]),
                money(bar["money_in"], one.currency),
                money(bar["money_out"], one.currency),
            )
            for bar in reversed(bars)
            if bar["money_in"] or bar["money_out"]
        ],
    }
