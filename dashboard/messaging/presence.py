"""Who else looks at a thread or writes in it just now, so that two people do not answer at once.

Kept in the cache alone: every poll of a thread is a heartbeat, every kept draft a sign of writing. What is lost there
comes back with the next poll; what must hold (`views.writing.send`) asks the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import time
from typing import Any, NamedTuple

from django.core.cache import cache

SEEN_SECONDS = 30  # three polls
WRITING_SECONDS = 15


class Person(NamedTuple):
    """Somebody else in a thread."""

    name: str
    is_writing: bool


def note(thread: int, user: Any, *, writing: bool | None = None) -> None:
    """The person looks at the thread; `writing` says whether they are at it, None leaves what was known."""
    there = cache.get(_key(thread)) or {}
    now = time()
    _name, _seen, wrote = there.get(user.pk, ("", 0.0, 0.0))
    wrote = wrote if writing is None else now if writing else 0.0
    kept = {pk: one for pk, one in there.items() if now - one[1] < SEEN_SECONDS}
    cache.set(_key(thread), kept | {user.pk: (user.label, now, wrote)}, SEEN_SECONDS)


def others(thread: int, user: Any) -> tuple[Person, ...]:
    """Everybody else who looks at the thread, by name."""
    return _people(cache.get(_key(thread)) or {}, user)


def writers(threads: Iterable[int], user: Any) -> dict[int, str]:
    """Thread → who else writes in it, for a list; one question to the cache."""
    keys = {_key(thread): thread for thread in threads}
    found = {keys[key]: _people(there, user) for key, there in cache.get_many(keys).items()}
    return {
        thread: next(one.name for one in people if one.is_writing)
        for thread, people in found.items()
        if any(one.is_writing for one in people)
    }


def _people(there: dict[int, tuple[str, float, float]], user: Any) -> tuple[Person, ...]:
    now = time()
    return tuple(
        Person(name, now - wrote < WRITING_SECONDS)
        for pk, (name, seen, wrote) in sorted(there.items(), key=lambda item: item[1][0])
        if pk != user.pk and now - seen < SEEN_SECONDS
    )


def _key(thread: int) -> str:
    return f"presence:{thread}"
