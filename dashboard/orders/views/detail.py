"""One order: what it is, what happened, what is beside it; its secrets on demand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channels import capabilities as can
from dashboard.core import formatting, html, pages
from dashboard.core.navigation import may
from dashboard.core.templatetags.dash import when_at
from dashboard.core.walking import walk_of
from dashboard.orders import actions, buyers, timeline, words
from dashboard.orders.models import DeliveryError, DeliveryRecord, Invoice, Order, OrderLine
from dashboard.orders.reading import order_of
from dashboard.orders.views.panels import panels
from dashboard.orders.views.walking import steps
from dashboard.staff.access import StaffRequest, confirmed, requires
from dashboard.staff.audit import audit
from dashboard.sync.models import Command
from dashboard.sync.people import offered
from dashboard.sync.web import may_prove, state_sign


@require_safe
@requires("orders.view")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """The order's page."""
    order = order_of(request, pk)
    told = timeline.history(order)
    lines = _lines(order, request.user)
    first, others = actions.split(order, actions.offered(order, request.user))
    unsettled = timeline.unsettled(told)[:1]
    context = {
        "order": order,
        "signs": _signs(order, told),
        "first": first,
        "others": others,
        "lines": lines,
        "has_states": any(line["state"] or line["can_cancel"] for line in lines),
        "parcels": _parcels(order),
        "deliveries": _deliveries(order),
        "errors": _errors(order),
        "invoices": _invoices(order),
        "tags": list(order.tags.all()) if order.is_tagged else [],  # type: ignore[attr-defined]
        "steps": steps(request, order),
        "walk": walk_of(request),
        "contact": buyers.contact(order, request.user),
        "new_url": _new_url(order, request.user),
        "panels": panels(order, request.user),
        "unsettled": unsettled,
        "may_prove": any(may_prove(request.user, one.title) for one in unsettled),
        "undecided": timeline.undecided(told)[:1],
        "assignable": offered(order.connection, "orders.annotate", request.user, order.assignee_id),
        "may_annotate": may(request.user, "orders.annotate"),
        "may_reveal": may(request.user, "secrets.reveal"),
        "may_print": may(request.user, "buyers.view"),
        "may_invoice": may(request.user, "orders.invoice"),
        **_history(request, order, told),
    }
    return render(request, "orders/detail.html", context)


@require_safe
@requires("orders.view")
def history(request: StaffRequest, pk: int) -> HttpResponse:
    """The history alone; polls itself while a command is under way."""
    order = order_of(request, pk)
    told = timeline.history(order)
    parts = tuple((one.source, one.pk, one.state, one.text) for one in told)
    context = {
        "order": order,
        "told_signs": _signs(order, told) if pages.is_fragment(request) else None,
        "may_annotate": may(request.user, "orders.annotate"),
        "walk": walk_of(request),
        **_history(request, order, told),
    }
    response = pages.polled(request, parts, lambda: pages.render(request, "orders/history.html", context))
    return response if context["is_moving"] else pages.settled(request, response, "history")


@require_POST
@requires("secrets.reveal")
@confirmed
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """Show delivered content once: of the order itself, or of the delivery that ``delivery`` names. Audited."""
    order = order_of(request, pk)
    given = request.POST.get("delivery", "")
    if given:
        row = get_object_or_404(DeliveryRecord.objects.of(order), pk=pages.key_of(given))
        content = row.content
    else:
        content = Order.objects.only("delivered").get(pk=order.pk).delivered
    if not content:
        raise Http404
    detail = {"delivery": given or "order", "rows": len(content.splitlines())}
    audit(request.user, "orders.content_revealed", order, detail, connection=order.connection.slug)
    return pages.render(request, "orders/revealed.html", {"order": order, "content": content})


def _history(request: StaffRequest, order: Order, told: list[timeline.Told]) -> dict[str, Any]:
    show = request.GET.get("show", "all")
    show = show if show in timeline.SHOWS else "all"
    names = {"all": _("All"), "commands": _("Commands"), "notes": _("Notes")}
    return {
        "events": timeline.events(order, told, show),
        "is_moving": timeline.is_moving(told),
        "show": show,
        "shows": [{"key": key, "label": names[key], "current": key == show} for key in timeline.SHOWS],
    }


