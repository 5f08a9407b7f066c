"""Canned replies as the composer offers them: read once in a while, their variables filled in for the thread."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from dashboard.messaging.models import CannedReply

OFFERED = 50
CACHED_SECONDS = 20
_KEY = "canned-replies"


def offered(thread: Any, user: Any) -> list[dict[str, str]]:
    """Shortcut and text of each, for a thread of `opened.find`."""
    found = cache.get(_KEY)
    if found is None:
        found = list(CannedReply.objects.values_list("shortcut", "text")[:OFFERED])
        cache.set(_KEY, found, CACHED_SECONDS)
    return [{"name": f"/{shortcut}", "text": filled(text, thread, user)} for shortcut, text in found]


def forget() -> None:
    """Read them anew: one was changed."""
    cache.delete(_KEY)


def filled(text: str, thread: Any, user: Any) -> str:
    """A canned reply with its variables: ``{buyer}``, ``{order}`` (the newest), ``{shop}``, ``{me}``."""
    known = {
        "{buyer}": thread.buyer or thread.buyer_remote_id,
        "{order}": thread.order_name or "",
        "{shop}": thread.connection.title,
        "{me}": user.label,
    }
    for name, value in known.items():
        text = text.replace(name, value)
    return text
