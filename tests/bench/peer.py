"""Django's admin as a team registers a model with it: what our lists and searches are measured against.

It shows as many rows and the columns of our list, and searches by `icontains` what the list's search finds: the order's
own words, SKUs of its lines and tracking numbers of its parcels. A second one searches the order's own words alone.
Pages come from its view alone, without middleware, session and sign-in.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.test import RequestFactory

from dashboard.orders.models import Order

SIZE = 50


class PeerAdmin(admin.ModelAdmin):
    """Nothing but what the admin's tutorial sets."""

    list_display = (
        "number", "ship_by", "connection", "buyer", "items", "currency", "total", "payment_status",
        "fulfilment_status", "placed_at",
    )  # fmt: skip
    list_filter = ("connection", "status")
    search_fields = (
        "number", "source_order_id", "partner_code", "buyer", "items", "buyer_email", "lines__sku",
        "parcels__tracking_number",
    )  # fmt: skip
    list_per_page = SIZE


class OwnWordsAdmin(PeerAdmin):
    """The same, without what other tables know."""

    search_fields = PeerAdmin.search_fields[:6]


def page(user: Any, peer: type[admin.ModelAdmin] = PeerAdmin, **asked: Any) -> bytes:
    """The admin's list for a query: `q` what is searched for, `p` which page. Raises SystemExit for no list."""
    request = RequestFactory(headers={"host": "127.0.0.1"}).get("/admin/orders/order/", asked)
    request.user = user
    answer: Any = peer(Order, admin.site).changelist_view(request)
    if answer.status_code != 200:
        raise SystemExit(f"The admin answered {answer.status_code} to {asked}.")
    return bytes(answer.render().content)
