"""The feeds of conversations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import capabilities as can
from channels.records import Ref
from dashboard.messaging.mirror import MESSAGES, THREADS, upsert_messages, upsert_threads
from dashboard.messaging.models import Thread
from dashboard.sync.feeds import Feed, plain_pull, register, run_soon
from dashboard.sync.models import Connection

register(
    Feed(
        name="threads",
        label=gettext_noop("Threads"),
        capability=can.PullsThreads,
        mirror=THREADS,
        own_upsert=upsert_threads,
        pull=plain_pull("pull_threads"),
        every=timedelta(minutes=1),
        rank=35,
    )
)
# Ten minutes of overlap are a page at most, and enough for two clocks that differ. Platforms forget old messages, so
# what a sweep does not show is not gone.
register(
    Feed(
        name="messages",
        label=gettext_noop("Messages"),
        capability=can.PullsMessages,
        mirror=MESSAGES,
        own_upsert=upsert_messages,
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
    run_soon(connection, "threads")
    return len(found)
