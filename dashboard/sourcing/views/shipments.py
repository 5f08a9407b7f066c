"""Shipments: the list, one of them, cancelling, confirming."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from channels import capabilities as can
from dashboard.core import formatting, html, pages
from dashboard.core.templatetags.dash import when_at
from dashboard.sourcing import words
from dashboard.sourcing.filters import SHIPMENTS
from dashboard.sourcing.models import Package, PurchaseOrder, Shipment
from dashboard.sourcing.purposes import with_purposes
from dashboard.sourcing.querysets import SHIPMENT_ENDED
from dashboard.sourcing.reach import Reach, reason
from dashboard.sourcing.views.common import (
    act,
    download,
    figure,
    history_of,
    page,
    settling,
    sight,
    under_way,
    watched,
)
from dashboard.sourcing.views.orders import bought_for
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.history import commands_about
from dashboard.sync.web import shown

COLUMNS = (
    "connection_id", "number", "remote_id", "status", "remote_status", "channel", "tracking_number", "weight_grams",
    "fee", "currency", "placed_at",
)  # fmt: skip
ADDRESS = ("name", "street1", "street2", "postcode", "city", "state", "country", "phone")
MASKED = ("city", "country")


@require_safe
@requires("sourcing.view")
def shipments(request: StaffRequest) -> HttpResponse:
    """The shipments."""
    file = download(request, SHIPMENTS)
    if file is not None:
        return file
    listing = SHIPMENTS.open(request, Shipment.objects.visible_to(request.user).only(*COLUMNS))
    now, reach = timezone.now(), Reach.of(request, "shipments")
    rows = [_row(one, reach, now) for one in listing.page.rows]
    context = page(request, "shipments", "shipments", listing=listing, rows=rows)
    context["commands"] = under_way(request, "create_shipment", "cancel_shipment", "confirm_delivery")
    return pages.render(request, "sourcing/shipments.html", context)


def _row(row: Shipment, reach: Reach, now: Any) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "id": f"shipment-{row.pk}",
        "url": reverse("sourcing:shipment", args=[row.pk]),
        "head": str(row),
        "tone": "",
        "is_gone": False,
        "cells": [
            ("", reach.sign(row.connection_id)),
            ("", words.state(words.shipment(row))),
            ("grow", row.channel),
            ("mono", row.tracking_number),
            ("num", formatting.weight(row.weight_grams)),
            ("num", figure(row.fee, row.currency)),
            ("nowrap", when_at(row.placed_at, now)),
        ],
    }


def shipment_of(request: StaffRequest, pk: int) -> Shipment:
    """A shipment with its connection. 404 for a foreign one."""
    rows = Shipment.objects.visible_to(request.user).light().select_related("connection")
    found: Shipment = get_object_or_404(rows, pk=pk)
    return found


@require_safe
@requires("sourcing.view")
def shipment(request: StaffRequest, pk: int) -> HttpResponse:
    """One shipment: packages, recipient, history."""
    row = shipment_of(request, pk)
    commands = commands_about(row.connection_id, row.remote_id, "sourcing.")
    answer = watched(request, row, commands)
    if answer is not None:
        return answer
    seen = ADDRESS if request.user.may("buyers.view") else MASKED
    recipient = row.recipient or {}
    context = page(
        request,
        "shipments",
        "shipments",
        shipment=row,
        sign=html.badge(*words.shipment(row)),
        fee=figure(row.fee, row.currency),
        items=items_of(row, request),
        recipient=[_part(name, recipient[name]) for name in seen if recipient.get(name)],
        is_masked=seen is MASKED,
        events=history_of(row, "shipments", commands, words.shipment_field),
        commands=[shown(one) for one in settling(commands)],
        sight=sight(row, commands),
        is_over=row.status in SHIPMENT_ENDED or row.gone_at is not None,
        why_cancel=reason(row.connection, can.CancelsShipments),
        why_confirm=reason(row.connection, can.ConfirmsDeliveries),
    )
    return render(request, "sourcing/shipment.html", context)


def _part(name: str, text: str) -> str:
    return html.country(text) if name == "country" else text


def items_of(row: Shipment, request: StaffRequest) -> list[dict[str, Any]]:
    """The packages in it, each with the purchase that it came from and the order that this is for; three queries."""
    items = list(row.items.order_by("remote_id"))
    ids = [one.package_remote_id for one in items]
    packages = Package.objects.filter(connection=row.connection_id, remote_id__in=ids)
    came_from = dict(packages.values_list("remote_id", "purchase_order"))
    bought = PurchaseOrder.objects.filter(connection=row.connection_id, number__in=filter(None, came_from.values()))
    purchases = {one.number: one for one in with_purposes(bought.only("number", "remote_id"), request.user)}
    found = []
    for one in items:
        purchase = purchases.get(came_from.get(one.package_remote_id, ""))
        told = {"id": one.package_remote_id, "title": one.title, "quantity": one.quantity, "purchase": purchase}
        found.append(told | {"bought_for": bought_for(purchase) if purchase else ""})
    return found


@require_POST
@requires("sourcing.buy")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Cancel a shipment."""
    return _give(request, pk, "sourcing.cancel_shipment")


@require_POST
@requires("sourcing.buy")
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Confirm that it arrived."""
    return _give(request, pk, "sourcing.confirm_delivery")


def _give(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    row = shipment_of(request, pk)
    return act(request, row.connection, kind, row.remote_id, {}, reverse("sourcing:shipment", args=[pk]))
