"""The rows of the list, formatted once in Python: the template only prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels import capabilities as can
from dashboard.catalog import words as states
from dashboard.catalog.models import Product, Variant
from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.sync.kinds import kinds_of
from dashboard.sync.models import Command
from dashboard.sync.reach import Reach
from dashboard.sync.web import latest_commands, new_form_key, state_sign

COLUMNS = (
    "connection_id", "remote_id", "number", "title", "sku", "status", "remote_status", "category", "quantity", "images",
    "updated_at", "gone_at",
)  # fmt: skip
DASH = "–"
Sums = dict[str, Any]


def rows_of(products: Sequence[Any], reach: Reach, may_edit: bool) -> list[dict[str, Any]]:
    """What the list prints for each product (with the `sums` of its variants); one query for all their commands."""
    targets = {one.remote_id for one in products} | {one.sums["remote"] for one in products if _is_single(one.sums)}
    ids = {one.connection_id for one in products}
    commands = latest_commands(ids, targets, kinds_of("catalog"))
    now = timezone.now()
    return [_row(one, one.sums, reach, may_edit, commands, now) for one in products]


def _is_single(sums: Sums | None) -> bool:
    """Whether a product has one variant, which then stands for it."""
    return sums is not None and sums["n"] == 1


def _row(
    product: Product,
    sums: Sums | None,
    reach: Reach,
    may_edit: bool,
    commands: dict[Any, Command],
    now: datetime,
) -> dict[str, Any]:
    connection = reach.connections.get(product.connection_id)
    only = sums["only"] if sums and _is_single(sums) and product.gone_at is None else None
    command = _newest(commands, product, sums)
    return {
        "pk": product.pk,
        "url": reverse("catalog:product", args=[product.pk]),
        "name": str(product),
        "code": product.sku or (sums["code"] if only and sums else "") or product.number or product.remote_id,
        "variants": ngettext("%(n)s variant", "%(n)s variants", sums["n"]) % {"n": sums["n"]}
        if sums and sums["n"] > 1
        else "",
        "photo": html.thumb(next((url for url in product.images if html.is_web_address(url)), ""), product),
        "connection": reach.sign(product.connection_id),
        "status": html.state(*states.status(product)),
        "is_gone": product.gone_at is not None,
        "tone": states.status(product)[0] if states.status(product)[0] in ("act", "wait") else "",
        "cells": [
            value_cell(only, "price", price_text(sums), reach, product, may_edit),
            value_cell(only, "stock", stock_text(sums), reach, product, may_edit),
        ],
        "category": product.category,
        "changed": when_at(product.updated_at, now),
        "listing": listing(product, reach.why_not(product.connection_id, can.SetsListings) if connection else "-")
        if may_edit
        else None,
        "sync": sync(product, command),
    }


def _newest(commands: dict[Any, Command], product: Product, sums: Sums | None) -> Command | None:
    targets = {product.remote_id, sums["remote"] if sums and _is_single(sums) else product.remote_id}
    found = [commands[key] for key in ((product.connection_id, target) for target in targets) if key in commands]
    return max(found, key=lambda one: one.pk, default=None)


CAPABILITY = {"price": can.SetsPrices, "stock": can.SetsStock}


def value_cell(
    only: int | None, name: str, text: Any, reach: Reach, product: Product, may_edit: bool
) -> dict[str, Any]:
    """A price or stock: a link to edit it where that can be done, plain text elsewhere."""
    if only is None or not may_edit:
        return {"id": f"{name}-of-{product.pk}", "text": text, "url": "", "why": ""}
    why = reach.why_not(product.connection_id, CAPABILITY[name])
    url = "" if why else reverse(f"catalog:{name}", args=[only])
    return {"id": f"{name}-{only}", "text": text, "url": url, "why": why, "label": edit_label(name, product)}


def edit_label(name: str, what: Product | Variant) -> str:
    """What a link to edit a value says aloud."""
    words = _("Edit price of %(name)s") if name == "price" else _("Edit stock of %(name)s")
    return words % {"name": what}


def price_text(sums: Sums | None) -> Any:
    """One price, or from the lowest to the highest; prices in several currencies are never put in one range."""
    if not sums or sums["low"] is None:
        return DASH
    if sums["money"] != sums["moneys"]:
        return _("several currencies")
    low, high = (formatting.number(Decimal(sums[key]), sums["money"]) for key in ("low", "high"))
    return money_text(sums["money"], low if low == high else f"{low} – {high}")


def money_text(currency: str, figure: str) -> Any:
    """Code and figure as tables show them."""
    return format_html('<span class="sub">{}</span> {}', currency, figure) if currency else figure


def figure(price: Decimal | None, currency: str) -> Any:
    """One price."""
    return DASH if price is None else money_text(currency, formatting.number(price, currency))


def stock_text(sums: Sums | None) -> str:
    """The whole stock."""
    return DASH if not sums or sums["stock"] is None else formatting.count(sums["stock"])


def listing(product: Product, why: str) -> dict[str, Any] | None:
    """The button that puts a product on sale or takes it off; disabled with the reason where that cannot be done."""
    if product.gone_at is not None:
        return None
    wanted = product.status != "on_sale"
    return {
        "url": reverse("catalog:listing", args=[product.pk]),
        "listed": "true" if wanted else "false",
        "verb": _("Put on sale") if wanted else _("Take off"),
        "why": why,
        "key": "" if why else new_form_key(),
    }


def sync(product: Product, command: Command | None) -> Any:
    """What is under way for a product, or went wrong."""
    if product.gone_at is not None:
        return html.state("", _("Gone"))
    if command is None:
        return html.state("", _("In step"))
    sign = html.state(*state_sign(command.state))
    url = reverse("sync:command", args=[command.pk])
    return format_html('<a href="{}" title="{}">{}</a>', url, command.summary, sign)
