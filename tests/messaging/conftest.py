"""A marketplace with a chat, read once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.messaging.models import Thread
from tests.connected import Connect, Connected, pull


@pytest.fixture
def chat(connect: Connect) -> Connected:
    """Threads and messages were read once."""
    found = connect("imetastore", "chat")
    pull(found.connection, "threads", "messages")
    return found


@pytest.fixture
def thread_of() -> Callable[[Connected], Thread]:
    """``thread_of(chat)``: the thread that was written in last."""

    def find(connected: Connected) -> Thread:
        found = Thread.objects.filter(connection=connected.connection).order_by("-last_message_at", "pk").first()
        assert found is not None
        return found

    return find
