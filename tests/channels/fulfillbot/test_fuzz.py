"""Whatever the platform sends, reading it gives a record, a bad item with its path, or one of the five errors."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import errors as e
from channels import records as r
from channels.fulfillbot.channel import FulfillbotChannel
from tests.channels.fulfillbot.support import (
    HOME,
    SHOE,
    parcel,
    purchase,
    ref,
    said,
    sample_data,
    scripted,
)

DETAIL = {
    **sample_data("shipping.list")["items"][0],
    **sample_data("shipping.create"),
    "recipientName": "John Doe",
    "recipientZipCode": "90001",
}
WHOLE = {**sample_data("orders.read"), "items": sample_data("orders.create")["items"]}
MOVEMENT = {"id": 1, "type": "purchase", "amount": -5.5, "currency": "CNY", "orderNo": "O", "createdAt": "2024-01-01"}

READS: dict[str, tuple[Any, Callable[[FulfillbotChannel], Any]]] = {
    "product": (sample_data("products.read"), lambda c: c.read_source_product("1")),
    "import": (sample_data("products.import_1688"), lambda c: c.import_source_product(url="u")),
    "search": (
        {"items": [sample_data("products.read")], "total": 1, "page": 1, "limit": 20},
        lambda c: c.search_sources(r.SourceQuery(words="a")),
    ),
    "cart": (sample_data("cart.read"), lambda c: c.pull_cart(None, None)),
    "orders": (sample_data("orders.list"), lambda c: c.pull_purchase_orders("2:30:10", None)),
    "order": (WHOLE, lambda c: c.read_purchase_order(ref("1"))),
    "countries": (sample_data("logistics.countries"), lambda c: c.read_countries()),
    "methods": (sample_data("logistics.methods"), lambda c: c.pull_shipping_methods(None, None)),
    "quotes": (
        sample_data("logistics.quote_all"),
        lambda c: c.quote_freight(r.FreightQuery(country="US", weight_grams=1)),
    ),
    "quote": (
        sample_data("logistics.quote_all")["channels"][0],
        lambda c: c.quote_freight(r.FreightQuery(country="US", weight_grams=1, channel="ch-001")),
    ),
    "shipments": (sample_data("shipping.list"), lambda c: c.pull_shipments(None, None)),
    "shipment": (DETAIL, lambda c: c.read_shipment(ref("1"))),
    "packages": (sample_data("warehouse.packages"), lambda c: c.pull_packages(None, None)),
    "stats": ({"total": 1, "inWarehouse": 1, "shippable": 1}, lambda c: c.read_warehouse_stats()),
    "profile": (sample_data("profile.read"), lambda c: c.pull_profile(None, None)),
    "balance": (sample_data("wallet.balance"), lambda c: c.pull_balances(None, None)),
    "wallet": ({"items": [MOVEMENT], "total": 1}, lambda c: c.pull_wallet(None, None)),
    "addresses": (sample_data("addresses.list"), lambda c: c.pull_addresses(None, None)),
    "favourites": (sample_data("favorites.list"), lambda c: c.pull_favourites(None, None)),
    "coupons": (sample_data("coupons.available"), lambda c: c.pull_coupons(None, None)),
}

WRITES: dict[str, tuple[Any, Callable[[FulfillbotChannel], Any]]] = {
    "cart add": (sample_data("cart.add"), lambda c: c.add_to_cart((SHOE,))),
    "cart batch": (sample_data("cart.add_batch"), lambda c: c.add_to_cart((SHOE, SHOE))),
    "cart update": (sample_data("cart.update"), lambda c: c.update_cart(ref("1"), 1, None)),
    "cart remove": (sample_data("cart.remove"), lambda c: c.remove_from_cart(ref("1"))),
    "place": (sample_data("orders.create"), lambda c: c.place_purchase_order(purchase())),
    "cancel": (sample_data("orders.cancel"), lambda c: c.cancel_purchase_order(ref("1"), "")),
    "ship": (sample_data("shipping.create"), lambda c: c.create_shipment(parcel("1"))),
    "confirm": ({"orderNo": "1", "status": "delivered", "message": "x"}, lambda c: c.confirm_delivery(ref("1"))),
    "address": (sample_data("addresses.list")[0], lambda c: c.save_address(None, HOME, None)),
    "favourite": (sample_data("favorites.list")["items"][0], lambda c: c.add_favourite("1")),
}

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.sampled_from([1.5, -0.0, 1e308, 2**53 + 1]),
    st.text(max_size=20),
    st.sampled_from(
        ["", "NaN", "1e999999999", "0001-01-01T00:00:00Z", "9999-12-31", "2024-13-45", "<b>", "\x00", "x" * 300]
    ),
    st.just([]),
    st.just({}),
    st.just([None, {}, 1]),
)
HUGE = ["1e999999999", "-1e999999999", "1E400", "0.1e-99999999", "9" * 400]
relaxed = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        found += places(one, (*path, key))
    return found


def changed(value: Any, path: tuple[Any, ...], odd: Any, *, drop: bool) -> Any:
    """A copy with one place dropped or replaced."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    if drop:
        del inner[path[-1]]
    else:
        inner[path[-1]] = odd
    return copy


