"""The list of tickets, its freshness line, and the panel beside an order."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.core import pages
from dashboard.core.exports import export_response
from dashboard.core.matching import offered
from dashboard.core.navigation import may
from dashboard.core.scope import scoped
from dashboard.core.walking import walk
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.assigning import MOST
from dashboard.sync.people import colleagues
from dashboard.sync.reach import Reach, fresh_line
from dashboard.sync.submit import why_not
from dashboard.tickets.filters import TICKETS
from dashboard.tickets.models import Ticket
from dashboard.tickets.rows import for_list, rows_of


@require_safe
@requires("tickets.view")
@scoped
def index(request: StaffRequest) -> HttpResponseBase:
    """The list, its fragment, or what it shows as a file."""
    reach = Reach.of(request, "tickets")
    listing = TICKETS.open(request, Ticket.objects.visible_to(request.user))
    if "format" in request.GET:
        exported = listing.queryset.select_related("connection").defer("raw")
        return export_response(request, "tickets", exported.order_by(*listing.order, "pk"))
    listing.viewed = for_list(listing.viewed)
    context = {
        "listing": listing,
        "rows": rows_of(listing.page.rows, reach, walk(listing.query)),
        "fresh": reach.fresh_of(listing, "tickets:fresh"),
        "may_export": may(request.user, "export"),
        "may_work": may(request.user, "tickets.work"),
        "colleagues": colleagues("tickets.work", request.user),
        "can_open": may(request.user, "tickets.work") and bool(reach.able(can.OpensTickets)),
        "all_done": listing.tab and listing.tab.key in ("unsolved", "waiting"),
    }
    return pages.render(request, "tickets/list.html", context)


@require_safe
@requires("tickets.view")
def fresh(request: StaffRequest) -> HttpResponse:
    """The freshness line alone, which offers what came since; 304 while it says the same."""
    listing = TICKETS.open(request, Ticket.objects.visible_to(request.user))
    return fresh_line(request, listing, Reach.of(request, "tickets"), "tickets:list")


@require_safe
@requires("tickets.work")
def matching(request: StaffRequest) -> HttpResponse:
    """The offer to choose all tickets that the list's filter matches."""
    return offered(request, TICKETS.rows, Ticket.objects.visible_to(request.user), MOST)


@require_safe
@requires("tickets.view")
def for_order(request: StaffRequest, pk: int) -> HttpResponse:
    """The panel beside an order: its tickets, and the way to open one."""
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("connection").light(), pk=pk)
    rows = list(for_list(Ticket.objects.visible_to(request.user).of(order))[:5])
    able = order.connection.can(can.OpensTickets)
    context = {
        "order": order,
        "rows": rows_of(rows, Reach.of(request, "tickets")),
        "can": able or order.connection.can(can.PullsTickets),
        "why": "" if able else why_not(order.connection, can.OpensTickets),
        "may_open": may(request.user, "tickets.work"),
    }
    return render(request, "tickets/for_order.html", context)
