"""The lists: payments, movements of wallets, coupons."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.core import exports, formatting, html, pages
from dashboard.core.filters import ListSpec
from dashboard.core.scope import scoped
from dashboard.core.templatetags.dash import when_at
from dashboard.finance.filters import COUPONS, MOVEMENTS, PAYMENTS
from dashboard.finance.models import Coupon, Payment, WalletMovement
from dashboard.finance.views.common import money, page
from dashboard.orders.links import order_link, with_order
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.reach import Reach


def _list(request: StaffRequest, here: str, spec: ListSpec, model: Any, cells: Any, names: tuple[str, ...]) -> Any:
    """A list page: rows formatted by `cells`, or all of what the filter shows as a file."""
    if request.GET.get("format"):
        found = spec.open(request, exports.discover()[spec.domain].queryset(request.user)).queryset
        return exports.export_response(request, spec.domain, found)
    found = model.objects.visible_to(request.user).only("connection_id", "remote_id", *names)
    listing = spec.open(request, with_order(found) if model is Payment else found)
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


@require_safe
@requires("finance.view")
@scoped
def payments(request: StaffRequest) -> HttpResponse:
    """Payments of buyers."""

    def cells(row: Payment, now: Any) -> list[tuple[str, Any]]:
        tone, word = status_signs().get(row.status, ("unknown", row.remote_status or _("Unknown")))
        return [
            ("", format_html('<span title="{}">{}</span>', row.remote_status, html.state(tone, word))),
            ("mono", order_link(row, row.order_remote_id)),
            ("grow", row.method),
            ("num", money(row.amount, row.currency)),
            ("nowrap", when_at(row.paid_at, now)),
            ("nowrap", when_at(row.placed_at, now)),
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
            ("num", money(row.amount, row.currency)),
            ("nowrap", when_at(row.happened_at, now)),
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
            ("nowrap", html.field_name(row.kind)),
            ("num", f"{formatting.number(row.value)} %" if share else money(row.value, row.currency)),
            ("num", money(row.minimum, row.currency)),
            ("nowrap", when_at(row.expires_at, now)),
        ]

    names = ("name", "kind", "value", "minimum", "currency", "expires_at", "gone_at")
    found: HttpResponse = _list(request, "coupons", COUPONS, Coupon, cells, names)
    return found
