"""What a connection with a huge backlog costs the others: commit to platform with and without it (QUALITY T11)."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection as database

from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import QUEUED
from dashboard.sync.opening import close_channels
from dashboard.sync.submit import submit
from tests.bench.outbox import begin, connect, connected, elsewhere, listening, submitted, told_through
from tests.drill.selling import supply_image
from tests.drill.world import World
from tests.faults.house import House, until

BUSY, ROUNDS, EACH, BACKLOG = "accplanet", 3, 30, 1000


def run(rows: int) -> None:
    """Print the ratio for a neighbour whose platform answers slowly, and for one whose platform answers at once."""
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    print(f"\nneighbours on {database.vendor}: {ROUNDS} × {EACH} commands beside nothing, then beside {BACKLOG}")
    for seconds in (0.5, 0.0):
        _beside(seconds)


def _beside(seconds: float) -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    house = House(folder, DATA_DIR=str(settings.DATA_DIR), COMMAND_SETTLE_SECONDS="5")
    took: dict[bool, list[float]] = {False: [], True: []}
    try:
        with listening() as (url, arrived), elsewhere(BUSY, seconds) as theirs, told_through("filesystem://") as at:
            ours = connected(url)
            busy = connect(BUSY, theirs)
            begin(house, ours, busy)
            for n in range(ROUNDS * 2):
                is_busy = n % 2 == 1
                if is_busy:
                    _pile_up(busy)
                made = [submitted(ours).payload["quantity"] for _ in _paced(EACH)]
                until(lambda made=made: all(one in arrived for one in made), "every command arrived")
                left = Command.objects.filter(connection=busy, state=QUEUED)
                if is_busy and not left.exists():
                    print("  the neighbour was done too early: the backlog is too small for this machine")
                left.delete()
                took[is_busy] += [(arrived[one] - at[one]) * 1000 for one in made]
    finally:
        house.close()
        close_channels()
        shutil.rmtree(folder, ignore_errors=True)
    alone, beside = (statistics.quantiles(took[which], n=20)[-1] for which in (False, True))
    middle = statistics.median(took[True]) / statistics.median(took[False])
    print(
        f"  a neighbour of {seconds} s a call: p95 {alone:.0f} → {beside:.0f} ms, {beside / alone:.2f} times;", end=""
    )
    print(f" median {middle:.2f} times", flush=True)


def _pile_up(busy: Connection) -> None:
    world = World(busy, None)
    for _, one in zip(range(BACKLOG), supply_image(world), strict=False):
        payload = one.payload | {"file": one.payload["file"] | {"name": f"{time.monotonic_ns()}.png"}}
        submit(busy, one.kind, one.target, payload, None)


def _paced(number: int) -> Iterator[int]:
    for n in range(number):
        yield n
        time.sleep(0.1)
