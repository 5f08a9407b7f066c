"""Lists, whose envelope no document shows, and walking their pages without losing what shifts in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from zlib import crc32

import msgspec

from channels.errors import Rejected, WireError
from channels.records import Bad, Page
from channels.wire import decode, peek

R = TypeVar("R")

PAGE_SIZE = 100

Envelope = dict[str, msgspec.Raw] | list[msgspec.Raw]


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list. ``total``, ``pages`` and ``size`` as far as the answer tells; ``at`` is the list's path."""

    items: list[msgspec.Raw]
    at: str = "$"
    total: int | None = None
    pages: int | None = None
    size: int | None = None

    def has_more(self, page: int) -> bool:
        """Whether another page follows; without any number in the answer: until an empty page."""
        if not self.items:
            return False
        if self.pages is not None:
            return page < self.pages
        if self.total is not None:
            return page * (self.size or len(self.items)) < self.total
        return len(self.items) <= PAGE_SIZE


def listing(body: msgspec.Raw | bytes, plural: str) -> Listing:
    """The list in an answer: under ``results``, ``items``, ``data`` or ``plural``, or bare. Else ``WireError``."""
    whole = _envelope(body)
    if isinstance(whole, list):
        return Listing(items=whole)
    outer, at = whole, "$"
    while True:
        key = next((k for k in ("results", "items", plural, "data") if k in outer), None)
        if key is None:
            raise WireError(f"No list of {plural} in the answer.", path=at)
        inner, at = _envelope(outer[key], f"{at}.{key}"), f"{at}.{key}"
        if isinstance(inner, list):
            numbers = {**whole, **outer}
            return Listing(
                items=inner,
                at=at,
                total=_number(numbers, "total", "count"),
                pages=_number(numbers, "total_pages"),
                size=_number(numbers, "page_size"),
            )
        outer = inner


def walk(
    after: str | None,
    read: Callable[[int], Listing],
    build: Callable[[Listing], tuple[tuple[R, ...], tuple[Bad, ...]]],
    *,
    id_of: str,
) -> Page[R]:
    """One page, and the cursor of the following one.

    When the total fell since the page before, rows have moved up across the boundary: the page before is read again.
    A platform that gives the same page whatever the number (only to be seen where it states no totals) ends the walk.
    """
    page, total, first = _place(after)
    try:
        found = read(page)
    except Rejected as error:
        if error.status != 404 or page == 1:
            raise
        found = Listing(items=[], total=0 if total else None)
    head = _mark(bytes(found.items[0]), id_of) if found.items else ""
    if page > 1 and found.total is None and found.pages is None and head and head == first:
        return Page(records=())
    good, bad = build(found)
    if page > 1 and total is not None and found.total is not None and found.total < total:
        return Page(records=good, bad=bad, next=f"{page - 1}~{found.total or ''}~", total=found.total)
    following = f"{page + 1}~{'' if found.total is None else found.total}~{head}" if found.has_more(page) else None
    return Page(records=good, bad=bad, next=following, total=found.total)


def _mark(item: bytes, id_of: str) -> str:
    """Tells a page by its first item: the id, or a sum of one that has none."""
    return peek(item, id_of) or f"#{crc32(item):08x}"


def _place(after: str | None) -> tuple[int, int | None, str]:
    """A cursor's page, the total that was seen before it, and the first id of the page before."""
    if after is None:
        return 1, None, ""
    page, _, rest = after.partition("~")
    total, _, first = rest.partition("~")
    if not page.isdecimal() or not (total.isdecimal() or total == ""):
        raise WireError(f"Not a page cursor of this feed: {after[:80]!r}.", path="cursor")
    return int(page), int(total) if total else None, first


def _envelope(body: msgspec.Raw | bytes, at: str = "$") -> Envelope:
    try:
        return decode(body, Envelope)  # type: ignore[arg-type]
    except WireError as error:
        raise WireError(error.words, path=at + error.path.removeprefix("$")) from None


def _number(keys: dict[str, msgspec.Raw], *names: str) -> int | None:
    """The first of ``names`` that holds a whole number, also as text."""
    for name in names:
        digits = bytes(keys[name]).strip(b'"') if name in keys else b""
        if digits.isdigit() and len(digits) < 10:
            return int(digits)
    return None