def run(act: Callable[[FulfillbotChannel], Any], body: Any) -> Any:
    """What comes of it: a record, a page, a receipt, or the error."""
    channel, _ = scripted(*(said(body) for _ in range(60)))
    try:
        return act(channel)
    except e.ChannelError as error:
        return error


def assert_read(found: Any) -> None:
    """A record, a page whose bad items name their place, or a ``WireError`` that names it."""
    assert not isinstance(found, e.ChannelError) or isinstance(found, e.WireError)
    if isinstance(found, e.WireError):
        assert found.path.startswith("$")
    if isinstance(found, r.Page):
        assert all(bad.path.startswith("$.data") for bad in found.bad)


@pytest.mark.parametrize("name", READS)
@relaxed
@given(data=st.data())
def test_odd_readings(name: str, data: st.DataObject) -> None:
    answer, act = READS[name]
    path = data.draw(st.sampled_from(places(answer)))
    assert_read(run(act, {"data": changed(answer, path, data.draw(ODD), drop=data.draw(st.booleans()))}))


@pytest.mark.parametrize("huge", HUGE)
@pytest.mark.parametrize("name", READS)
def test_huge_numbers_everywhere(name: str, huge: str) -> None:
    """Numbers that no float holds and no integer should be written out for."""
    answer, act = READS[name]
    for path in places(answer):
        body = json.dumps({"data": changed(answer, path, "@", drop=False)}).replace('"@"', huge)
        assert_read(run(act, body.encode()))


@pytest.mark.parametrize("name", WRITES)
@relaxed
@given(data=st.data())
def test_odd_answers_to_writes(name: str, data: st.DataObject) -> None:
    """A receipt, or an unknown outcome: never an error that would let the write be sent again."""
    answer, act = WRITES[name]
    whole = {"data": answer}
    path = data.draw(st.sampled_from(places(whole)))
    found = run(act, changed(whole, path, data.draw(ODD), drop=data.draw(st.booleans())))
    assert isinstance(found, r.Receipt | e.Ambiguous)


@pytest.mark.parametrize("name", WRITES)
@relaxed
@given(body=st.one_of(st.binary(max_size=60), st.recursive(ODD, st.lists).map(lambda v: json.dumps(v).encode())))
def test_any_bytes_to_writes(name: str, body: bytes) -> None:
    assert isinstance(run(WRITES[name][1], body), e.Ambiguous)


@pytest.mark.parametrize("name", READS)
@relaxed
@given(body=st.binary(max_size=60))
def test_any_bytes_to_reads(name: str, body: bytes) -> None:
    assert isinstance(run(READS[name][1], body), e.WireError)
