"""Sums by connection, currency and period. Currencies are never summed together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek
from django.utils import timezone

from dashboard.finance.models import Payment, WalletMovement
from dashboard.orders.models import Order

PERIODS = {"day": (TruncDay, 30), "week": (TruncWeek, 12), "month": (TruncMonth, 12)}
WIDTH, HEIGHT = 720, 120
IN, OUT = Q(amount__gt=0), Q(amount__lt=0)


class Cell(NamedTuple):
    """What came in and went out of one connection, in one currency, in one period."""

    connection_id: int
    currency: str
    start: dt.datetime
    money_in: Decimal
    money_out: Decimal
    number: int


def starts(period: str, now: dt.datetime | None = None) -> list[dt.datetime]:
    """The beginnings of the periods that are shown, oldest first; the last is the one that `now` lies in."""
    at = timezone.localtime(now or timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "week":
        at -= dt.timedelta(days=at.weekday())
    if period == "month":
        at = at.replace(day=1)
    found = [at]
    for _n in range(PERIODS[period][1] - 1):
        found.append(before(found[-1], period))
    return found[::-1]


def before(start: dt.datetime, period: str) -> dt.datetime:
    """The beginning of the period before; a local midnight, whatever the clocks did between."""
    day = start.date() - dt.timedelta(days={"day": 1, "week": 7, "month": 1}[period])
    day = day.replace(day=1) if period == "month" else day
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def payments(rows: QuerySet[Payment], period: str, now: dt.datetime | None = None) -> list[Cell]:
    """Paid and refunded payments; one query."""
    paid, refunded = Q(status="paid"), Q(status="refunded")
    return _cells(rows.filter(gone_at=None), period, now, "placed_at", paid, refunded)


def movements(rows: QuerySet[WalletMovement], period: str, now: dt.datetime | None = None) -> list[Cell]:
    """Movements of wallets, in and out; one query."""
    return _cells(rows.filter(gone_at=None), period, now, "happened_at", IN, OUT)


def sales(rows: QuerySet[Order], period: str, now: dt.datetime | None = None) -> list[Cell]:
    """Orders as they were placed, without cancelled and unpaid ones, and what was refunded whole; one query."""
    sold = ~Q(status__in=("unpaid", "cancelled", "expired", "refunded"))
    return _cells(rows.filter(gone_at=None), period, now, "placed_at", sold, Q(status="refunded"), "total")


def after(start: dt.datetime, period: str) -> dt.datetime:
    """The beginning of the period after; a local midnight."""
    day = start.date() + dt.timedelta(days={"day": 1, "week": 7, "month": 32}[period])
    day = day.replace(day=1) if period == "month" else day
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _cells(
    rows: QuerySet[Any], period: str, now: dt.datetime | None, at: str, is_in: Q, is_out: Q, amount: str = "amount"
) -> list[Cell]:
    truncated, begins = PERIODS[period][0], starts(period, now)
    found = (
        rows.filter(**{f"{at}__gte": begins[0], f"{at}__lt": after(begins[-1], period)})
        .annotate(start=truncated(at))
        .values("connection_id", "currency", "start")
        .annotate(
            money_in=Sum(amount, filter=is_in),
            money_out=Sum(amount, filter=is_out),
            count=Count("pk", filter=is_in | is_out),
        )
        .order_by("connection_id", "currency", "start")
    )
    return [
        Cell(
            row["connection_id"],
            row["currency"],
            row["start"],
            row["money_in"] or Decimal(0),
            abs(row["money_out"] or Decimal(0)),
            row["count"],
        )
        for row in found
        if row["count"]
    ]


class Sums(NamedTuple):
    """Totals of one connection and currency over the periods shown, and each period's."""

    connection_id: int
    currency: str
    money_in: Decimal
    money_out: Decimal
    number: int
    by_start: dict[dt.datetime, Cell]


def summed(cells: Iterable[Cell]) -> list[Sums]:
    """By connection and currency."""
    groups: dict[tuple[int, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[cell.connection_id, cell.currency].append(cell)
    return [
        Sums(
            pk,
            currency,
            sum((one.money_in for one in group), Decimal(0)),
            sum((one.money_out for one in group), Decimal(0)),
            sum(one.number for one in group),
            {one.start: one for one in group},
        )
        for (pk, currency), group in sorted(groups.items())
    ]


def by_currency(found: Iterable[Sums]) -> dict[str, tuple[Decimal, Decimal, int]]:
    """In, out and number over all connections, for each currency that more than one connection has."""
    groups: dict[str, list[Sums]] = defaultdict(list)
    for one in found:
        groups[one.currency].append(one)
    return {
        currency: (
            sum((one.money_in for one in group), Decimal(0)),
            sum((one.money_out for one in group), Decimal(0)),
            sum(one.number for one in group),
        )
        for currency, group in sorted(groups.items())
        if len(group) > 1
    }


def extent(sums: Sums) -> tuple[Decimal, Decimal]:
    """The most that came in and went out in one period."""
    cells = sums.by_start.values()
    return max((one.money_in for one in cells), default=Decimal(0)), max(
        (one.money_out for one in cells), default=Decimal(0)
    )


def line_of(sums: Sums) -> float:
    """Where the line between in and out lies, from the top; the taller side gets the more room."""
    highest, deepest = extent(sums)
    return HEIGHT * float(highest / (highest + deepest)) if highest + deepest else HEIGHT / 2


def bars(sums: Sums, period: str, now: dt.datetime | None = None) -> list[dict[str, Any]]:
    """The bars of a chart, as SVG attributes: in above the line at `line_of`, out below it, on one scale."""
    begins, line = starts(period, now), line_of(sums)
    highest, deepest = extent(sums)
    step, scale = WIDTH / len(begins), float(highest + deepest)
    found = []
    for n, start in enumerate(begins):
        cell = sums.by_start.get(start)
        up, down = (cell.money_in, cell.money_out) if cell else (Decimal(0), Decimal(0))
        tall, deep = (float(value) / scale * HEIGHT if scale else 0.0 for value in (up, down))
        found.append(
            {
                "x": f"{n * step + step * 0.15:.1f}",
                "width": f"{step * 0.7:.1f}",
                "up_y": f"{line - tall:.1f}",
                "up": f"{tall:.1f}",
                "down_y": f"{line:.1f}",
                "down": f"{deep:.1f}",
                "start": start,
                "money_in": up,
                "money_out": down,
            }
        )
    return found
