"""Envelopes nobody documents, and walking pages that shift."""

import json

import httpx
import msgspec
import pytest

from channels import records as r
from channels.accplanet.listing import Listing, listing
from channels.errors import WireError
from tests.channels.accplanet.support import answering, ref

PAYMENTS = [{"payment_no": f"P{n}"} for n in range(250)]


def payments(**envelope):
    return httpx.Response(200, json=envelope)


def walk(channel):
    seen, after, steps = [], None, 0
    while steps < 12:
        steps += 1
        page = channel.pull_payments(after, None)
        seen += [one.remote_id for one in page.records]
        if page.next is None:
            return seen
        after = page.next
    raise AssertionError("never ends")


@pytest.mark.parametrize("key", ["results", "items", "data", "payments"])
def test_known_keys(key):
    found = listing(json.dumps({"success": True, key: [{"a": 1}], "total": 1}).encode(), "payments")
    assert ([bytes(one) for one in found.items], found.at, found.total) == ([b'{"a": 1}'], f"$.{key}", 1)


def test_nested_and_bare_lists():
    nested = listing(b'{"data": {"items": [1, 2], "count": "2", "total_pages": 1, "page_size": 20}}', "payments")
    assert (len(nested.items), nested.at) == (2, "$.data.items")
    assert (nested.total, nested.pages, nested.size) == (2, 1, 20)
    assert listing(b"[1]", "payments").at == "$"
    assert listing(b'{"results": [], "total": null, "total_pages": -1}', "x").total is None


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"success": true}', "$"),
        (b'{"results": null}', "$.results"),
        (b'{"data": {"rows": []}}', "$.data"),
        (b'"text"', "$"),
    ],
)
def test_no_list(body, path):
    with pytest.raises(WireError) as caught:
        listing(body, "payments")
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("found", "page", "more"),
    [
        ({"pages": 3}, 2, True),
        ({"pages": 3}, 3, False),
        ({"total": 57, "size": 20}, 2, True),
        ({"total": 57, "size": 20}, 3, False),
        ({"total": 57}, 1, True),
        ({}, 1, True),
    ],
)
def test_has_more(found, page, more):
    items = [msgspec.Raw(b"{}")] * 20
    assert Listing(items=items, **found).has_more(page) is more
    assert Listing(items=[], **found).has_more(page) is False


def test_bare_arrays_end_with_an_empty_page():
    channel = answering(*(httpx.Response(200, json=PAYMENTS[n : n + 100]) for n in (0, 100, 200, 300)))
    assert walk(channel) == [one["payment_no"] for one in PAYMENTS]
    assert len(channel.asked) == 4


def test_a_smaller_page_than_asked_for_is_not_the_end():
    channel = answering(*(httpx.Response(200, json=PAYMENTS[n : n + 20]) for n in (0, 20, 250)))
    assert len(walk(channel)) == 40


def test_a_platform_that_ignores_the_page_number():
    channel = answering(httpx.Response(200, json=PAYMENTS[:30]))
    assert walk(channel) == [one["payment_no"] for one in PAYMENTS[:30]]
    assert len(channel.asked) == 2
    whole = answering(httpx.Response(200, json=PAYMENTS))
    assert len(walk(whole)) == 250
    assert len(whole.asked) == 1


def test_a_page_beyond_the_last_that_is_not_found():
    gone = httpx.Response(404, json={"success": False, "message": "Invalid page."})
    assert len(walk(answering(httpx.Response(200, json=PAYMENTS[:20]), gone))) == 20


def test_a_deletion_between_two_pages_loses_nothing():
    before, after = PAYMENTS[:150], PAYMENTS[1:150]

    def page(rows, n):
        return payments(results=rows[n * 100 - 100 : n * 100], page=n, page_size=100, total=len(rows), total_pages=2)

    channel = answering(page(before, 1), page(after, 2), page(after, 1), page(after, 2))
    assert set(walk(channel)) == {one["payment_no"] for one in before}
    assert [request.url.params["page"] for request in channel.asked] == ["1", "2", "1", "2"]


def test_a_deletion_that_takes_the_last_page_with_it():
    rows = PAYMENTS[:101]
    first = payments(results=rows[:100], page=1, page_size=100, total=101, total_pages=2)
    empty = payments(results=[], page=2, page_size=100, total=100, total_pages=1)
    again = payments(results=rows[1:], page=1, page_size=100, total=100, total_pages=1)
    assert set(walk(answering(first, empty, again))) == {one["payment_no"] for one in rows}
    gone = httpx.Response(404, json={"success": False, "message": "Invalid page."})
    assert set(walk(answering(first, gone, again))) == {one["payment_no"] for one in rows}


@pytest.mark.parametrize("cursor", ["x", "1.5", "2~x~", "-1"])
def test_foreign_cursors(cursor):
    with pytest.raises(WireError) as caught:
        answering(payments(results=[])).pull_payments(cursor, None)
    assert caught.value.path == "cursor"


def test_a_refused_first_page_is_a_refusal():
    from channels.errors import Rejected

    with pytest.raises(Rejected):
        answering(httpx.Response(404, json={"success": False, "message": "No."})).pull_payments(None, None)


def test_items_that_are_no_objects_are_set_aside():
    page = answering(payments(results=[1, {"payment_no": "P"}, None, {"payment_no": ""}])).pull_payments(None, None)
    assert [one.remote_id for one in page.records] == ["P"]
    assert [one.path for one in page.bad] == ["$.results[0]", "$.results[2]", "$.results[3].payment_no"]
    assert all(isinstance(one, r.Bad) for one in page.bad)


def test_a_list_without_an_end_is_given_up():
    """A total that is never reached must not be asked for ever: a product cannot be called absent then."""
    page = {"results": [{"product_id": "other", "title": "T"}], "total": 10**8}
    channel = answering(httpx.Response(200, json=page))
    with pytest.raises(WireError, match="did not end"):
        channel.read_product(ref("wanted"))
    assert len(channel.asked) == 500
