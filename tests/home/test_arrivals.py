"""What came in: numbers against the day before, currencies apart, bars by hour and day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone, translation

from dashboard.finance.models import Payment
from dashboard.home import arrivals, charts
from dashboard.orders.models import Order

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


@pytest.fixture
def at_noon(goods):
    """Wednesday noon; no order has a time yet."""
    Order.objects.update(placed_at=None)
    with time_machine.travel(NOW, tick=False):
        yield goods


def place(*hours):
    pks = Order.objects.filter(placed_at=None).order_by("pk").values_list("pk", flat=True)
    for pk, hour in zip(list(pks[: len(hours)]), hours, strict=True):
        Order.objects.filter(pk=pk).update(placed_at=NOW - timedelta(hours=hour))


def named(found, name):
    return [line for line in found["kinds"] if line["name"] == name]


def test_numbers_and_change(at_noon, reach):
    place(*[1] * 9, *[30] * 12)
    (line,) = named(arrivals.came_in(reach()), "Orders")
    assert (line["value"], line["change"], line["url"]) == ("9", "−25\xa0%", "/orders/")


def test_few_say_nothing_about_change(at_noon, reach):
    place(1, 2, 30)
    assert named(arrivals.came_in(reach()), "Orders")[0]["change"] == ""


def test_currencies_are_never_added(at_noon, reach):
    Payment.objects.all().delete()
    for n, (amount, currency, hours) in enumerate([("5", "USD", 1), ("7.5", "EUR", 2), ("20", "USD", 30)]):
        Payment.objects.create(
            connection=at_noon.connection, remote_id=str(n), content_hash=b"0" * 16, changed_at=NOW, amount=amount,
            currency=currency, paid_at=NOW - timedelta(hours=hours), status="paid",
        )  # fmt: skip
    lines = named(arrivals.came_in(reach()), "Payments")
    assert [(line["value"], line["change"]) for line in lines] == [("EUR\xa07.50", ""), ("USD\xa05.00", "−75\xa0%")]
    cache.clear()
    assert named(arrivals.came_in(reach("viewer")), "Payments") == []


def test_orders_by_the_hour(at_noon, reach):
    place(0, 0, 0, 5, 23.9)
    found = arrivals.came_in(reach())["hours"]
    heights = [bar.height for bar in found["bars"].bars]
    assert (len(heights), heights[-1], heights[-6], heights[0]) == (24, "45.0", "15.0", "1.0")
    assert found["words"] == "Orders by the hour, the last 24 hours: most at 12:00, 3 of 4"
    assert found["axis"] == ["13:00", "19:00", "01:00", "07:00", "now"]


def test_days_are_those_of_the_readers_zone(at_noon, reach):
    place(14, 14, 38)
    with timezone.override("Asia/Shanghai"):
        (line,) = arrivals.came_in(reach())["days"]
    assert (line["sum"], line["today"]) == ("3", "2")
    assert [bar.height for bar in line["bars"].bars][-3:] == ["1.0", "22.5", "45.0"]
    cache.clear()
    with timezone.override("America/Los_Angeles"):
        (line,) = arrivals.came_in(reach())["days"]
    assert [bar.height for bar in line["bars"].bars][-3:] == ["22.5", "45.0", "1.0"]


def test_the_answer_is_kept_a_minute_for_each_language(at_noon, reach, django_assert_num_queries):
    found = reach()
    arrivals.came_in(found)
    with django_assert_num_queries(0):
        arrivals.came_in(found)
    with translation.override("zh-hans"):
        assert named(arrivals.came_in(found), "Orders") == []


def test_bars_of_nothing():
    assert [(bar.x, bar.y, bar.height, bar.now) for bar in charts.bars([0, 0]).bars] == [
        (0, "47.0", "1.0", False),
        (10, "47.0", "1.0", True),
    ]
    assert charts.bars([]).bars == []
