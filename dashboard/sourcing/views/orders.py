"""Purchase orders: the list, one of them, cancelling."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channels import capabilities as can
from dashboard.core import html, pages
from dashboard.core.templatetags.dash import when_at
from dashboard.sourcing import words
from dashboard.sourcing.filters import PURCHASES
from dashboard.sourcing.models import Package, PurchaseOrder
from dashboard.sourcing.purposes import purposes_of, with_purposes
from dashboard.sourcing.reach import Reach, reason
from dashboard.sourcing.views.common import act, download, figure, page, under_way
from dashboard.sourcing.views.history import history_of
from dashboard.staff.access import StaffRequest, requires

COLUMNS = (
    "connection_id", "number", "remote_id", "status", "inspection", "items", "total", "service_fee", "currency",
    "tracking_number", "placed_at", "gone_at",
)  # fmt: skip


@require_safe
@requires("sourcing.view")
def orders(request: StaffRequest) -> HttpResponse:
    """The purchase orders."""
    file = download(request, PURCHASES)
    if file is not None:
        return file
    found = PurchaseOrder.objects.visible_to(request.user).only(*COLUMNS)
    listing = PURCHASES.open(request, with_purposes(found, request.user))
    rows = rows_of(listing.page.rows, Reach.of(request, "purchase-orders"))
    context = page(request, "purchases", "purchase-orders", listing=listing, rows=rows)
    context["commands"] = under_way(request, "place_order", "cancel_order")
    return pages.render(request, "sourcing/orders.html", context)


def rows_of(orders: list[PurchaseOrder], reach: Reach) -> list[dict[str, Any]]:
    """What the table prints for each purchase order."""
    now = timezone.now()
    return [_row(one, reach, now) for one in orders]


def _row(order: PurchaseOrder, reach: Reach, now: Any) -> dict[str, Any]:
    failed = order.inspection not in ("", "passed") and order.status == "in_warehouse"
    return {
        "pk": order.pk,
        "id": f"purchase-{order.pk}",
        "url": reverse("sourcing:purchase", args=[order.pk]),
        "head": str(order),
        "tone": "act" if failed else "",
        "is_gone": order.gone_at is not None,
        "cells": [
            ("", reach.sign(order.connection_id)),
            ("", words.state(words.purchase(order.status))),
            ("grow", order.items),
            ("num", figure(order.total, order.currency)),
            ("num", figure(order.service_fee, order.currency)),
            ("nowrap", when_at(order.placed_at, now) if order.placed_at else ""),
            ("nowrap", bought_for(order)),
            ("mono", order.tracking_number)
            if order.tracking_number
            else ("nowrap soft", words.next_step(order.status)),
        ],
    }


def bought_for(order: Any) -> Any:
    """The order that a purchase is for, and how many more; nothing where nobody said."""
    if not order.for_order:
        return ""
    link = format_html('<a href="{}">{}</a>', reverse("orders:detail", args=[order.for_order]), order.for_label)
    return _("%(order)s and %(n)s more") % {"order": link, "n": order.for_more} if order.for_more else link


def order_of(request: StaffRequest, pk: int) -> PurchaseOrder:
    """A purchase order with its connection. 404 for a foreign one."""
    rows = PurchaseOrder.objects.visible_to(request.user).light().select_related("connection")
    found: PurchaseOrder = get_object_or_404(rows, pk=pk)
    return found


@require_safe
@requires("sourcing.view")
def order(request: StaffRequest, pk: int) -> HttpResponse:
    """One purchase order: lines, logistics, inspection, packages, history."""
    row = order_of(request, pk)
    packages = Package.objects.filter(connection=row.connection, purchase_order=row.number).light()
    allowed = getattr(row.connection.declared.channel, "cancellable_purchase_statuses", ())
    context = page(
        request,
        "purchases",
        "purchase-orders",
        order=row,
        sign=html.badge(*words.purchase(row.status)),
        inspection=html.badge(*words.inspection(row.inspection)),
        total=figure(row.total, row.currency),
        service_fee=figure(row.service_fee, row.currency),
        lines=[_line(row, line) for line in row.lines.order_by("remote_id")],
        photos=[url for url in row.inspection_photos if html.is_web_address(url)],
        packages=[(one, html.state(*words.package(one))) for one in packages.order_by("pk")],
        purposes=purposes_of(row, request.user),
        events=history_of(row, "purchase-orders"),
        why_cancel=reason(row.connection, can.CancelsPurchaseOrders),
        can_cancel=row.status in allowed and row.gone_at is None,
    )
    return render(request, "sourcing/order.html", context)


def _line(order: PurchaseOrder, line: Any) -> dict[str, Any]:
    cost = None if line.price is None else line.price * line.quantity
    return {
        "title": str(line),
        "kind": line.sku_name or line.sku,
        "remark": line.remark,
        "quantity": line.quantity,
        "price": figure(line.price, order.currency),
        "sum": figure(cost, order.currency),
        "url": reverse("sourcing:product", args=[order.connection.slug, line.product_remote_id])
        if line.product_remote_id
        else "",
    }


@require_POST
@requires("sourcing.buy")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Cancel a purchase order."""
    row = order_of(request, pk)
    payload = {"reason": request.POST.get("reason", "").strip()[:300]}
    back = reverse("sourcing:purchase", args=[pk])
    return act(request, row.connection, "sourcing.cancel_order", row.remote_id, payload, back)
