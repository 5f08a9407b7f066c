"""Imported by a worker (`-I tests.faults.deaf`): it hears nothing from its broker once a file named `deaf` appears.

It goes on living, as after a reconnection that stalled. A process that begins after the file hears again.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from kombu.transport import redis, virtual

BORN, MARK = time.time(), Path(os.environ["DATA_DIR"]) / "deaf"
_drain_events, _brpop_start = virtual.Transport.drain_events, redis.Channel._brpop_start


def is_deaf() -> bool:
    return MARK.exists() and MARK.stat().st_mtime > BORN


def drain_events(self: Any, connection: Any, timeout: float | None = None, **more: Any) -> Any:
    if not is_deaf():
        return _drain_events(self, connection, timeout=timeout, **more)
    time.sleep(0.2)
    raise TimeoutError


def brpop_start(self: Any, *args: Any, **more: Any) -> None:
    if not is_deaf():
        _brpop_start(self, *args, **more)


virtual.Transport.drain_events = drain_events
redis.Channel._brpop_start = brpop_start
