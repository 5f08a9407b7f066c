"""Sandboxes on a port, for processes that die."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from channels.serving import SandboxServer
from dashboard.sync.opening import TRANSPORTS, close_channels


@pytest.fixture
def server(settings: Any) -> Iterator[SandboxServer]:
    """A server of sandboxes; absence counts at once."""
    settings.COMMAND_SETTLE_SECONDS = 0
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    close_channels()
    made = SandboxServer({})
    made.start()
    yield made
    made.shutdown()
    made.server_close()
    close_channels()
    for url in [one for one in TRANSPORTS if one.startswith(made.url)]:
        TRANSPORTS.pop(url)
