"""What every page of the catalog reads first: the product, variant or connection that a person may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from dashboard.catalog.models import Product, Variant
from dashboard.sync.models import Connection, FeedState


def product_of(request: Any, pk: int) -> Product:
    """The product with its connection, all of its columns. 404 for a foreign one."""
    rows = Product.objects.visible_to(request.user).select_related("connection")
    found: Product = get_object_or_404(rows, pk=pk)
    return found


def variant_of(request: Any, pk: int) -> Variant:
    """The variant with its product and connection. 404 for a foreign one."""
    found: Variant = get_object_or_404(Variant.objects.visible_to(request.user).whole(), pk=pk)
    return found


def connection_of(request: Any, slug: str) -> Connection:
    """A connection that the person may see. 404 for a foreign one."""
    found = Connection.objects.visible_to(request.user).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def read_at_of(connection: Connection) -> datetime | None:
    """When a connection's products were last read."""
    states = FeedState.objects.filter(connection=connection, feed="products")
    return states.values_list("last_ok_at", flat=True).first()
