"""Opens channels: one per connection, version and process, kept for the life of the process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from channels.platform import MemoryTokens, Ports, Settings, TokenStore
from dashboard.core.scrub import register_secret
from dashboard.sync.limiter import RowLimiter
from dashboard.sync.models import Connection
from dashboard.sync.recorder import recorder
from dashboard.sync.tokens import RowTokens

_open: dict[tuple[int, str], tuple[int, Any]] = {}
_lock = threading.Lock()

# How long a call may wait for its turn (seconds), and how many calls of a window it leaves to others.
# A worker's command waits in its row, not in a thread that others need.
PURPOSES = {"staff": (5.0, 0), "worker": (1.0, 0), "refresh": (10.0, 5), "foreground": (130.0, 0)}

# A sandbox in this process instead of the network, by base URL: tests put them here.
TRANSPORTS: dict[str, Any] = {}


def open_channel(connection: Connection, purpose: str = "staff") -> Any:
    """The channel of a connection: an object that has the platform's capabilities."""
    key = (connection.pk, purpose)
    with _lock:
        kept = _open.get(key)
        if kept is not None and kept[0] == connection.version:
            return kept[1]
        if kept is not None:
            kept[1].http.close()
        channel = _build(connection, purpose, RowTokens(connection.pk, connection.version))
        _open[key] = (connection.version, channel)
        return channel


@contextmanager
def opened_apart(connection: Connection) -> Iterator[Any]:
    """A channel for once, with settings that may not be saved: its sign-in is nobody else's."""
    channel = _build(connection, "staff", MemoryTokens())
    try:
        yield channel
    finally:
        channel.http.close()


def close_channels() -> None:
    """Close everything that this process holds open."""
    with _lock:
        for _, channel in _open.values():
            channel.http.close()
        _open.clear()


def settings_of(connection: Connection) -> Settings:
    """What a channel is opened with."""
    return Settings(
        base_url=connection.base_url,
        credentials=connection.credentials,
        options={key: str(value) for key, value in connection.options.items()},
        routes=connection.routes,
        confirmed_routes=frozenset(connection.confirmed_routes),
    )


def secrets_of(connection: Connection) -> list[str]:
    """The values that must never be shown: secret credentials, callback secrets."""
    names = [field.key for field in connection.declared.credentials if field.secret]
    return [str(connection.credentials.get(name, "")) for name in names] + list(connection.callback_secrets)


def _build(connection: Connection, purpose: str, tokens: TokenStore) -> Any:
    patience, reserve = PURPOSES[purpose]
    register_secret(*secrets_of(connection))
    ports = Ports(
        limiter=RowLimiter(connection.pk, patience=patience, reserve=reserve),
        record=recorder(connection.pk),
        tokens=tokens,
        transport=TRANSPORTS.get(connection.base_url),
        private_hosts=frozenset(settings.CHANNEL_ALLOWED_HOSTS),
    )
    return connection.declared.open(settings_of(connection), ports)
