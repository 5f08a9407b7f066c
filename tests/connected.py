"""Connections over sandboxes in this process: no sockets, the platform's ledger at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from channels.http import InProcess
from channels.registry import PLATFORMS
from channels.sandbox import Fault, Sandbox
from dashboard.sync import connections, engine, verify
from dashboard.sync.doors import close_doors
from dashboard.sync.feeds import FEEDS, feeds_of
from dashboard.sync.models import Command, Connection, Run
from dashboard.sync.models.commands import FINAL, NEEDS_REVIEW, QUEUED
from dashboard.sync.opening import TRANSPORTS, close_channels
from dashboard.sync.runner import refresh
from dashboard.sync.submit import submit

CALLBACK_KEY = "callback-key-of-this-test-"  # and the connection's slug


class Connected(NamedTuple):
    """A connection and the sandbox that it talks to; unpacks as a pair."""

    connection: Connection
    sandbox: Any


Connect = Callable[..., Connected]


@pytest.fixture
def connect(db: None, settings: Any) -> Iterator[Connect]:
    """`connect("m2e", slug="…", seed=7, values={…}, **sandbox options)`: a connection over a fresh sandbox.

    Absence counts at once (`COMMAND_SETTLE_SECONDS` is 0).
    """
    settings.COMMAND_SETTLE_SECONDS = 0
    opened: list[str] = []
    close_channels()
    close_doors()

    def make(key: str, slug: str = "", values: dict[str, str] | None = None, **options: Any) -> Connected:
        platform = PLATFORMS[key]
        slug = slug or key
        host = f"{slug}.sandbox.test"
        url = f"http://{host}"
        sandbox: Sandbox = platform.sandbox(**{"seed": 7} | options)
        if hasattr(sandbox, "calls_per_minute"):
            sandbox.calls_per_minute = 60_000  # rate limits have tests of their own; these must not wait
        settings.CHANNEL_ALLOWED_HOSTS = [*settings.CHANNEL_ALLOWED_HOSTS, host]
        TRANSPORTS[url] = InProcess(sandbox)
        opened.append(url)
        given: dict[str, Any] = {
            "title": f"{platform.label} {slug}",
            "base_url": url,
            "values": dict(sandbox.credentials) | (values or {}),
            "callback_key": CALLBACK_KEY + slug,
        }
        secret = getattr(sandbox, "callback_secret", None)
        if secret:
            given["callback_secrets"] = [secret]
        return Connected(connections.add(key, slug, given, trusted=True, by=None), sandbox)

    yield make
    close_channels()
    for url in opened:
        TRANSPORTS.pop(url, None)


def pull(connection: Connection, *names: str, full: bool = False) -> list[Run]:
    """Run the named feeds (all that the connection has, if none is named) in the foreground; asserts success."""
    feeds = [FEEDS[name] for name in names] if names else feeds_of(connection)
    runs = [refresh(connection, feed, full=full, purpose="foreground") for feed in feeds]
    assert [run.error for run in runs if run is not None] == [""] * len(feeds)
    return [run for run in runs if run is not None]


def queue(connection: Connection, kind: str, target: str, by: Any = None, **payload: Any) -> Command:
    """Submit a command, as the page or the shell would."""
    return submit(connection, kind, target, payload, by).command


def step(command: Command) -> Command:
    """One thing that a worker would do: send what is queued, prove what is unknown; waiting times do not count."""
    act = engine.perform if command.state == QUEUED else verify.verify
    act(command.pk, ignore_backoff=True, purpose="foreground")
    command.refresh_from_db()
    return command


def die(command: Command) -> Command:
    """What becomes of a queued command whose process claims it and dies before it sends."""
    assert engine.claim(command.pk, ignore_backoff=True) is not None
    Command.objects.filter(pk=command.pk).update(leased_until=command.created_at)
    assert verify.lapse() == 1
    command.refresh_from_db()
    return command


def drive(command: Command, steps: int = 30) -> Command:
    """Go on until the command is final or waits for a person."""
    for _ in range(steps):
        if command.state in FINAL or command.state == NEEDS_REVIEW:
            break
        step(command)
    return command


def fault(sandbox: Sandbox, endpoint: str, kind: str, **more: Any) -> None:
    """Let the sandbox show a fault (`drop_after_apply`, `status`, `malformed`, `rate_limit` …) on an endpoint."""
    assert endpoint in ("*", *sandbox.endpoint_names())
    sandbox.faults.append(Fault(endpoint=endpoint, fault=kind, **more))


def effects(sandbox: Sandbox, endpoint: str = "") -> list[dict[str, Any]]:
    """The writes that the sandbox applied, in order; of one endpoint, or all."""
    return [entry.effect for entry in sandbox.ledger if endpoint in ("", entry.endpoint)]
