"""A new order on a partner marketplace: written with what the mirror knows, and followed until it is there."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.core import pages
from dashboard.core.navigation import may
from dashboard.orders import actions
from dashboard.orders.drafts import Draft, address_of, choices, earlier
from dashboard.orders.forms import CreateOrderForm
from dashboard.orders.models import Order
from dashboard.orders.views.common import ask_or_give
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command, Connection
from dashboard.sync.web import command_response, give, shown

# Buttons that change the draft and give nothing. None is called like a method of a form: the browser would lose that.
STEPS = ("add", "without", "like", "find")


@ask_or_give
@requires("orders.create")
def new(request: StaffRequest) -> HttpResponse:
    """Write the order on the connection that the address names (else the first that can), and give the command."""
    able = [one for one in Connection.objects.visible_to(request.user) if one.can(can.CreatesOrders)]
    wanted = request.GET.get("connection", "")
    connection = next((one for one in able if one.slug == wanted), able[0] if able else None)
    if connection is None:
        return render(request, "orders/new.html", {"able": [], "connection": None})
    draft = Draft(connection, request.POST)
    is_step = request.method != "POST" or any(name in request.POST for name in STEPS)
    form = _form(request, connection, bound=not is_step)
    if not is_step and _is_good(form, draft):
        try:
            payload = form.payload() | {"lines": draft.payload()}
            done = give(request, connection, "orders.create", "-", payload)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if pages.is_fragment(request):
                return command_response(request, done.command)
            return redirect("orders:created", done.command.pk)
    context = {"able": able, "connection": connection, "form": form, "draft": draft} | _found(request, connection)
    return pages.render(request, "orders/new.html", context, status=200 if is_step else 422)


def _found(request: StaffRequest, connection: Connection) -> dict[str, Any]:
    """What the two searches of the page found, when one was asked for."""
    asked = (
        {name: request.POST.get(name, "").strip() for name in ("variant", "buyer")} if "find" in request.POST else {}
    )
    may_copy = may(request.user, "buyers.view")
    return {
        "asked": asked.get("variant", ""),
        "asked_buyer": asked.get("buyer", ""),
        "hits": choices(connection, asked.get("variant", "")),
        "orders": earlier(request.user, asked.get("buyer", "")) if may_copy else [],
        "may_copy": may_copy,
    }


def _form(request: StaffRequest, connection: Connection, *, bound: bool) -> CreateOrderForm:
    """Bound when the order is given; else with what was typed so far, and the address of the order that is copied."""
    countries: tuple[str, ...] = getattr(connection.declared.channel, "order_countries", ())
    if bound:
        return CreateOrderForm(countries, request.POST)
    typed = {name: value for name, value in request.POST.items() if name in CreateOrderForm.base_fields}
    like = _copied(request, request.POST if request.method == "POST" else request.GET)
    return CreateOrderForm(countries, initial=typed | (address_of(like, countries) if like else {}))


def _copied(request: StaffRequest, given: QueryDict) -> Order | None:
    """The order whose address is copied: one that the person may see, by a role that may read addresses."""
    pk = pages.key_of(given.get("like", ""))
    if not pk or not may(request.user, "buyers.view"):
        return None
    found: Order | None = Order.objects.light().visible_to(request.user).filter(pk=pk).first()
    return found


def _is_good(form: CreateOrderForm, draft: Draft) -> bool:
    """Whether both the form and the lines are; what is wrong with lines is counted in the form's summary."""
    fields, lines = form.is_valid(), draft.is_good()
    if not draft.lines:
        form.add_error(None, _("An order needs at least one line."))
    elif not lines:
        form.add_error(None, _("A line cannot be ordered like this; see there."))
    return fields and lines


@require_safe
@requires("orders.create")
def variants(request: StaffRequest) -> HttpResponse:
    """Variants to choose from, for what is typed into the search of lines."""
    able = (one for one in Connection.objects.visible_to(request.user) if one.can(can.CreatesOrders))
    connection = next((one for one in able if one.slug == request.GET.get("connection")), None)
    hits = choices(connection, request.GET.get("variant", "")) if connection else []
    context: dict[str, Any] = {"hits": hits, "connection": connection, "asked": request.GET.get("variant", "").strip()}
    return render(request, "orders/_variant_hits.html", context)


@require_safe
@requires("orders.create")
def created(request: StaffRequest, pk: int) -> HttpResponse:
    """What became of a new order; polls itself until the order is here, and then offers the next step: its payment."""
    rows = Command.objects.visible_to(request.user).select_related("connection", "actor")
    command = get_object_or_404(rows, pk=pk, kind="orders.create")
    order = _order_of(request, command)
    verbs = actions.offered(order, request.user) if order else []
    context = {
        "command": shown(command),
        "order": order,
        "code": command.payload.get("partner_code", ""),
        "pay": next((one for one in verbs if one["key"] == "mark_paid" and not one["why"]), None),
        "polls": command.is_moving or (command.state == "done" and order is None),
    }
    parts = (command.state, command.error, order.status if order else "")
    return pages.polled(request, parts, lambda: pages.render(request, "orders/created.html", context))


def _order_of(request: StaffRequest, command: Command) -> Order | None:
    """The order that the command made, once the mirror has it."""
    if command.state != "done":
        return None
    rows = Order.objects.light().visible_to(request.user).select_related("connection")
    found: Order | None = rows.filter(
        connection=command.connection_id, partner_code=command.payload.get("partner_code", "")
    ).first()
    return found
