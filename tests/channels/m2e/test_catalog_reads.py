"""Reading and pulling the catalog: what is asked, when it ends, what proves absence."""

import json
from datetime import timedelta
from typing import Any

import pytest

from channels import records as r
from channels.errors import Rejected, WireError
from channels.m2e import PLATFORM
from channels.m2e.channel import M2eChannel
from channels.m2e.sandbox import M2eSandbox
from channels.sandbox import Request
from tests.channels.opening import START, open_over, sandbox_of


def test_read_product_by_sku(channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]) -> None:
    odd = "A/B ../%2f ?x=1&y#1"
    found = channel.read_product(r.Ref(remote_id="", sku=odd))
    assert found is not None
    assert found.sku == odd
    [request] = requests
    assert (request.method, request.path, request.query) == ("GET", "/catalog/product/", {"sku": odd})


def test_a_product_that_is_not_there_is_asked_for_twice(channel: M2eChannel, requests: list[Request]) -> None:
    assert channel.read_product(r.Ref(remote_id="t", sku="gone")) is None
    assert [(one.method, one.path) for one in requests] == [
        ("GET", "/catalog/product/"),
        ("POST", "/catalog/product/find/"),
    ]
    assert json.loads(requests[1].body) == {
        "filters": {"sku": ["gone"]},
        "_result": {"limit": {"offset": 0, "count": 100}},
    }


def test_a_wrong_address_is_no_proof_of_absence(sandbox: M2eSandbox) -> None:
    channel = open_over(PLATFORM, sandbox, base_url="http://sandbox.test/api")
    with pytest.raises(Rejected):
        channel.read_product(r.Ref(remote_id="t", sku="gone"))


def test_a_product_without_a_sku_is_looked_for(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]
) -> None:
    item = next(p for p in sandbox.world.products.values() if p["sku"] is None)
    found = channel.read_product(r.Ref(remote_id=item["token"]))
    assert found is not None
    assert found.remote_id == item["token"]
    assert channel.read_product(r.Ref(remote_id="no such token")) is None
    assert {one.path for one in requests} == {"/catalog/product/find/"}
    assert json.loads(requests[0].body)["sort"] == {"update_date": "desc"}


def test_looking_for_a_product_has_an_end() -> None:
    sandbox = sandbox_of(PLATFORM, scale="large")
    channel = open_over(PLATFORM, sandbox)
    with pytest.raises(Rejected, match="is not among the newest"):
        channel.read_product(r.Ref(remote_id="no such token"))
    assert sandbox.calls == 20


def test_a_sku_that_belongs_to_another_product_now(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    first, second = list(sandbox.world.products.values())[:2]
    found = channel.read_product(r.Ref(remote_id=first["token"], sku=second["sku"]))
    assert found is not None
    assert found.remote_id == first["token"]


# -- pulling ---------------------------------------------------------------------------------------------------------


def pull_all(channel: M2eChannel, **wanted: Any) -> list[str]:
    after, seen = None, []
    for _ in range(200):
        page = channel.pull_products(after, wanted.get("since"))
        assert page.bad == ()
        seen += [one.remote_id for one in page.records]
        after = page.next
        if after is None:
            return seen
    raise AssertionError("no end")


def test_a_sweep_sees_everything() -> None:
    sandbox = sandbox_of(PLATFORM, scale="medium")
    channel = open_over(PLATFORM, sandbox)
    page = channel.pull_products(None, None)
    assert (len(page.records), page.next, page.total) == (100, "90", 500)
    assert set(pull_all(channel)) == set(sandbox.world.products)


def test_what_a_sweep_asks(channel: M2eChannel, requests: list[Request]) -> None:
    channel.pull_products("90", None)
    assert json.loads(requests[0].body) == {
        "sort": {"update_date": "asc"},
        "_result": {"limit": {"offset": 90, "count": 100}},
    }


def test_changes_stop_at_the_watermark() -> None:
    sandbox = sandbox_of(PLATFORM, scale="medium")
    channel = open_over(PLATFORM, sandbox)
    since = START - timedelta(days=5)
    recent = {p["token"] for p in sandbox.world.products.values() if p["update_date"] >= since.strftime("%Y-%m-%dT%XZ")}
    assert 0 < len(recent) < 100
    page = channel.pull_products(None, since)
    assert page.next is None
    assert sandbox.calls == 1
    assert recent <= {one.remote_id for one in page.records}


@pytest.mark.parametrize("skip", range(5))
def test_nothing_is_missed_while_lists_shift(skip: int) -> None:
    sandbox = sandbox_of(PLATFORM, scale="medium")
    channel = open_over(PLATFORM, sandbox)
    before = set(sandbox.world.products)
    after, seen = None, set()
    for n in range(100):
        page = channel.pull_products(after, None)
        seen |= {one.remote_id for one in page.records}
        if page.next is None:
            break
        after = page.next
        if n >= skip:
            sandbox.drift()
            changed = list(sandbox.world.products.values())[n]
            sandbox.world.touch(changed)
    assert seen >= set(sandbox.world.products), "what is there at the end was seen"
    assert before - set(sandbox.world.products), "something went meanwhile"


def test_a_cursor_that_is_none(channel: M2eChannel, requests: list[Request]) -> None:
    with pytest.raises(WireError, match="Not a page cursor of this feed"):
        channel.pull_products("next", None)
    assert requests == []
