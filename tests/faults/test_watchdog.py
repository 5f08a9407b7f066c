"""A worker that lives but takes nothing any more starts itself anew, without a supervisor (R6)."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from celery import current_app
from django.utils import timezone

from channels.registry import PLATFORMS
from channels.serving import SandboxServer
from dashboard.sync import watchdog
from dashboard.sync.metrics import exposition
from dashboard.sync.models import Command, Heartbeat, Tally
from dashboard.sync.models.commands import FINAL
from dashboard.sync.watchdog import Progress
from tests.drill.world import open_world
from tests.faults.house import House, Redis, until
from tests.faults.test_deaths import DYING, intents, judged, queued

PATIENCE = 60.0


def looks(*seen: tuple[float, int, bool, bool]) -> list[bool]:
    """What a watchdog that began at 0 says after each look: time, tasks begun, every thread taken, work waiting."""
    progress = Progress(PATIENCE, 0.0)
    return [
        progress.stands_still(begun, is_full=full, is_work_waiting=lambda waits=waits: waits, now=now)
        for now, begun, full, waits in seen
    ]


def test_only_who_begins_nothing_while_work_waits_stands_still():
    work, none = True, False
    assert looks((10, 0, False, work), (70, 0, False, work), (80, 0, False, work), (90, 0, False, work)) == [
        False, False, True, True,
    ]  # fmt: skip
    assert looks((10, 3, False, work), (80, 3, False, none), (900, 3, False, none)) == [False] * 3
    assert looks((10, 3, False, work), (80, 3, False, work), (90, 4, False, work), (100, 4, False, work)) == [False] * 4
    assert looks((10, 3, False, work), (80, 3, False, work), (90, 3, False, none), (100, 3, False, work)) == [False] * 4


def test_a_worker_that_is_wholly_taken_is_given_an_hour():
    taken = [(now, 8, True, True) for now in (10.0, 80.0, 3600.0, 3611.0, 3621.0)]
    assert looks(*taken) == [False, False, False, False, True]


def test_nobody_asks_the_broker_while_tasks_begin():
    progress, asked = Progress(PATIENCE, 0.0), []
    for now, begun in ((10, 1), (69, 1), (500, 2), (559, 2)):
        assert not progress.stands_still(begun, is_full=False, is_work_waiting=lambda: asked.append(1), now=now)
    assert asked == []


@pytest.mark.django_db(transaction=True)
def test_work_waits_when_messages_lie_there_or_nobody_sweeps(settings: Any):
    queue = current_app.conf.task_default_queue
    with current_app.connection_for_write() as link:
        link.default_channel.queue_declare(queue)
        link.default_channel.queue_purge(queue)
    assert watchdog.is_work_waiting(None) is False
    assert watchdog.is_work_waiting(object()) is True  # a worker with its own clock, and no sweep ever
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(seconds=50))
    assert watchdog.is_work_waiting(object()) is False
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert watchdog.is_work_waiting(object()) is True
    current_app.send_task("dashboard.sync.tasks.sweep")
    assert watchdog.is_work_waiting(None) is True
    with current_app.connection_for_write() as link:
        assert link.default_channel.queue_purge(queue) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_known_while_the_broker_is_away(monkeypatch: pytest.MonkeyPatch):
    def away() -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(watchdog, "messages", away)
    assert watchdog.is_work_waiting(object()) is False


@pytest.mark.django_db(transaction=True)
def test_a_new_start_is_counted():
    assert "dashboard_worker_starts_total 0\n" in exposition()
    watchdog.count()
    watchdog.count()
    assert Tally.of(Tally.NEW_STARTS) == 2
    assert "dashboard_worker_starts_total 2\n" in exposition()


@pytest.fixture(params=["folder", pytest.param("redis", marks=pytest.mark.services)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    redis = Redis(tmp_path) if request.param == "redis" else None
    broker = f"{redis.url}/0" if redis else "filesystem://"
    made = House(tmp_path, CELERY_BROKER_URL=broker, WORKER_STALL_SECONDS="15")
    try:
        yield made
    finally:
        made.close()
        if redis:
            redis.kill()


def processes(house: House) -> list[int]:
    """The worker and its clock, once they are two: an old clock takes its time to end."""
    group = ["pgrep", "-g", str(house.programs["worker"].pid)]

    def both() -> list[int]:
        found = subprocess.run(group, capture_output=True, text=True, check=False).stdout.split()
        return sorted(map(int, found)) if len(found) == 2 else []

    return cast(list[int], until(both, "a worker and its clock"))


def swept_since(at: Any) -> Callable[[], bool]:
    return Heartbeat.objects.filter(name="worker", at__gt=at).exists


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_hears_nothing_any_more_starts_itself_anew(server: SandboxServer, house: House):
    worlds = [open_world(key, key, server, seed=37) for key in PLATFORMS]
    house.worker("-I", "tests.faults.deaf")
    until(swept_since(timezone.now()), "the first sweep")
    worker, clock = processes(house)
    (house.folder / "data" / "deaf").touch()
    drilled = queued(intents(worlds, *DYING))
    until(lambda: not Command.objects.exclude(state__in=FINAL).exists(), "every command ended")
    until(swept_since(timezone.now()), "a sweep")
    assert judged(drilled) == []
    assert set(Command.objects.values_list("state", flat=True)) == {"done"}
    assert Tally.of(Tally.NEW_STARTS) == 1
    again, fresh = processes(house)
    assert again == worker
    assert fresh != clock
    assert "this worker starts anew" in (house.folder / "worker.log").read_text()
