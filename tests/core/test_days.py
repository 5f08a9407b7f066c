"""Filters by day: the reader's own midnights, hours that clocks skip, days beyond every calendar."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from dashboard.core.days import SinceDay, UntilDay
from dashboard.orders.models import Order
from dashboard.sync.models import Connection

DAY = dt.date(2026, 3, 29)  # clocks in Berlin go forward


@pytest.mark.parametrize(
    ("zone", "begins", "ends"),
    [
        ("UTC", "2026-03-29T00:00:00+00:00", "2026-03-30T00:00:00+00:00"),
        ("Europe/Berlin", "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
        ("Asia/Shanghai", "2026-03-28T16:00:00+00:00", "2026-03-29T16:00:00+00:00"),
    ],
)
def test_a_day_is_the_readers_own(zone, begins, ends):
    with timezone.override(ZoneInfo(zone)):
        assert SinceDay().edge(DAY).astimezone(dt.UTC).isoformat() == begins
        assert UntilDay().edge(DAY).astimezone(dt.UTC).isoformat() == ends


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_no_day_is_too_far(day):
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        with timezone.override(ZoneInfo(zone)):
            assert SinceDay().edge(day) <= UntilDay().edge(day)


@pytest.mark.django_db
def test_the_rows_of_a_day():
    shop = Connection.objects.create(platform="m2e", slug="shop", title="Shop", base_url="https://example.com")
    edges = [dt.datetime(2026, 3, 28, 23, 59, 59), dt.datetime(2026, 3, 29), dt.datetime(2026, 3, 29, 23, 59, 59)]
    for n, at in enumerate([*edges, dt.datetime(2026, 3, 30)]):
        Order.objects.create(
            connection=shop, remote_id=f"d{n}", number=f"d{n}", content_hash=b"0", changed_at=timezone.now(),
            placed_at=at.replace(tzinfo=dt.UTC),
        )  # fmt: skip
    rows = Order.objects.filter(number__startswith="d").order_by("number")
    since, until = SinceDay(field_name="placed_at"), UntilDay(field_name="placed_at")
    assert [one.number for one in until.filter(since.filter(rows, DAY), DAY)] == ["d1", "d2"]
    assert [one.number for one in since.filter(rows, None)] == ["d0", "d1", "d2", "d3"]
