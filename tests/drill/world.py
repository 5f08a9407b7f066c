"""One connection over one sandbox, as a drill sees it: what is there, what is taken, and time that passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from channels.http import InProcess
from channels.registry import PLATFORMS
from channels.serving import SandboxServer
from dashboard.sync import connections, verify
from dashboard.sync.feeds import feeds_of
from dashboard.sync.models import Command, Connection, RateBucket
from dashboard.sync.models.commands import SENDING, UNKNOWN
from dashboard.sync.opening import TRANSPORTS, open_channel
from dashboard.sync.runner import refresh

PLENTY = 1_000_000


@dataclass(frozen=True)
class Intent:
    """One thing that staff may want: the command, and how its effect is recognised in the ledger.

    `alone`: it comes after the others and by itself, because it touches what they touch.
    """

    kind: str
    target: str
    payload: dict[str, Any]
    endpoint: str
    is_ours: Callable[[dict[str, Any]], bool]
    alone: bool = False


@dataclass
class World:
    """A mirrored connection. Every thing in it is used by one intent at most."""

    connection: Connection
    sandbox: Any
    used: set[Any] = field(default_factory=set)
    counted: int = 0
    kept: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def channel(self) -> Any:
        """The open channel; between the tries of a read it does not wait."""
        found = open_channel(self.connection, "foreground")
        found.http._pause = lambda seconds: None
        return found

    def number(self) -> int:
        """A number that no other intent of this world has."""
        self.counted += 1
        return self.counted

    def records(self, pull: str) -> list[Any]:
        """All records of a pull, read once."""
        if pull not in self.kept:
            self.kept[pull] = list(_all(getattr(self.channel, pull)))
        return self.kept[pull]

    def untouched(self, domain: str, items: Any, id_of: Callable[[Any], Any]) -> Iterator[Any]:
        """Things that no intent has used; each is used from now on."""
        for item in items:
            key = (domain, id_of(item))
            if key not in self.used:
                self.used.add(key)
                yield item

    def free(self, pull: str, domain: str, is_it: Callable[[Any], bool] = bool) -> Iterator[Any]:
        """Unused records of a pull that are as wanted."""
        return self.untouched(domain, filter(is_it, self.records(pull)), lambda one: one.remote_id)

    def heal(self) -> None:
        """What a person does after credentials were refused."""
        Connection.objects.filter(pk=self.connection.pk).update(state=Connection.ACTIVE)
        if getattr(getattr(self.sandbox, "world", None), "is_token_expired", False):
            self.sandbox.move("token")


def _all(pull: Any) -> Iterator[Any]:
    after = None
    while True:
        page = pull(after, None)
        yield from page.records
        if page.next is None:
            return
        after = page.next


def open_world(key: str, slug: str, server: SandboxServer, *, seed: int, scale: str = "small") -> World:
    """A new connection over a new sandbox on the server, all its feeds read; this process needs no sockets for it."""
    sandbox: Any = PLATFORMS[key].sandbox(seed=seed, scale=scale)
    _loosen(sandbox)
    server.sandboxes[slug] = sandbox
    url = f"{server.url}/{slug}"
    TRANSPORTS[url] = InProcess(sandbox, f"/{slug}")
    values = {**sandbox.credentials, **getattr(sandbox, "options", {})}
    given = {"title": slug, "base_url": url, "values": values}
    connection = connections.add(key, slug, given, trusted=True, by=None)
    world = World(connection, sandbox)
    assert world.channel
    for feed in feeds_of(connection):
        run = refresh(connection, feed, full=True, purpose="foreground")
        assert run is not None, f"{slug} {feed.name} was not read"
        assert run.error == "", f"{slug} {feed.name}: {run.error}"
    return world


def _loosen(sandbox: Any) -> None:
    """Limits and wallets that last for a drill."""
    sandbox.calls_per_minute = sandbox.calls_a_minute = PLENTY
    if hasattr(sandbox, "balance") and hasattr(sandbox, "frozen"):
        sandbox.balance = sandbox.frozen + Decimal(PLENTY)


def time_passes(worlds: list[World]) -> None:
    """Leases of the dead lapse, pauses end, breakers close; a person renews refused credentials."""
    past = timezone.now() - timedelta(seconds=1)
    Command.objects.filter(state__in=[SENDING, UNKNOWN], leased_until__gt=past).update(leased_until=past)
    verify.lapse()
    RateBucket.objects.update(paused_until=None, open_until=None, failures=0, remaining=None, reset_at=None)
    Connection.objects.update(token_locked_until=None)
    for world in worlds:
        world.heal()
