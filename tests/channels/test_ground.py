"""Wire conversions, paging, routes and addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import httpcore
import msgspec
import pytest

from channels import wire
from channels.errors import RouteUnconfirmed, WireError
from channels.paging import Chunk, by_cursor, by_number, by_offset
from channels.routes import Route, Routes, override
from channels.transport import is_public, resolve


class Thing(msgspec.Struct):
    """A wire struct."""

    id: int | str
    price: Decimal


def test_numbers_never_pass_through_a_float():
    found = wire.decode(b'{"id": 2001591587541073922, "price": 0.1000000000000000055}', Thing)
    assert (found.id, found.price) == (2001591587541073922, Decimal("0.1000000000000000055"))


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"id": 1}', "$"),
        (b'{"id": 1.5, "price": 1}', "$.id"),
        (b'{"id": 1, "price": {}}', "$.price"),
        (b"nonsense", "$"),
        (b"[" * 5000, "$"),
    ],
)
def test_decode_errors_name_the_path(body, path):
    with pytest.raises(WireError) as caught:
        wire.decode(body, Thing)
    assert caught.value.path == path


def test_one_bad_item_leaves_the_others():
    raws = wire.decode(b'[{"id":1,"price":2},{"id":"x9","price":"no"},{"id":3,"price":4}]', list[msgspec.Raw])
    good, bad = wire.each(raws, Thing, lambda thing, raw: (thing.id, raw), at="$.list")
    assert good == ((1, b'{"id":1,"price":2}'), (3, b'{"id":3,"price":4}'))
    assert [(one.remote_id, one.path) for one in bad] == [("x9", "$.list[1].price")]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "abc", "9" * 40])
def test_no_amounts(value):
    with pytest.raises(WireError):
        wire.amount(value, "price")


def test_times():
    assert wire.unix_time(1734400000) == wire.unix_time(1734400000000) == datetime(2024, 12, 17, 1, 46, 40, tzinfo=UTC)
    assert wire.iso_time("2025-12-17T13:44:16.000Z") == datetime(2025, 12, 17, 13, 44, 16, tzinfo=UTC)
    assert wire.iso_time("2025-12-17T13:44:16+08:00") == datetime(2025, 12, 17, 5, 44, 16, tzinfo=UTC)
    assert wire.iso_time("0001-01-01T00:00:00Z") is None
    assert wire.unix_time(0) is None
    for bad in ("yesterday", "9999-12-31T23:59:59Z"):
        with pytest.raises(WireError):
            wire.iso_time(bad)
    with pytest.raises(WireError):
        wire.unix_time(10**30)


def test_words_are_compared_without_case_and_separators():
    table = wire.table({"partially_shipped": "part_delivered"})
    assert [wire.word(table, w) for w in ("Partially Shipped", "PARTIALLY-SHIPPED", "new")] == [
        "part_delivered",
        "part_delivered",
        "unknown",
    ]


def test_paging_by_number_ends_at_the_total_and_at_the_last_page():
    fetched: list[int] = []

    def fetch(number: int) -> Chunk[int]:
        fetched.append(number)
        return Chunk(records=tuple(range(10)), total=25)

    assert by_number(None, fetch, size=10).next == "2"
    assert by_number("2", fetch, size=10).next == "3"
    assert by_number("3", fetch, size=10).next is None
    assert by_number("2", fetch, size=10, last=2).next is None
    assert fetched == [1, 2, 3, 2]


def test_paging_by_offset_overlaps():
    def fetch(offset: int) -> Chunk[int]:
        return Chunk(records=tuple(range(offset, min(offset + 10, 24))), total=24)

    first = by_offset(None, fetch, size=10, overlap=2)
    assert first.next == "8"
    assert by_offset("8", fetch, size=10, overlap=2).next == "16"
    assert by_offset("16", fetch, size=10, overlap=2).next is None


def test_a_cursor_that_comes_again_stops():
    with pytest.raises(WireError):
        by_cursor("abc", lambda after: Chunk(records=(1,), has_more=True, cursor="abc"))
    with pytest.raises(WireError, match="counts 5 rows, shows 1 and gives no cursor"):
        by_cursor(None, lambda after: Chunk(records=(1,), total=5))
    assert by_cursor(None, lambda after: Chunk(records=(1,), total=5, has_more=False)).next is None
    assert by_cursor(None, lambda after: Chunk(records=(1,), total=1)).next is None
    with pytest.raises(WireError):
        by_number("abc", lambda number: Chunk(records=()), size=10)


ASSUMED = Route(name="orders.list", method="POST", path="/orders/{id}", documented=False)


def test_an_assumed_route_is_refused_on_the_production_host_until_confirmed():
    hosts = frozenset({"platform.example"})
    there = Routes((ASSUMED,), production_hosts=hosts, base_url="https://platform.example/api")
    with pytest.raises(RouteUnconfirmed):
        there.get("orders.list")
    confirmed = Routes(
        (ASSUMED,),
        production_hosts=hosts,
        base_url="https://platform.example/api",
        confirmed=frozenset({"orders.list"}),
    )
    assert confirmed.get("orders.list").path == "/orders/{id}"
    assert Routes((ASSUMED,), production_hosts=hosts, base_url="http://127.0.0.1:9000").get("orders.list") == ASSUMED


def test_a_route_can_be_bent_but_not_broken():
    known = {"orders.list": ASSUMED}
    bent = override(known, "orders.list", "get /v2/orders/{id}")
    assert (bent.method, bent.path, bent.documented) == ("GET", "/v2/orders/{id}", False)
    for bad in (
        "/orders/{id}",
        "FETCH /orders/{id}",
        "GET orders",
        "GET /o/{id}/{x}",
        "GET /o/{id}?a=1",
    ):
        with pytest.raises(ValueError, match=r".+"):
            override(known, "orders.list", bad)
    loose = override(known, "orders.list", "GET /orders")
    assert (bent.loose, loose.path, loose.loose) == (frozenset(), "/orders", {"id"})
    with pytest.raises(ValueError, match=r"may hold these ids: id; not: x\."):
        override(known, "orders.list", "GET /o/{x}")
    with pytest.raises(ValueError, match=r"Known: orders\.list"):
        override(known, "nothing", "GET /x")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fc00::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "not an address",
    ],
)
def test_private_addresses(address):
    assert not is_public(address)


def test_public_addresses():
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_a_name_for_this_machine_is_refused_unless_allowed(host):
    with pytest.raises(httpcore.ConnectError):
        resolve(host, 80, frozenset())


def test_a_host_that_settings_allow_may_be_private():
    assert resolve("127.0.0.1", 80, frozenset({"127.0.0.1"})) == "127.0.0.1"
