"""The feeds of buying."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import capabilities as can
from channels.records import Page, Ref
from dashboard.sourcing import mirror, models
from dashboard.sourcing.details import Detailed
from dashboard.sourcing.querysets import PURCHASE_ENDED, SHIPMENT_ENDED
from dashboard.sync.feeds import FEEDS, Feed, Pull, plain_pull, register
from dashboard.sync.models import Connection

LOOKUPS_A_RUN = 10


def pull_favourites(context: Pull) -> Page[Any]:
    """Favourites; products that nobody has looked at yet are read once, a few a run."""
    page: Page[Any] = context.channel.pull_favourites(context.after, context.since)
    if can.has(context.channel, can.SearchesSources):
        ids = [one.product_remote_id for one in page.records]
        rows = models.SourceProduct.objects.filter(connection=context.connection, remote_id__in=ids)
        known = set(rows.values_list("remote_id", flat=True))
        for remote_id in [each for each in ids if each not in known][:LOOKUPS_A_RUN]:
            look_at(context.connection, context.channel, remote_id)
    return page


PURCHASES = Detailed(
    "pull_purchase_orders",
    "read_purchase_order",
    models.PurchaseOrder,
    shown=("remote_status", "total"),
    ended=PURCHASE_ENDED,
)
SHIPMENTS = Detailed(
    "pull_shipments",
    "read_shipment",
    models.Shipment,
    shown=("remote_status", "tracking_number", "fee", "weight_grams"),
    ended=SHIPMENT_ENDED,
)
# name, words, capability, mirror, pull, minutes between two runs, rank
for name, label, capability, kept, pull, minutes, rank in (
    ("cart", gettext_noop("Cart"), can.PullsCart, mirror.CART, plain_pull("pull_cart"), 5, 50),
    ("purchase-orders", gettext_noop("Purchase orders"), can.PullsPurchaseOrders, mirror.PURCHASE_ORDERS,
     PURCHASES, 5, 20),
    ("packages", gettext_noop("Warehouse packages"), can.PullsPackages, mirror.PACKAGES,
     plain_pull("pull_packages"), 10, 30),
    ("shipments", gettext_noop("Shipments"), can.PullsShipments, mirror.SHIPMENTS, SHIPMENTS, 10, 30),
    ("shipping-methods", gettext_noop("Shipping methods"), can.PullsShippingMethods, mirror.SHIPPING_METHODS,
     plain_pull("pull_shipping_methods"), 12 * 60, 60),
    ("addresses", gettext_noop("Addresses"), can.PullsAddresses, mirror.ADDRESSES,
     plain_pull("pull_addresses"), 60, 60),
    ("favourites", gettext_noop("Favourites"), can.PullsFavourites, mirror.FAVOURITES, pull_favourites, 30, 60),
    ("profile", gettext_noop("Profile"), can.PullsProfile, mirror.PROFILE, plain_pull("pull_profile"), 12 * 60, 70),
):  # fmt: skip
    register(Feed(name, label, capability, kept, pull, every=timedelta(minutes=minutes), rank=rank))


def look_at(connection: Connection, channel: Any, remote_id: str) -> models.SourceProduct | None:
    """Read one source product and keep it; `None` when the source does not have it (any more)."""
    read_at = timezone.now()
    record = channel.read_source_product(remote_id)
    rows = models.SourceProduct.objects.filter(connection=connection)
    if record is None:
        rows.filter(remote_id=remote_id).call_gone(read_at)
        return None
    mirror.upsert_source_products(connection, [record], read_at)
    return rows.filter(remote_id=record.remote_id).first()


def read_whole(connection: Connection, channel: Any, name: str) -> None:
    """Read a short list (cart, addresses, favourites, profile) whole and bring its mirror in step."""
    feed, after, seen, began = FEEDS[name], None, set(), timezone.now()
    while True:
        read_at = timezone.now()
        page = feed.pull(Pull(connection, channel, after, None, True))
        feed.upsert(connection, page.records, read_at)
        seen |= {record.remote_id for record in page.records} | {bad.remote_id for bad in page.bad}
        after = page.next
        if after is None:
            break
    feed.mark_gone(connection, seen, began)


def read_purchase_again(connection: Connection, channel: Any, ref: Ref) -> None:
    """Read one purchase order and bring the mirror in step."""
    read_at = timezone.now()
    record = channel.read_purchase_order(ref)
    if record is not None:
        mirror.upsert_purchase_orders(connection, [record], read_at)


def read_shipment_again(connection: Connection, channel: Any, ref: Ref) -> None:
    """Read one shipment, with the packages in it, and bring the mirror in step."""
    read_at = timezone.now()
    record = channel.read_shipment(ref)
    if record is None:
        return
    mirror.upsert_shipments(connection, [record], read_at)
    if can.has(channel, can.ReadsWarehouse):
        found = (channel.read_package(Ref(remote_id=item.package_remote_id)) for item in record.items)
        mirror.upsert_packages(connection, [package for package in found if package is not None], read_at)
