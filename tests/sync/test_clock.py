"""Two clocks that differ: measured with every answer, said on the connection's page and by the doctor (F15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from channels.ports import Exchange
from channels.registry import PLATFORMS
from dashboard.sync.clock import keep_skew, skew_of
from dashboard.sync.doctor import diagnose
from dashboard.sync.models import Connection
from tests.connected import Connect, pull

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
