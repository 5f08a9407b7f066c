"""Celery's broker in Redis, mended where kombu's own ends a worker."""

from __future__ import annotations

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as Away


class Channel(redis.Channel):
    """Kombu's own ends the worker when Redis goes away while a task is at work.

    The channels of a lost connection are closed after everything was taken from it; one that still holds a message then
    looks for an address that is gone. Here that is one more lost connection, which a worker expects.
    """

    def _connparams(self, asynchronous: bool = False) -> Any:
        if getattr(self.connection, "client", None) is None:
            raise Away("This connection to Redis has been given up.")
        return super()._connparams(asynchronous)


class Transport(redis.Transport):
    """``redis://`` and ``rediss://`` in this project."""

    Channel = Channel
