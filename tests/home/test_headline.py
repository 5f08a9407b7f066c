"""The line at the head of home: what is late, else what is due soon, else whether all is calm."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from dashboard.aftersales.models import Case
from dashboard.home import queues
from dashboard.home.headline import SAYS, headline
from dashboard.home.queues import Tile
from dashboard.messaging.models import Thread
from dashboard.orders.models import Order
from dashboard.sync.models import FeedState
from tests.pages import flat


def tile(key, tone, *numbers, first=None):
    return Tile(key, key, "", "", "", tone, numbers, first)


def said(*tiles, is_behind=False):
    return headline(tiles, is_behind=is_behind).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (("orders", "act", 9, 1, 4), "1 order is late."),
        (("orders", "act", 2000, 1001, 1001), "1,000+ orders are late."),
        (("orders", "wait", 9, 0, 4), "4 orders are due within 24 h."),
        (("unknown", "act", 3, 2), "2 commands need a person."),
        (("unknown", "wait", 3, 0), "The outcome of 3 commands is unknown."),
        (("refused", "act", 1, 0), "1 command was refused or failed today."),
        (("tickets", "wait", 26, 14), "14 tickets wait for us."),
        (("approvals", "wait", 3, 1), "1 refund waits for your consent."),
        (("packages", "wait", 8, 2), "2 packages pay a storage fee soon."),
    ],
)
def test_each_queue_has_its_sentence(one, words):
    assert said(tile(*one)) == words


@pytest.mark.usefixtures("stopped_clock")
def test_what_has_a_time_says_it():
    now = timezone.now()
    assert said(tile("cases", "act", 2, first=now)) == "A refund decision is past its deadline."
    soon = tile("cases", "act", 2, first=now + timedelta(minutes=72))
    assert said(soon) == "A refund decision lapses in 1 h 12 min."
    threads = [tile("messages", "act", n, first=now - timedelta(days=5)) for n in (1, 6)]
    assert [said(one) for one in threads] == [
        "1 buyer has waited for 5 days.", "6 buyers wait, the longest for 5 days."
    ]  # fmt: skip


def test_what_is_late_goes_before_what_is_due_and_three_sentences_are_enough():
    due, late = tile("tickets", "wait", 3, 3), tile("orders", "act", 5, 2, 2)
    assert said(due, late) == "2 orders are late."
    assert said(due, tile("packages", "wait", 8, 2)) == "3 tickets wait for us. 2 packages pay a storage fee soon."
    assert said(late, late, late, late).count("late.") == 3


def test_all_is_calm_only_where_everything_is_up_to_date():
    calm = [tile("orders", "", 0, 0, 0), tile("quarantine", "", 4)]
    assert said(*calm) == "All is calm: nothing is late or due soon, and everything is up to date."
    behind = "Nothing that was seen is late or due soon, but not everything is up to date."
    assert said(*calm, is_behind=True) == behind


def test_every_queue_that_can_be_urgent_has_a_sentence():
    assert {queue.key for queue in queues.QUEUES} == {*SAYS, "quarantine"}


def test_the_page_and_its_poll_say_the_same(goods, client_for):
    client, calm = client_for("fulfilment"), "All is calm: nothing is late or due soon, and everything is up to date."

    def lines():
        cache.clear()
        pages = (flat(client.get(url)) for url in ("/", "/home/queues/"))
        return [re.findall(r'id="headline"[^>]*><span>(.*?)</span></p>', page) for page in pages]

    Order.objects.update(status="completed")
    for model in (Case, Thread):
        model.objects.all().delete()
    FeedState.objects.update(last_ok_at=timezone.now())
    assert lines() == [[calm]] * 2
    FeedState.objects.filter(feed="orders").update(last_ok_at=None)
    assert lines() == [["Nothing that was seen is late or due soon, but not everything is up to date."]] * 2
    late = Order.objects.first()
    Order.objects.filter(pk=late.pk).update(status="to_deliver", ship_by=timezone.now() - timedelta(hours=1))
    assert lines() == [["1 order is late."]] * 2


def test_what_another_connection_lacks_is_not_said_of_the_one_that_was_chosen(goods, connect, client_for):
    connect("m2e", "never-read")
    Order.objects.update(status="completed")
    for model in (Case, Thread):
        model.objects.all().delete()
    FeedState.objects.filter(connection=goods.connection).update(last_ok_at=timezone.now())
    client = client_for("fulfilment")
    for address, words in (
        ("?connection=goods", "All is calm: nothing is late or due soon, and everything is up to date."),
        ("?connection=never-read", "Nothing that was seen is late or due soon, but not everything is up to date."),
        ("", "Nothing that was seen is late or due soon, but not everything is up to date."),
    ):
        cache.clear()
        for path in ("/", "/home/queues/"):
            assert f"<span>{words}</span></p>" in flat(client.get(path + address)), path + address


def test_without_connections_nothing_is_claimed(client_for):
    for path in ("/", "/home/queues/"):
        page = flat(client_for("admin").get(path))
        assert re.findall(r'id="headline"[^>]*>(.*?)</p>', page) == ["<span></span>"], path
