"""What pages of a feed's rows read first: the connections with it that a person may see, and how fresh they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import CharField, DateTimeField, Field
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.core import formatting, html, pages
from dashboard.core.filters import Filters
from dashboard.core.listing import Listing
from dashboard.core.navigation import may
from dashboard.core.wording import worded
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Connection
from dashboard.sync.submit import why_not

SHOWN = ("platform", "slug", "title", "state")


def _of_state(column: str, field: Field, feed: str) -> RawSQL:
    """A column of what is known of one feed of a connection; written out, because every list asks it."""
    where = "connection_id = sync_connection.id AND feed = %s"
    statement = f"SELECT {column} FROM sync_feedstate WHERE {where}"  # noqa: S608
    return RawSQL(statement, [feed], field)  # noqa: S611


class Reach:
    """Connections whose channel has a feed, with when it was last read; one query, once a request."""

    def __init__(self, user: Any, feed: str) -> None:
        self.feed, self._user = FEEDS[feed], user
        rows = Connection.objects.visible_to(user).only(*SHOWN)
        read_at = _of_state("last_ok_at", DateTimeField(), feed)
        read_error = _of_state("error", CharField(), feed)
        self.seen = list(rows.annotate(read_at=read_at, read_error=read_error))
        self.connections: dict[int, Any] = {one.pk: one for one in self.seen if one.can(self.feed.capability)}
        self.asked = ""
        self._reasons: dict[tuple[int, type], str] = {}

    @classmethod
    def of(cls, request: Any, feed: str) -> Reach:
        """The reach of the person who asks; kept on the request."""
        kept: dict[str, Reach] = request.__dict__.setdefault("reach", {})
        if feed not in kept:
            kept[feed] = cls(request.user, feed)
            kept[feed].asked = request.GET.get("connection", "")
        return kept[feed]

    @property
    def lacks(self) -> str:
        """The title of the connection that is asked for, when it has no such rows at all; else empty."""
        titles = (one.title for one in self.seen if one.slug == self.asked and one.pk not in self.connections)
        return next(titles, "")

    def choices(self) -> list[tuple[str, str]]:
        """For a filter: also the connection that is asked for though it has no such rows; its list is empty."""
        return [(one.slug, one.title) for one in self.seen if one.pk in self.connections or one.slug == self.asked]

    def able(self, capability: type) -> list[Any]:
        """The connections whose channel has a further capability and that are not disabled."""
        return [one for one in self.connections.values() if one.state != Connection.DISABLED and one.can(capability)]

    def why_not(self, connection_id: int, capability: type) -> str:
        """Why something cannot be done on a connection; empty when it can. Found out once for a whole list."""
        key = (connection_id, capability)
        if key not in self._reasons:
            self._reasons[key] = reason(self.connections[connection_id], capability)
        return self._reasons[key]

    def sign(self, connection_id: int) -> Any:
        """Two letters and title of a connection."""
        one = self.connections.get(connection_id)
        return html.connection(one.mark, one.title) if one else ""

    def fresh(self, url: str) -> dict[str, Any]:
        """The freshness line (`components/list_fresh.html`)."""
        now = timezone.now()
        items = [
            {
                "title": one.title,
                "age": formatting.age(one.read_at, now),
                "was_read": one.read_at is not None,
                "tone": "wait" if self._old(one, now) else "",
            }
            for one in self.connections.values()
        ]
        return {"url": url, "items": items, "new": 0, "show_url": "", "stale": self.stale(), "lacks": self.lacks}

    def fresh_of(self, listing: Listing, name: str) -> dict[str, Any]:
        """The freshness line of a list that offers new rows; it asks the address called `name`, see `fresh_line`."""
        return self.fresh(reverse(name) + listing.fresh_query)

    def stale_words(self) -> str:
        """When the connections that are behind were last read, and why; empty when none is."""
        stale = self.stale()
        return str(stale["words"]) if stale else ""

    def stale(self) -> dict[str, Any] | None:
        """Why nobody can know what an empty list means (`components/cannot_know.html`); `None` where it is known.

        Of the connections that the address asks for; the first of them is where to look, and what to read now.
        """
        now = timezone.now()
        asked = [one for one in self.connections.values() if self.asked in ("", one.slug)]
        old = [one for one in asked if self._old(one, now)]
        if not old:
            return None
        first = old[0]
        may_try = first.is_at_work and may(self._user, "connections.manage")
        return {
            "words": " ".join(_said(one, now) for one in old),
            "url": reverse("sync:connection", args=[first.slug]) if may(self._user, "connections.view") else "",
            "refresh_url": reverse("sync:connection_refresh", args=[first.slug]) if may_try else "",
            "feed": self.feed.name,
        }

    def _old(self, connection: Any, now: datetime) -> bool:
        return self.feed.is_late(connection.read_at, now) or not connection.is_at_work


def _said(connection: Any, now: datetime) -> str:
    """When a connection was last read, and why not since, in sentences."""
    told = {"title": connection.title, "age": formatting.age(connection.read_at, now) if connection.read_at else ""}
    words = _("%(title)s was last read %(age)s ago.") if connection.read_at else _("%(title)s was never read.")
    why = {
        Connection.PAUSED: _("It is paused."),
        Connection.REAUTH_NEEDED: _("Its sign-in is refused."),
        Connection.DISABLED: _("It is disabled."),
    }.get(connection.state, "")
    if not why and connection.read_error:
        why = _("The last try said: “%(words)s”") % {"words": worded(connection.read_error)}
    return f"{words % told} {why}".strip()


class OfFeed(Filters):
    """The filters of a feed's rows: by connection, among those that have the feed."""

    feed = ""
    connection = django_filters.ChoiceFilter(label=lazy("Connection"), field_name="connection__slug", choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["connection"].extra["choices"] = Reach.of(self.request, self.feed).choices()

    @classmethod
    def offers(cls, request: Any) -> tuple[tuple[str, str], ...]:
        """The connections to choose from."""
        return tuple(Reach.of(request, cls.feed).choices())


def fresh_line(
    request: HttpRequest, listing: Listing, reach: Reach | None, name: str, more: dict[str, Any] | None = None
) -> HttpResponse:
    """The freshness line alone, with how many rows came to this view since; 304 while it says the same.

    `name` is the address of the list's page; without `reach` its rows come from no platform. `more`: what else the
    line is given; `rows` are put in place of those on the page.
    """
    shown = {"new": listing.new, "show_url": reverse(name) + listing.new_url, "list_id": listing.spec.list_id}
    found = (reach.fresh(request.get_full_path()) if reach else unread(request.get_full_path())) | shown
    parts: tuple[object, ...] = (listing.new, tuple(tuple(item.values()) for item in found["items"] or ()))
    if more:
        found |= more
        parts = (*parts, *((row.id, row.cells[2]) for row in more["rows"]))
    context = {"fresh": found, "fresh_id": f"{listing.spec.list_id}-fresh"}
    return pages.polled(request, parts, lambda: render(request, "components/list_fresh.html", context))


def unread(url: str) -> dict[str, Any]:
    """The freshness line of a list that is not read from platforms: it only offers what came since."""
    return {"url": url, "items": None, "new": 0, "show_url": ""}


def reason(connection: Connection, capability: type) -> str:
    """Why a connection cannot do something, in one sentence; empty when it can."""
    if connection.state == Connection.DISABLED:
        return _("This connection is disabled.")
    return "" if connection.can(capability) else why_not(connection, capability)
