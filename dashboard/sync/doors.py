"""The doors that pushes come to: connections by their callback key, kept in memory for some seconds.

A door may be outdated: secrets are changed and connections disabled by other processes. So nothing is believed by its
word alone: the statement that keeps a push says, by `STILL`, that the row is as it was when the door was opened.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from django.db.models import F

from dashboard.sync.models import Connection

LIFE = 10.0  # seconds
STILL = "id = %s AND version = %s AND callback_secrets = %s AND state <> %s"


class Door(NamedTuple):
    """A connection that takes pushes, and the values of `STILL` that it stands for."""

    connection: Connection
    still: tuple[Any, ...]
    until: float


_open: dict[str, Door] = {}


def kept(key: str) -> Door | None:
    """The door that was opened lately, without a question."""
    door = _open.get(key)
    return door if door is not None and time.monotonic() < door.until else None


def opened(key: str) -> Connection | None:
    """The connection as its row is now, kept from now on; `None` for an unknown key and for a disabled connection."""
    rows = Connection.objects.filter(callback_key=key).exclude(state=Connection.DISABLED)
    connection = rows.annotate(sealed=F("callback_secrets")).first()
    if connection is None:
        _open.pop(key, None)
        return None
    still = (connection.pk, connection.version, connection.sealed.token, Connection.DISABLED)
    _open[key] = Door(connection, still, time.monotonic() + LIFE)
    return connection


def close_doors() -> None:
    """Forget them all."""
    _open.clear()
