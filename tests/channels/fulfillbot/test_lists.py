"""Numbered pages: nothing is missed when items leave, nor when the platform serves fewer than asked."""

from typing import Any

import pytest

from channels import errors as e
from channels.fulfillbot.channel import FulfillbotChannel
from tests.channels.fulfillbot.support import everything, scripted


def page(ids: list[int], total: int | None, limit: int | None = 2, number: int = 1) -> dict[str, Any]:
    rows = [{"id": one, "createdAt": None} for one in ids]
    return {"data": {"items": rows, "total": total, "page": number, "limit": limit}}


def ids(channel: FulfillbotChannel) -> list[str]:
    return [one.remote_id for one in everything(channel.pull_wallet)]


def asked(script: Any) -> list[str]:
    return [path.partition("?page=")[2].partition("&")[0] for _, path, _ in script.sent]


def test_pages_follow_the_total() -> None:
    channel, script = scripted(page([1, 2], 5), page([3, 4], 5), page([5], 5))
    assert ids(channel) == ["1", "2", "3", "4", "5"]
    assert asked(script) == ["1", "2", "3"]


def test_a_fallen_total_reads_the_page_before_again() -> None:
    """2 left after page 1 was read: 3 moved onto page 1, where only a second look finds it."""
    channel, script = scripted(page([1, 2], 5), page([4, 5], 4), page([1, 3], 4), page([4, 5], 4))
    assert ids(channel) == ["1", "2", "4", "5", "1", "3", "4", "5"]
    assert asked(script) == ["1", "2", "1", "2"]


def test_a_platform_that_serves_fewer_and_says_so() -> None:
    channel, _ = scripted(page([1, 2], 3, limit=2), page([3], 3, limit=2))
    assert ids(channel) == ["1", "2", "3"]


def test_a_platform_that_serves_fewer_and_hides_it() -> None:
    channel, script = scripted(page([1, 2], 5, limit=100), page([3, 4], 5, limit=100), page([5], 5, limit=100))
    assert ids(channel) == ["1", "2", "3", "4", "5"]
    assert asked(script) == ["1", "2", "3"]


def test_without_a_total_a_short_page_is_the_last() -> None:
    channel, _ = scripted(page([1, 2], None), page([3], None))
    assert ids(channel) == ["1", "2", "3"]


def test_without_a_total_and_limit_it_is_what_was_asked() -> None:
    channel, script = scripted(page([1, 2], None, limit=None))
    assert ids(channel) == ["1", "2"]
    assert asked(script) == ["1"]


def test_a_list_that_is_only_named_may_come_bare() -> None:
    channel, script = scripted({"data": [{"id": 1}, {"id": 2}]})
    assert ids(channel) == ["1", "2"]
    assert asked(script) == ["1"]


def test_a_list_that_comes_whole_may_come_as_a_page() -> None:
    channel, _ = scripted(page([1], 1), page([2], 1))
    assert [(one.remote_id, one.claimed) for one in channel.pull_coupons(None, None).records] == [
        ("1", True),
        ("2", False),
    ]


def test_totals_may_be_text() -> None:
    channel, script = scripted(page([1, 2], "3", limit="2"), page([3], "3", limit="2"))  # type: ignore[arg-type]
    assert ids(channel) == ["1", "2", "3"]
    assert asked(script) == ["1", "2"]


def test_an_empty_page_is_the_last() -> None:
    channel, script = scripted(page([], 500))
    assert ids(channel) == []
    assert len(script.sent) == 1


@pytest.mark.parametrize("cursor", ["x", "", "1:x", "-1", "1:2:x"])
def test_a_foreign_cursor(cursor: str) -> None:
    channel, script = scripted()
    with pytest.raises(e.WireError) as error:
        channel.pull_wallet(cursor, None)
    assert error.value.path == "cursor"
    assert script.sent == []
