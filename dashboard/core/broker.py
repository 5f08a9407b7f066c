"""Celery's broker in a folder, made safe for several processes: no message and no table is ever read half-written."""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps

UNFINISHED = "part"  # no queue is asked for this ending


class Channel(filesystem.Channel):
    """Kombu's own creates a file first and fills it afterwards: a worker that looks in between ends with an error."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        path = os.path.join(self.data_folder_out, name)
        with open(f"{path}.{UNFINISHED}", "w", encoding="utf-8") as file:
            file.write(dumps(payload))
        os.replace(f"{path}.{UNFINISHED}", path)

    def get_table(self, exchange: str) -> Any:
        """The queues that are bound to an exchange."""
        with self._alone():
            return super().get_table(exchange)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        with self._alone():
            super()._queue_bind(exchange, routing_key, pattern, queue)

    def _delete(self, *args: Any, **kwargs: Any) -> None:
        with self._alone():
            super()._delete(*args, **kwargs)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time reads or changes the tables."""
        with open(os.path.join(self.control_folder, "lock"), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """``filesystem://`` in this project."""

    Channel = Channel
