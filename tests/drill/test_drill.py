"""The short form of the drill, and that it knows every kind. The long one: `make drill`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from channels.registry import PLATFORMS
from channels.serving import SandboxServer
from dashboard.sync.kinds import KINDS
from dashboard.sync.opening import close_channels
from tests.drill.report import is_good, rendered
from tests.drill.run import SCENARIOS, Drill
from tests.drill.world import open_world

SEED = 20260302


@pytest.fixture(autouse=True)
def drilling(settings: Any) -> Iterator[None]:
    settings.COMMAND_SETTLE_SECONDS = 0
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    close_channels()
    yield
    close_channels()


@pytest.mark.django_db
def test_every_kind_of_every_platform_has_a_scenario():
    """A kind that the drill does not know would be shipped untried."""
    server = SandboxServer({})
    drilled = set()
    for key in PLATFORMS:
        world = open_world(key, key, server, seed=7)
        for scenario in SCENARIOS[key]:
            intent = next(scenario(world), None)
            assert intent is not None, f"{key} holds nothing for {scenario.__name__}"
            drilled.add((key, intent.kind))
    server.server_close()
    able = {(key, name) for key, one in PLATFORMS.items() for name, kind in KINDS.items() if _can(one, kind)}
    assert drilled == able


def _can(platform: Any, kind: Any) -> bool:
    from channels.capabilities import has

    return has(platform.channel, kind.capability)


@pytest.mark.django_db
def test_every_fault_without_deaths():
    drilled = Drill(seed=SEED, kills=0).run(120)
    print(f"seed {SEED}\n{rendered(drilled)}")
    assert is_good(drilled)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [SEED + 1, SEED + 2, SEED + 3])
@pytest.mark.django_db(transaction=True)
def test_every_fault_with_processes_that_die(seed: int):
    drilled = Drill(seed=seed, kills=0.7).run(40)
    print(f"seed {seed}\n{rendered(drilled)}")
    assert sum(one.deaths for one in drilled) > 15
    assert is_good(drilled)
