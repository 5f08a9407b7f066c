"""The cart, and ordering from it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels import capabilities as can
from dashboard.core import formatting
from dashboard.core.exports import plain_money
from dashboard.core.pages import redirect
from dashboard.sourcing import live
from dashboard.sourcing.forms import PlaceOrderForm
from dashboard.sourcing.models import CartItem, PurchaseOrder
from dashboard.sourcing.reach import Reach, reason
from dashboard.sourcing.views.common import act, figure, page, under_way
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Connection
from dashboard.sync.web import give, new_form_key


@require_safe
@requires("sourcing.view")
def cart(request: StaffRequest) -> HttpResponse:
    """The cart of one connection."""
    connection = Reach.of(request).chosen
    lines = list(lines_of(request, connection))
    context = page(
        request,
        "cart",
        ("cart",),
        lines=[shown_line(line) for line in lines],
        total=figure(sum_of(lines), lines[0].currency if lines else ""),
        commands=under_way(request, "cart_add", "cart_update", "cart_remove", "cart_clear", "place_order"),
        why_edit=reason(connection, can.EditsCart),
        why_order=reason(connection, can.PlacesPurchaseOrders),
    )
    return render(request, "sourcing/cart.html", context)


def lines_of(request: StaffRequest, connection: Connection | None) -> Any:
    """The lines of the cart that are there."""
    rows = CartItem.objects.visible_to(request.user).present().light()
    return rows.filter(connection=connection).order_by("pk") if connection else rows.none()


def shown_line(line: CartItem) -> dict[str, Any]:
    """A line as the table prints it."""
    short = line.stock is not None and line.stock < line.quantity
    return {
        "pk": line.pk,
        "title": str(line),
        "kind": line.sku_name or line.sku,
        "remark": line.remark,
        "price": figure(line.price, line.currency),
        "quantity": line.quantity,
        "sum": figure(line.price * line.quantity if line.price is not None else None, line.currency),
        "selected": line.selected,
        "stock": "–" if line.stock is None else formatting.count(line.stock),
        "tone": "act" if short else "",
        "url": reverse("sourcing:product", args=[line.connection.slug, line.product_remote_id]),
    }


def sum_of(lines: list[CartItem]) -> Decimal:
    """What the lines cost; they have one currency, being of one connection."""
    return sum((line.price * line.quantity for line in lines if line.price is not None), Decimal(0))


def _line(request: StaffRequest, pk: int) -> CartItem:
    rows = CartItem.objects.visible_to(request.user).light().select_related("connection")
    found: CartItem = get_object_or_404(rows, pk=pk)
    return found


@require_POST
@requires("sourcing.organise")
def update(request: StaffRequest, pk: int) -> HttpResponse:
    """Change quantity or selection."""
    line = _line(request, pk)
    payload: dict[str, Any] = {}
    if request.POST.get("quantity", "").strip():
        payload["quantity"] = request.POST["quantity"].strip()[:9]
    if request.POST.get("selected") in ("true", "false"):
        payload["selected"] = request.POST["selected"]
    return act(request, line.connection, "sourcing.cart_update", line.remote_id, payload, reverse("sourcing:cart"))


@require_POST
@requires("sourcing.organise")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a line out."""
    line = _line(request, pk)
    return act(request, line.connection, "sourcing.cart_remove", line.remote_id, {}, reverse("sourcing:cart"))


@require_POST
@requires("sourcing.organise")
def clear(request: StaffRequest) -> HttpResponse:
    """Empty the cart."""
    connection = Reach.of(request).or_404()
    return act(request, connection, "sourcing.cart_clear", "-", {}, reverse("sourcing:cart"))


# -- ordering --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sourcing.buy")
def new_order(request: StaffRequest) -> HttpResponse:
    """Order the chosen lines: wallet, fee, coupon and remark; the amount is typed before money is spent."""
    given = request.POST if request.method == "POST" else request.GET
    pks = [int(pk) for pk in given.getlist("line") if pk.isascii() and pk.isdigit() and len(pk) < 18]
    rows = CartItem.objects.visible_to(request.user).present().light().select_related("connection")
    lines = list(rows.filter(pk__in=pks).order_by("pk")[:100])
    if not lines or len({line.connection_id for line in lines}) > 1:
        return redirect(request, reverse("sourcing:cart"))
    connection, total = lines[0].connection, sum_of(lines)
    coupons = live.coupons(connection).value or ()
    form = PlaceOrderForm(given if request.method == "POST" else None, total=total, coupons=coupons)
    if request.method == "POST" and form.is_valid():
        try:
            give(request, connection, "sourcing.place_order", "-", payload_of(lines, form.cleaned_data))
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(request, reverse("sourcing:purchases"))
    context = page(request, "cart", (), form=form, lines=[shown_line(line) for line in lines], pks=pks)
    context |= money_of(connection, total) | {"connection": connection, "form_key": new_form_key()}
    return render(request, "sourcing/order_new.html", context, status=422 if form.errors else 200)


def payload_of(lines: list[CartItem], clean: dict[str, Any]) -> dict[str, Any]:
    """The command's payload."""
    items = [
        {"product": one.product_remote_id, "sku": one.sku, "quantity": one.quantity, "remark": one.remark}
        for one in lines
    ]
    return {"items": items, "remark": clean["remark"], "coupon": clean["coupon"]}


def money_of(connection: Connection, total: Decimal) -> dict[str, Any]:
    """What the order costs and what the wallet has; the fee as it was on earlier orders of this connection."""
    answer = live.wallet(connection)
    wallet = answer.value
    fee = fee_of(connection, total)
    currency = wallet.currency if wallet else ""
    has = None if wallet is None else wallet.balance if wallet.available is None else wallet.available
    left = None if has is None else has - total - (fee or 0)
    return {
        "total": figure(total, currency),
        "typed": plain_money(total),
        "fee": "" if fee is None else figure(fee, currency),
        "wallet_problem": answer.problem,
        "available": "" if has is None else figure(has, currency),
        "frozen": figure(wallet.frozen, currency) if wallet and wallet.frozen else "",
        "left": "" if left is None else figure(left, currency),
        "is_short": left is not None and left < 0,
        "why_order": reason(connection, can.PlacesPurchaseOrders),
    }


def fee_of(connection: Connection, total: Decimal) -> Decimal | None:
    """The service fee to expect, from the share that the mirrored orders paid; `None` without any."""
    rows = PurchaseOrder.objects.filter(connection=connection, total__gt=0).exclude(service_fee=None)
    sums = rows.aggregate(fee=Sum("service_fee"), total=Sum("total"))
    if not sums["total"]:
        return None
    return Decimal(total * sums["fee"] / sums["total"]).quantize(Decimal("0.01"))
