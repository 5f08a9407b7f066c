"""A connection to a buying agent over its sandbox, and a small catalogue of what can be bought there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dashboard.sync.models import Connection
from tests.connected import Connect, Connected, pull


@pytest.fixture
def agent(connect: Connect) -> Connected:
    """The agent with a wallet that can pay; its allowance is wide enough for a test."""
    found = connect("fulfillbot", "agent")
    found.sandbox.calls_per_minute = 100_000
    found.sandbox.balance = found.sandbox.frozen + Decimal(100_000)
    return found


@pytest.fixture
def connection(agent: Connected) -> Connection:
    """Only the connection."""
    return agent.connection


@pytest.fixture
def sandbox(agent: Connected) -> Any:
    """Only the sandbox."""
    return agent.sandbox


@pytest.fixture
def goods(sandbox: Any) -> dict[str, Any]:
    """An item that can be bought: product 12345, its first SKU, with 500 in stock at CNY 100."""
    product = sandbox.products[12345]
    product["skus"][0].update(stock=500, price=Decimal("100.00"))
    product["_minimum"] = 1
    return {"product": "12345", "sku": product["skus"][0]["skuId"], "quantity": 2}


@pytest.fixture
def mirrored(connection: Connection) -> Connection:
    """The connection after every feed of buying has run."""
    pull(connection, full=True)
    return connection
