"""Price, stock and listing, edited where they are shown; the cell polls itself until the platform has confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from channels import capabilities as can
from dashboard.catalog import prices, rows
from dashboard.catalog import words as states
from dashboard.catalog.commands.common import check_price
from dashboard.catalog.imports import LARGEST
from dashboard.catalog.models import Product, Variant
from dashboard.catalog.reading import product_of, variant_of
from dashboard.catalog.targets import label_of
from dashboard.core import formatting, html
from dashboard.core.exports import plain_money
from dashboard.core.pages import is_fragment, redirect
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE
from dashboard.sync.reach import reason
from dashboard.sync.web import give, new_form_key, shown

ask_or_send = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Value:
    """One value of a variant that can be edited in place."""

    name: str
    kind: str
    key: str
    label: Any

    def plain(self, variant: Variant) -> str:
        """The value as a form holds it."""
        if self.name == "price":
            return "" if variant.price is None else plain_money(variant.price)
        return "" if variant.quantity is None else str(variant.quantity)

    def read(self, typed: str) -> str:
        """What was typed, as the payload takes it. Raises `Refused` in words that a person knows."""
        try:
            number = Decimal(typed.replace(",", ".") if self.name == "price" else typed)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or "_" in typed:
            raise Refused(_("Enter a number."), field=self.key)
        if abs(number) >= LARGEST:
            raise Refused(_("The number is too large."), field=self.key)
        if self.name == "stock" and number % 1:
            raise Refused(_("Stocks are whole numbers."), field=self.key)
        return f"{number:f}" if self.name == "price" else str(int(number))

    def text(self, variant: Variant) -> Any:
        """The value as a table shows it."""
        if self.name == "price":
            return rows.figure(variant.price, variant.currency)
        return rows.DASH if variant.quantity is None else formatting.count(variant.quantity)


VALUES = {
    "price": Value("price", "catalog.set_price", "price", gettext_lazy("Price")),
    "stock": Value("stock", "catalog.set_stock", "quantity", gettext_lazy("Stock")),
}


@ask_or_send
@requires("catalog.edit")
def price(request: StaffRequest, pk: int) -> HttpResponse:
    """Reprice a variant: the form, and what it sends."""
    return _edit(request, variant_of(request, pk), VALUES["price"])


@ask_or_send
@requires("catalog.edit")
def stock(request: StaffRequest, pk: int) -> HttpResponse:
    """Set the stock of a variant: the form, and what it sends."""
    return _edit(request, variant_of(request, pk), VALUES["stock"])


@require_safe
@requires("catalog.view")
def cell(request: StaffRequest, pk: int, name: str) -> HttpResponse:
    """One value as it stands, with its newest command; polled while that moves."""
    variant, value = variant_of(request, pk), VALUES.get(name, VALUES["price"])
    command = _newest(variant, value)
    response = render(request, "catalog/_cell.html", _cell(variant, value, request.user, command))
    return response if command is None or command.is_moving else trigger_client_event(response, "told")


@require_POST
@requires("catalog.edit")
def listing(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a product on sale, or take it off."""
    product = product_of(request, pk)
    try:
        made = give(
            request,
            product.connection,
            "catalog.set_listing",
            product.remote_id,
            {"listed": request.POST.get("listed") == "true"},
        )
    except Refused as refused:
        context = {"refused": refused.words, "url": reverse("catalog:product", args=[pk])}
        return render(request, "catalog/_refused.html", context, status=422)
    if is_fragment(request):
        return render(request, "catalog/_command_cell.html", {"command": shown(made.command)}, status=202)
    return redirect(request, reverse("catalog:product", args=[pk]))


@require_safe
@requires("catalog.view")
def command_cell(request: StaffRequest, pk: int) -> HttpResponse:
    """A command's state in place of the button that gave it; polled until it is final."""
    rows_ = Command.objects.visible_to(request.user).filter(kind__startswith="catalog.").defer("payload")
    command = get_object_or_404(rows_.select_related("connection", "actor"), pk=pk)
    context = {"command": shown(command), "listed": None if command.is_moving else _listed(command)}
    return render(request, "catalog/_command_cell.html", context)


def _listed(command: Command) -> dict[str, Any] | None:
    """The product of a listing that has come to its end, and its status now."""
    if command.kind != "catalog.set_listing":
        return None
    product = Product.objects.filter(connection=command.connection_id, remote_id=command.target).light().first()
    return {"pk": product.pk, "status": html.state(*states.status(product))} if product else None


