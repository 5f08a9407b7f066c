"""A broker that forgets all, dies and comes back under a live worker: later, never lost, never twice (F17, F18).

The web server, the worker and Redis are processes of their own; Redis is the cache as well, as in production.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.urls import reverse

from channels.registry import PLATFORMS
from channels.serving import SandboxServer
from dashboard.catalog.models import Variant
from dashboard.sync.models import Command, Heartbeat
from dashboard.sync.models.commands import FINAL
from tests.connected import effects
from tests.drill.world import World, open_world
from tests.factories import make_user
from tests.faults.house import House, Redis, signed_in, until
from tests.faults.test_database import spare_variants
from tests.faults.test_deaths import DYING, intents, judged, queued

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.django_db(transaction=True)]
QUEUE = "dashboard"


class Lived:
    """A house with its broker, five platforms, and a person at a browser."""

    def __init__(self, redis: Redis, house: House, worlds: list[World], variants: list[Variant]) -> None:
        self.redis, self.house, self.worlds, self.variants = redis, house, worlds, variants
        self.browser = signed_in(house.web(), make_user("visitor", role="fulfilment"))
        self.posted: list[tuple[str, int]] = []

    def post(self, times: int) -> list[int]:
        """Set so many stocks at the browser; the answers."""
        found = []
        for _ in range(times):
            variant, quantity = self.variants.pop(), 5000 + len(self.posted)
            url = reverse("catalog:stock", args=[variant.pk])
            answer: httpx.Response = self.browser.post(url, data={"quantity": str(quantity), "form_key": str(quantity)})
            self.posted.append((variant.sku, quantity))
            found.append(answer.status_code)
        return found

    def is_done(self) -> bool:
        """Whether every command has ended."""
        return not Command.objects.exclude(state__in=FINAL).exists()

    def wait_for_progress(self) -> None:
        """Until a task has come through the broker again; a worker that does not find back starts itself anew."""
        before = Heartbeat.objects.filter(name="worker").first()
        moved = Heartbeat.objects.filter(name="worker").exclude(at=before and before.at)
        until(moved.exists, "progress")

    def assert_each_once(self, drilled: list[Any]) -> None:
        """Every command done, and the ledgers hold each effect once."""
        until(self.is_done, "every command ended")
        assert set(Command.objects.values_list("state", flat=True)) == {"done"}
        assert Command.objects.count() == len(drilled) + len(self.posted)
        assert judged(drilled) == []
        given = [one for world in self.worlds for one in effects(world.sandbox) if one.get("quantity", 0) >= 5000]
        assert sorted((one["sku"], one["quantity"]) for one in given) == sorted(self.posted)


@pytest.fixture
def lived(server: SandboxServer, tmp_path: Path, settings: Any) -> Iterator[Lived]:
    redis = Redis(tmp_path)
    settings.COMMAND_LEASE_SECONDS = 30
    worlds = [open_world(key, key, server, seed=31) for key in PLATFORMS]
    house = House(tmp_path, CELERY_BROKER_URL=f"{redis.url}/0", REDIS_URL=f"{redis.url}/1")
    try:
        yield Lived(redis, house, worlds, spare_variants(worlds))
    finally:
        house.close()
        redis.kill()


def test_a_broker_that_forgets_everything_costs_time_only(lived: Lived):
    """First with nobody listening, so that every message is lost; then again and again under the worker."""
    assert lived.post(3) == [302, 302, 302]
    assert lived.redis.client().llen(QUEUE) == 3
    lived.redis.client().flushall()
    assert lived.redis.client().llen(QUEUE) == 0
    drilled = queued(intents(lived.worlds, *DYING))  # this process tells another broker: these messages are lost too
    lived.house.worker()
    until(lambda: Command.objects.filter(state="done").exists(), "the worker")
    for _ in range(3):
        assert lived.post(1) == [302]
        lived.redis.client().flushall()
    lived.assert_each_once(drilled)


def test_a_broker_that_dies_and_comes_back_is_found_again(lived: Lived):
    """While it is dead staff go on, signed in as before, and what they want is done; back, it is used again."""
    lived.house.worker()
    lived.wait_for_progress()
    lived.redis.kill()
    assert lived.browser.get("/orders/").status_code == 200
    assert lived.post(3) == [302, 302, 302]
    drilled = queued(intents(lived.worlds, *DYING))
    until(lived.is_done, "every command ended without a broker")
    lived.redis.start()
    lived.wait_for_progress()
    assert lived.post(2) == [302, 302]
    lived.assert_each_once(drilled)
