"""What a connection says of limits and rests: what is left, until when nothing is called, when the queue is done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.sync.limiter import BREAK_AFTER, RowLimiter
from dashboard.sync.models import RateBucket
from dashboard.sync.weather import queue_clears, resting, weather
from tests.connected import queue
from tests.pages import assert_strict_html


@pytest.fixture
def shop(connect):
    """A connection without any limit known yet."""
    found = connect("fulfillbot", "agent").connection
    RateBucket.objects.all().delete()
    return found


def waiting(connection, count):
    for n in range(count):
        queue(connection, "sourcing.add_favourite", "-", product=str(12345 + n))


def test_a_breaker_that_opens_says_so_on_every_page_of_the_connection(shop, client_for):
    admin, limiter = client_for("admin"), RowLimiter(shop.pk)
    for _n in range(BREAK_AFTER - 1):
        limiter.outcome("api", False)
    assert resting([shop]) == {}
    limiter.outcome("api", False)
    assert resting([shop])[shop.pk].word == "Breaker open"
    for name in ("connection", "connection_sheet", "connection_feeds", "connection_routes", "connection_exchanges"):
        page = admin.get(reverse(f"sync:{name}", args=[shop.slug]))
        assert_strict_html(page)
        assert "5 calls in a row had no usable answer." in page.content.decode()
    everywhere = admin.get(reverse("sync:connections"))
    assert_strict_html(everywhere)
    assert "Breaker open" in everywhere.content.decode()
    limiter.outcome("api", True)
    assert "Breaker open" not in admin.get(reverse("sync:connections")).content.decode()


def test_the_queue_is_done_after_the_windows_it_needs(shop):
    RateBucket.objects.create(
        connection=shop, bucket="api", limit=2, remaining=1, reset_at=timezone.now() + timedelta(seconds=50)
    )
    assert queue_clears(shop, weather(shop)) == (0, "")
    waiting(shop, 4)
    assert queue_clears(shop, weather(shop)) == (4, "≈ 2\u00a0min")
    shop.state = shop.REAUTH_NEEDED
    assert queue_clears(shop, weather(shop)) == (4, "")


def test_a_rest_is_counted_to_the_time_that_the_queue_takes(shop):
    waiting(shop, 1)
    assert queue_clears(shop, weather(shop)) == (1, "")
    rest = timezone.now() + timedelta(minutes=10, seconds=30)
    RateBucket.objects.create(connection=shop, bucket="api", limit=60, remaining=60, paused_until=rest)
    assert queue_clears(shop, weather(shop)) == (1, "≈ 10\u00a0min")


@pytest.mark.usefixtures("stopped_clock")
def test_the_limits_renew_themselves_on_the_page(shop, client_for):
    admin, address = client_for("admin"), reverse("sync:connection", args=[shop.slug])
    RateBucket.objects.create(
        connection=shop, bucket="api", limit=60, remaining=57, reset_at=timezone.now() + timedelta(minutes=5)
    )
    shown = admin.get(address, headers={"HX-Request": "true"})
    assert_strict_html(shown, fragment=True)
    assert "57 of 60" in shown.content.decode()
    assert "<main" not in shown.content.decode()
    again = {"HX-Request": "true", "If-None-Match": shown["ETag"]}
    assert admin.get(address, headers=again).status_code == 304
    RateBucket.objects.update(remaining=56)
    assert "56 of 60" in admin.get(address, headers=again).content.decode()
