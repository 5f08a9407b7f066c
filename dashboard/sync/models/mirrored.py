"""What every mirrored row has, and how people are kept to the connections they may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from dashboard.sync.models.connections import Connection


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows that hang on a connection, by default through their field `connection`."""

    connection_path = "connection"

    def visible_to(self, user: Any) -> Self:
        """Those of the connections that a person may see."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.has_every_connection:
            return self
        seen = Connection.objects.filter(people=user).values("pk")
        return self.filter(**{f"{self.connection_path}__in": seen})

    def on(self, slug: str) -> Self:
        """Those of the connection with that slug; all of them without one."""
        return self.filter(**{f"{self.connection_path}__slug": slug}) if slug else self


class MirrorQuerySet(ScopedQuerySet):
    """Mirrored rows."""

    def present(self) -> Self:
        """Those that are still on the platform."""
        return self.filter(gone_at=None)

    def call_gone(self, at: datetime) -> int:
        """The platform does not know them any more. Gives their number."""
        return self.present().update(gone_at=at, changed_at=at)

    def light(self) -> Self:
        """Without the platform's raw payload."""
        return self.defer("raw")


class MirroredModel(models.Model):
    """A row that only `upsert_*` writes. `changed_at` is when it last took something new from the platform.

    `raw` is the platform's own JSON text; lists never read it. `gone_at`: no longer on the platform.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    remote_id = models.CharField(max_length=200)
    status = models.CharField(max_length=40, blank=True)
    remote_status = models.CharField(max_length=120, blank=True)
    content_hash = models.BinaryField(max_length=16)
    changed_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    raw = models.TextField(blank=True)

    objects = MirrorQuerySet.as_manager()

    class Meta:
        abstract = True


class MirroredPart(models.Model):
    """A part of a mirrored row (a line, a variant), unique by `remote_id` inside its whole."""

    remote_id = models.CharField(max_length=240)

    class Meta:
        abstract = True
