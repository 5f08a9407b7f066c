"""What the palette can do besides finding: read a connection now, sign out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.core.palette import Hit, register_palette
from dashboard.home.places import Reach, address
from dashboard.sync.models import Connection

OFFERED = 6


def actions(user: Any, q: str) -> Iterator[Hit]:
    """Actions whose words hold what was typed; without words none, so that no key does something unasked."""
    words = q.strip().casefold()
    if not words:
        return
    if user.may("connections.manage"):
        yield from _refreshes(user, words)
    leave = _("Sign out")
    if words in leave.casefold():
        yield Hit(reverse("staff:sign_out"), leave, _("Action"), "arrow-right-start-on-rectangle", True, True)


def _refreshes(user: Any, words: str) -> Iterator[Hit]:
    offered = 0
    for connection in Reach(user).every:
        label = _("Refresh %(connection)s now") % {"connection": connection.title}
        if connection.state == Connection.ACTIVE and words in label.casefold() and offered < OFFERED:
            offered += 1
            yield Hit(address("sync:connection_refresh", connection.slug), label, _("Action"), "arrow-path", True)


def register() -> None:
    """Offer the actions in the palette."""
    register_palette(actions)
