"""Connections whose records are mirrored already, and one person who sees a single one of them."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.home.places import Reach
from tests.connected import Connect, Connected, pull
from tests.factories import make_user


@pytest.fixture
def goods(connect: Connect) -> Connected:
    """Orders, deliveries, messages."""
    found = connect("imetastore", "goods")
    pull(found.connection)
    return found


@pytest.fixture
def supply(connect: Connect) -> Connected:
    """Orders, products, tickets, payments."""
    found = connect("accplanet", "supply")
    pull(found.connection)
    return found


@pytest.fixture
def reach(user_for: Any) -> Any:
    """``reach()`` over all connections, made after they are."""
    return lambda role="admin", slug="": Reach(user_for(role), slug)


@pytest.fixture
def confined(goods: Connected, supply: Connected) -> Any:
    """An admin who sees the connection `supply` alone."""
    user = make_user("confined", sees_all_connections=False)
    user.connections.add(supply.connection)
    return user
