"""What the demo begins with: made once, kept, and read anew over sandboxes that begin anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from channels import capabilities as can
from channels.registry import PLATFORMS
from dashboard.messaging.models import CannedReply
from dashboard.orders.models import Order, Tag
from dashboard.staff.models import User
from dashboard.sync import demo
from dashboard.sync.models import Connection, FeedState

pytestmark = pytest.mark.django_db


def test_a_second_start_keeps_everything_and_reads_it_in_full_orders_first(settings):
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    demo.prepare("http://127.0.0.1:9")
    assert [person.username for person in User.objects.order_by("pk")] == [name for name, _word, _role in demo.PEOPLE]
    assert Connection.objects.count() == len(PLATFORMS)
    connection = Connection.objects.get(slug="demo-m2e")
    now = timezone.now()
    for feed in ("orders", "products"):
        FeedState.objects.update_or_create(
            connection=connection, feed=feed, defaults={"next_due_at": now, "last_full_at": now}
        )
    demo.prepare("http://127.0.0.1:9")
    assert (User.objects.count(), Connection.objects.count()) == (len(demo.PEOPLE), len(PLATFORMS))
    states = {state.feed: state for state in FeedState.objects.filter(connection=connection)}
    assert states["orders"].next_due_at is None
    assert states["products"].next_due_at > now
    assert [states[feed].last_full_at for feed in ("orders", "products")] == [None, None]


def test_a_new_demo_gets_canned_replies_at_once_and_tags_when_the_orders_are_read(settings):
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    fillings = demo.prepare("http://127.0.0.1:9")
    fillings.go_on()
    assert list(CannedReply.objects.values_list("shortcut", flat=True)) == ["done", "sorry", "thanks", "where"]
    with_orders = [one for one in Connection.objects.all() if one.can(can.PullsOrders)]
    assert len(with_orders) == 4
    of, now = {"connection": with_orders[0], "status": "to_deliver"}, timezone.now()
    for n in range(4):
        Order.objects.create(remote_id=f"R-{n}", placed_at=now - timedelta(hours=n), changed_at=now, **of)
    read = [
        FeedState.objects.update_or_create(connection=one, feed="orders", defaults={"last_full_at": timezone.now()})[0]
        for one in with_orders
    ]
    FeedState.objects.filter(pk=read[0].pk).update(last_full_at=None)
    fillings.go_on()
    assert not Tag.objects.exists()
    FeedState.objects.filter(pk=read[0].pk).update(last_full_at=timezone.now())
    fillings.go_on()
    fillings.go_on()
    tagged = {tag.name: [order.remote_id for order in tag.orders.all()] for tag in Tag.objects.all()}
    assert tagged == {"check address": ["R-3"], "gift": ["R-1"], "repeat buyer": ["R-2"]}
    assert CannedReply.objects.count() == 4


def test_a_demo_that_goes_on_keeps_what_people_made_of_it(settings):
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    demo.prepare("http://127.0.0.1:9").go_on()
    CannedReply.objects.all().delete()
    demo.prepare("http://127.0.0.1:9").go_on()
    assert not CannedReply.objects.exists()
