"""What came in: numbers of the last 24 hours against the 24 before, orders by the hour and by the day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Count, F, Func, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dashboard.aftersales.models import Case
from dashboard.core import formatting
from dashboard.core.counting import capped, capped_counts
from dashboard.finance.models import Payment
from dashboard.home.charts import bars
from dashboard.home.places import Reach, address
from dashboard.messaging.models import Message
from dashboard.orders.models import Order
from dashboard.tickets.models import Reply

DAY = timedelta(hours=24)
DAYS = 14
CACHED_SECONDS = 60
CAP = 20_000
ENOUGH = 10  # a change in per cent of fewer than this says nothing


class UtcHour(Func):
    """The hour of a time as text, ``2026-11-20 14``: computed by the database itself on every engine."""

    output_field = CharField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Times are text in UTC there."""
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 1, 13)", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """By the server's clock arithmetic."""
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
        return self.as_sql(compiler, connection, template=template, **extra)


def came_in(reach: Reach) -> dict[str, Any]:
    """Everything of this part of the page, at most a minute old."""
    zone = timezone.get_current_timezone_name()
    key = f"home:came-in:{reach.user.pk}:{reach.slug}:{translation.get_language()}:{zone}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        now = timezone.now()
        hours = _orders_by_hour(reach, now) if reach.user.may("orders.view") else []
        found = {"kinds": _kinds(reach, now), "hours": _last_day(hours, now), "days": _by_day(reach, hours, now)}
        cache.set(key, found, CACHED_SECONDS)
    return found


def _kinds(reach: Reach, now: datetime) -> list[dict[str, str]]:
    sources = [
        ("orders.view", _("Orders"), reach.rows(Order), "placed_at", "orders:list"),
        ("messages.view", _("Messages"), reach.rows(Message).filter(direction="in"), "sent_at", "messaging:list"),
        ("aftersales.view", _("After-sales cases"), reach.rows(Case), "placed_at", "aftersales:list"),
        ("tickets.view", _("Ticket replies"), _replies(reach), "sent_at", "tickets:list"),
    ]
    open_to = [each for each in sources if reach.user.may(each[0])]
    asked = [rows.filter(**span) for _code, _name, rows, at, _page in open_to for span in _spans(at, now)]
    numbers = capped_counts(asked, CAP)
    lines = [
        {
            "name": name,
            "value": capped(numbers[2 * place], CAP),
            "change": _change(numbers[2 * place], numbers[2 * place + 1]),
            "url": address(page, **reach.query()),
        }
        for place, (_code, name, _rows, _at, page) in enumerate(open_to)
    ]
    return lines + (_payments(reach, now) if reach.user.may("finance.view") else [])


def _replies(reach: Reach) -> Any:
    return reach.rows(Reply, "ticket__connection").filter(direction="in")


def _spans(at: str, now: datetime) -> Iterable[dict[str, datetime]]:
    yield {f"{at}__gte": now - DAY}
    yield {f"{at}__gte": now - 2 * DAY, f"{at}__lt": now - DAY}


def _change(number: Decimal | int, before: Decimal | int) -> str:
    if before < ENOUGH or number == before:
        return ""
    per_cent = round((number - before) * 100 / before)
    return f"{'+' if per_cent >= 0 else '−'}{formatting.count(abs(per_cent))}{formatting.NBSP}%"


def _payments(reach: Reach, now: datetime) -> list[dict[str, str]]:
    """One line a currency: no two are ever added."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(), Decimal()])
    for place, span in enumerate(_spans("paid_at", now)):
        rows = reach.rows(Payment).filter(**span).exclude(status="refunded")
        for currency, total in rows.values_list("currency").annotate(total=Sum("amount")).order_by("currency"):
            sums[currency][place] = total or Decimal()
    url = address("finance:payments", **reach.query())
    return [
        {"name": _("Payments"), "value": formatting.money(new, currency), "change": _change(new, old), "url": url}
        for currency, (new, old) in sorted(sums.items())
        if new
    ]


Hourly = list[tuple[int, datetime, int]]  # connection, hour in UTC, orders


def _orders_by_hour(reach: Reach, now: datetime) -> Hourly:
    rows = reach.rows(Order).filter(placed_at__gte=now - timedelta(days=DAYS), placed_at__lte=now)
    counted = rows.order_by().values_list("connection_id", UtcHour(F("placed_at"))).annotate(orders=Count("pk"))
    return [
        (connection, datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC), orders)
        for connection, hour, orders in counted
    ]


def _last_day(hours: Hourly, now: datetime) -> dict[str, Any]:
    by_hour: Counter[datetime] = Counter()
    for _connection, hour, orders in hours:
        by_hour[hour] += orders
    this = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    row = [this - timedelta(hours=back) for back in range(23, -1, -1)]
    numbers = [by_hour[hour] for hour in row]
    top = max(numbers)
    busiest = timezone.localtime(row[numbers.index(top)])
    words = _("Orders by the hour, the last 24 hours: none")
    if top:
        words = _("Orders by the hour, the last 24 hours: most at %(hour)s, %(n)s of %(all)s") % {
            "hour": f"{busiest:%H:%M}", "n": formatting.count(top), "all": formatting.count(sum(numbers)),
        }  # fmt: skip
    axis = [f"{timezone.localtime(hour):%H:%M}" for hour in row[::6]]
    return {"bars": bars(numbers), "axis": [*axis, _("now")], "words": words, "is_empty": not top}


def _by_day(reach: Reach, hours: Hourly, now: datetime) -> list[dict[str, Any]]:
    today = timezone.localtime(now).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    orders: dict[int, Counter[date]] = defaultdict(Counter)
    for connection, hour, number in hours:
        orders[connection][timezone.localtime(hour).date()] += number
    lines = []
    for pk in reach.connections:
        if pk in orders:
            numbers = [orders[pk][day] for day in days]
            words = _("Orders by the day, %(days)s days: %(n)s") % {"days": DAYS, "n": formatting.count(sum(numbers))}
            lines.append({"sign": reach.sign(pk), "bars": bars(numbers), "words": words,
                          "sum": formatting.count(sum(numbers)), "today": formatting.count(numbers[-1])})  # fmt: skip
    return lines
