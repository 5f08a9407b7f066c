"""The feeds of the catalog, and what its callbacks make it read again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import capabilities as can
from channels.events import MerchantToggled, ProductTouched, VariantTouched
from channels.records import Ref
from dashboard.catalog.mirror import CATEGORIES, PRODUCTS, upsert_products
from dashboard.catalog.models import Product, Variant
from dashboard.sync.feeds import Feed, on_event, plain_pull, register, run_soon
from dashboard.sync.models import Connection

register(
    Feed(
        name="products",
        label=gettext_noop("Products"),
        capability=can.PullsProducts,
        mirror=PRODUCTS,
        pull=plain_pull("pull_products"),
        every=timedelta(minutes=5),
        rank=10,
    )
)
register(
    Feed(
        name="categories",
        label=gettext_noop("Categories"),
        capability=can.PullsCategories,
        mirror=CATEGORIES,
        pull=plain_pull("pull_categories"),
        every=timedelta(hours=6),
        rank=60,
    )
)


def read_again(connection: Connection, channel: Any, ref: Ref) -> bool:
    """Read one product and bring the mirror in step; what the platform does not know any more is gone.

    Gives whether it is there.
    """
    read_at = timezone.now()
    record = channel.read_product(ref)
    if record is not None:
        upsert_products(connection, [record], read_at)
        return True
    Product.objects.filter(connection=connection, remote_id=ref.remote_id).call_gone(read_at)
    return False


@on_event(ProductTouched)
def product_touched(connection: Connection, channel: Any, event: ProductTouched) -> str:
    """A product changed: read it, or, where the push names none, run the feed soon."""
    if not event.remote_id:
        return products_soon(connection)
    is_there = read_again(connection, channel, Ref(remote_id=event.remote_id))
    said = gettext_noop("Read product %(id)s.") if is_there else gettext_noop("Product %(id)s is not on the platform.")
    return said % {"id": event.remote_id}


@on_event(VariantTouched)
def variant_touched(connection: Connection, channel: Any, event: VariantTouched) -> str:
    """A variant changed: read its product again."""
    row = Variant.objects.filter(product__connection=connection, remote_id=event.remote_id).select_related("product")
    found = row.first() if event.remote_id else None
    if found is None:
        return products_soon(connection)
    read_again(connection, channel, Ref(remote_id=found.product.remote_id, sku=found.product.sku))
    return gettext_noop("Read product %(id)s.") % {"id": found.product.remote_id}


@on_event(MerchantToggled)
def merchant_toggled(connection: Connection, channel: Any, event: MerchantToggled) -> str:
    """A merchant was switched: any product may have changed."""
    return products_soon(connection)


def products_soon(connection: Connection) -> str:
    """Have the products read next, and say so."""
    run_soon(connection, "products")
    return gettext_noop("The products feed runs next.")