def _signs(order: Order, told: list[timeline.Told]) -> dict[str, Any]:
    """The three badges, the deadline, and what the line of state says."""
    now = timezone.now()
    latest = next((one for one in told if one.source == "command" and one.state not in ("done", "cancelled")), None)
    command = Command(state=latest.state) if latest and latest.state != "superseded" else None
    return {
        "payment": html.badge(*words.payment(order)),
        "fulfilment": html.badge(*words.fulfilment(order)),
        "sync": html.badge(*words.sync(order, command, order.read_at, now)),  # type: ignore[attr-defined]
        "connection": html.connection(order.connection.mark, order.connection.title),
        "status": words.STATUS.get(order.status, words.STATUS["unknown"])[1],
        "is_under_way": words.is_under_way(order),
        "placed": when_at(order.placed_at, now),
        "read": formatting.moment(order.read_at, now),  # type: ignore[attr-defined]
        "total": formatting.money(order.total, order.currency),
    }


def _new_url(order: Order, user: Any) -> str:
    """Where the next order to this address is written, when the platform takes orders and has told the address."""
    able = order.connection.can(can.CreatesOrders) and may(user, "orders.create") and may(user, "buyers.view")
    if not (able and order.address):
        return ""
    return f"{reverse('orders:new')}?{urlencode({'connection': order.connection.slug, 'like': order.pk})}"


def _lines(order: Order, user: Any) -> list[dict[str, Any]]:
    may_cancel = may(user, "orders.create") and order.connection.can(can.CancelsLines) and not words.has_ended(order)
    rows = OrderLine.objects.filter(order=order).order_by("pk")
    return [
        {
            "pk": line.pk,
            "title": str(line),
            "sku": line.sku,
            "photo": html.thumb(line.image, line.title) if line.image else "",
            "quantity": formatting.count(line.quantity),
            "price": formatting.number(line.unit_price, order.currency) if line.unit_price is not None else "",
            "state": html.state(*words.STATUS.get(line.status, words.STATUS["unknown"])) if line.status else "",
            "can_cancel": may_cancel and line.status not in ("cancelled", "delivered"),
        }
        for line in rows
    ]


def _invoices(order: Order) -> list[dict[str, Any]]:
    """The invoices kept here, each with what became of sending it."""
    if not order.has_invoices:  # type: ignore[attr-defined]
        return []
    rows = Invoice.objects.filter(order=order).values_list("pk", "number", "command__state")
    return [
        {"pk": pk, "number": number, "sent": html.state(*state_sign(state)) if state else ""}
        for pk, number, state in rows
    ]


def _parcels(order: Order) -> list[dict[str, Any]]:
    if not order.has_parcels:  # type: ignore[attr-defined]
        return []
    now = timezone.now()
    return [
        {
            "carrier": parcel.carrier,
            "number": parcel.tracking_number,
            "word": parcel.status,
            "shipped": when_at(parcel.shipped_at, now),
            "delivered": when_at(parcel.delivered_at, now),
            "steps": list(reversed(parcel.checkpoints)),
        }
        for parcel in order.parcels.order_by("pk")
    ]


def _deliveries(order: Order) -> list[dict[str, Any]]:
    """What was delivered, hidden: how many rows, when, how."""
    now = timezone.now()
    found = []
    if order.delivered:
        found.append({"pk": "", "rows": len(order.delivered.splitlines()), "at": "", "how": ""})
    if order.delivered_units is None and order.connection.can(can.ReadsDeliveries):
        for row in DeliveryRecord.objects.of(order).defer("raw"):
            found.append(
                {
                    "pk": row.pk,
                    "rows": row.quantity or len((row.content or "").splitlines()),
                    "at": when_at(row.created_at, now),
                    "how": " ".join(filter(None, (row.carrier, row.tracking_number))),
                    "empty": not row.content,
                }
            )
    return found


def _errors(order: Order) -> list[dict[str, Any]]:
    """The delivery errors that the platform was told of."""
    if not order.connection.can(can.ReportsDeliveryErrors):
        return []
    now = timezone.now()
    return [
        {
            "remark": row.remark,
            "images": [html.picture(url, _("Picture %(n)s") % {"n": n}) for n, url in enumerate(row.image_urls, 1)],
            "at": when_at(row.created_at, now),
        }
        for row in DeliveryError.objects.of(order).defer("raw")
    ]
