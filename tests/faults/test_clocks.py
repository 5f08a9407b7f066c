"""Clocks that differ, and a clock that is put back in autumn: no reading of changes misses one (F15)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from channels import wire
from channels.imetastore import mapping
from channels.registry import PLATFORMS
from dashboard.messaging.models import Message
from dashboard.orders.models import Order
from dashboard.sync.models import FeedState
from tests.connected import Connect, Connected, pull

BERLIN = ZoneInfo("Europe/Berlin")
BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)  # 03:00 becomes 02:00 there

UNDATED = {("m2e", "orders")}  # changes carry no time there: those of old sales are found by whole readings, any clock


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """A machine and a site in a zone that puts its clocks back."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override(BERLIN):
        yield
    monkeypatch.undo()
    time.tzset()


def happen(made: Connected) -> None:
    """Things come and go, and some change."""
    made.sandbox.drift()
    for _ in range(4):
        made.sandbox.move()


def missed(made: Connected) -> list[str]:
    """What whole readings find that the readings of changes did not; what went is found by whole readings alone."""
    runs = pull(made.connection, full=True)
    left = [
        (run.feed, run.created, 0 if (made.connection.platform, run.feed) in UNDATED else run.changed) for run in runs
    ]
    return [f"{feed}: {created} new, {changed} changed" for feed, created, changed in left if created or changed]


def catch_up(made: Connected) -> None:
    """Read changes of every feed, and prove that it was changes that were read."""
    assert {run.is_full for run in pull(made.connection)} == {False}


@pytest.mark.parametrize("minutes", [-10, 10])
@pytest.mark.parametrize("key", list(PLATFORMS))
@pytest.mark.django_db
def test_a_platform_ten_minutes_ahead_or_behind_is_not_missed(connect: Connect, key: str, minutes: int):
    made = connect(key)
    made.sandbox.clock.advance(minutes * 60)
    pull(made.connection, full=True)
    for _ in range(3):
        happen(made)
        catch_up(made)
    assert missed(made) == []


@pytest.mark.parametrize("key", list(PLATFORMS))
@pytest.mark.django_db
def test_the_hour_that_comes_twice_is_not_missed(berlin: None, connect: Connect, key: str):
    with time_machine.travel(BACK - timedelta(minutes=50), tick=False) as clock:
        made = connect(key)
        pull(made.connection, full=True)
        for _ in range(6):
            clock.shift(timedelta(minutes=20))
            happen(made)
            clock.shift(timedelta(seconds=5))
            catch_up(made)
        marks = set(FeedState.objects.values_list("watermark", flat=True))
        assert marks == {BACK + timedelta(minutes=70, seconds=30)}
        clock.shift(timedelta(seconds=5))
        assert missed(made) == []


@pytest.mark.django_db
def test_times_of_that_hour_are_kept_as_the_platform_means_them(berlin: None, connect: Connect):
    """`createdAt` is stated without a zone and read as UTC: two orders an hour apart stay an hour apart."""
    with time_machine.travel(BACK - timedelta(minutes=30), tick=False) as clock:
        made = connect("imetastore")
        numbers = []
        for _ in range(2):
            made.sandbox.move("order")
            numbers.append(str(made.sandbox.orders[0]["orderId"]))
            clock.shift(timedelta(hours=1))
        assert "Z" not in made.sandbox.orders[0]["createdAt"]
        pull(made.connection, "orders", full=True)
    placed = dict(Order.objects.filter(remote_id__in=numbers).values_list("remote_id", "placed_at"))
    assert [placed[number] for number in numbers] == [BACK - timedelta(minutes=30), BACK + timedelta(minutes=30)]
    assert [f"{placed[number].astimezone(BERLIN):%H:%M%z}" for number in numbers] == ["02:30+0200", "02:30+0100"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-10-25T02:30:00", "02:30"),
        ("2026-10-25 02:30:00", "02:30"),
        ("2026-10-25T02:30:00Z", "02:30"),
        ("2026-10-25T02:30:00+02:00", "00:30"),
        ("2026-10-25T02:30:00+01:00", "01:30"),
        ("2026-03-29T02:30:00", "02:30"),  # which no clock in Berlin shows
    ],
)
def test_a_time_without_zone_is_utc_wherever_we_are(berlin: None, text: str, meant: str):
    for read in (wire.iso_time, mapping.moment):
        found = read(text, "time")
        assert found is not None
        assert (f"{found:%H:%M}", found.utcoffset()) == (meant, timedelta())


@pytest.mark.parametrize("stamp_unit", [1, 1000])
@pytest.mark.parametrize("end_unit", [1, 1000])
@pytest.mark.django_db
def test_messages_in_seconds_and_in_milliseconds_are_the_same(connect: Connect, stamp_unit: int, end_unit: int):
    """The unit of `msgTimestamp` is stated nowhere, that of `lastMsgTime` contradicts itself: both are understood."""
    made = connect("imetastore")
    made.sandbox.stamp_unit, made.sandbox.end_unit, made.sandbox.per_answer = stamp_unit, end_unit, 3
    meant = sorted(row["_at"].replace(microsecond=0) for row in made.sandbox.messages)
    assert len(meant) > 9
    pull(made.connection)
    assert sorted(Message.objects.values_list("sent_at", flat=True)) == meant
