"""The list of orders and its freshness line."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.core import pages
from dashboard.core.exports import export_response
from dashboard.core.listing import Listing
from dashboard.core.matching import offered
from dashboard.core.navigation import may
from dashboard.core.scope import scoped
from dashboard.orders.filters import ORDERS
from dashboard.orders.models import Order, OrderLine
from dashboard.orders.querysets import with_tags
from dashboard.orders.reading import MOST
from dashboard.orders.rows import COLUMNS, rows_of
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.people import colleagues
from dashboard.sync.reach import Reach, fresh_line


@require_safe
@requires("orders.view")
@scoped
def index(request: StaffRequest) -> HttpResponse:
    """The list, its fragment, or what it shows as a file: `?format=csv`, with `of=lines` the lines of its orders."""
    listing = ORDERS.open(request, Order.objects.visible_to(request.user))
    if "format" in request.GET:
        return cast(HttpResponse, _export(request, listing))
    listing.viewed = with_tags(listing.viewed)
    listing.columns = COLUMNS
    reach = Reach.of(request, "orders")
    context = {
        "listing": listing,
        "rows": rows_of(listing.page.rows, reach, listing.query),
        "fresh": reach.fresh_of(listing, "orders:fresh"),
        "all_done": _all_done(request, listing),
        "state_line": _state_line(listing),
        "can_create": may(request.user, "orders.create") and bool(reach.able(can.CreatesOrders)),
        "may_export": may(request.user, "export"),
        "may_fulfil": may(request.user, "orders.fulfil"),
        "may_annotate": may(request.user, "orders.annotate"),
        "colleagues": colleagues("orders.annotate", request.user),
        "may_print": may(request.user, "buyers.view"),
    }
    return pages.render(request, "orders/list.html", context)


def _export(request: StaffRequest, listing: Listing) -> HttpResponseBase:
    """What the filter shows, all pages."""
    if request.GET.get("of") == "lines":
        lines = OrderLine.objects.filter(order__in=listing.queryset.order_by().values("pk"))
        own = lines.select_related("order__connection").defer("order__raw", "order__delivered")
        return export_response(request, "order-lines", own.order_by("order_id", "pk"))
    exported = listing.queryset.select_related("connection").defer("raw", "delivered")
    return export_response(request, "orders", exported.order_by(*listing.order, "pk"))


@require_safe
@requires("orders.view")
def fresh(request: StaffRequest) -> HttpResponse:
    """The freshness line alone, which offers what came since; 304 while it says the same."""
    listing = ORDERS.open(request, Order.objects.visible_to(request.user))
    return fresh_line(request, listing, Reach.of(request, "orders"), "orders:list")


@require_safe
@requires("orders.view")
def matching(request: StaffRequest) -> HttpResponse:
    """The offer to choose all orders that the list's filter matches."""
    return offered(request, ORDERS.rows, Order.objects.visible_to(request.user), MOST)


def _all_done(request: StaffRequest, listing: Listing) -> bool:
    """Whether an empty view is good news: nothing waits there, although there are orders."""
    waits = listing.tab is not None and listing.tab.key in ("to-deliver", "late", "problem")
    return waits and not listing.page.rows and Order.objects.visible_to(request.user).exists()


def _state_line(listing: Listing) -> str:
    """What waits, from the counts that the tabs show anyway."""
    waiting, late = listing.counts["to-deliver"], listing.counts["late"]
    plural = 1 if waiting == "1" else 2
    if late == "0":
        return ngettext("%(n)s order to deliver.", "%(n)s orders to deliver.", plural) % {"n": waiting}
    return ngettext(
        "%(n)s order to deliver, %(late)s late or due within 24 hours.",
        "%(n)s orders to deliver, %(late)s late or due within 24 hours.",
        plural,
    ) % {"n": waiting, "late": late}
