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


register(
    Feed(
        name="cart",
        label=gettext_noop("Cart"),
        capability=can.PullsCart,
        mirror=mirror.CART,
        pull=plain_pull("pull_cart"),
        every=timedelta(minutes=5),
    )
)
register(
    Feed(
        name="purchase-orders",
        label=gettext_noop("Purchase orders"),
        capability=can.PullsPurchaseOrders,
        mirror=mirror.PURCHASE_ORDERS,
        pull=Detailed(
            "pull_purchase_orders",
            "read_purchase_order",
            models.PurchaseOrder,
            ("remote_status", "total"),
            PURCHASE_ENDED,
        ),
        every=timedelta(minutes=5),
        rank=20,
    )
)
register(
    Feed(
        name="packages",
        label=gettext_noop("Warehouse packages"),
        capability=can.PullsPackages,
        mirror=mirror.PACKAGES,
        pull=plain_pull("pull_packages"),
        every=timedelta(minutes=10),
        rank=30,
    )
)
register(
    Feed(
        name="shipments",
        label=gettext_noop("Shipments"),
        capability=can.PullsShipments,
        mirror=mirror.SHIPMENTS,
        pull=Detailed(
            "pull_shipments",
            "read_shipment",
            models.Shipment,
            ("remote_status", "tracking_number", "fee", "weight_grams"),
            SHIPMENT_ENDED,
        ),
        every=timedelta(minutes=10),
        rank=30,
    )
)
register(
    Feed(
        name="shipping-methods",
        label=gettext_noop("Shipping methods"),
        capability=can.PullsShippingMethods,
        mirror=mirror.SHIPPING_METHODS,
        pull=plain_pull("pull_shipping_methods"),
        every=timedelta(hours=12),
        rank=60,
    )
)
register(
    Feed(
        name="addresses",
        label=gettext_noop("Addresses"),
        capability=can.PullsAddresses,
        mirror=mirror.ADDRESSES,
        pull=plain_pull("pull_addresses"),
        every=timedelta(hours=1),
        rank=60,
    )
)
register(
    Feed(
        name="favourites",
        label=gettext_noop("Favourites"),
        capability=can.PullsFavourites,
        mirror=mirror.FAVOURITES,
        pull=pull_favourites,
        every=timedelta(minutes=30),
        rank=60,
    )
)
register(
    Feed(
        name="profile",
        label=gettext_noop("Profile"),
        capability=can.PullsProfile,
        mirror=mirror.PROFILE,
        pull=plain_pull("pull_profile"),
        every=timedelta(hours=12),
        rank=70,
    )
)


def look_at(connection: Connection, channel: Any, remote_id: str) -> models.SourceProduct | None:
    """Read one source product and keep it; `None` when the source does not have it (any more)."""
    read_at = timezone.now()
    record = channel.read_source_product(remote_id)
    rows = models.SourceProduct.objects.filter(connection=connection)
    if record is None:
        rows.filter(remote_id=remote_id, gone_at=None).update(gone_at=read_at, changed_at=read_at)
        return None
    mirror.upsert_source_products(connection, [record], read_at)
    return rows.filter(remote_id=record.remote_id).first()


def read_whole(connection: Connection, channel: Any, name: str) -> None:
    """Read a short list (cart, addresses, favourites, profile) whole and bring its mirror in step."""
    feed, after, seen = FEEDS[name], None, set()
    while True:
        read_at = timezone.now()
        page = feed.pull(Pull(connection, channel, after, None, True))
        feed.upsert(connection, page.records, read_at)
        seen |= {record.remote_id for record in page.records} | {bad.remote_id for bad in page.bad}
        after = page.next
        if after is None:
            break
    feed.mark_gone(connection, seen)


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
