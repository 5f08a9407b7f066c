"""Pages that are spoiled, shift or never end: nothing wrong is stored, nothing is missed (F6, F8, F9)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from channels.sandbox import Reply
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Connection, FeedState
from dashboard.sync.opening import open_channel
from dashboard.sync.runner import refresh
from tests.channels.contract.mutants import BROKEN
from tests.connected import Connect, Connected, fault, pull

pytestmark = pytest.mark.django_db
FEED = {
    "accplanet": "products", "fulfillbot": "purchase-orders", "imetastore": "orders", "m2e": "products",
    "shoppo": "orders",
}  # fmt: skip
PULL = {"products": "pull_products", "orders": "pull_orders", "purchase-orders": "pull_purchase_orders"}
every_platform = pytest.mark.parametrize("key", sorted(FEED))
# No document shows the envelope of this platform's lists: a bare list, empty or of one unreadable item, is one of them.
EMPTY_LISTS = {"accplanet": {b"[]", b"[[]]"}}


def rows(connection: Connection, feed: str) -> list[tuple[Any, ...]]:
    found = FEEDS[feed].mirror.model.objects.filter(connection=connection)
    return sorted((a, bytes(b), c) for a, b, c in found.values_list("remote_id", "content_hash", "gone_at"))


def spoiled(page: bytes, seed: int) -> list[bytes]:
    """Bodies that are no page: broken ones, and the true one cut or in another encoding."""
    chosen = random.Random(seed)
    cuts = [page[: chosen.randrange(1, len(page) - 1)] for _ in range(12)]
    return [*BROKEN, *cuts, page.decode().encode("utf-16"), b"\xef\xbb\xbf\xef" + page, page[:-1] + b",", page + page]


@every_platform
def test_a_spoiled_page_changes_no_row(connect: Connect, key: str):
    made, feed = connect(key), FEED[key]
    seen: list[Reply] = []
    handle = made.sandbox.handle
    made.sandbox.handle = lambda request, in_process=True: (seen.append(handle(request, in_process)), seen[-1])[1]
    pull(made.connection, feed, full=True)
    stored = rows(made.connection, feed)
    bodies = set(spoiled(seen[0].encoded() if key != "imetastore" else seen[-1].encoded(), 7))
    assert stored
    for body in sorted(bodies - EMPTY_LISTS.get(key, set())):
        made.sandbox.handle = lambda request, in_process=True, body=body: Reply(200, body)
        run = refresh(made.connection, FEEDS[feed], full=True, purpose="foreground")
        assert run is not None
        assert run.error, f"{body[:60]!r} was taken for a page"
        assert rows(made.connection, feed) == stored
    assert FeedState.objects.get(connection=made.connection, feed=feed).alarm
    made.sandbox.handle = handle
    Connection.objects.filter(pk=made.connection.pk).update(state=Connection.ACTIVE)
    pull(made.connection, feed, full=True)
    assert rows(made.connection, feed) == stored


def ids_on(made: Connected, feed: str) -> set[str]:
    """What the platform holds now, read without a fault."""
    read, after, found = getattr(open_channel(made.connection, "foreground"), PULL[feed]), None, set[str]()
    while True:
        page = read(after, None)
        found |= {one.remote_id for one in page.records}
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("seed", range(3))
@every_platform
def test_pages_that_shift_lose_nothing(connect: Connect, key: str, seed: int):
    """Rows come and go at the head while the sweep is under way."""
    made, feed = connect(key, seed=seed, scale="medium"), FEED[key]
    made.sandbox.calls_per_minute = made.sandbox.calls_a_minute = 100_000
    before = ids_on(made, feed)
    fault(made.sandbox, "*", "drift", times=3, skip=1)
    pull(made.connection, feed, full=True)
    made.sandbox.faults.clear()
    model = FEEDS[feed].mirror.model
    kept = list(model.objects.filter(connection=made.connection, gone_at=None).values_list("remote_id", flat=True))
    assert len(kept) == len(set(kept))
    assert (before & ids_on(made, feed)) - set(kept) == set()


@every_platform
def test_the_same_page_for_ever_ends_by_itself(connect: Connect, key: str):
    """A platform that ignores the page it was asked for, and says that more follows."""
    made, feed = connect(key, scale="medium"), FEED[key]
    made.sandbox.calls_per_minute = made.sandbox.calls_a_minute = 100_000
    channel = open_channel(made.connection, "foreground")
    getattr(channel, PULL[feed])(None, None)
    seen: list[Reply] = []
    handle = made.sandbox.handle

    def first_again(request: Any, in_process: bool = True) -> Reply:
        if request.path.endswith("/login"):
            return handle(request, in_process)  # type: ignore[no-any-return]
        seen.append(handle(request, in_process) if (len(seen) < 2 and key == "m2e") or not seen else seen[0])
        assert len(seen) < 2_000, "it goes on for ever"
        return seen[-1]

    made.sandbox.handle = first_again
    run = refresh(made.connection, FEEDS[feed], full=True, purpose="foreground")
    assert run is not None
    assert run.pages <= 400
