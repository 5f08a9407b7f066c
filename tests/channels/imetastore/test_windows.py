"""Walking a list that serves 100 pages of 100 rows at most, and moves while it is walked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.errors import WireError
from channels.imetastore import windows
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.imetastore.windows import Window
from channels.paging import Chunk
from channels.sandbox import Fault

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Listing:
    """Rows by time of creation, newest first, served as the platform serves them."""

    def __init__(self, times: list[datetime]) -> None:
        self.rows = [(n, time) for n, time in enumerate(times)]
        self.calls = 0

    def fetch_without_total(self, window: Window, page: int) -> Chunk[int]:
        return Chunk(records=self.fetch(window, page).records)

    def fetch(self, window: Window, page: int) -> Chunk[int]:
        self.calls += 1
        found = [
            n
            for n, time in self.rows
            if (window.start is None or time > window.start) and (window.end is None or time < window.end)
        ]
        assert 1 <= page <= 100
        return Chunk(records=tuple(found[(page - 1) * 100 : page * 100]), total=len(found))


def walk(listing: Listing, start: datetime | None = None, fetch: windows.Fetch[int] | None = None) -> list[int]:
    seen: list[int] = []
    after: str | None = None
    while True:
        page = windows.walk(after, fetch or listing.fetch, start=start, now=NOW)
        seen.extend(page.records)
        after = page.next
        if after is None:
            return seen


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 10_000])
def test_one_window_is_enough_up_to_10000(count: int) -> None:
    listing = Listing([NOW - timedelta(minutes=n) for n in range(count)])
    assert walk(listing) == list(range(count))
    assert listing.calls == max(1, -(-count // 100))


def test_more_are_split_by_time_of_creation() -> None:
    listing = Listing([NOW - timedelta(minutes=n) for n in range(25_050)])
    assert set(walk(listing)) == set(range(25_050))


def test_more_are_split_where_no_total_is_stated() -> None:
    listing = Listing([NOW - timedelta(minutes=n) for n in range(12_000)])
    assert set(walk(listing, fetch=listing.fetch_without_total)) == set(range(12_000))


def test_a_start_is_kept_while_splitting() -> None:
    listing = Listing([NOW - timedelta(minutes=n) for n in range(25_050)])
    assert set(walk(listing, NOW - timedelta(minutes=12_000))) == set(range(12_000))


def test_rows_of_one_moment_cannot_be_told_apart() -> None:
    listing = Listing([NOW] * 10_001)
    with pytest.raises(WireError, match="More than 10000 rows were made within seconds"):
        walk(listing)


def test_a_list_that_shrinks_is_stepped_back_in() -> None:
    listing = Listing([NOW - timedelta(minutes=n) for n in range(250)])
    first = windows.walk(None, listing.fetch, start=None, now=NOW)
    del listing.rows[:30]
    seen = set(first.records)
    after = first.next
    while after is not None:
        page = windows.walk(after, listing.fetch, start=None, now=NOW)
        seen.update(page.records)
        after = page.next
    assert seen >= {n for n, _ in listing.rows}


def test_a_list_that_always_shrinks_is_given_up() -> None:
    totals = iter(range(9_000, 0, -1))
    with pytest.raises(WireError, match="keeps changing"):
        windows.walk(
            windows._dump(windows.Cursor([Window()], 90, 9_900)),
            lambda window, page: Chunk(records=(1,), total=next(totals)),
            start=None,
            now=NOW,
        )


def test_a_total_that_is_not_stated() -> None:
    pages = [tuple(range(100)), (100,)]
    page = windows.walk(None, lambda window, n: Chunk(records=pages[n - 1]), start=None, now=NOW)
    assert (len(page.records), page.total) == (100, None)
    rest = windows.walk(page.next, lambda window, n: Chunk(records=pages[n - 1]), start=None, now=NOW)
    assert (rest.records, rest.next) == ((100,), None)


@pytest.mark.parametrize("after", ["", "2", "{}", '{"windows":[]}', '{"windows":[[1,2]]}'])
def test_a_foreign_cursor_is_refused(after: str) -> None:
    with pytest.raises(WireError, match="Not a page cursor"):
        windows.walk(after, lambda window, page: Chunk[Any](records=()), start=None, now=NOW)


@pytest.mark.parametrize("seed", range(20))
def test_drift_between_pages_loses_nothing(channel: Channel, sandbox: ImetastoreSandbox, seed: int) -> None:
    sandbox.random.seed(seed)
    for _ in range(260):
        sandbox.add_product()
    seen: set[str] = set()
    after: str | None = None
    while True:
        page = channel.pull_products(after, None)
        seen.update(one.remote_id for one in page.records)
        after = page.next
        if after is None:
            break
        sandbox.faults.append(Fault("products.list", "drift"))
    there = {str(row["id"]) for row in sandbox.products if (sandbox.now() - row["_created"]).total_seconds() > 0}
    assert there <= seen
