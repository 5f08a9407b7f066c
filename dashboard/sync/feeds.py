"""What can be refreshed: each domain registers its feeds here, from its own `feeds.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from channels.events import Event
from channels.records import Page
from dashboard.sync.models import Connection, FeedState
from dashboard.sync.upsert import Counts, Mirror, mark_gone, upsert

LATE_AFTER = 3  # times a feed's rhythm
EVER = datetime.min.replace(tzinfo=UTC)  # sorts what was never read before all that was


@dataclass(frozen=True)
class Pull:
    """What a feed's pull is given: the open channel, the cursor of the page before, and since when to ask.

    `since` is `None` in a full sweep; `is_full` also tells a sweep that a person asked for.
    """

    connection: Connection
    channel: Any
    after: str | None
    since: datetime | None
    is_full: bool


@dataclass(frozen=True)
class Feed:
    """A stream of records of one kind.

    `pull(context)` gives one page; `mirror` takes its records. `every` is the usual time between two runs, `sweep` the
    time between two full sweeps, `overlap` how far an incremental run looks back behind its watermark. With
    `marks_gone` a full sweep gives rows that it did not see their `gone_at`. `rank` orders the feeds of a connection:
    what others refer to comes first. A feed that asks about the rows of another one names it in `after`, and waits
    until that one was read once. `own_upsert` takes the place of the plain one where records tell more than the mirror.
    """

    name: str
    label: str
    capability: type
    mirror: Mirror
    pull: Callable[[Pull], Page[Any]]
    every: timedelta = timedelta(minutes=2)
    sweep: timedelta = timedelta(hours=24)
    overlap: timedelta = timedelta(minutes=10)
    marks_gone: bool = True
    rank: int = 50
    after: str = ""
    own_upsert: Callable[[Connection, Iterable[Any], datetime], Counts] | None = None

    def upsert(self, connection: Connection, records: Iterable[Any], read_at: datetime) -> Counts:
        """Bring the mirror in step with the records of one page."""
        if self.own_upsert is not None:
            return self.own_upsert(connection, records, read_at)
        return upsert(self.mirror, connection, records, read_at=read_at)

    def mark_gone(self, connection: Connection, seen: set[str], began: datetime) -> int:
        """After a full sweep that began then."""
        return mark_gone(self.mirror, connection, seen, began) if self.marks_gone else 0

    def is_late(self, read_at: datetime | None, now: datetime) -> bool:
        """Whether what was last read at `read_at` is older than a page may leave unsaid; never read is late."""
        return read_at is None or now - read_at > self.every * LATE_AFTER

    def alive(self, connection: Connection) -> int:
        """How many rows a full sweep could call gone."""
        rows = self.mirror.model._default_manager.filter(connection=connection, gone_at=None)
        return rows.count() if self.marks_gone else 0


FEEDS: dict[str, Feed] = {}

# Callback event type → what a domain does about it. A handler is given the connection, its open channel and the event;
# it reads and upserts, and gives the sentence that the callback shows as its outcome.
Handler = Callable[[Connection, Any, Any], str]
HANDLERS: dict[type[Event], list[Handler]] = {}


def register(feed: Feed) -> Feed:
    """Make a feed known. Two of one name are a mistake."""
    if feed.name in FEEDS:
        raise ValueError(f"The feed “{feed.name}” is registered twice.")
    FEEDS[feed.name] = feed
    return feed


def on_event(event: type[Event]) -> Callable[[Handler], Handler]:
    """Register a handler for one type of callback event."""

    def keep(handler: Handler) -> Handler:
        HANDLERS.setdefault(event, []).append(handler)
        return handler

    return keep


def plain_pull(method: str) -> Callable[[Pull], Page[Any]]:
    """A pull that is the channel's own method of that name."""

    def pull(context: Pull) -> Page[Any]:
        page: Page[Any] = getattr(context.channel, method)(context.after, context.since)
        return page

    return pull


def run_soon(connection: Connection, *names: str) -> None:
    """Make feeds due at once."""
    FeedState.objects.filter(connection=connection, feed__in=names).update(next_due_at=timezone.now())


def feeds_of(connection: Connection) -> list[Feed]:
    """The feeds that a connection's channel can pull, in the order to run them."""
    return sorted((f for f in FEEDS.values() if connection.can(f.capability)), key=lambda f: (f.rank, f.name))
