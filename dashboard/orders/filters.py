"""How the list of orders is narrowed, searched and sorted."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import TextInput
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.core.days import SinceDay, UntilDay
from dashboard.core.filters import AnyOf, Head, ListSpec, Tab
from dashboard.orders import words
from dashboard.orders.models import Order
from dashboard.orders.searched import ORDERS as SEARCHED
from dashboard.sync.assigning import Assigned
from dashboard.sync.models import Connection
from dashboard.sync.reach import OfFeed


class TagInput(TextInput):
    """A tag, with those that orders have offered while it is typed."""

    template_name = "orders/_tag_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The field names the list of what is offered."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        own = context["widget"]["attrs"]
        own |= {"list": f"{own['id']}-names", "autocomplete": "off"}
        return context


class OrderFilters(OfFeed):
    """By connection, states, day, tag and person; the search box takes numbers, names, SKUs and tracking numbers."""

    status = AnyOf(label=_("Status"), choices=words.choices(words.STATUS))
    payment = django_filters.ChoiceFilter(
        label=_("Payment"), field_name="payment_status", choices=words.choices(words.PAYMENT)
    )
    since = SinceDay(label=_("Placed from"), field_name="placed_at")
    until = UntilDay(label=_("Placed to"), field_name="placed_at")
    buyer = django_filters.CharFilter(label=_("Buyer's id"), method="of_buyer")
    tag = django_filters.CharFilter(label=_("Tag"), field_name="tags__name", lookup_expr="iexact", widget=TagInput)
    assigned = Assigned()

    feed = "orders"
    searched = SEARCHED

    class Meta:
        model = Order
        fields = ("connection", "status", "payment", "since", "until", "buyer", "tag", "assigned")

    def of_buyer(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """One buyer's; all connections are named, because the index begins with them."""
        return queryset.filter(connection__in=Connection.objects.values("pk"), buyer_remote_id=value)


ORDERS = ListSpec(
    domain="orders",
    filters=OrderFilters,
    heads=(
        Head(pgettext_lazy("one order", "Order"), "placed", ("placed_at",), "pin pin-2"),
        Head(_("Ship by"), "due", ("ship_by",)),
        Head(_("Connection")),
        Head(_("Buyer")),
        Head(_("Items"), css="grow"),
        Head(_("Total"), "total", ("total",), "num"),
        Head(_("Payment")),
        Head(_("Fulfilment")),
        Head(_("Sync")),
    ),
    sort="-placed",
    offers_new=True,
    tabs=(
        Tab("to-deliver", _("To deliver"), methodcaller("to_deliver"), "wait"),
        Tab("late", _("Late within 24 h"), methodcaller("late_soon"), "act"),
        Tab("problem", _("Problem"), methodcaller("problem"), "act"),
        Tab("awaiting", _("Awaiting platform"), methodcaller("awaiting_platform")),
        Tab("unpaid", _("Unpaid"), methodcaller("unpaid")),
        Tab("all", _("All"), counted=False),
    ),
)
