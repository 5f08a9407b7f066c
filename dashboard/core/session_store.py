"""Sessions in the database, as Django keeps them, except in how they fail."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

from dashboard.core.unavailable import is_away


class SessionStore(db.SessionStore):
    """A session that cannot be saved because the database is away was not deleted."""

    def save(self, must_create: bool = False) -> None:
        """Save it. Raises `UpdateError` where it was deleted meanwhile, the database's own error where that is away."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if is_away(error.__context__):
                raise error.__context__ from None  # type: ignore[misc]
            raise
