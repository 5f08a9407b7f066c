"""Two desks: one with three kinds and replies, one with a list that can be updated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.orders.models import Order
from dashboard.sync.models import Command
from dashboard.sync.submit import submit
from dashboard.tickets.models import Ticket
from tests.connected import Connect, Connected, pull


@pytest.fixture
def desk(connect: Connect) -> Connected:
    """Exchange, refund and question tickets, with replies."""
    found = connect("shoppo", "desk")
    pull(found.connection, "orders", "tickets")
    return found


@pytest.fixture
def supply(connect: Connect) -> Connected:
    """Support tickets that name their order and take updates."""
    found = connect("accplanet", "supply")
    pull(found.connection, "orders", "tickets")
    return found


@pytest.fixture
def ticket_of() -> Callable[..., Ticket]:
    """``ticket_of(desk, status="open", …)``: the oldest mirrored ticket like that."""

    def find(connected: Connected, **like: Any) -> Ticket:
        found = Ticket.objects.filter(connection=connected.connection, gone_at=None, **like).order_by("pk").first()
        assert found is not None, f"the sandbox has no ticket with {like}"
        return found

    return find


@pytest.fixture
def order_of() -> Callable[[Connected], Order]:
    """Any order with a line."""

    def find(connected: Connected) -> Order:
        found = Order.objects.filter(connection=connected.connection, line_count__gt=0).order_by("pk").first()
        assert found is not None
        return found

    return find


def refund(of: Order, **more: Any) -> dict[str, Any]:
    """The payload of a refund ticket."""
    return {
        "kind": "refund",
        "order": of.remote_id,
        "text": "The box was empty",
        "reason": "DAMAGED",
        "problem_type": "REFUND",
        "item_delivery_status": "RECEIVED",
        "first_name": "Mei",
        "last_name": "Li",
        "email": "mei@example.com",
    } | more


def open_ticket(connected: Connected, payload: dict[str, Any]) -> Command:
    """Submit a ticket (whose payload has a `kind` of its own)."""
    return submit(connected.connection, "tickets.open", "-", payload, None).command
