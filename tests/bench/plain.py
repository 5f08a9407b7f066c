"""The table of orders as a competent colleague writes it: what the product's lists are measured against.

Both ways print the rows of our own list: the same columns, words, addresses, boxes and signs, amounts grouped, times in
the reader's zone and words ("3 hours left", "placed 18 Nov 10:20"). Neither has a frame, tabs, filters, a pager, or the
commands and readings that our Sync column tells of. `bare` formats by Django's own means in its template, from
instances; `preformatted` formats in Python, from `.values()`: nothing plainer prints the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template import engines
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timeuntil

from dashboard.orders.models import Order

WORDS = {
    "paid": ("good", "Paid"), "unpaid": ("wait", "Unpaid"), "refunded": ("", "Refunded"), "none": ("", "Not started"),
    "part_delivered": ("wait", "Part delivered"), "delivered": ("good", "Delivered"), "cancelled": ("", "Cancelled"),
}  # fmt: skip
UNDER_WAY = ("to_deliver", "in_progress", "part_delivered")
FIELDS = (
    "pk", "number", "status", "ship_by", "buyer", "items", "line_count", "currency", "total", "payment_status",
    "fulfilment_status", "gone_at", "placed_at", "connection__title",
)  # fmt: skip


class PlainOrder(Order):
    """An order with the words that a plain template asks it for."""

    class Meta:
        proxy = True
        app_label = "orders"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/orders/{self.pk}/"

    def is_under_way(self) -> bool:
        """Whether its deadline counts."""
        return self.status in UNDER_WAY and self.gone_at is None

    def more(self) -> int:
        """Lines beyond the first."""
        return self.line_count - 1

    def payment(self) -> tuple[str, str]:
        """Tone and word."""
        return WORDS.get(self.payment_status, ("unknown", "Unknown"))

    def fulfilment(self) -> tuple[str, str]:
        """Tone and word."""
        return WORDS.get(self.fulfilment_status, ("unknown", "Unknown"))


_ROW = """<tr id="order-{{ row.pk }}" data-href="{{ row.%(url)s }}"><td class="pin pin-box"><label class="hit">\
<span class="vh">Select {{ row.number }}</span><input class="box" type="checkbox" name="pk" value="{{ row.pk }}" \
form="orders-bulk"></label></td><th scope="row" class="pin pin-2"><a class="mono" href="{{ row.%(url)s }}">\
{{ row.number }}</a></th><td class="nowrap">%(due)s</td><td class="nowrap"><span class="conn"><span class="mark" \
aria-hidden="true">M2</span>{{ row.%(shop)s }}</span></td><td class="brief" title="{{ row.buyer }}"><bdi>\
{{ row.buyer }}</bdi></td><td class="grow"><bdi>{{ row.items }}</bdi>%(more)s</td><td class="num">\
<span class="sub">{{ row.currency }}\
</span> %(total)s</td><td>%(payment)s</td><td>%(fulfilment)s</td><td>%(sync)s</td></tr>
"""
_TIME = """<time datetime="{{ %(at)s|date:"c" }}" title="{{ %(at)s|date:"j M Y, H:i:s" }}">%(text)s</time>"""
_SIGN = (
    """<span class="state{%% if row.%(name)s.0 %%} is-{{ row.%(name)s.0 }}{%% endif %%}">{{ row.%(name)s.1 }}</span>"""
)
BARE = engines["django"].from_string(
    "<table>{% for row in rows %}"
    + _ROW
    % {
        "url": "get_absolute_url",
        "shop": "connection.title",
        "due": "{% if row.is_under_way %}" + _TIME % {"at": "row.ship_by", "text": "{{ row.ship_by|timeuntil }} left"}
        + '{% else %}<span class="quiet">placed '
        + _TIME % {"at": "row.placed_at", "text": '{{ row.placed_at|date:"j M H:i" }}'} + "</span>{% endif %}",
        "more": "{% if row.more %}, {{ row.more }} more{% endif %}",
        "total": '{{ row.total|floatformat:"2g" }}',
        "payment": _SIGN % {"name": "payment"},
        "fulfilment": _SIGN % {"name": "fulfilment"},
        "sync": '<span class="state">{% if row.gone_at %}Gone{% else %}In step{% endif %}</span>',
    }
    + "{% endfor %}</table>"
)  # fmt: skip
_NAMES = ("due", "more", "total", "payment", "fulfilment", "sync")
PREFORMATTED = engines["django"].from_string(
    "<table>{% for row in rows %}"
    + _ROW % {"url": "url", "shop": "connection__title", **{name: f"{{{{ row.{name} }}}}" for name in _NAMES}}
    + "{% endfor %}</table>"
)


def bare(size: int) -> str:
    """The newest orders as instances, formatted by the template."""
    found = PlainOrder.objects.order_by("-placed_at", "-id").select_related("connection").only(*FIELDS)[: size + 1]
    return BARE.render({"rows": list(found)[:size]})


def preformatted(size: int) -> str:
    """The newest orders as dicts of text, printed by the template."""
    found = list(Order.objects.order_by("-placed_at", "-id").values(*FIELDS)[: size + 1])[:size]
    now = timezone.now()
    signs = {key: format_html('<span class="state is-{}">{}</span>', *sign) for key, sign in WORDS.items()}
    unknown, step = (
        format_html('<span class="state is-unknown">{}</span>', "Unknown"),
        format_html('<span class="state">{}</span>', "In step"),
    )
    for row in found:
        row["url"] = f"/orders/{row['pk']}/"
        row["due"] = _due(row, now)
        row["more"] = f", {row['line_count'] - 1} more" if row["line_count"] > 1 else ""
        row["total"] = f"{row['total']:,.2f}"
        row["payment"] = signs.get(row["payment_status"], unknown)
        row["fulfilment"] = signs.get(row["fulfilment_status"], unknown)
        row["sync"] = step if row["gone_at"] is None else "Gone"
    return PREFORMATTED.render({"rows": found})


def _due(row: dict[str, Any], now: datetime) -> str:
    if row["status"] in UNDER_WAY and row["gone_at"] is None:
        return _time(row["ship_by"], f"{timeuntil(row['ship_by'], now)} left")
    at = timezone.localtime(row["placed_at"])
    return format_html('<span class="quiet">placed {}</span>', _time(at, f"{at.day} {at:%b %H:%M}"))


def _time(at: datetime, text: str) -> str:
    at = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), f"{at.day} {at:%b %Y, %H:%M:%S}", text
    )


def is_same(size: int) -> bool:
    """Whether both ways print as many rows, and about as much: within a tenth."""
    one, two = bare(size), preformatted(size)
    return one.count("<tr") == two.count("<tr") == size and abs(len(one) - len(two)) < len(one) / 10
