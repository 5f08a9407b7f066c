"""Connections whose orders are mirrored already."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.orders.models import Order
from tests.connected import Connect, Connected, pull


@pytest.fixture
def goods(connect: Connect) -> Connected:
    """Digital goods delivered in parts; deliveries and errors can be read."""
    found = connect("imetastore", "goods")
    pull(found.connection, "orders")
    return found


@pytest.fixture
def supply(connect: Connect) -> Connected:
    """Digital goods whose delivery is replaced or appended to; status and refund."""
    found = connect("accplanet", "supply")
    pull(found.connection, "orders")
    return found


@pytest.fixture
def partner(connect: Connect) -> Connected:
    """Orders that we create, pay and cancel."""
    found = connect("shoppo", "partner")
    pull(found.connection, "products", "orders")
    return found


@pytest.fixture
def stores(connect: Connect) -> Connected:
    """Orders of several marketplace accounts; invoices."""
    found = connect("m2e", "stores")
    pull(found.connection, "orders")
    return found


@pytest.fixture
def order_of() -> Callable[..., Order]:
    """``order_of(connected, status="to_deliver", …)``: the oldest mirrored order like that."""

    def find(connected: Connected, **like: object) -> Order:
        found = Order.objects.filter(connection=connected.connection, gone_at=None, **like).order_by("pk").first()
        assert found is not None, f"the sandbox has no order with {like}"
        return found

    return find
