"""Session tokens of a connection, shared by all processes through its row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from channels.errors import NotSent
from dashboard.sync.models import Connection

LOCK_SECONDS = 45
WAIT_SECONDS = 40


class RowTokens:
    """The token store of one connection: encrypted in its row, with a lock that lapses by itself.

    It belongs to one version of the connection: a process that still holds older credentials can neither read nor
    leave a token there.
    """

    def __init__(self, connection_id: int, version: int) -> None:
        self._row = Connection.objects.filter(pk=connection_id, version=version)

    def load(self) -> tuple[str, datetime] | None:
        """The token and when it ends; `None` before the first sign-in."""
        row = self._row.only("token", "token_expires_at").first()
        if row is None or not row.token or row.token_expires_at is None:
            return None
        return row.token, row.token_expires_at

    def save(self, token: str, expires_at: datetime) -> None:
        """Keep a new token for every process."""
        self._row.update(token=token, token_expires_at=expires_at)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to sign in. Raises `NotSent` when another process holds it too long."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (until := self._take()) is None:
            if time.monotonic() > deadline:
                raise NotSent("Another process is signing in to the platform and does not come to an end.")
            time.sleep(0.05)
        try:
            yield
        finally:
            self._row.filter(token_locked_until=until).update(token_locked_until=None)

    def _take(self) -> datetime | None:
        """Until when the lock is ours; `None` while another holds it. Superseded credentials wait for nobody."""
        now = timezone.now()
        until = now + timedelta(seconds=LOCK_SECONDS)
        free = Q(token_locked_until=None) | Q(token_locked_until__lt=now)
        if self._row.filter(free).update(token_locked_until=until) or not self._row.exists():
            return until
        return None
