"""Relay connections: forward and backward paging with offset cursors, and the time ranges of filters."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from channels.shoppo.sandbox_shop import Problem, Thing

DEFAULT_SIZE, LARGEST_SIZE = 20, 100
_PREFIX = "arrayconnection:"


def connection(
    items: Sequence[Thing],
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Thing:
    """A page of ``items``; without ``first`` and ``last`` 20 of them, never more than 100."""
    start = _offset(after) + 1 if after else 0
    end = min(_offset(before), len(items)) if before else len(items)
    if first is None and last is None:
        first = DEFAULT_SIZE
    if first is not None:
        end = min(end, start + _size(first, "first"))
    if last is not None:
        start = max(start, end - _size(last, "last"))
    edges = [{"node": items[index], "cursor": _cursor(index)} for index in range(start, end)]
    return {
        "length": len(items),
        "edges": edges,
        "pageInfo": {
            "hasNextPage": end < len(items) and start < len(items),
            "hasPreviousPage": start > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _size(given: int, name: str) -> int:
    if given < 0:
        raise Problem(f"Argument {name} must not be negative.", "InvalidArgument")
    return min(given, LARGEST_SIZE)


def _cursor(index: int) -> str:
    return base64.b64encode(f"{_PREFIX}{index}".encode()).decode()


def _offset(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix(_PREFIX))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Problem(f"Invalid cursor {cursor}", "InvalidArgument") from None


def within(items: Sequence[Thing], key: str, given: list[Any] | None, name: str) -> list[Thing]:
    """The items whose ``key`` lies in the range of two unix timestamps, bounds included."""
    if given is None:
        return list(items)
    if len(given) != 2 or None in given or given[0] > given[1]:
        raise Problem(f"{name} must be two unix timestamps, the earlier one first.", "InvalidArgument")
    return [item for item in items if item[key] is not None and given[0] <= item[key] <= given[1]]
