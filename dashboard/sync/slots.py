"""How many threads of a worker long readings, or one connection, may take: what others want done is never held up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ROOM = 2  # threads that are left to others

Wish = tuple[Any, ...]  # a task and its arguments


class Slots:
    """Places of each key, taken or not, without waiting; remembers what was turned away, each thing once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limit = 1_000
        self._taken: Counter[Any] = Counter()
        self._turned_away: dict[Any, dict[Wish, None]] = {}

    def leave_room_in(self, threads: int) -> None:
        """All but two of so many threads may be taken for one key, at least one."""
        self._limit = max(1, threads - ROOM)

    @contextmanager
    def place(self, wish: Wish, key: Any = None) -> Iterator[bool]:
        """A place for as long as the block lasts; false when none is free, and then the wish is kept."""
        with self._lock:
            is_ours = self._taken[key] < self._limit
            self._taken[key] += is_ours
            if not is_ours:
                self._turned_away.setdefault(key, {})[wish] = None
        try:
            yield is_ours
        finally:
            with self._lock:
                self._taken[key] -= is_ours

    def turned_away(self, key: Any = None) -> Wish | None:
        """What was turned away first, and is kept no longer: its place may be free now."""
        with self._lock:
            waiting = self._turned_away.get(key)
            if not waiting:
                return None
            first = next(iter(waiting))
            del waiting[first]
            return first


FEEDS = Slots()
CONNECTIONS = Slots()
