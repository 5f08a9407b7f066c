"""What the demo begins with: made once, kept, and read anew over sandboxes that begin anew."""

from __future__ import annotations

import pytest
from django.utils import timezone

from channels.registry import PLATFORMS
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
