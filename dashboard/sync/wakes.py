"""Wake-ups for pushes: at once for the first, together for those that follow within a moment.

A wake-up costs as much as keeping the push. Whoever is woken applies everything that waits, so that one is enough.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

GAP = 0.1  # seconds


class Wakes:
    """`act` is called at once, or, when it was called less than a moment ago, once at the end of that moment."""

    def __init__(self, act: Callable[[int], None], gap: float = GAP) -> None:
        self._act, self._gap = act, gap
        self._lock = threading.Lock()
        self._last, self._is_waiting = float("-inf"), False

    def wake(self, pk: int) -> None:
        """Somebody should look after this one soon."""
        with self._lock:
            if self._is_waiting:
                return
            rest = self._last + self._gap - time.monotonic()
            self._is_waiting = rest > 0
            if not self._is_waiting:
                self._last = time.monotonic()
        if rest > 0:
            later = threading.Timer(rest, self._late, [pk])
            later.daemon = True
            later.start()
        else:
            self._act(pk)

    def _late(self, pk: int) -> None:
        with self._lock:
            self._last, self._is_waiting = time.monotonic(), False
        self._act(pk)
