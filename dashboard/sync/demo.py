"""What the demo begins with: one person per role, one connection per platform, pointing at the sandboxes.

The domains add what staff would have (`filling`, in their own `demo.py`).
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db.models import Case, DateTimeField, When
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from channels.registry import PLATFORMS
from dashboard.sync import connections
from dashboard.sync.models import Connection, FeedState

AFTER_ORDERS = timedelta(seconds=20)  # what is asked of each order waits until those that are gone are known
PEOPLE = (
    ("demo", "paper-ledger-petrol", "superuser"),
    ("amira", "paper-ledger-admin", "admin"),
    ("felix", "paper-ledger-fulfil", "fulfilment"),
    ("sofia", "paper-ledger-support", "support"),
    ("marek", "paper-ledger-finance", "finance"),
    ("wei", "paper-ledger-viewer", "viewer"),
)

Filling = Callable[[], bool]
_fillings: list[Filling] = []


def filling(found: Filling) -> Filling:
    """Register what staff of a shop would have added by now. It gives False while what it needs has not been read."""
    _fillings.append(found)
    return found


class Fillings:
    """Those of a demo that begins; one that goes on keeps what people made of them, and has none."""

    def __init__(self, *, is_new: bool) -> None:
        autodiscover_modules("demo")
        self._left = list(_fillings) if is_new else []

    def go_on(self) -> None:
        """Do what can be done by now; called until there is nothing left."""
        self._left = [one for one in self._left if not one()]


def prepare(sandbox_url: str) -> Fillings:
    """Make what is missing; what is there stays. The sandboxes begin anew, so that all feeds are read in full."""
    fillings = Fillings(is_new=not get_user_model().objects.exists())
    for name, password, role in PEOPLE:
        _person(name, password, role)
    for key in PLATFORMS:
        if not Connection.objects.filter(slug=f"demo-{key}").exists():
            _connect(key, f"{sandbox_url}/{key}")
    due = Case(When(feed="orders", then=None), default=timezone.now() + AFTER_ORDERS, output_field=DateTimeField())
    FeedState.objects.update(next_due_at=due, last_full_at=None)
    return fillings


def _person(name: str, password: str, role: str) -> None:
    people = get_user_model().objects
    if people.filter(username=name).exists():
        return
    if role == "superuser":
        people.create_superuser(name, f"{name}@example.com", password, role="admin")
    else:
        people.create_user(name, f"{name}@example.com", password, role=role, sees_all_connections=True)


def _connect(key: str, url: str) -> None:
    platform = PLATFORMS[key]
    sandbox = platform.sandbox
    values = {**sandbox.credentials, **getattr(sandbox, "options", {})}  # type: ignore[attr-defined]
    given = {"title": platform.label, "base_url": url, "values": values}
    if platform.callbacks is not None:
        given["callback_secrets"] = [sandbox.callback_secret]  # type: ignore[attr-defined]
    connections.add(key, f"demo-{key}", given, trusted=True, by=None)


def require_free_port(host: str, port: int) -> None:
    """Raise `CommandError` with the way out when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise CommandError(f"Port {port} is taken. Stop what listens there, or choose another port.") from None


def listens(port: int) -> bool:
    """Whether a connection to the local port is taken."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
