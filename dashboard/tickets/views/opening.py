"""Opening a ticket about an order, with pictures."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels import capabilities as can
from dashboard.core import pages
from dashboard.core.navigation import may
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, FAILED, REJECTED
from dashboard.sync.reach import Reach
from dashboard.sync.submit import why_not
from dashboard.sync.web import command_response, give, shown
from dashboard.tickets import words
from dashboard.tickets.forms import OpenForm
from dashboard.tickets.models import Ticket

MAX_PICTURE = 10 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@requires("tickets.work")
def new(request: StaffRequest) -> HttpResponse:
    """Open a ticket about the order that ``order`` (our key) or ``number`` names."""
    given = request.GET.get("order", "")
    if not given:
        return _choose(request)
    order = get_object_or_404(_orders(request), pk=pages.key_of(given))
    if not order.connection.can(can.OpensTickets):
        why = why_not(order.connection, can.OpensTickets)
        return render(request, "tickets/new.html", {"order": order, "why": why}, status=200)
    kinds: tuple[str, ...] = order.connection.declared.channel.ticket_kinds
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else kinds[0]
    known = _known(request, order) | _said_before(request)
    form = OpenForm(order, kind, request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            done = give(request, order.connection, "tickets.open", "-", form.payload())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _given(request, done.command)
    return _form(request, order, kind, kinds, form)


@require_safe
@requires("tickets.work")
def opened(request: StaffRequest, pk: int) -> HttpResponse:
    """What becomes of a ticket that was sent to be opened; leads to it as soon as it is there."""
    rows = Command.objects.visible_to(request.user).filter(kind="tickets.open")
    command = get_object_or_404(rows.select_related("connection", "actor"), pk=pk)
    its = {"connection": command.connection, "remote_id": command.receipt.get("remote_id", "")}
    ticket = Ticket.objects.filter(**its).only("pk").first() if command.state == DONE else None
    if ticket is not None:
        return pages.redirect(request, reverse("tickets:detail", args=[ticket.pk]))
    payload = command.payload
    order = _orders(request).filter(connection=command.connection, remote_id=payload.get("order", "")).first()
    again = urlencode({"order": order.pk, "kind": payload.get("kind", ""), "again": command.pk}) if order else ""
    context = {
        "command": shown(command),
        "order": order,
        "again": again,
        "may_correct": command.state in (REJECTED, FAILED),
    }
    return pages.render(request, "tickets/opened.html", context)


def _form(request: StaffRequest, order: Order, kind: str, kinds: tuple[str, ...], form: OpenForm) -> HttpResponse:
    context = {
        "order": order,
        "kind": kind,
        "kinds": [(one, words.KINDS.get(one, one)) for one in kinds],
        "form": form,
        "takes_pictures": form.takes_items and order.connection.can(can.UploadsImages),
        "pictures": _sent_pictures(request, order),
    }
    return render(request, "tickets/new.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@requires("tickets.work")
def picture(request: StaffRequest, pk: int) -> HttpResponse:
    """Send one picture for a ticket about an order; answers the picture's own line, which polls itself."""
    order = get_object_or_404(_orders(request), pk=pk)
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > MAX_PICTURE:
        why = _("Choose a picture.") if file is None else _("The image is larger than 10 MB.")
        return render(request, "tickets/_picture.html", {"why": why}, status=422)
    content = base64.b64encode(file.read()).decode()
    payload = {"file": {"name": (file.name or "")[:100], "content": content}}
    try:
        done = give(request, order.connection, "tickets.upload_picture", "-", payload)
    except Refused as refusal:
        return render(request, "tickets/_picture.html", {"why": refusal.words}, status=422)
    return render(request, "tickets/_picture.html", {"command": shown(done.command)})


def _orders(request: StaffRequest) -> Any:
    return Order.objects.visible_to(request.user).select_related("connection").light()


def _choose(request: StaffRequest) -> HttpResponse:
    """Ask for the order by its number."""
    number = request.GET.get("number", "").strip()
    able = [one.pk for one in Reach.of(request, "tickets").able(can.OpensTickets)]
    found = list(
        _orders(request).filter(Q(number=number) | Q(remote_id=number), connection__in=able)[:2] if number else []
    )
    if len(found) == 1:
        return redirect(f"{request.path}?order={found[0].pk}")
    context = {"number": number, "missing": bool(number)}
    return render(request, "tickets/choose.html", context, status=422 if number or request.method == "POST" else 200)


def _known(request: StaffRequest, order: Order) -> dict[str, str]:
    """What the order says of the buyer."""
    first, _sep, last = order.buyer.partition(" ")
    email = order.buyer_email if may(request.user, "buyers.view") else ""
    return {"first_name": first, "last_name": last, "email": email}


def _sent_pictures(request: StaffRequest, order: Order) -> list[dict[str, Any]]:
    """The pictures that a form brings back after a correction."""
    pks = pages.keys_of(request.POST.getlist("pictures"))[:10]
    rows = Command.objects.filter(pk__in=pks, connection=order.connection_id, kind="tickets.upload_picture")
    return [shown(command) for command in rows.select_related("connection", "actor")] if pks else []


def _said_before(request: StaffRequest) -> dict[str, Any]:
    """What a ticket said that the platform refused (``again``: its command), to be corrected."""
    again = pages.key_of(request.GET.get("again", ""))
    found = Command.objects.visible_to(request.user).filter(kind="tickets.open", pk=again).first() if again else None
    left_out = ("kind", "order", "images")
    return {key: value for key, value in found.payload.items() if key not in left_out} if found else {}


def _given(request: StaffRequest, command: Command) -> HttpResponse:
    if pages.is_fragment(request):
        return command_response(request, command)
    return redirect("tickets:opened", pk=command.pk)
