"""Two clocks that differ: seen in answers and signed pushes, said on the connection's page and by the doctor (F15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from channels.ports import Exchange
from channels.registry import PLATFORMS
from dashboard.sync.clock import keep_skew, skew_of
from dashboard.sync.doctor import diagnose
from dashboard.sync.models import Connection
from tests.connected import Connect, Connected, pull
from tests.faults.pushing import post, send, signed

pytestmark = pytest.mark.django_db
FEEDS = {"accplanet": "products", "fulfillbot": "purchase-orders", "imetastore": "orders", "m2e": "products",
         "shoppo": "products"}  # fmt: skip


def answered(milliseconds: int = 0, **headers: str) -> Exchange:
    """An answer begun at 10:00."""
    return Exchange(
        route="x", method="GET", url="https://x.test/", request_headers={}, request_body="", status=200,
        response_headers=headers, response_body="", started_at=datetime(2026, 3, 2, 10, tzinfo=UTC),
        milliseconds=milliseconds,
    )  # fmt: skip


def doctor() -> tuple[str, str]:
    found = next(point for point in diagnose() if point.name == "clocks")
    return found.result, found.detail


@pytest.mark.parametrize(
    ("headers", "milliseconds", "seconds"),
    [
        ({"Date": "Mon, 02 Mar 2026 10:00:00 GMT"}, 0, 0),
        ({"date": "Mon, 02 Mar 2026 10:10:00 GMT"}, 0, 600),
        ({"Date": "Mon, 02 Mar 2026 09:50:00 GMT"}, 0, -600),
        ({"Date": "Mon, 02 Mar 2026 10:00:20 GMT"}, 20_000, 0),
        ({"Date": "Mon, 02 Mar 2026 12:10:00 +0200"}, 0, 600),
        ({"Date": "Mon, 02 Mar 2026 09:50:00 GMT", "Age": "600"}, 0, None),
        ({"Date": "Mon, 02 Mar 2026 09:50:00 -0000"}, 0, None),
        ({"Date": "yesterday"}, 0, None),
        ({}, 0, None),
    ],
)
def test_what_an_answer_tells_of_the_time(headers: dict[str, str], milliseconds: int, seconds: int | None):
    assert skew_of(answered(milliseconds, **headers)) == seconds


@pytest.mark.parametrize("minutes", [-10, 10])
@pytest.mark.parametrize("key", sorted(PLATFORMS))
def test_a_difference_of_ten_minutes_is_said(
    connect: Connect, client_for: Callable[[str], Client], key: str, minutes: int
):
    made = connect(key)
    pull(made.connection, FEEDS[key])
    page = f"/connections/{made.connection.slug}/"
    assert doctor() == ("ok", "The platforms' clocks agree with ours.")
    assert "The clocks differ" not in client_for("admin").get(page).content.decode()
    made.sandbox.clock.advance(minutes * 60)
    pull(made.connection, FEEDS[key])
    seconds = Connection.objects.get().clock_skew
    assert seconds is not None
    assert abs(seconds - minutes * 60) < 60
    word = "ahead of" if minutes > 0 else "behind"
    said = f"The platform's clock is {abs(seconds)} seconds {word} ours. Compare the time of this machine."
    result, detail = doctor()
    assert (result, detail) == ("warning", f"{made.connection.slug}: {said}")
    html = client_for("admin").get(page).content.decode().replace("&#x27;", "'")
    assert "The clocks differ" in html
    assert said in html
    spoken = StringIO()
    call_command("doctor", stdout=spoken)
    assert said in spoken.getvalue()
    made.sandbox.clock.advance(-minutes * 60)
    pull(made.connection, FEEDS[key])
    assert doctor()[0] == "ok"


def test_about_the_same_is_not_written_again(connect: Connect, django_assert_num_queries: Callable[[int], object]):
    connection = connect("m2e").connection
    keep_skew(connection.pk, 600)
    for near in (570, 600, 630):
        keep_skew(connection.pk, near)
        assert Connection.objects.get().clock_skew == 600
    with django_assert_num_queries(1):
        keep_skew(connection.pk, 569)
    assert Connection.objects.get().clock_skew == 569


# -- signed pushes -----------------------------------------------------------------------------------------------------

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def shop(connect: Connect) -> Connected:
    """Its clock and ours agree, as far as its answers tell."""
    made = connect("imetastore", "shop")
    pull(made.connection, "orders")
    return made


def push(shop: Connected, seconds: int, request_id: str, now: datetime = NOW) -> int:
    """A push that was signed so many seconds ahead of our clock (below zero: behind); its status."""
    with time_machine.travel(now, tick=False):
        at = timezone.now() + timedelta(seconds=seconds)
        return send(shop, signed(shop.sandbox.callback_secret, shop.sandbox.orders[0], at, request_id))


def noted() -> tuple[int | None, datetime | None]:
    found = Connection.objects.get()
    return found.push_skew, found.push_skew_at


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (600, "The last push was signed 600 seconds ahead of our time. Compare the time of this machine."),
        (-600, "The last push was signed 600 seconds before it came: it was late, or the clocks differ. "
               "Compare the time of this machine."),
    ],
)  # fmt: skip
def test_the_time_of_a_signed_push_raises_the_alarm(
    shop: Connected, client_for: Callable[[str], Client], seconds: int, said: str
):
    assert push(shop, 120, "0") == 200
    assert (noted(), doctor()[0]) == ((120, NOW), "ok")
    assert push(shop, seconds, "1") == 200
    assert noted() == (seconds, NOW)
    assert doctor() == ("warning", f"shop: {said}")
    html = client_for("admin").get("/connections/shop/").content.decode()
    assert "The clocks differ" in html
    assert said in html
    assert push(shop, 0, "2") == 200
    assert (noted(), doctor()[0]) == ((0, NOW), "ok")


@pytest.mark.parametrize(("seconds", "age"), [(2460, "2460 seconds ahead"), (-2460, "2460 seconds old")])
def test_a_push_outside_of_the_window_is_refused_with_its_skew(
    shop: Connected, caplog: pytest.LogCaptureFixture, seconds: int, age: str
):
    assert push(shop, seconds, "1") == 401
    assert (noted(), shop.connection.callbacks.count()) == ((seconds, NOW), 0)
    assert doctor()[0] == "warning"
    assert caplog.messages[0] == f"Refused callback order-status of shop: The timestamp is {age}."


def test_nobody_raises_the_alarm_who_does_not_know_the_secret(shop: Connected):
    true = signed(shop.sandbox.callback_secret, shop.sandbox.orders[0], NOW, "1")
    with time_machine.travel(NOW, tick=False):
        for seconds in (600, -600, 2460, -2460):
            stamp = str(int((NOW + timedelta(seconds=seconds)).timestamp() * 1000))
            headers = {**true.headers, "X-Timestamp": stamp}
            assert post(shop, true.event, true.body, headers) == 401
            forged = signed("guess", shop.sandbox.orders[0], NOW + timedelta(seconds=seconds), "2")
            assert send(shop, forged) == 401
    assert (noted(), doctor()[0]) == ((None, None), "ok")


@pytest.mark.parametrize(("minutes", "status"), [(20, 200), (90, 401)])
def test_nobody_raises_the_alarm_by_sending_an_old_push_again(shop: Connected, minutes: int, status: int):
    assert push(shop, 0, "1") == 200
    assert push(shop, -60 * minutes, "1", NOW + timedelta(minutes=minutes)) == status
    assert (noted(), shop.connection.callbacks.count()) == ((0, NOW), 1)


def test_what_is_older_than_a_day_tells_of_no_clock(shop: Connected):
    assert push(shop, -86_401, "1") == 401
    assert noted() == (None, None)
    assert push(shop, -86_400, "2") == 401
    assert noted() == (-86_400, NOW)


def test_about_the_same_is_not_written_again_for_each_push(shop: Connected):
    for n, (seconds, kept) in enumerate([(600, 600), (570, 600), (630, 600), (569, 569)]):
        assert push(shop, seconds, str(n)) == 200
        assert noted()[0] == kept