def _edit(request: StaffRequest, variant: Variant, value: Value) -> HttpResponse:
    if request.method != "POST":
        return _form(request, variant, value, typed=value.plain(variant))
    typed = request.POST.get(value.key, "").strip()
    if request.POST.get("seen", value.plain(variant)) != value.plain(variant):
        told = {"seen": request.POST["seen"], "now": value.plain(variant)}
        doubt = _("You saw %(seen)s; the platform now says %(now)s.") % told
        return _form(request, variant, value, typed=typed, doubt=doubt, status=409)
    try:
        given = {value.key: value.read(typed)}
        doubt = _beyond(request, variant, given["price"]) if value.name == "price" else ""
        if doubt:
            return _form(request, variant, value, typed=typed, doubt=doubt, beyond=given["price"], status=422)
        if value.name == "price" and variant.currency:
            given["currency"] = variant.currency
        given |= _alert(request, variant, value)
        made = give(request, variant.product.connection, value.kind, variant.remote_id, given)
    except Refused as refused:
        return _form(request, variant, value, typed=typed, error=refused.words, status=422)
    if not is_fragment(request):
        return redirect(request, reverse("catalog:product", args=[variant.product_id]))
    response = render(request, "catalog/_cell.html", _cell(variant, value, request.user, made.command), status=202)
    return trigger_client_event(response, "told")


def _beyond(request: StaffRequest, variant: Variant, price: str) -> str:
    """That a price is far from the one before; empty when it is near, or is sent again. Raises `Refused`."""
    rule: can.PriceRule | None = getattr(variant.product.connection.declared.channel, "price_rule", None)
    if rule is not None:
        check_price(Decimal(price), rule)
    return "" if request.POST.get("beyond") == price else prices.doubt(variant.price, Decimal(price))


def _alert(request: StaffRequest, variant: Variant, value: Value) -> dict[str, str]:
    """The threshold below which the platform warns, where the form changes it."""
    typed = request.POST.get("alert", "").strip()
    if not typed or value.name != "stock" or typed == str(variant.alert_quantity):
        return {}
    return {"alert": value.read(typed)}


def takes_alert(connection: Connection) -> bool:
    """Whether the platform warns of a stock below a threshold."""
    rule = getattr(connection.declared.channel, "stock_rule", None)
    return rule is not None and rule.has_alert


def _form(request: StaffRequest, variant: Variant, value: Value, **more: Any) -> HttpResponse:
    context = {
        "variant": variant,
        "label": label_of(variant),
        "value": value,
        "current": value.plain(variant),
        "form_key": new_form_key(),
        "url": reverse(f"catalog:{value.name}", args=[variant.pk]),
        "cell_url": reverse("catalog:cell", args=[variant.pk, value.name]),
        "back": reverse("catalog:product", args=[variant.product_id]),
        "why": reason(variant.product.connection, rows.CAPABILITY[value.name]),
        "takes_alert": value.name == "stock" and takes_alert(variant.product.connection),
        "alert": request.POST.get("alert", "" if variant.alert_quantity is None else str(variant.alert_quantity)),
        **more,
    }
    template = "catalog/_cell_form.html" if is_fragment(request) else "catalog/value.html"
    return render(request, template, context, status=more.get("status", 200))


def _newest(variant: Variant, value: Value) -> Command | None:
    found = Command.objects.filter(
        connection=variant.product.connection_id, target=variant.remote_id, kind=value.kind
    ).select_related("connection", "actor")
    return found.order_by("-id").first()


def _cell(variant: Variant, value: Value, user: Any, command: Command | None) -> dict[str, Any]:
    why = reason(variant.product.connection, rows.CAPABILITY[value.name])
    may = user.may("catalog.edit") and not why and variant.gone_at is None and variant.product.gone_at is None
    return {
        "cell": {"id": f"{value.name}-{variant.pk}", "text": value.text(variant), "why": why},
        "url": reverse(f"catalog:{value.name}", args=[variant.pk]) if may else "",
        "label": rows.edit_label(value.name, variant),
        "command": shown(command) if command and command.state != DONE else None,
        "confirmed": command is not None and command.state == DONE,
        "poll": reverse("catalog:cell", args=[variant.pk, value.name]) if command and command.is_moving else "",
    }
