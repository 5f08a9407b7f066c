"""Credentials are tried on their platform before they take the place of those in use.

Like a search at a source, this waits for the platform while a person looks on: it is a question about the present.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from channels.errors import AuthFailed, ChannelError, Rejected
from dashboard.core.scrub import scrub_text
from dashboard.core.wording import worded
from dashboard.sync.connections import apply
from dashboard.sync.models import Connection
from dashboard.sync.opening import opened_apart
from dashboard.sync.recorder import recording


@dataclass(frozen=True)
class Trial:
    """What the platform said to new credentials that it did not take, or why it could not be asked."""

    platform: str
    words: str
    was_refused: bool

    @property
    def title(self) -> str:
        """What happened, in one line."""
        if self.was_refused:
            return _("%(where)s does not take what was given: “%(words)s”") % self._told
        return _("%(where)s could not be asked: “%(words)s”") % self._told

    @property
    def _told(self) -> dict[str, str]:
        return {"where": self.platform, "words": self.words}


def tried(connection: Connection, given: dict[str, Any], *, trusted: bool) -> Trial | None:
    """Try what would be saved; `None` where the platform takes it, or neither credentials nor address would change.

    Nothing is saved, the connection's own sign-in included. Raises `Invalid` for what cannot be.
    """
    secret = {field.key for field in connection.declared.credentials}
    if not given.get("base_url") and not secret & set(given.get("values") or {}):
        return None
    candidate = copy.copy(connection)
    apply(candidate, given, trusted)
    try:
        with recording(connection), opened_apart(candidate) as channel:
            channel.check_credentials()
    except ChannelError as error:
        words = worded(scrub_text(error.words))
        return Trial(connection.declared.label, words, isinstance(error, AuthFailed | Rejected))
    return None
