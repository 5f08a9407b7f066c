"""Processes killed inside a feed's run: the next run ends with exactly what the platform has (F16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.serving import SandboxServer
from dashboard.sync.feeds import FEEDS, Feed
from dashboard.sync.models import FeedState, Run
from dashboard.sync.runner import refresh
from tests.drill.farm import Farm
from tests.drill.world import World, open_world

pytestmark = pytest.mark.django_db(transaction=True)
PAGED = [("m2e", "orders"), ("fulfillbot", "purchase-orders"), ("imetastore", "cases")]


@pytest.fixture
def farm() -> Iterator[Farm]:
    """The parent of the processes that die."""
    made = Farm()
    yield made
    made.close()


def stored(feed: Feed, world: World) -> tuple[list[Any], list[list[Any]]]:
    """Every row of a connection with its content, and the parts of each, whatever was written twice."""
    rows = feed.mirror.model._default_manager.filter(connection=world.connection).order_by("remote_id")
    parts = [
        sorted(
            part.model._default_manager.filter(**{f"{part.whole}__connection": world.connection}).values_list(
                f"{part.whole}__remote_id", "remote_id"
            )
        )
        for part in feed.mirror.parts
    ]
    return [(key, bytes(digest), gone) for key, digest, gone in rows.values_list(*CONTENT)], parts


CONTENT = ("remote_id", "content_hash", "gone_at")


def forget(feed: Feed, world: World) -> FeedState:
    """As before the first reading."""
    feed.mirror.model._default_manager.filter(connection=world.connection).delete()
    states = FeedState.objects.filter(connection=world.connection, feed=feed.name)
    states.update(cursor="", watermark=None, last_full_at=None, last_ok_at=None)
    return states.get()


def haunt(feed: Feed, world: World) -> str:
    """A row that the platform does not have any more."""
    row = feed.mirror.model._default_manager.filter(connection=world.connection).first()
    assert row is not None
    row.pk, row.remote_id = None, "vanished"
    row.save(force_insert=True)
    return "vanished"


def run_again(feed: Feed, world: World) -> Run:
    """The next run, once the lease of the dead has lapsed; before, nobody may."""
    assert refresh(world.connection, feed, purpose="foreground") is None
    FeedState.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    run = refresh(world.connection, feed, purpose="foreground")
    assert run is not None
    assert run.error == ""
    return run


def ended(feed: Feed, world: World) -> tuple[str, Any, int]:
    state = FeedState.objects.get(connection=world.connection, feed=feed.name)
    open_runs = Run.objects.filter(connection=world.connection, feed=feed.name, finished_at=None)
    return state.cursor, state.leased_until, open_runs.count()


@pytest.mark.parametrize(("platform", "name"), PAGED)
def test_a_death_at_every_step_of_a_run_costs_nothing(server: SandboxServer, farm: Farm, platform: str, name: str):
    world, feed = open_world(platform, platform, server, seed=29), FEEDS[name]
    expected = stored(feed, world)
    pages = Run.objects.filter(connection=world.connection, feed=name).latest("pk").pages
    assert (pages > 1, len(expected[0]) > 1) == (True, True)

    state = forget(feed, world)
    assert farm.step("refresh", state.pk, "page_before_commit")
    state.refresh_from_db()
    assert (stored(feed, world)[0], state.cursor) == ([], "")  # the page's rows and its cursor are one transaction
    run_again(feed, world)
    assert (stored(feed, world), ended(feed, world)) == (expected, ("", None, 0))

    state = forget(feed, world)
    assert farm.step("refresh", state.pk, "page_after_commit")
    state.refresh_from_db()
    some = stored(feed, world)[0]
    assert state.cursor != ""
    assert set(some) < set(expected[0])
    resumed = run_again(feed, world)
    assert resumed.pages == pages - 1  # the first page was not read again
    assert (stored(feed, world), ended(feed, world)) == (expected, ("", None, 0))


def test_a_death_before_rows_are_called_gone_leaves_that_to_the_next_sweep(server: SandboxServer, farm: Farm):
    world, feed = open_world("fulfillbot", "fulfillbot", server, seed=31), FEEDS["purchase-orders"]
    expected = stored(feed, world)
    vanished = haunt(feed, world)
    states = FeedState.objects.filter(connection=world.connection, feed=feed.name)
    states.update(last_full_at=None)
    lease = states.get().lease
    assert farm.step("refresh", states.get().pk, "before_gone")
    row = feed.mirror.model._default_manager.get(connection=world.connection, remote_id=vanished)
    assert row.gone_at is None
    run = run_again(feed, world)
    row.refresh_from_db()
    assert (run.is_full, run.gone, row.gone_at is None) == (True, 1, False)
    row.delete()
    assert (stored(feed, world), ended(feed, world), states.get().lease) == (expected, ("", None, 0), lease + 2)
