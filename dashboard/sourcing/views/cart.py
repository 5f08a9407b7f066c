"""The cart: its lines, changed on the platform and read again."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channels import capabilities as can
from dashboard.core import formatting, html, pages
from dashboard.core.exports import plain_money
from dashboard.core.pages import is_fragment, polled
from dashboard.core.templatetags.dash import when_at
from dashboard.sourcing.models import CartItem, PurchaseLine
from dashboard.sourcing.reach import chosen, chosen_or_404, reason
from dashboard.sourcing.views.common import (
    SETTLING,
    SHOWN_FOR,
    act,
    figure,
    onward,
    page,
    refusal,
    under_way,
)
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import MOVING

KEPT = timedelta(minutes=10)  # what left stays in its place, so that nothing moves under the hand
LATELY = timedelta(hours=24)
KINDS = ("cart_add", "cart_update", "cart_remove", "cart_clear")


@require_safe
@requires("sourcing.view")
def cart(request: StaffRequest) -> HttpResponse:
    """The cart of one connection. The fragment asks again while something is under way, and keeps what just left."""
    connection, fragment = chosen(request, "cart"), is_fragment(request)
    lines = lines_of(request, connection, timezone.now() - KEPT if fragment else None)
    commands = [] if fragment else under_way(request, *KINDS, "place_order")
    moving = is_moving(request, connection) if fragment else any(one["is_moving"] for one in commands)
    rows = [shown_line(request, line, connection) for line in lines]
    alive = [line for line in lines if line.gone_at is None]

    def build() -> HttpResponse:
        context = page(request, "cart", "cart", lines=rows, commands=commands, moving=moving, count=len(alive))
        context |= {
            "total": figure(sum_of(alive), lines[0].currency if lines else ""),
            "currency": lines[0].currency if lines else "",
            "cart_url": cart_url(request, connection),
            "why_edit": reason(connection, can.EditsCart),
            "why_order": reason(connection, can.PlacesPurchaseOrders),
        }
        return pages.render(request, "sourcing/cart.html", context)

    return polled(request, (rows, moving), build) if fragment else build()


def is_moving(request: StaffRequest, connection: Connection | None) -> bool:
    """Whether a change of the cart is under way, or ended so lately that the cart may not show it yet."""
    rows = Command.objects.visible_to(request.user).filter(connection=connection)
    rows = rows.filter(kind__in=[f"sourcing.{kind}" for kind in KINDS], created_at__gte=timezone.now() - SHOWN_FOR)
    return rows.filter(Q(state__in=MOVING) | Q(finished_at__gte=timezone.now() - SETTLING)).exists()


def lines_of(request: StaffRequest, connection: Connection | None, since: datetime | None = None) -> list[CartItem]:
    """The lines of the cart, in an order that no change disturbs; with `since`, those that left after it too."""
    rows = CartItem.objects.visible_to(request.user).light().filter(connection=connection)
    there = Q(gone_at=None) | Q(gone_at__gte=since) if since else Q(gone_at=None)
    return list(with_lately(rows.filter(there).order_by("pk"))) if connection else []


def with_lately(rows: QuerySet[CartItem]) -> QuerySet[CartItem]:
    """Each line with the newest purchase of the same since yesterday: ordering may leave it in the cart."""
    same = Q(sku=OuterRef("sku")) | Q(sku="", sku_name=OuterRef("sku_name"))
    lines = PurchaseLine.objects.filter(same, product_remote_id=OuterRef("product_remote_id"))
    lines = lines.filter(whole__connection=OuterRef("connection"), whole__placed_at__gte=timezone.now() - LATELY)
    lines = lines.exclude(whole__status="cancelled").order_by("-whole__placed_at")
    names = {"lately_pk": "whole", "lately_number": "whole__number", "lately_at": "whole__placed_at"}
    return rows.annotate(**{name: Subquery(lines.values(path)[:1]) for name, path in names.items()})


def shown_line(request: StaffRequest, line: CartItem, connection: Connection | None) -> dict[str, Any]:
    """A line as the table prints it."""
    short, product = line.stock is not None and line.stock < line.quantity, line.product_remote_id
    url = reverse("sourcing:product", args=[connection.slug, product]) if connection and product else ""
    return {
        "pk": line.pk,
        "image": html.thumb(line.image, line),
        "title": str(line),
        "kind": line.sku_name or line.sku,
        "remark": line.remark,
        "price": figure(line.price, line.currency),
        "quantity": line.quantity,
        "sum": figure(line.price * line.quantity if line.price is not None else None, line.currency),
        "selected": line.selected,
        "stock": "–" if line.stock is None else formatting.count(line.stock),
        "amount": "" if line.price is None else plain_money(line.price * line.quantity),
        "lately": lately(line),
        "tone": "act" if short else "wait" if line.lately_pk else "",  # type: ignore[attr-defined]
        "is_gone": line.gone_at is not None,
        "url": onward(request, url),
    }


def lately(line: Any) -> dict[str, Any] | None:
    """The purchase of the same since yesterday, as the line tells it."""
    if not line.lately_pk:
        return None
    url = reverse("sourcing:purchase", args=[line.lately_pk])
    return {"url": url, "number": line.lately_number, "at": when_at(line.lately_at, timezone.now())}


def sum_of(lines: list[CartItem]) -> Decimal:
    """What the lines cost; they have one currency, being of one connection."""
    return sum((line.price * line.quantity for line in lines if line.price is not None), Decimal(0))


def cart_url(request: StaffRequest, connection: Connection | None = None) -> str:
    """The address of the cart."""
    return onward(request, reverse("sourcing:cart"), **({"connection": connection.slug} if connection else {}))


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
    wanted = request.POST.get("quantity", "").strip()[:9]
    if wanted:
        if not (wanted.isascii() and wanted.isdigit()):
            words = _("“%(given)s” is no quantity of %(title)s. Nothing was sent.")
            return refusal(request, words % {"given": wanted, "title": line}, cart_url(request, line.connection))
        payload["quantity"] = wanted
    if request.POST.get("selected") in ("true", "false"):
        payload["selected"] = request.POST["selected"]
    return act(request, line.connection, "sourcing.cart_update", line.remote_id, payload, cart_url(request))


@require_POST
@requires("sourcing.organise")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a line out."""
    line = _line(request, pk)
    return act(request, line.connection, "sourcing.cart_remove", line.remote_id, {}, cart_url(request))


@require_POST
@requires("sourcing.organise")
def clear(request: StaffRequest) -> HttpResponse:
    """Empty the cart."""
    connection = chosen_or_404(request, "cart")
    return act(request, connection, "sourcing.cart_clear", "-", {}, cart_url(request))
