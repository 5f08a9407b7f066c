"""Ordering chosen lines of the cart: prices and wallet as they are now, the amount typed before money is spent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from channels import capabilities as can
from dashboard.core.exports import plain_money
from dashboard.core.pages import keys_of, redirect
from dashboard.sourcing import live, prices
from dashboard.sourcing.forms import PlaceOrderForm
from dashboard.sourcing.models import CartItem, PurchaseOrder
from dashboard.sourcing.prices import Priced
from dashboard.sourcing.purposes import one_order_named, say_for
from dashboard.sourcing.reach import reason
from dashboard.sourcing.views.cart import shown_line, with_lately
from dashboard.sourcing.views.common import figure, goal_of, onward, page
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Connection
from dashboard.sync.web import give

MAX_REMARK = 200


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sourcing.buy")
def new_order(request: StaffRequest) -> HttpResponse:
    """Order the chosen lines: wallet, fee, coupon, remark, and for whom; refused here when the wallet is too short."""
    given = request.POST if request.method == "POST" else request.GET
    lines = chosen_lines(request, given.getlist("line"))
    if not lines or len({line.connection_id for line in lines}) > 1:
        messages.error(request, _("Select what to order first. Nothing was sent."))
        return redirect(request, onward(request, reverse("sourcing:cart")))
    connection, goal = lines[0].connection, goal_of(request)
    priced = prices.now(connection, lines)
    form = PlaceOrderForm(
        given if request.method == "POST" else None,
        total=prices.total(priced),
        coupons=live.coupons(connection).value or (),
        initial={"for_order": str(goal) if goal else ""},
    )
    money = money_of(connection, form.total, lines[0].currency)
    if request.method == "POST" and form.is_valid() and may_be_paid(form, priced, money):
        try:
            place(request, connection, lines, form)
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(request, reverse("sourcing:purchases"))
    context = page(request, "cart", "cart", form=form, lines=[_shown(request, one, connection) for one in priced])
    context |= money | {"connection": connection, "pks": [line.pk for line in lines]}
    return render(request, "sourcing/order_new.html", context, status=422 if form.errors else 200)


def chosen_lines(request: StaffRequest, texts: list[str]) -> list[CartItem]:
    """The lines of the cart that the form names."""
    rows = CartItem.objects.visible_to(request.user).present().light().select_related("connection")
    return list(with_lately(rows.filter(pk__in=keys_of(texts)).order_by("pk"))[:100])


def _shown(request: StaffRequest, one: Priced, connection: Connection) -> dict[str, Any]:
    told = shown_line(request, one.line, connection)
    price, currency = one.price, one.line.currency
    cost = None if price is None else price * one.line.quantity
    tone = "act" if one.problem else "wait" if one.note or told["lately"] else ""
    words = {"price": figure(price, currency), "sum": figure(cost, currency), "tone": tone}
    return told | words | {"note": one.problem or one.note}


def may_be_paid(form: PlaceOrderForm, priced: Sequence[Priced], money: dict[str, Any]) -> bool:
    """Whether nothing known speaks against the order; says in the form what does."""
    for one in priced:
        if one.problem:
            form.add_error(None, f"{one.line}: {one.problem}")
    has = money["has"]
    if has is not None and has < form.total and not form.cleaned_data["coupon"]:
        told = {"has": money["available"], "total": money["total"]}
        form.add_error(None, _("The wallet has %(has)s; these goods cost %(total)s before fees.") % told)
    return not form.errors


def place(request: StaffRequest, connection: Connection, lines: Sequence[CartItem], form: PlaceOrderForm) -> None:
    """Queue the purchase, and note for which order it is. Raises `Refused`."""
    clean, remark = form.cleaned_data, form.cleaned_data["remark"].strip()
    goal = one_order_named(request.user, clean["for_order"]) if clean["for_order"] else None
    if goal is not None and str(goal) not in remark:
        remark = f"{remark} {goal}".strip()
    items = [
        {"product": one.product_remote_id, "sku": one.sku, "quantity": one.quantity, "remark": one.remark}
        for one in lines
    ]
    payload = {"items": items, "remark": remark, "coupon": clean["coupon"], "total": plain_money(form.total)}
    with transaction.atomic():
        made = give(request, connection, "sourcing.place_order", "-", payload)
        if goal is not None:
            say_for(goal, made.command, request.user)


def money_of(connection: Connection, total: Decimal, stated: str) -> dict[str, Any]:
    """What the order costs and what the wallet has; the fee as it was on earlier orders of this connection.

    `stated` is the goods' currency, for when the wallet cannot be asked.
    """
    answer = live.wallet(connection)
    wallet = answer.value
    fee = fee_of(connection, total)
    currency = wallet.currency if wallet else stated
    has = live.spendable(wallet)
    left = None if has is None else has - total - (fee or 0)
    return {
        "total": figure(total, currency),
        "fee": "" if fee is None else figure(fee, currency),
        "wallet_problem": answer.problem,
        "has": has,
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
