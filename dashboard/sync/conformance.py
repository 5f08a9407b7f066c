"""The conformance sheet of a connection: its routes, what was exercised, and needed points proven by live probes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels.capabilities import CAPABILITIES, has
from channels.errors import AuthFailed, ChannelError
from channels.routes import Route, Routes
from dashboard.core.scrub import scrub_text
from dashboard.sync.clock import ALARM_SECONDS
from dashboard.sync.describe import callback_urls, iso
from dashboard.sync.feeds import Pull, feeds_of
from dashboard.sync.models import Callback, Connection, Exchange, FeedState
from dashboard.sync.opening import open_channel
from dashboard.sync.runner import credentials_refused
from dashboard.sync.submit import why_not


@dataclass(frozen=True)
class Point:
    """One thing that must, or should, hold. `result` is ok, failed or unproven."""

    name: str
    result: str
    detail: str = ""
    needed: bool = True

    def row(self) -> tuple[str, str, str]:
        """For a table."""
        return self.name, self.result, self.detail


@dataclass(frozen=True)
class RouteLine:
    """One endpoint: where it is, on what ground, and when it was last exercised with what answer.

    Every endpoint of the table is supported; an assumed one that is not `usable` is not called until it is confirmed.
    `last_status` is the HTTP status of the last answer, `None` where none came.
    """

    name: str
    address: str
    documented: bool
    confirmed: bool
    usable: bool
    overridden: bool
    scope: str
    quirk: str
    last_at: datetime | None = None
    last_status: int | None = None

    def row(self) -> tuple[str, str, str, str, str, str]:
        """For a table."""
        basis = "documented" if self.documented else "confirmed" if self.confirmed else "assumed"
        last = f"{iso(self.last_at)} {self.last_status or 'no answer'}" if self.last_at else "–"
        return self.name, self.address, basis, "yes" if self.usable else "when confirmed", last, self.quirk


@dataclass(frozen=True)
class PushLine:
    """One push of the platform: where we take it, whether its document signs it, when it last came."""

    event: str
    path: str
    signed: bool
    last_at: datetime | None = None

    def row(self) -> tuple[str, str, str, str]:
        """For a table."""
        return self.event, self.path, "yes" if self.signed else "no", iso(self.last_at) or "–"


@dataclass
class Sheet:
    """Points, endpoints and pushes; proven when no needed point failed."""

    connection: Connection
    points: list[Point] = field(default_factory=list)
    routes: list[RouteLine] = field(default_factory=list)
    pushes: list[PushLine] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    refused: str = ""  # the platform's words, when it did not take the credentials

    @property
    def is_proven(self) -> bool:
        """No needed point failed."""
        return all(point.result != "failed" for point in self.points if point.needed)

    def facts(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "connection": self.connection.slug,
            "proven": self.is_proven,
            "points": [vars(point) for point in self.points],
            "routes": [{**vars(line), "last_at": iso(line.last_at)} for line in self.routes],
            "callbacks": [{**vars(line), "last_at": iso(line.last_at)} for line in self.pushes],
            "missing": [{"capability": name, "why": why} for name, why in self.missing],
        }


def sheet(connection: Connection) -> Sheet:
    """The sheet without probing: endpoints, pushes and what the channel cannot do."""
    made = Sheet(connection)
    made.routes = route_lines(connection)
    made.pushes = push_lines(connection)
    made.missing = [
        (name, why_not(connection, capability))
        for name, capability in CAPABILITIES.items()
        if not has(connection.declared.channel, capability)
    ]
    return made


def check(connection: Connection) -> Sheet:
    """The sheet with its needed points probed live: credentials, clock, callback secret, a first page of each feed."""
    points, refused = [_callback_point(connection)], ""
    try:
        channel = open_channel(connection, "foreground")
        identity = channel.check_credentials()
    except ChannelError as error:
        points.insert(0, Point(_("Credentials"), "failed", scrub_text(error.words)))
        refused = error.words if isinstance(error, AuthFailed) and not error.missing_scope else ""
    else:
        detail = ", ".join([identity.name, *identity.notes])
        points.insert(0, Point(_("Credentials"), "ok", scrub_text(detail)))
        points.insert(1, _clock_point(identity.server_time))
        points += [_feed_point(connection, channel, feed) for feed in feeds_of(connection)]
    made = sheet(connection)
    made.points, made.refused = points, refused
    return made


def probe(connection: Connection) -> Sheet:
    """`check`, kept on the connection for its page; refused credentials put it to rest, good ones wake it."""
    made = check(connection)
    points, rows = [vars(point) for point in made.points], Connection.objects.filter(pk=connection.pk)
    if made.refused:
        credentials_refused(connection, made.refused)
    elif made.points[0].result == "ok":
        woken = {"state": Connection.ACTIVE, "state_reason": "", "state_at": timezone.now()}
        if rows.filter(state=Connection.REAUTH_NEEDED).update(**woken):
            FeedState.objects.filter(connection=connection).update(next_due_at=None)
    rows.update(checked_at=timezone.now(), check_points=points)
    return made


def route_lines(connection: Connection) -> list[RouteLine]:
    """Every endpoint of the connection's platform as this connection calls it."""
    platform = connection.declared
    routes = Routes(
        platform.routes,
        production_hosts=platform.production_hosts,
        base_url=connection.base_url,
        overrides=connection.routes,
        confirmed=frozenset(connection.confirmed_routes),
    )
    newest = Exchange.objects.filter(connection=connection).values("route").annotate(newest=Max("pk")).values("newest")
    last = {one.route: one for one in Exchange.objects.filter(pk__in=newest).only("route", "at", "status")}
    return [_line(connection, routes, route, last.get(route.name)) for route in routes]


