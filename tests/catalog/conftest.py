"""Fixtures of the catalog's tests: connections over sandboxes, already read."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.catalog.models import Product
from tests.connected import Connect, Connected, pull


@pytest.fixture
def digital(connect: Connect) -> Connected:
    """A connection that can do everything with products, one call each; its products are read."""
    made = connect("accplanet", "digital")
    pull(made.connection, "products", "categories")
    return made


@pytest.fixture
def retail(connect: Connect) -> Connected:
    """A connection with many variants a product and batch calls; its products are read."""
    made = connect("m2e", "retail")
    pull(made.connection, "products")
    return made


@pytest.fixture
def looked_at(connect: Connect) -> Connected:
    """A connection whose catalog can only be read."""
    made = connect("shoppo", "looked-at")
    pull(made.connection, "products")
    return made


@pytest.fixture
def listed(connect: Connect) -> Connected:
    """A connection with listing, stock and price, a hundred a call; its products are read."""
    made = connect("imetastore", "listed")
    pull(made.connection, "products")
    return made


def unsold(sandbox: Any) -> dict[str, Any]:
    """A product of the digital sandbox that nobody bought."""
    sold = {order["product_id"] for order in sandbox.orders.values()}
    return next(one for one in sandbox.products.values() if one["product_id"] not in sold)


@pytest.fixture
def free(digital: Connected) -> Product:
    """A mirrored product that nobody bought."""
    found: Product = Product.objects.get(remote_id=unsold(digital.sandbox)["product_id"])
    return found
