"""A marketplace whose cases are asked for order by order, with the outcome codes known or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.aftersales.models import Case
from tests.connected import Connect, Connected, pull


@pytest.fixture
def shop(connect: Connect) -> Connected:
    """Its outcome codes are named, and everything was read once."""
    from channels.imetastore.sandbox import ImetastoreSandbox

    found = connect("imetastore", "shop", values=dict(ImetastoreSandbox.options))
    pull(found.connection, "orders", "cases")
    return found


@pytest.fixture
def nameless(connect: Connect) -> Connected:
    """No operator has named the outcome codes."""
    found = connect("imetastore", "nameless")
    pull(found.connection, "orders", "cases")
    return found


@pytest.fixture
def pending() -> Callable[[Connected], Case]:
    """``pending(shop)``: a mirrored case that nobody has decided."""

    def find(connected: Connected) -> Case:
        found = Case.objects.waiting().filter(connection=connected.connection).order_by("pk").first()
        assert found is not None
        return found

    return find


def on_platform(connected: Connected, case: Case) -> Any:
    """The sandbox's own case."""
    return connected.sandbox.cases[int(case.order_remote_id)]
