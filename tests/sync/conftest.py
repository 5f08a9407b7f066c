"""Fixtures of the machinery's tests. `connect` itself lives in `tests.connected` and is known to every test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.sync.models import Connection
from tests.connected import Connect, Connected
from tests.sync.scripted import ABSOLUTE, scripted


@pytest.fixture
def shop(connect: Connect) -> Connected:
    """A connection with price, stock, create and invoices, over its sandbox."""
    return connect("m2e", "shop")


@pytest.fixture
def pushing(connect: Connect) -> Connected:
    """A connection whose platform signs its callbacks, over its sandbox."""
    return connect("imetastore", "pushing")


@pytest.fixture
def connection(shop: Connected) -> Connection:
    """Only the connection of `shop`."""
    return shop.connection


@pytest.fixture
def sandbox(shop: Connected) -> Any:
    """Only the sandbox of `shop`."""
    return shop.sandbox


@pytest.fixture
def note() -> Iterator[Any]:
    """A kind that is sent again only after proven absence; one at a time for each target."""
    with scripted() as kind:
        yield kind


@pytest.fixture
def setter() -> Iterator[Any]:
    """A kind that sets a value."""
    with scripted(**ABSOLUTE) as kind:
        yield kind


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What workers were told by pages that manage connections."""
    kept: list[Any] = []
    for place in ("views.managing", "reading"):
        monkeypatch.setattr(
            f"dashboard.sync.{place}.tell", lambda task, *args: kept.append((task.name.rpartition(".")[2], *args))
        )
    return kept
