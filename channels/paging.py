"""The three ways platforms page, each as one function from the cursor before to the page and the cursor after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from channels.errors import WireError
from channels.records import Bad, Page

T = TypeVar("T")


class Chunk(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """What one call brought. ``has_more`` and ``cursor`` as the platform states them, ``None`` where it does not."""

    records: tuple[T, ...]
    bad: tuple[Bad, ...] = ()
    total: int | None = None
    has_more: bool | None = None
    cursor: str | None = None

    @property
    def size(self) -> int:
        """Items on the page, bad ones included."""
        return len(self.records) + len(self.bad)


def _page(chunk: Chunk[T], following: str | None) -> Page[T]:
    return Page(records=chunk.records, bad=chunk.bad, next=following, total=chunk.total)


def _start(after: str | None, first: int) -> int:
    try:
        return first if after is None else int(after)
    except ValueError:
        raise WireError(f"Not a page cursor of this feed: {after!r}.", path="cursor") from None


def by_number(after: str | None, fetch: Callable[[int], Chunk[T]], *, size: int, last: int | None = None) -> Page[T]:
    """Pages 1, 2, 3 …; ``last`` is the highest page number that the platform serves."""
    number = _start(after, 1)
    chunk = fetch(number)
    more = chunk.has_more
    if more is None:
        more = number * size < chunk.total if chunk.total is not None else chunk.size >= size
    more = more and chunk.size > 0 and (last is None or number < last)
    return _page(chunk, str(number + 1) if more else None)


def by_offset(after: str | None, fetch: Callable[[int], Chunk[T]], *, size: int, overlap: int = 0) -> Page[T]:
    """Offsets 0, size, 2·size.

    Each page re-reads the last ``overlap`` rows of the one before, so that a row deleted in between cannot push
    another one out of sight.
    """
    offset = _start(after, 0)
    chunk = fetch(offset)
    end = offset + chunk.size
    more = end < chunk.total if chunk.total is not None else chunk.size >= size
    more = more and chunk.size > overlap
    return _page(chunk, str(end - overlap) if more else None)


def by_cursor(after: str | None, fetch: Callable[[str | None], Chunk[T]]) -> Page[T]:
    """The platform's own cursor.

    Raises ``WireError`` when it gives back the cursor it was given, or counts more than it shows and gives none.
    """
    chunk = fetch(after)
    if after is None and not chunk.cursor and chunk.has_more is not False and 0 < chunk.size < (chunk.total or 0):
        raise WireError(
            f"The platform counts {chunk.total} rows, shows {chunk.size} and gives no cursor.", path="cursor"
        )
    more = chunk.has_more is not False and bool(chunk.cursor) and chunk.size > 0
    if more and chunk.cursor == after:
        raise WireError("The platform gave the same page cursor twice.", path="cursor")
    return _page(chunk, chunk.cursor if more else None)


def single(chunk: Chunk[T]) -> Page[T]:
    """A list that comes whole."""
    return _page(chunk, None)