def _line(connection: Connection, routes: Routes, route: Route, last: Exchange | None) -> RouteLine:
    return RouteLine(
        name=route.name,
        address=f"{route.method} {route.path}",
        documented=route.documented,
        confirmed=route.name in connection.confirmed_routes,
        usable=routes.is_usable(route.name),
        overridden=route.name in connection.routes,
        scope=route.scope,
        quirk=route.quirk,
        last_at=last.at if last else None,
        last_status=last.status if last else None,
    )


def push_lines(connection: Connection) -> list[PushLine]:
    """Every push that the platform can send here."""
    declared = connection.declared.callbacks
    came = Callback.objects.filter(connection=connection).values("event").annotate(at=Max("received_at"))
    last = {row["event"]: row["at"] for row in came}
    paths = callback_urls(connection)
    return [
        PushLine(event=one.event, path=paths[one.event], signed=one.signed, last_at=last.get(one.event))
        for one in (declared.events if declared else ())
    ]


def _callback_point(connection: Connection) -> Point:
    callbacks = connection.declared.callbacks
    name = _("Callback secret")
    if callbacks is None:
        return Point(name, "ok", _("This platform sends no callbacks."), needed=False)
    if connection.callback_secrets:
        return Point(name, "ok", _("%(n)s active.") % {"n": len(connection.callback_secrets)})
    return Point(name, "unproven", _("None is set: every callback is refused. Polling still works."))


def _clock_point(server_time: datetime | None) -> Point:
    name = _("Clock")
    if server_time is None:
        return Point(name, "unproven", _("The platform does not state its time."), needed=False)
    skew = (server_time - timezone.now()).total_seconds()
    words = _("%(seconds)s seconds apart.") % {"seconds": f"{skew:+.0f}"}
    return Point(name, "ok" if abs(skew) <= ALARM_SECONDS else "failed", words)


def _feed_point(connection: Connection, channel: Any, feed: Any) -> Point:
    name = _("First page of %(feed)s") % {"feed": feed.name}
    try:
        page = feed.pull(Pull(connection, channel, None, None, is_full=False))
    except ChannelError as error:
        return Point(name, "failed", scrub_text(error.words))
    detail = ngettext("%(n)s record", "%(n)s records", len(page.records)) % {"n": len(page.records)}
    if page.bad:
        detail += _(", %(n)s of them unlike the document") % {"n": len(page.bad)}
    return Point(name, "ok", detail)
