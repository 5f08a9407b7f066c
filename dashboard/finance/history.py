"""What balances were lately: the readings of each as a small chart."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from dashboard.finance.models import Balance, BalanceReading

DAYS = 30
MOST = 4_000
WIDTH, HEIGHT = 160, 28


class Course(NamedTuple):
    """How a balance went: least, most, what it was first, and the path of an SVG area over `DAYS` days, from zero."""

    least: Decimal
    most: Decimal
    first: Decimal
    path: str


def courses(balances: Sequence[Balance], now: dt.datetime | None = None) -> dict[int, Course]:
    """By balance; one query. A balance that nobody has read a figure of has none."""
    now = now or timezone.now()
    since = now - dt.timedelta(days=DAYS)
    rows = BalanceReading.objects.filter(of__in=[one.pk for one in balances], read_at__gte=since)
    steps: dict[int, list[tuple[dt.datetime, Decimal]]] = defaultdict(list)
    for pk, at, amount in rows.order_by("-read_at").values_list("of_id", "read_at", "balance")[:MOST]:
        if amount is not None:
            steps[pk].append((at, amount))
    for one in balances:
        if one.balance is not None:
            steps[one.pk].insert(0, (now, one.balance))
    return {pk: _course(found[::-1], since, now) for pk, found in steps.items()}


def _course(steps: list[tuple[dt.datetime, Decimal]], since: dt.datetime, now: dt.datetime) -> Course:
    """A balance keeps its amount until the next reading; before the first one nothing is drawn."""
    amounts = [amount for _at, amount in steps]
    top, bottom = max([*amounts, Decimal(0)]), min([*amounts, Decimal(0)])
    span = float(top - bottom) or 1.0

    def y(amount: Decimal) -> str:
        return f"{float(top - amount) / span * HEIGHT:.1f}"

    def x(at: dt.datetime) -> str:
        return f"{max((at - since) / (now - since), 0.0) * WIDTH:.1f}"

    zero = y(Decimal(0))
    path = f"M{x(steps[0][0])} {zero}V{y(amounts[0])}"
    path += "".join(f"H{x(at)}V{y(amount)}" for at, amount in steps[1:])
    return Course(min(amounts), max(amounts), amounts[0], f"{path}H{WIDTH}V{zero}Z")
