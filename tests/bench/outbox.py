"""Commands out: how fast a backlog leaves (QUALITY T9), and how soon one reaches the platform (T10)."""

from __future__ import annotations

import itertools
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from celery import current_app
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from channels.registry import PLATFORMS
from channels.serving import SandboxServer
from dashboard.catalog.models import Variant
from dashboard.sync import connections, engine, submit
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Command, Connection, Heartbeat
from dashboard.sync.opening import close_channels
from dashboard.sync.runner import refresh
from tests.faults.house import House, Program, Redis, free_port, listens, until

PLATFORM, KIND, ROUNDS, EACH = "m2e", "catalog.set_stock", 5, 60
_numbers = itertools.count()


def run(rows: int) -> None:
    """Print both."""
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    _drain()
    _soon("the folder", None)
    if shutil.which("redis-server"):
        for words, is_dead in (("Redis", False), ("Redis that is dead", True)):
            folder = Path(tempfile.mkdtemp(prefix="bench-"))
            redis = Redis(folder)
            try:
                _soon(words, redis, is_dead=is_dead)
            finally:
                redis.kill()
                shutil.rmtree(folder, ignore_errors=True)


# -- a backlog ---------------------------------------------------------------------------------------------------------


def _drain() -> None:
    """One worker's thread, each command claimed, sent, written down as done and read back; against the calls alone."""
    with elsewhere() as url:
        connection = connected(url)
        calls: list[float] = []
        drains: list[float] = []
        for _ in range(ROUNDS):
            pks = [submitted(connection).pk for _ in range(EACH)]
            begun = time.monotonic()
            for pk in pks:
                engine.perform(pk, purpose="foreground")
            drains.append(EACH / (time.monotonic() - begun))
            calls.append(_calls(url, EACH))
        close_channels()
        states = set(Command.objects.values_list("state", flat=True))
        made = connection.exchanges.filter(command=pks[-1]).values_list("route", flat=True)
        print(f"\noutbox on {database.vendor}: {EACH * ROUNDS} × {KIND}, ended {states}, each with {list(made)}")
        print(f"  commands {statistics.median(drains):.0f} a second, calls alone {statistics.median(calls):.0f}")
        ratio = statistics.median(ours / theirs for ours, theirs in zip(drains, calls, strict=True))
        print(f"  commands ÷ calls {ratio:.2f}; the same by calls made {ratio * len(made):.2f}")


def _calls(url: str, number: int) -> float:
    """The same request over one kept connection, as a loop of httpx makes it; how many a second."""
    token = PLATFORMS[PLATFORM].sandbox(seed=7).credentials["access_token"]
    route = next(one for one in PLATFORMS[PLATFORM].routes if one.name == "catalogProductsVariantsUpdate")
    sku = Variant.objects.exclude(sku="").values_list("sku", flat=True)[0]
    with httpx.Client(headers={"access-token": token}) as client:
        begun = time.monotonic()
        for n in range(number):
            answer = client.request(
                route.method, f"{url}{route.path}", json={"variants": [{"sku": sku, "quantity": n}]}
            )
            if answer.status_code != 200:
                raise RuntimeError(answer.text[:200])
        return number / (time.monotonic() - begun)


# -- how soon ----------------------------------------------------------------------------------------------------------


def _soon(words: str, redis: Redis | None, *, is_dead: bool = False) -> None:
    """From the commit here to the request at the platform, a real worker between."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    broker = f"{redis.url}/0" if redis else "filesystem://"
    house = House(folder, CELERY_BROKER_URL=broker, DATA_DIR=str(settings.DATA_DIR), COMMAND_SETTLE_SECONDS="5")
    try:
        with listening() as (url, arrived):
            connection = connected(url)
            begin(house, connection)
            if redis and is_dead:
                redis.kill()
            with told_through(broker) as committed:
                for _ in range(EACH // 3 if is_dead else EACH):
                    submitted(connection)
                    time.sleep(0.1)
                until(lambda: len(arrived) >= len(committed), "every command arrived")
        took = sorted((arrived[name] - at) * 1000 for name, at in committed.items())
        median, p95 = statistics.median(took), took[int(len(took) * 0.95)]
        print(f"  commit → platform through {words}: median {median:.0f}, p95 {p95:.0f} ms")
    finally:
        house.close()
        close_channels()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def listening() -> Iterator[tuple[str, dict[int, float]]]:
    """A platform in this process, and when each quantity arrived there."""
    arrived: dict[int, float] = {}
    sandbox: Any = PLATFORMS[PLATFORM].sandbox(seed=7)
    sandbox.calls_a_minute = 1_000_000
    handle = sandbox.handle

    def noted(request: Any, in_process: bool = False) -> Any:
        if request.method == "PATCH":
            arrived.setdefault(request.json()["variants"][0]["quantity"], time.time())
        return handle(request, in_process)

    sandbox.handle = noted
    server = SandboxServer({PLATFORM: sandbox})
    server.start()
    try:
        yield f"{server.url}/{PLATFORM}", arrived
    finally:
        server.shutdown()
        server.server_close()


def begin(house: House, *made: Connection) -> None:
    """Start a worker and wait until it has read all that is new."""
    begun = timezone.now()
    house.worker("-c", "8")
    until(lambda: Heartbeat.objects.filter(name="worker", at__gt=begun).exists(), "the worker")
    for one in made:
        until(lambda one=one: not one.feed_states.filter(last_ok_at=None).exists(), "the first readings")


@contextmanager
def told_through(broker: str) -> Iterator[dict[int, float]]:
    """Wake-ups go through that broker, whatever this process has; gives when each was committed, by its quantity."""
    committed: dict[int, float] = {}
    own, link = submit.tell, current_app.connection(broker) if broker.startswith("redis") else None

    def tell(task: Any, pk: int) -> None:
        committed[Command.objects.only("payload").get(pk=pk).payload.get("quantity", -pk)] = time.time()
        if link is None:
            task.delay(pk)
            return
        with suppress(task.OperationalError):
            task.apply_async((pk,), connection=link, retry=False)

    submit.tell = tell
    try:
        yield committed
    finally:
        submit.tell = own


# -- both --------------------------------------------------------------------------------------------------------------


def connected(url: str) -> Connection:
    """The only connection there is."""
    Connection.objects.all().delete()
    made = connect(PLATFORM, url)
    refresh(made, FEEDS["products"], full=True, purpose="foreground")
    return made


def connect(key: str, url: str) -> Connection:
    """One more connection."""
    given = {"title": "Outbox", "base_url": url, "values": PLATFORMS[key].sandbox(seed=7).credentials}
    return connections.add(key, f"bench-{key}", given, trusted=True, by=None)


def submitted(connection: Connection) -> Command:
    """A stock that nobody has set before, of the next variant."""
    quantity = 10_000 + next(_numbers)
    found = Variant.objects.filter(product__connection=connection).exclude(sku="").order_by("pk")
    targets = list(found.values_list("remote_id", flat=True))
    target = targets[quantity % len(targets)]
    return submit.submit(connection, KIND, target, {"quantity": quantity}, None).command


@contextmanager
def elsewhere(key: str = PLATFORM, seconds: float = 0) -> Iterator[str]:
    """A platform in a process of its own, which takes so long for each call."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    command = [sys.executable, "-m", "tests.bench.platform", str(port), key, str(seconds)]
    program = Program(command, folder / "sandbox.log")
    try:
        until(lambda: listens(port), "the platform", 60)
        yield f"http://127.0.0.1:{port}/{key}"
    finally:
        program.end()
        shutil.rmtree(folder)
