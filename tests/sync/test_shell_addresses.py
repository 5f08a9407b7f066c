"""Addresses from a shell: where calls go out, where a sandbox's pushes go, and feeds that a push makes due."""

from datetime import timedelta
from functools import partial

import httpx
import pytest
from django.utils import timezone

from channels.errors import AuthFailed
from channels.platform import Ports
from dashboard.sync.management.commands.sandbox import callback_paths
from dashboard.sync.models import Callback, Connection, FeedState, Run
from dashboard.sync.opening import settings_of
from tests.connected import pull
from tests.sync.test_shell import run


def test_pushes_of_a_sandbox_go_to_the_connections_that_are_there(connect):
    paths = partial(callback_paths, "shoppo", 9000)
    assert paths("ticket-reply") == ["/callbacks/shoppo/ticket-reply"]
    made, other = connect("shoppo"), connect("shoppo", "elsewhere")
    assert paths("ticket-reply") == [f"/callbacks/{one.connection.callback_key}/ticket-reply" for one in (made, other)]
    Connection.objects.filter(pk=other.connection.pk).update(base_url="http://127.0.0.1:9000/shoppo")
    assert paths("ticket-reply") == [f"/callbacks/{other.connection.callback_key}/ticket-reply"]
    assert paths("order-status") == []


@pytest.mark.parametrize(
    ("platform", "values", "kept"),
    [
        ("shoppo", ("access_token=x", "viewer_id=y"), "http://127.0.0.1:9/graphql/"),
        ("m2e", ("access_token=x",), "http://127.0.0.1:9/graphql"),
    ],
)
def test_a_slash_at_the_end_of_the_whole_address_stays(db, settings, platform, values, kept):
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    sets = [word for value in values for word in ("--set", value)]
    assert run("connection", "add", platform, "new", "--base-url", "http://127.0.0.1:9/graphql/", *sets)[0] == 0
    connection = Connection.objects.get()
    assert connection.base_url == kept
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(401)

    channel = connection.declared.open(settings_of(connection), Ports(transport=httpx.MockTransport(handler)))
    with pytest.raises(AuthFailed):
        channel.pull_products(None, None)
    assert asked == ["/graphql/" if platform == "shoppo" else "/graphql/catalog/product/find/"]


def test_a_feed_that_a_callback_makes_due_is_run_without_a_worker(connect):
    """The push of a new product names none: only the feed can find it."""
    made = connect("shoppo")
    pull(made.connection, "products", "orders")
    FeedState.objects.filter(feed="orders").update(next_due_at=timezone.now() - timedelta(hours=1))
    Callback.objects.create(
        connection=made.connection, event="product-create", dedupe_key="1", body=b"{}", received_at=timezone.now()
    )
    assert run("callbacks", "process")[0] == 0
    assert list(Run.objects.order_by("pk").values_list("feed", flat=True)) == ["products", "orders", "products"]
    assert run("callbacks", "process")[0] == 0
    assert Run.objects.count() == 3
