"""The list of orders and its freshness line."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render as render_template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.core import pages
from dashboard.core.exports import export_response
from dashboard.core.filters import Listing
from dashboard.core.navigation import may
from dashboard.orders.filters import ORDERS
from dashboard.orders.models import Order
from dashboard.orders.reading import Reach
from dashboard.orders.rows import COLUMNS, rows_of
from dashboard.orders.views.panels import address
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.web import freshness


@require_safe
@requires("orders.view")
def index(request: StaffRequest) -> HttpResponse:
    """The list, its fragment, or what it shows as a file."""
    listing = ORDERS.open(request, Order.objects.visible_to(request.user))
    if "format" in request.GET:
        exported = listing.queryset.select_related("connection").defer("raw", "delivered")
        return cast(HttpResponse, export_response(request, "orders", exported.order_by(*listing.order, "pk")))
    listing.filterset.queryset = listing.filterset.queryset.only(*COLUMNS)
    reach = Reach(request.user)
    fresh = freshness_of(reach)
    context = {
        "listing": listing,
        "rows": rows_of(listing.page.rows, reach),
        "fresh": fresh,
        "stale": _stale_words(fresh),
        "stale_url": address("connections:list"),
        "state_line": _state_line(listing),
        "can_create": may(request.user, "orders.create")
        and any(one.can(can.CreatesOrders) for one in reach.connections.values()),
        "may_fulfil": may(request.user, "orders.fulfil"),
        "may_annotate": may(request.user, "orders.annotate"),
        "may_print": may(request.user, "buyers.view"),
    }
    return pages.render(request, "orders/list.html", context)


@require_safe
@requires("orders.view")
def fresh(request: StaffRequest) -> HttpResponse:
    """The freshness line alone; 304 while nothing was read since."""
    reach = Reach(request.user)
    found = freshness_of(reach)
    return pages.polled(
        request,
        (tuple((item["title"], item["age"], item["tone"]) for item in found["items"]),),
        lambda: render_template(
            request, "components/list_fresh.html", {"fresh": found, "fresh_id": "orders-list-fresh"}
        ),
    )


def freshness_of(reach: Reach) -> dict[str, Any]:
    """When each connection's orders were last read."""
    return freshness(reach.connections.values(), ["orders"], reverse("orders:fresh"))


def _state_line(listing: Listing) -> str:
    """What waits, from the counts that the tabs show anyway."""
    counts = {tab.key: one["count"] for tab, one in zip(listing.spec.tabs, listing.tabs, strict=False)}
    waiting = counts.get("to-deliver") or "0"
    late = counts.get("late") or "0"
    plural = 1 if waiting == "1" else 2
    text = ngettext("%(n)s order to deliver", "%(n)s orders to deliver", plural) % {"n": waiting}
    return f"{text}, {_('%(n)s due within 24 hours') % {'n': late}}." if late != "0" else f"{text}."


def _stale_words(found: dict[str, Any]) -> str:
    if not found["is_stale"]:
        return ""
    old = ", ".join(f"{item['title']} {item['age']}" for item in found["items"] if item["tone"])
    return _("Last read: %(old)s.") % {"old": old}
