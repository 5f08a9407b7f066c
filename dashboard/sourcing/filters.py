"""How the lists of buying are narrowed, searched and sorted."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.core.filters import Head, ListSpec, Tab
from dashboard.sourcing import models as m
from dashboard.sourcing.searched import PACKAGES as PACKAGES_ABOUT
from dashboard.sourcing.searched import PURCHASES as PURCHASES_ABOUT
from dashboard.sourcing.searched import SHIPMENTS as SHIPMENTS_ABOUT
from dashboard.sync.reach import OfFeed


class PurchaseFilters(OfFeed):
    """By connection and state; the box searches numbers, goods, tracking and remarks."""

    feed = "purchase-orders"
    searched = PURCHASES_ABOUT
    status = django_filters.CharFilter(label=_("State, in the platform's word"))

    class Meta:
        model = m.PurchaseOrder
        fields = ("connection", "status")


class PackageFilters(OfFeed):
    """By connection; the box searches titles, ids and purchase orders."""

    feed = "packages"
    searched = PACKAGES_ABOUT

    class Meta:
        model = m.Package
        fields = ("connection",)


class ShipmentFilters(OfFeed):
    """By connection; the box searches numbers and tracking numbers."""

    feed = "shipments"
    searched = SHIPMENTS_ABOUT

    class Meta:
        model = m.Shipment
        fields = ("connection",)


class FavouriteFilters(OfFeed):
    """By connection; the box searches titles and product ids."""

    feed = "favourites"
    search_fields = ("title", "product_remote_id")

    class Meta:
        model = m.Favourite
        fields = ("connection",)


PURCHASES = ListSpec(
    domain="purchase-orders",
    filters=PurchaseFilters,
    heads=(
        Head(_("Order")),
        Head(_("Connection")),
        Head(_("State")),
        Head(_("Items"), css="grow"),
        Head(_("Goods"), "total", ("total",), "num"),
        Head(_("Fee"), css="num"),
        Head(_("Placed"), "placed", ("placed_at",)),
        Head(pgettext_lazy("purchase", "For")),
        Head(pgettext_lazy("purchase", "Next")),
    ),
    sort="-placed",
    tabs=(
        Tab("open", _("Open"), lambda rows: rows.open()),
        Tab("inspect", _("Inspection failed"), lambda rows: rows.troubled(), "act"),
        Tab("all", _("All"), lambda rows: rows.present(), counted=False),
        Tab("gone", _("Gone"), lambda rows: rows.exclude(gone_at=None), counted=False),
    ),
)
PACKAGES = ListSpec(
    domain="packages",
    filters=PackageFilters,
    heads=(Head(_("Arrived"), "arrived", ("arrived_at",)),),
    sort="arrived",
    tabs=(
        Tab("shippable", _("May be shipped"), lambda rows: rows.shippable()),
        Tab("overdue", _("Storage runs out"), lambda rows: rows.overdue(), "wait"),
        Tab("all", _("All"), lambda rows: rows.present(), counted=False),
    ),
)
SHIPMENTS = ListSpec(
    domain="shipments",
    filters=ShipmentFilters,
    heads=(
        Head(_("Shipment")),
        Head(_("Connection")),
        Head(_("State")),
        Head(_("Method"), css="grow"),
        Head(_("Tracking")),
        Head(_("Weight"), css="num"),
        Head(_("Fee"), "fee", ("fee",), "num"),
        Head(_("Made"), "placed", ("placed_at",)),
    ),
    sort="-placed",
    tabs=(
        Tab("open", _("Open"), lambda rows: rows.open()),
        Tab("all", _("All"), lambda rows: rows.present(), counted=False),
    ),
)
FAVOURITES = ListSpec(
    domain="favourites",
    filters=FavouriteFilters,
    heads=(
        Head(_("Product"), "title", ("title",), "grow"),
        Head(_("Product id")),
        Head(_("Connection")),
        Head(_("Price"), css="num"),
        Head(_("Added"), "added", ("added_at",)),
        Head(pgettext_lazy("verb", "Change")),
    ),
    sort="-added",
    tabs=(Tab("all", _("All"), lambda rows: rows.present(), counted=False),),
)
