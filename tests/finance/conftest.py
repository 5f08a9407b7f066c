"""Connections that state money, over their sandboxes."""

import pytest

from tests.connected import Connect, Connected


@pytest.fixture
def agent(connect: Connect) -> Connected:
    """A buying agent: wallet, movements, coupons."""
    return connect("fulfillbot", "agent")


@pytest.fixture
def supplier(connect: Connect) -> Connected:
    """A supplier: orders, payments, balances."""
    return connect("accplanet", "supplier")
