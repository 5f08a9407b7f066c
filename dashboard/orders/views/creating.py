"""A new order on a partner marketplace."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from channels import capabilities as can
from dashboard.catalog.targets import find_variant
from dashboard.core.pages import is_fragment
from dashboard.orders.forms import CreateOrderForm
from dashboard.orders.views.common import ask_or_give, posted
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Connection
from dashboard.sync.web import command_response, give, shown


@ask_or_give
@requires("orders.create")
def new(request: StaffRequest) -> HttpResponse:
    """Ask for the order on the connection that the address names (else the first that can), and give the command."""
    able = [one for one in Connection.objects.visible_to(request.user) if one.can(can.CreatesOrders)]
    wanted = request.GET.get("connection", "")
    connection = next((one for one in able if one.slug == wanted), able[0] if able else None)
    if connection is None:
        return render(request, "orders/new.html", {"able": [], "connection": None, "form": None, "command": None})
    countries: tuple[str, ...] = getattr(connection.declared.channel, "order_countries", ())
    form = CreateOrderForm(countries, posted(request))
    context: dict[str, Any] = {"able": able, "connection": connection, "form": form, "command": None}
    if request.method == "POST" and form.is_valid():
        try:
            done = give(request, connection, "orders.create", "-", _resolved(connection, form.payload()))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if is_fragment(request):
                return command_response(request, done.command)
            return redirect(f"{request.path}?connection={connection.slug}&command={done.command.pk}")
    asked = request.GET.get("command", "")
    if request.method != "POST" and asked.isdigit():
        given = connection.commands.select_related("actor", "connection").filter(pk=asked, kind="orders.create").first()
        context["command"] = shown(given) if given else None
    return render(request, "orders/new.html", context, status=422 if request.method == "POST" else 200)


def _resolved(connection: Connection, payload: dict[str, Any]) -> dict[str, Any]:
    """SKUs become the remote ids that the platform wants. Raises `Refused` for one that names nothing."""
    lines = []
    for line in payload["lines"]:
        target = find_variant(connection, line["sku"])
        if target.is_gone:
            raise Refused(_("%(label)s is no longer on the platform.") % {"label": target.label}, field="lines")
        lines.append({"sku": target.remote_id, "quantity": line["quantity"]})
    return payload | {"lines": lines}
