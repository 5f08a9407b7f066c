"""Sums and margins as files to save: what a page shows, one row for each line of it. Formulas are neutralised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core.exports import FORMATS, csv_lines, plain_money
from dashboard.core.navigation import may
from dashboard.finance import totals
from dashboard.finance.margins import Margin

TOTALS = ("connection", "currency", "from", "in", "out", "left", "number")
MARGINS = ("connection", "order", "status", "currency", "sold_for", "cost", "left", "share")


def totals_file(
    request: HttpRequest, name: str, sums: Iterable[totals.Sums], slugs: dict[int, str]
) -> StreamingHttpResponse:
    """A row for each connection, currency and period in which something moved, oldest first."""
    rows = [
        [
            slugs[one.connection_id],
            one.currency,
            cell.start.date().isoformat(),
            plain_money(cell.money_in),
            plain_money(cell.money_out),
            plain_money(cell.money_in - cell.money_out),
            cell.number,
        ]
        for one in sums
        for cell in sorted(one.by_start.values(), key=lambda each: each.start)
    ]
    return _file(request, name, TOTALS, rows, (False, False, True, True, True, True, True))


def margins_file(request: HttpRequest, found: Iterable[tuple[Any, Margin]]) -> StreamingHttpResponse:
    """A row for each order and currency: what it was sold for, what it cost, what is left."""
    rows = [
        [
            order.connection.slug,
            str(order),
            order.status,
            currency,
            plain_money(told.revenue.get(currency, Decimal(0))),
            plain_money(told.costs.get(currency, Decimal(0))),
            plain_money(left),
            "" if told.share is None else str(told.share),
        ]
        for order, told in found
        for currency, left in told.left.items()
    ]
    return _file(request, "margins", MARGINS, rows, (False, False, True, False, True, True, True, True))


def _file(
    request: HttpRequest, name: str, heads: tuple[str, ...], rows: list[list[Any]], safe: tuple[bool, ...]
) -> StreamingHttpResponse:
    if not may(request.user, "export"):
        raise PermissionDenied(_("Your role may read this list, not export it."))
    response = StreamingHttpResponse(csv_lines(heads, rows, safe), content_type=FORMATS["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.now():%Y-%m-%d}.csv"'
    return response


def day_of(text: str) -> dt.date | None:
    """The day that an address names; `None` for anything else, and for days that have not come."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if dt.date(2000, 1, 1) <= found < timezone.localdate() else None
