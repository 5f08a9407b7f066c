"""Template tags and filters: ``{% load dash %}``. For lists, format rows in Python instead and print strings."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from dashboard.core import formatting, forms, html, wording
from dashboard.core.keyset import PLACE_PARAMS

register = template.Library()
_ISO_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"

register.filter("age", formatting.age)
register.filter("exact", formatting.exact)
register.filter("day", formatting.day)
register.filter("weight", formatting.weight)
register.filter("initials", formatting.initials)
register.filter("number", formatting.count)
register.filter("duration", formatting.duration)
register.filter("sanitised", html.sanitised)
register.filter("with_links", html.with_links)
register.filter("worded", wording.worded)
register.filter("field_name", html.field_name)
register.filter("control", forms.control)
register.filter("is_optional", forms.is_optional)
register.filter("error_fields", forms.error_fields)
register.simple_tag(html.icon, name="icon")
register.simple_tag(html.state, name="state")
register.simple_tag(html.badge, name="badge")
register.simple_tag(html.image_link, name="image_link")
register.simple_tag(html.picture, name="picture")


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """``{{ order.total|money:order.currency }}``."""
    return formatting.money(amount, currency)


@register.filter
def figure(value: str, currency: str = "") -> str:
    """A platform's amount as a figure; what is no amount with decimals, such as a code, stays."""
    return formatting.number(value, currency) if re.fullmatch(r"-?\d+\.\d+", str(value)) else str(value)


@register.filter
def stated(value: str) -> str | SafeString:
    """A value as the platform states it: a whole ISO time is shown as times are everywhere, all else stays."""
    try:
        at = parse_datetime(value) if re.fullmatch(_ISO_TIME, value) else None
    except ValueError:  # the 30th of February
        at = None
    return value if at is None else when(at if timezone.is_aware(at) else at.replace(tzinfo=dt.UTC))


@register.filter
def country(code: str) -> SafeString:
    """A country's name, with its code on hover."""
    return html.country(code)


@register.filter
def when(at: dt.datetime | None) -> str | SafeString:
    """``{{ order.placed_at|when }}``: relative under a day, exact on hover."""
    return when_at(at, timezone.now())


def when_at(at: dt.datetime | None, now: dt.datetime) -> str | SafeString:
    """The ``<time>`` for ``at``, empty without one; pass one ``now`` for a whole list."""
    if at is None:
        return ""
    return html.when(_iso(at), *formatting.both(at, now))


def _iso(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat("T", "seconds").replace("+00:00", "Z")


@register.filter
def ahead(at: dt.datetime) -> SafeString:
    """``{{ rests_until|ahead }}``: what is soon, relative and exact, inside a sentence."""
    now = timezone.now()
    return html.when(_iso(at), formatting.exact(at), formatting.ahead(at, now))


@register.simple_tag
def clock(due: dt.datetime | None, start: dt.datetime | None = None) -> str | SafeString:
    """``{% clock order.ship_by order.placed_at %}``."""
    return "" if due is None else clock_at(due, start, timezone.now())


def clock_at(due: dt.datetime, start: dt.datetime | None, now: dt.datetime) -> SafeString:
    """The ring and words for a deadline; without ``start`` a day counts as the allowed time."""
    allowed = (due - start).total_seconds() if start else formatting.DAY
    used = 1 - (due - now).total_seconds() / allowed if allowed > 0 else 1.0
    return html.clock(formatting.time_left(due, now), formatting.urgency(due, now), used)


@register.simple_tag
def mark(letters: str, title: str) -> SafeString:
    """A connection: the two letters of its platform, and its title."""
    return html.connection(letters, title)


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: Any) -> str:
    """The page's query string with changes: ``{% query sort="-total" after=None %}``; None or "" removes a name.

    Positions do not outlive a change: ``after``, ``before`` and ``on`` are dropped unless they are what changes.
    """
    return changed_query(context["request"].GET, **changes)


def changed_query(params: QueryDict, **changes: Any) -> str:
    """``?…`` with the given names set or removed; a list sets several values."""
    left_out = (*PLACE_PARAMS, "format", *changes)
    pairs = {name: values for name, values in params.lists() if name not in left_out}
    for name, value in changes.items():
        if isinstance(value, (list, tuple)):
            pairs[name] = [str(each) for each in value]
        elif value is not None and value != "":
            pairs[name] = [str(value)]
    return f"?{urlencode(pairs, doseq=True)}"


@register.filter
def widget_type(field: BoundField) -> str:
    """The kind of markup a form control needs: checkbox, radio, checks or control."""
    name = type(field.field.widget).__name__
    kinds = {"CheckboxInput": "checkbox", "RadioSelect": "radio", "CheckboxSelectMultiple": "checks"}
    return kinds.get(name, "control")


@register.simple_tag
def crumbs(*pairs: Any) -> SafeString:
    """The breadcrumb from label and address in turn: ``{% crumbs _("Orders") url number "" %}``."""
    return html.breadcrumb(list(zip(pairs[::2], [*pairs[1::2], ""], strict=False)))
