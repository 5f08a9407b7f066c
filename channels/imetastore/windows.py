"""Walking lists that serve at most 100 pages of 100 rows for one set of filters.

A list with more rows is split by time of creation, again and again, until each part can be served whole. The cursor
holds the parts still to come, the page and the total last seen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from channels.errors import WireError
from channels.paging import Chunk
from channels.records import Page

T = TypeVar("T")

SIZE = 100
LAST_PAGE = 100
OLDEST = datetime(2015, 1, 1, tzinfo=UTC)
FINEST = timedelta(seconds=4)
OVERLAP = timedelta(seconds=1)
RETRIES = 50


class Window(msgspec.Struct, frozen=True):
    """A stretch of time of creation; an open end is ``None``."""

    start: datetime | None = None
    end: datetime | None = None

    def halves(self, now: datetime) -> tuple[Window, Window]:
        """Two windows that cover this one, overlapping by a second. Raises ``WireError`` when it is too short."""
        start, end = self.start or OLDEST, self.end or now + timedelta(days=1)
        if end - start < FINEST:
            raise WireError(f"More than {SIZE * LAST_PAGE} rows were made within seconds: they cannot be told apart.")
        middle = (start + (end - start) / 2).replace(microsecond=0)
        return Window(self.start, middle + OVERLAP), Window(middle, self.end)


class Cursor(msgspec.Struct, frozen=True):
    """Where a walk stands: the window at hand first, then those to come."""

    windows: list[Window]
    page: int = 1
    total: int = 0


Fetch = Callable[[Window, int], Chunk[T]]


def walk(after: str | None, fetch: Fetch[T], *, start: datetime | None, now: datetime) -> Page[T]:
    """One page of a walk through everything made since ``start`` (``None``: ever).

    A total that shrank tells that rows moved up while the walk went on: the walk steps back by as many pages.
    """
    cursor = _load(after, start)
    for _ in range(RETRIES):
        chunk = fetch(cursor.windows[0], cursor.page)
        total = cursor.total if chunk.total is None else chunk.total
        if total > SIZE * LAST_PAGE or _is_cut_off(cursor, chunk):
            cursor = Cursor([*cursor.windows[0].halves(now), *cursor.windows[1:]])
        elif cursor.page > 1 and total < cursor.total:
            back = -(-(cursor.total - total) // SIZE)
            cursor = Cursor(cursor.windows, max(1, cursor.page - back), total)
        else:
            return Page(records=chunk.records, bad=chunk.bad, next=_following(cursor, chunk), total=chunk.total)
    raise WireError("The list keeps changing faster than it can be walked.")


def _is_cut_off(cursor: Cursor, chunk: Chunk[T]) -> bool:
    """Whether the last page that is served is full, and nobody said that nothing comes after it."""
    return chunk.total is None and cursor.page == LAST_PAGE and chunk.size >= SIZE


def _following(cursor: Cursor, chunk: Chunk[T]) -> str | None:
    more = cursor.page * SIZE < chunk.total if chunk.total is not None else chunk.size >= SIZE
    if more and chunk.size and cursor.page < LAST_PAGE:
        return _dump(Cursor(cursor.windows, cursor.page + 1, chunk.total or 0))
    return _dump(Cursor(cursor.windows[1:])) if cursor.windows[1:] else None


def _dump(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _load(after: str | None, start: datetime | None) -> Cursor:
    if after is None:
        return Cursor([Window(start)])
    try:
        cursor = msgspec.json.decode(after, type=Cursor)
    except (msgspec.DecodeError, UnicodeDecodeError):
        cursor = Cursor([])
    if not cursor.windows:
        raise WireError(f"Not a page cursor of this feed: {after[:80]!r}.", path="cursor")
    return cursor
