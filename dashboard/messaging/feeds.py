"""The feeds of conversations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import capabilities as can
from channels.records import Ref
from dashboard.messaging.mirror import MESSAGES, THREADS, upsert_messages, upsert_threads
from dashboard.messaging.models import Thread
from dashboard.sync.feeds import Feed, plain_pull, register
from dashboard.sync.models import Connection, FeedState
from dashboard.sync.upsert import Counts


@dataclass(frozen=True)
class ThreadsFeed(Feed):
    """Threads, with what they keep of their messages."""

    def upsert(self, connection: Connection, records: Iterable[Any], read_at: datetime) -> Counts:
        """Bring the threads of one page in step."""
        return upsert_threads(connection, records, read_at)


@dataclass(frozen=True)
class MessagesFeed(Feed):
    """Messages; each also tells what its thread shows."""

    def upsert(self, connection: Connection, records: Iterable[Any], read_at: datetime) -> Counts:
        """Bring the messages of one page in step."""
        return upsert_messages(connection, records, read_at)


register(
    ThreadsFeed(
        name="threads",
        label=gettext_noop("Threads"),
        capability=can.PullsThreads,
        mirror=THREADS,
        pull=plain_pull("pull_threads"),
        every=timedelta(minutes=1),
        rank=35,
    )
)
# Ten minutes of overlap are a page at most, and enough for two clocks that differ. Platforms forget old messages, so
# what a sweep does not show is not gone.
register(
    MessagesFeed(
        name="messages",
        label=gettext_noop("Messages"),
        capability=can.PullsMessages,
        mirror=MESSAGES,
        pull=plain_pull("pull_messages"),
        every=timedelta(minutes=1),
        sweep=timedelta(days=7),
        marks_gone=False,
        rank=36,
    )
)


def ref_of(thread: Thread) -> Ref:
    """A thread as channels take it."""
    return Ref(remote_id=thread.remote_id)


def read_again(connection: Connection, channel: Any, thread: Ref, since: datetime) -> int:
    """Read the messages of one thread since then, and have the list of threads read soon. Gives their number."""
    read_at = timezone.now()
    found = channel.read_messages(thread, since)
    upsert_messages(connection, found, read_at)
    FeedState.objects.filter(connection=connection, feed="threads").update(next_due_at=read_at)
    return len(found)
