"""How many feeds a worker reads at once, so that long readings never hold up what a person wants done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

ROOM = 2  # threads that no feed takes


class Slots:
    """Places that are taken or not, without waiting; remembers that somebody was turned away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken, self._limit, self._turned_away = 0, 1_000, False

    def leave_room_in(self, threads: int) -> None:
        """All but two of so many threads may be taken, at least one."""
        self._limit = max(1, threads - ROOM)

    @contextmanager
    def place(self) -> Iterator[bool]:
        """A place for as long as the block lasts; false when none is free."""
        with self._lock:
            is_ours = self._taken < self._limit
            self._taken += is_ours
            self._turned_away |= not is_ours
        try:
            yield is_ours
        finally:
            with self._lock:
                self._taken -= is_ours

    def was_anybody_turned_away(self) -> bool:
        """Since this was asked last."""
        with self._lock:
            found, self._turned_away = self._turned_away, False
        return found


FEEDS = Slots()
