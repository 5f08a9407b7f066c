"""Where things are: addresses of other apps' pages, and the connections that a person may see."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.core import html
from dashboard.sync.models import Connection


def address(name: str, *args: Any, **query: str | Sequence[str]) -> str:
    """The address of a page, with a query."""
    url = reverse(name, args=args)
    return f"{url}?{urlencode(query, doseq=True)}" if query else url


class Reach:
    """Who looks, and at which of their connections: all, or the one that the top bar chose by its slug."""

    def __init__(self, user: Any, slug: str = "") -> None:
        self.user = user
        self.slug = slug if any(each.slug == slug for each in self.every) else ""

    @cached_property
    def every(self) -> list[Connection]:
        """All that the person may see, by title."""
        light = Connection.objects.visible_to(self.user)
        return list(light.only("pk", "slug", "title", "platform", "state", "state_reason", "token_expires_at"))

    @cached_property
    def connections(self) -> dict[int, Connection]:
        """Those that count here, by key."""
        return {each.pk: each for each in self.every if not self.slug or each.slug == self.slug}

    @property
    def title(self) -> str:
        """The name of the one that was chosen; empty for all."""
        return next((each.title for each in self.every if each.slug == self.slug), "")

    def rows(self, model: Any, path: str = "connection") -> Any:
        """The model's rows on these connections."""
        return model.objects.filter(**{f"{path}__in": list(self.connections)})

    def sign(self, connection_id: int) -> Any:
        """The two letters and the title of a connection."""
        connection = self.connections[connection_id]
        return html.connection(connection.mark, connection.title)

    def query(self, **more: Any) -> dict[str, Any]:
        """What an address of a list must carry to show the same connections."""
        return more | ({"connection": self.slug} if self.slug else {})
