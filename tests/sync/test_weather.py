"""What a connection says of limits and rests: what is left, until when nothing is called, when the queue is done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.sync.limiter import BREAK_AFTER, RowLimiter
from dashboard.sync.models import Command, FeedState, RateBucket
from dashboard.sync.weather import queue_clears, resting, weather
from tests.connected import queue
from tests.pages import assert_strict_html, flat

TWENTY, FOUR = "20\u00a0s", "4\u00a0min"


@pytest.fixture
def shop(connect):
    """A connection without any limit known yet."""
    found = connect("fulfillbot", "agent").connection
    RateBucket.objects.all().delete()
    return found


def waiting(connection, count):
    for n in range(count):
        queue(connection, "sourcing.add_favourite", "-", product=str(12345 + n))


def when(at, length):
    """A time as pages show it: relative and exact."""
    exact = f"{at.day} {at:%b %Y, %H:%M:%S}"
    return f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}" title="{exact}">in {length}, at {at:%H:%M:%S}</time>'


@pytest.mark.usefixtures("stopped_clock")
def test_a_breaker_that_opens_says_so_on_every_page_of_the_connection(shop, client_for):
    admin, limiter = client_for("admin"), RowLimiter(shop.pk)
    for _n in range(BREAK_AFTER - 1):
        limiter.outcome("api", False)
    assert resting([shop]) == {}
    limiter.outcome("api", False)
    assert resting([shop])[shop.pk].word == "Breaker open"
    at = RateBucket.objects.get().open_until
    again = f"{TWENTY}, at {at:%H:%M:%S}."
    for name in ("connection", "connection_sheet", "connection_feeds", "connection_routes", "connection_exchanges"):
        page = admin.get(reverse(f"sync:{name}", args=[shop.slug]))
        assert_strict_html(page)
        assert f"5 calls in a row had no usable answer. One call tries again in {again}" in flat(page)
    everywhere = admin.get(reverse("sync:connections"))
    assert_strict_html(everywhere)
    assert f'Breaker open</span><span class="hint">next try {when(at, TWENTY)}' in flat(everywhere)
    limiter.outcome("api", True)
    assert "Breaker open" not in flat(admin.get(reverse("sync:connections")))


@pytest.mark.usefixtures("stopped_clock")
def test_a_feed_and_a_command_that_a_pause_holds_back_say_when_they_are_tried_again(shop, client_for):
    at, words = timezone.now() + timedelta(minutes=4), "Paused after 5 failures in a row."
    for feed, due in (("cart", at), ("packages", timezone.now())):
        FeedState.objects.create(connection=shop, feed=feed, error=words, next_due_at=due)
    waiting(shop, 1)
    Command.objects.update(error=words, not_before=at)
    feeds = client_for("viewer").get(reverse("sync:connection_feeds", args=[shop.slug])).content.decode()
    assert f"{words} Next try {when(at, FOUR)}." in feeds
    assert feeds.count(words) == 2
    assert feeds.count("Next try") == 1
    page = reverse("sync:command", args=[Command.objects.get().pk])
    assert f"<p>Next try {when(at, FOUR)}.</p>" in client_for("viewer").get(page).content.decode()
    Command.objects.update(not_before=timezone.now())
    assert "Next try" not in client_for("viewer").get(page).content.decode()


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
