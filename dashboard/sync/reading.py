"""Reading a platform at once because a person asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.sync import tasks
from dashboard.sync.feeds import feeds_of
from dashboard.sync.models import Connection, FeedState
from dashboard.sync.submit import tell


def read_now(connection: Connection, feeds: Iterable[str] | None = None, *, full: bool = False) -> int:
    """Make these feeds (all of the connection's) due at once and wake a worker for each; how many they are.

    ``full`` sweeps everything. Nothing is read from a connection that is at rest.
    """
    if not connection.is_at_work:
        return 0
    wanted = [feed.name for feed in feeds_of(connection)] if feeds is None else list(feeds)
    due: dict[str, Any] = {"next_due_at": None} | ({"last_full_at": None} if full else {})
    FeedState.objects.filter(connection=connection, feed__in=wanted).update(**due)
    for feed in wanted:
        tell(tasks.refresh_feed, connection.pk, feed, full)
    return len(wanted)
