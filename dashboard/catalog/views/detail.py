"""One product: variants, images, description, the platform's own words, history, orders that sold it."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.catalog import history, rows, words
from dashboard.catalog.models import Product, StockPool, Variant
from dashboard.catalog.reading import product_of, read_at_of
from dashboard.catalog.views.inline import VALUES, takes_alert
from dashboard.core import formatting, html
from dashboard.core.pages import polled, settled
from dashboard.core.scrub import scrub
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.models.commands import NEEDS_REVIEW, UNKNOWN
from dashboard.sync.reach import reason
from dashboard.sync.web import may_prove, new_form_key

SHOWN = 100
RARE = ("sku", "barcode", "alert_quantity", "weight_grams")  # columns that many platforms leave empty
IMAGES = 24


@require_safe
@requires("catalog.view")
def product(request: StaffRequest, pk: int) -> HttpResponse:
    """The product's page; `?variants=all` shows every variant."""
    row = product_of(request, pk)
    limit = SHOWN if request.GET.get("variants") != "all" else 2000
    variants = list(Variant.objects.filter(product=row).order_by("gone_at", "pk")[: limit + 1])
    may_edit = request.user.may("catalog.edit")
    commands = history.commands_of(row, variants)
    unsettled = [one for one in commands if one.state in (UNKNOWN, NEEDS_REVIEW)][:1]
    context = {
        "product": row,
        "connection": row.connection,
        "sign": words.status(row),
        "mark": html.connection(row.connection.mark, row.connection.title),
        "variants": [_variant(one, row, may_edit) for one in variants[:limit]],
        "has": _columns(row, variants),
        "more": len(variants) > limit,
        "images": [url for url in row.images if html.is_web_address(url)][:IMAGES],
        "read_at": read_at_of(row.connection),
        "may_edit": may_edit,
        "actions": _actions(row) if may_edit and row.gone_at is None else {},
        "pool": _pool(request, row),
        "unsettled": unsettled,
        "may_prove": any(may_prove(request.user, one.kind) for one in unsettled),
        "key": new_form_key(),
        **_history(row, commands, variants),
    }
    return render(request, "catalog/product.html", context)


@require_safe
@requires("catalog.view")
def timeline(request: StaffRequest, pk: int) -> HttpResponse:
    """The history alone; polled while a command moves."""
    found = Variant.objects.visible_to(request.user).whole().filter(product=pk)
    variants = list(found.order_by("gone_at", "pk")[: SHOWN + 1])
    row = variants[0].product if variants else product_of(request, pk)
    commands = history.commands_of(row, variants)
    parts = tuple((one.pk, one.state, one.attempts) for one in commands)
    context = {"product": row, **_history(row, commands, variants)}
    response = polled(request, parts, lambda: render(request, "catalog/_history.html", context))
    shown_in_place = bool(commands) and commands[0].kind in (value.kind for value in VALUES.values())
    return response if context["is_moving"] or shown_in_place else settled(request, response, "history")


@require_safe
@requires("catalog.view")
def raw(request: StaffRequest, pk: int) -> HttpResponse:
    """The platform's own words, scrubbed, as a part of the page."""
    row = product_of(request, pk)
    try:
        text = json.dumps(scrub(json.loads(row.raw)), ensure_ascii=False, indent=2)
    except ValueError:
        text = ""
    return render(request, "catalog/_raw.html", {"text": text})


def _columns(row: Product, variants: list[Variant]) -> dict[str, bool]:
    """Which of the rare columns are shown: those that hold something, or could."""
    found = {name: any(getattr(one, name) not in ("", None) for one in variants) for name in RARE}
    return found | {"alert_quantity": found["alert_quantity"] or takes_alert(row.connection)}


def _history(row: Product, commands: list[Any], variants: list[Variant]) -> dict[str, Any]:
    names = {one.remote_id: "" if len(variants) == 1 else one.title or one.sku or one.remote_id for one in variants}
    return {
        "events": history.events(commands, history.changes_of(row), names),
        "is_moving": any(one.is_moving for one in commands),
    }


def _variant(variant: Variant, row: Product, may_edit: bool) -> dict[str, Any]:
    gone = variant.gone_at is not None or row.gone_at is not None
    cells = []
    for name, text in (
        ("price", rows.figure(variant.price, variant.currency)),
        ("stock", rows.DASH if variant.quantity is None else formatting.count(variant.quantity)),
    ):
        why = reason(row.connection, rows.CAPABILITY[name]) if may_edit else ""
        url = reverse(f"catalog:{name}", args=[variant.pk]) if may_edit and not why and not gone else ""
        label = rows.edit_label(name, variant)
        cells.append({"id": f"{name}-{variant.pk}", "text": text, "url": url, "why": why, "label": label})
    return {
        "pk": variant.pk,
        "title": variant.title or str(row),
        "sku": variant.sku,
        "remote_id": variant.remote_id,
        "barcode": variant.barcode,
        "options": ", ".join(f"{name}: {value}" for name, value in variant.options),
        "alert": variant.alert_quantity,
        "alert_url": cells[1]["url"] if takes_alert(row.connection) else "",
        "alert_label": _("Edit the threshold of %(name)s") % {"name": variant},
        "weight": variant.weight_grams,
        "is_gone": variant.gone_at is not None,
        "cells": cells,
    }


def _actions(row: Product) -> dict[str, Any]:
    """What may be done with a product, each with the reason why not."""
    connection = row.connection
    return {
        "listing": rows.listing(row, reason(connection, can.SetsListings)),
        "edit": reason(connection, can.UpdatesProducts),
        "delete": reason(connection, can.DeletesProducts),
        "accounts": reason(connection, can.AppendsAccounts),
    }


def _pool(request: StaffRequest, row: Product) -> dict[str, Any] | None:
    """How many accounts were added from here; only where there are pools."""
    if reason(row.connection, can.AppendsAccounts):
        return None
    total = StockPool.objects.filter(product=row).aggregate(total=Sum("accounts"))["total"]
    return {"total": total or 0, "may_add": request.user.may("catalog.secrets")}
