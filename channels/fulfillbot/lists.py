"""How the agent's lists become pages: whole ones, numbered ones, and the set of packages that may be shipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

import msgspec

from channels import records as r
from channels.errors import Rejected, WireError
from channels.fulfillbot import wire as w
from channels.fulfillbot.client import Client
from channels.paging import Chunk, single
from channels.wire import count, each, required_id

T = TypeVar("T")
R = TypeVar("R")

PAGE = 100
"""Items a page: the most that the document allows for a search, used for every list."""

_STALE = timedelta(minutes=5)
_MOST_PAGES = 50


def items(
    raws: Iterable[msgspec.Raw], kind: type[T], record: Callable[[T, bytes], R], id_of: str = "id", at: str = "$.data"
) -> tuple[tuple[R, ...], tuple[r.Bad, ...]]:
    """Every item by itself: the good ones mapped, the bad ones with their place."""
    return each(raws, kind, record, id_of=id_of, at=at)


def whole(
    raws: Iterable[msgspec.Raw], kind: type[T], record: Callable[[T, bytes], R], id_of: str = "id", at: str = "$.data"
) -> r.Page[R]:
    """A list that comes whole."""
    good, bad = items(raws, kind, record, id_of, at)
    return single(Chunk(records=good, bad=bad, total=len(good) + len(bad)))


def numbered(
    after: str | None,
    fetch: Callable[[int], w.Listing],
    kind: type[T],
    record: Callable[[T, bytes], R],
    id_of: str = "id",
    *,
    size: int = PAGE,
) -> r.Page[R]:
    """One numbered page. The cursor is ``page:total:size``: the total and page size that were seen before.

    Lists are numbered, so that an item that leaves while they are read pushes another one onto a page already read.
    A total that fell tells it: the page before is then read once more. Items may come twice, none is missed.
    """
    place = _place(after)
    listing = fetch(place.page)
    good, bad = items(listing.items, kind, record, id_of, "$.data.items")
    total, served = count(listing.total, "total"), place.size or _served(listing, place.page, size)
    has_shrunk = place.page > 1 and total is not None and place.total is not None and total < place.total
    following = place.page - 1 if has_shrunk else place.page + 1
    more = has_shrunk or _has_more(listing, place.page, served)
    cursor = f"{following}:{'' if total is None else total}:{served}" if more else None
    return r.Page(records=good, bad=bad, next=cursor, total=total)


class _Place(NamedTuple):
    """Where a pull stands; ``total`` is ``None`` where none was stated, ``size`` 0 before the first page."""

    page: int
    total: int | None = None
    size: int = 0


def _place(after: str | None) -> _Place:
    """The place that a cursor names. Raises ``WireError`` for what is none."""
    if after is None:
        return _Place(1)
    parts = [*after.split(":"), "", ""][:3]
    if not parts[0].isdigit() or any(part and not part.isdigit() for part in parts):
        raise WireError(f"Not a page cursor of this feed: {after!r}.", path="cursor")
    return _Place(max(int(parts[0]), 1), int(parts[1]) if parts[1] else None, int(parts[2] or 0))


def _served(listing: w.Listing, page: int, size: int) -> int:
    """Items a page in truth: what was asked, unless the first page states or shows that the platform serves fewer."""
    limit, total = count(listing.limit, "limit"), count(listing.total, "total")
    stated, shown = limit if limit and limit > 0 else size, len(listing.items)
    return shown if page == 1 and total is not None and 0 < shown < min(stated, total) else stated


def _has_more(listing: w.Listing, page: int, served: int) -> bool:
    """Whether a page follows: by the total, else by a full page."""
    if not listing.items:
        return False
    return page * served < listing.total if listing.total is not None else len(listing.items) >= served


class Shippable:
    """The ids of the packages that may be shipped, kept for the few minutes that a pull of all packages takes.

    The list of packages does not say it, and one read of this set serves all its pages.
    """

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        self._client, self._now = client, now
        self._kept: tuple[datetime, frozenset[str]] | None = None

    def ids(self, *, afresh: bool) -> frozenset[str] | None:
        """The ids as text; ``afresh`` reads them now. ``None``: the platform would not say, its answer is assumed."""
        kept = self._kept
        if not afresh and kept is not None and self._now() - kept[0] <= _STALE:
            return kept[1]
        try:
            found = frozenset(self._read())
        except (Rejected, WireError):
            return None
        self._kept = (self._now(), found)
        return found

    def _read(self) -> Iterable[str]:
        after: str | None = None
        for _ in range(_MOST_PAGES):
            page = numbered(after, self._fetch, w.Package, lambda package, raw: required_id(package.id))
            if page.bad:
                raise WireError(page.bad[0].reason, path=page.bad[0].path)
            yield from page.records
            if page.next is None:
                return
            after = page.next

    def _fetch(self, number: int) -> w.Listing:
        return self._client.shippable_packages({"page": number, "limit": PAGE})
