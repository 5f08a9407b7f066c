"""Purchase orders: the list, one of them, cancelling."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
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
from dashboard.sourcing import live, words
from dashboard.sourcing.filters import PURCHASES
from dashboard.sourcing.models import Package, PurchaseOrder, SourceProduct
from dashboard.sourcing.purposes import purposes_of, with_purposes
from dashboard.sourcing.reach import Reach, reason
from dashboard.sourcing.views.common import (
    act,
    download,
    figure,
    history_of,
    page,
    refusal,
    settling,
    sight,
    under_way,
    watched,
)
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.history import commands_about
from dashboard.sync.web import shown

COLUMNS = (
    "connection_id", "number", "remote_id", "status", "inspection", "items", "total", "service_fee", "currency",
    "tracking_number", "placed_at", "gone_at",
)  # fmt: skip
MOST_LOOKS = 5  # each asks the source while the person waits


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


def rows_of(orders: Iterable[PurchaseOrder], reach: Reach) -> list[dict[str, Any]]:
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
            ("nowrap", when_at(order.placed_at, now)),
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
    commands = commands_about(row.connection_id, row.remote_id, "sourcing.")
    answer = watched(request, row, commands)
    if answer is not None:
        return answer
    lines = list(row.lines.order_by("remote_id"))
    packages = Package.objects.filter(connection=row.connection, purchase_order=row.number).light()
    allowed = getattr(row.connection.declared.channel, "cancellable_purchase_statuses", ())
    context = page(
        request,
        "purchases",
        "purchase-orders",
        order=row,
        sign=html.badge(*words.purchase(row.status)),
        inspection=html.badge(*words.inspection(row.inspection)),
        lines=[_line(row, line) for line in lines],
        sums=sums_of(row, lines),
        photos=[url for url in row.inspection_photos if html.is_web_address(url)],
        packages=[(one, html.state(*words.package(one))) for one in packages.order_by("pk")],
        purposes=purposes_of(row, request.user),
        events=history_of(row, "purchase-orders", commands, words.purchase_field),
        commands=[shown(one) for one in settling(commands)],
        sight=sight(row, commands),
        why_cancel=reason(row.connection, can.CancelsPurchaseOrders),
        why_cart=reason(row.connection, can.EditsCart),
        can_cancel=row.status in allowed and row.gone_at is None,
    )
    return render(request, "sourcing/order.html", context)


def sums_of(order: PurchaseOrder, lines: list[Any]) -> list[tuple[str, str]]:
    """What the lines come to, what was taken off or added, goods and fee as the platform states them, and all."""
    if order.total is None:
        return [(_("Goods, as the platform states them"), "–")]
    prices = [None if line.price is None else line.price * line.quantity for line in lines]
    listed = sum((one for one in prices if one is not None), Decimal(0))
    amounts = [(_("Goods, as the platform states them"), order.total)]
    if prices and None not in prices and listed != order.total:
        word = _("Taken off") if listed > order.total else _("Added")
        amounts = [(_("Sum of the lines"), listed), (word, order.total - listed), *amounts]
    if order.service_fee is not None:
        amounts += [(_("Service fee"), order.service_fee), (_("Goods and fee"), order.total + order.service_fee)]
    return [(word, figure(amount, order.currency)) for word, amount in amounts]


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
@requires("sourcing.organise")
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the same goods into the cart once more; nothing is bought by that."""
    row = order_of(request, pk)
    items = items_again(row)
    if items is None:
        words = _("It does not say which kinds were bought: add them from the products' pages. Nothing was sent.")
        return refusal(request, words, reverse("sourcing:purchase", args=[pk]))
    return act(request, row.connection, "sourcing.cart_add", "-", {"items": items}, reverse("sourcing:cart"))


def items_again(row: PurchaseOrder) -> list[dict[str, Any]] | None:
    """The goods as the cart takes them; a kind that is named in words only is looked up. `None`: one is not known."""
    lines = list(row.lines.order_by("remote_id"))
    unnamed = {line.product_remote_id for line in lines if not line.sku}
    for product in list(unnamed)[:MOST_LOOKS]:
        live.look(row.connection, product)
    known = SourceProduct.objects.filter(connection=row.connection_id, remote_id__in=unnamed)
    kinds = {
        (product, sku["name"]): sku["remote_id"]
        for product, skus in known.values_list("remote_id", "skus")
        for sku in skus
    }
    items = [
        {
            "product": line.product_remote_id,
            "sku": line.sku or kinds.get((line.product_remote_id, line.sku_name), ""),
            "quantity": line.quantity,
        }
        for line in lines
    ]
    return items if items and all(one["sku"] for one in items) else None


@require_POST
@requires("sourcing.buy")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Cancel a purchase order."""
    row = order_of(request, pk)
    payload = {"reason": request.POST.get("reason", "").strip()[:300]}
    back = reverse("sourcing:purchase", args=[pk])
    return act(request, row.connection, "sourcing.cancel_order", row.remote_id, payload, back)
