"""The verdict over a connection, and over the worker."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.home import health
from dashboard.sync.models import Connection, FeedState, Heartbeat
from dashboard.sync.models.commands import QUEUED
from tests.home.test_queues import make_command


def shown(client):
    return client.get("/home/health/").content.decode()


def line(reach):
    (found,) = health.connections(reach)
    return found["tone"], found["words"], found["age"].replace("\xa0", " ")


def test_up_to_date_shows_the_newest_reading(goods, reach):
    assert line(reach())[:2] == ("good", "Up to date")


def test_a_late_feed_shows_its_own_age(goods, reach):
    late = timezone.now() - timedelta(minutes=22)
    FeedState.objects.filter(feed="orders").update(last_ok_at=late)
    assert line(reach()) == ("wait", "Orders late", "22 min")
    FeedState.objects.filter(feed="orders").update(error="Away.", fails=2)
    assert line(reach()) == ("wait", "Orders late", "22 min")
    FeedState.objects.filter(feed="orders").update(fails=3)
    assert line(reach()) == ("act", "Orders late", "22 min")


@pytest.mark.usefixtures("stopped_clock")
def test_a_late_feed_that_is_paused_shows_when_it_is_tried_again(goods, client_for):
    now = timezone.now()
    at = now + timedelta(minutes=4)
    late = FeedState.objects.filter(feed="orders")
    late.update(last_ok_at=now - timedelta(minutes=22), error="Paused after 5 failures in a row.", next_due_at=at)
    client = client_for("viewer")
    assert re.search(r'Orders late</span><br><span class="sub">next try <time [^>]+>in 4\u00a0min, at ', shown(client))
    assert "Next try" not in client.get("/").content.decode()
    late.update(fails=3)
    banner = "It was last read 22\u00a0min ago. Lists may lack its newest rows."
    assert f"<p>{banner} Next try in 4\u00a0min, at {at:%H:%M:%S}.</p>" in client.get("/").content.decode()
    tag = {"If-None-Match": client.get("/home/health/")["ETag"]}
    assert client.get("/home/health/", headers=tag).status_code == 304
    late.update(next_due_at=now)
    assert client.get("/home/health/", headers=tag).status_code == 200
    assert f"<p>{banner}</p>" in client.get("/").content.decode()
    assert "next try" not in shown(client)


def test_a_feed_that_was_never_read_is_late_while_others_are_fresh(goods, reach):
    FeedState.objects.filter(feed="messages").delete()
    assert line(reach()) == ("wait", "Messages late", "never")


def test_an_alarm_goes_first(goods, reach):
    FeedState.objects.filter(feed="messages").update(alarm="too many bad records")
    assert line(reach())[:2] == ("act", "Messages stopped")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (Connection.PAUSED, ("", "Paused")),
        (Connection.DISABLED, ("", "Disabled")),
        (Connection.REAUTH_NEEDED, ("act", "Sign-in refused")),
    ],
)
def test_resting_connections(goods, reach, state, expected):
    Connection.objects.update(state=state)
    assert line(reach())[:2] == expected


def test_a_connection_that_was_never_read(connect, reach):
    connect("m2e", "fresh")
    assert line(reach()) == ("wait", "Not read yet", "never")
    soon = timezone.now() + timedelta(minutes=4)
    for feed, at in (("orders", soon + timedelta(minutes=1)), ("products", soon)):
        FeedState.objects.update_or_create(
            feed=feed, connection=Connection.objects.get(), defaults={"error": "Away.", "next_due_at": at}
        )
    assert health.connections(reach())[0]["again_at"] == soon


def test_the_worker(goods, reach):
    assert health.engine_line(reach()) == ("No sign of life from the worker: never", "act")
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})
    assert health.engine_line(reach()) == ("The worker is well; nothing waits to be sent", "")
    command = make_command(goods.connection, QUEUED)
    command.not_before = timezone.now() - timedelta(seconds=4)
    command.save()
    words, tone = health.engine_line(reach())
    assert (words.replace("\xa0", " "), tone) == ("The worker is well; the oldest waiting command is 4 s old", "")
