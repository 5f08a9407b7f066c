"""The rows of the list, formatted once in Python: the template only prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.core import formatting, html
from dashboard.core.pages import addresses
from dashboard.core.templatetags.dash import clock_at, when_at
from dashboard.orders import words
from dashboard.orders.querysets import BETWEEN_TAGS
from dashboard.sync.kinds import kinds_of
from dashboard.sync.models import Command
from dashboard.sync.reach import Reach
from dashboard.sync.web import latest_commands

COLUMNS = (
    "id", "connection_id", "remote_id", "number", "partner_code", "status", "payment_status", "fulfilment_status",
    "buyer", "items", "line_count", "currency", "total", "ship_by", "placed_at", "gone_at", "tag_names",
)  # fmt: skip
TAG_LETTERS = 12  # of all tags that a row shows, but the first is always there


def rows_of(orders: Sequence[Any], reach: Reach, query: str) -> list[dict[str, Any]]:
    """What the list prints for each order (`COLUMNS`, by name); one query for all their commands.

    `query` is the list, for who walks on.
    """
    now = timezone.now()
    ids, targets = {one.connection_id for one in orders}, [one.remote_id for one in orders]
    commands = latest_commands(ids, targets, kinds_of("orders"))
    walk, address = f"?{urlencode({'list': query})}", addresses("orders:detail")
    known: dict[Any, Any] = {}
    return [
        {
            "pk": one.id,
            "url": address(one.id) + walk,
            "name": one.number or one.partner_code or one.remote_id,
            "urgency": _urgency(one, now),
            "due": due(one, now),
            "connection": reach.sign(one.connection_id),
            "buyer": one.buyer,
            "tags": _tags(one.tag_names, known),
            "items": one.items,
            "more": _more(one.line_count, known),
            "currency": one.currency,
            "total": formatting.number(one.total, one.currency) if one.total is not None else "",
            "sync": _sync(one, commands.get((one.connection_id, one.remote_id)), reach, now, known),
            **_signs(one, known),
        }
        for one in orders
    ]


def _urgency(order: Any, now: datetime) -> str:
    counts = order.ship_by and words.is_under_way(order)
    return html.attribute("data-tone", formatting.urgency(order.ship_by, now)) if counts else ""


def _sync(order: Any, command: Command | None, reach: Reach, now: datetime, known: dict[Any, Any]) -> Any:
    """How far an order is in step: the same for most of a connection, so looked up once a page."""
    key = order.connection_id, order.gone_at is None
    if command is None and key in known:
        return known[key]
    connection = reach.connections.get(order.connection_id)
    found = html.state(*words.sync(order, command, connection.read_at if connection else None, now))
    if command is None:
        known[key] = found
    return found


def _tags(names: str | None, known: dict[Any, Any]) -> Any:
    """The first tags and how many more there are, all of them on hover; found once for orders with the same."""
    if not names:
        return ""
    if names not in known:
        known[names] = tags_of(sorted(names.split(BETWEEN_TAGS), key=str.casefold))
    return known[names]


def tags_of(names: list[str]) -> SafeString:
    """Tags for a row: the first and as many more as are short enough, then “+n” that names the others."""
    n = next((n for n in range(2, len(names) + 1) if sum(map(len, names[:n])) > TAG_LETTERS), len(names) + 1) - 1
    shown = format_html_join("", '<span class="tag" title="{}">{}</span> ', ((name, name) for name in names[:n]))
    if n == len(names):
        return shown
    others = ", ".join(names[n:])
    plus = format_html(
        '<span class="tag" title="{}">+{}<span class="vh">: {}</span></span> ', others, len(names) - n, others
    )
    return format_html("{}{}", shown, plus)


def _more(lines: int, known: dict[Any, Any]) -> str:
    if lines not in known:
        known[lines] = more(lines)
    return cast(str, known[lines])


def _signs(order: Any, known: dict[Any, Any]) -> dict[str, Any]:
    """Payment and fulfilment: few words for many orders, so each is looked up once a page."""
    key = (order.status, order.payment_status, order.fulfilment_status)
    if key not in known:
        payment, fulfilment = words.payment(order), words.fulfilment(order)
        known[key] = {"payment": html.state(*payment), "fulfilment": html.state(*fulfilment)}
    return known[key]


def due(order: Any, now: datetime) -> Any:
    """The deadline's clock while it counts; otherwise when the order was placed."""
    if order.ship_by and words.is_under_way(order):
        return clock_at(order.ship_by, order.placed_at, now)
    if order.placed_at is None:
        return ""
    return format_html('<span class="quiet">{} {}</span>', _("placed"), when_at(order.placed_at, now))


def more(lines: int) -> str:
    """How many lines there are beyond the first."""
    return ngettext(", %(n)s more", ", %(n)s more", lines - 1) % {"n": lines - 1} if lines > 1 else ""
