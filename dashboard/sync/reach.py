"""What pages of a feed's rows read first: the connections with it that a person may see, and how fresh they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core import formatting, html
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Connection, FeedState

SECRETS = ("credentials", "token", "callback_secrets", "callback_key")


class Reach:
    """Connections whose channel has a feed, with when it was last read; one query, once a request."""

    def __init__(self, user: Any, feed: str) -> None:
        self.feed = FEEDS[feed]
        read = FeedState.objects.filter(connection=OuterRef("pk"), feed=feed).values("last_ok_at")[:1]
        rows = Connection.objects.visible_to(user).defer(*SECRETS).annotate(read_at=Subquery(read))
        self.connections: dict[int, Any] = {one.pk: one for one in rows if one.can(self.feed.capability)}

    @classmethod
    def of(cls, request: Any, feed: str) -> Reach:
        """The reach of the person who asks; kept on the request."""
        kept: dict[str, Reach] = request.__dict__.setdefault("reach", {})
        if feed not in kept:
            kept[feed] = cls(request.user, feed)
        return kept[feed]

    def choices(self) -> list[tuple[str, str]]:
        """For a filter."""
        return [(one.slug, one.title) for one in self.connections.values()]

    def able(self, capability: type) -> list[Any]:
        """The connections whose channel has a further capability and that are not disabled."""
        return [one for one in self.connections.values() if one.state != Connection.DISABLED and one.can(capability)]

    def sign(self, connection_id: int) -> Any:
        """Two letters and title of a connection."""
        one = self.connections.get(connection_id)
        return html.connection(one.mark, one.title) if one else ""

    def fresh(self, url: str) -> dict[str, Any]:
        """The freshness line (`components/list_fresh.html`)."""
        now = timezone.now()
        items = [
            {"title": one.title, "age": formatting.age(one.read_at, now), "tone": "wait" if self._old(one, now) else ""}
            for one in self.connections.values()
        ]
        return {"url": url, "items": items, "new": 0, "show_url": "", "is_stale": any(item["tone"] for item in items)}

    def stale_words(self) -> str:
        """When the connections that are behind were last read; empty when none is."""
        now = timezone.now()
        old = [
            f"{one.title} {formatting.age(one.read_at, now)}"
            for one in self.connections.values()
            if self._old(one, now)
        ]
        return _("Last read: %(old)s.") % {"old": ", ".join(old)} if old else ""

    def _old(self, connection: Any, now: datetime) -> bool:
        return connection.read_at is None or now - connection.read_at > self.feed.every * 3 or not connection.is_at_work
