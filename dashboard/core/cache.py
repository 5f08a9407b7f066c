"""A cache that may be away: then nothing is found and nothing is kept, and pages are only slower."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis import exceptions

log = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Redis without its absences. What must not be lost has its place in the database, not here."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or ``default`` where there is none or nobody answers."""
        return _forgiven(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        """What is there of these; nothing where nobody answers."""
        return _forgiven(lambda: super(ForgivingRedisCache, self).get_many(keys, version), {})

    def set(self, key: Any, value: Any, *args: Any, **more: Any) -> None:
        """Keep a value if somebody listens."""
        _forgiven(lambda: super(ForgivingRedisCache, self).set(key, value, *args, **more), None)

    def add(self, key: Any, value: Any, *args: Any, **more: Any) -> Any:
        """Keep a value unless there is one; whether it was kept."""
        return _forgiven(lambda: super(ForgivingRedisCache, self).add(key, value, *args, **more), False)

    def delete(self, key: Any, version: int | None = None) -> Any:
        """Forget a value; whether there was one."""
        return _forgiven(lambda: super(ForgivingRedisCache, self).delete(key, version), False)

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        """Forget these."""
        _forgiven(lambda: super(ForgivingRedisCache, self).delete_many(keys, version), None)


def _forgiven(ask: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return ask()
    except (exceptions.ConnectionError, exceptions.TimeoutError) as error:
        log.warning("The cache did not answer: %s", type(error).__name__)
        return otherwise
