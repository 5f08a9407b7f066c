"""Payloads unlike the document raise nothing but ``WireError`` with a path."""

import copy
import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.accplanet import mapping, wire
from channels.accplanet.dialect import AccPlanetDialect
from channels.accplanet.listing import listing
from channels.accplanet.routes import ROUTES
from channels.errors import ChannelError, WireError
from channels.http import Answer
from channels.wire import decode, each
from tests.channels.accplanet.support import SITE, sample
from tests.channels.opening import START

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["", "NaN", "Infinity", "1e400", "9" * 40, "0001-01-01T00:00:00Z", "9999-12-31", "sim_word", "[1"]),
    st.just([]),
    st.just({}),
    st.just([None, [1], {"a": None}]),
    st.just({"username": 1, "password": None}),
)


def _product(found, raw):
    return mapping.product(found, raw, currency="USD", site=SITE)


def _order(found, raw):
    order = mapping.order(found, raw, currency="USD", site=SITE)
    return order, mapping.deliveries(order)


def _payment(found, raw):
    return mapping.payment(found, raw, currency="USD")


def _balances(found, raw):
    return mapping.identity(found), mapping.balances(found, raw, currency="USD")


KINDS: dict[str, tuple[Any, Any]] = {
    "list_products": (wire.Product, _product),
    "list_orders": (wire.Order, _order),
    "list_tickets": (wire.Ticket, mapping.ticket),
    "list_payments": (wire.Payment, _payment),
    "get_balance": (wire.Balance, _balances),
}


def wire_error(call: Any) -> WireError | None:
    """The one error that may happen, if it does."""
    try:
        call()
    except WireError as error:
        return error
    return None


@st.composite
def mutated(draw: Any) -> tuple[str, bytes]:
    """A documented example with a few keys dropped, or holding something else, at any depth."""
    name = draw(st.sampled_from(sorted(KINDS)))
    payload = json.loads(sample(name))
    for _ in range(draw(st.integers(1, 4))):
        place = payload
        nested = [value for value in payload.values() if isinstance(value, dict) and value]
        if nested and draw(st.booleans()):
            place = nested[0]
        key = draw(st.sampled_from(sorted(place)))
        if draw(st.booleans()):
            place[key] = copy.deepcopy(draw(ODD))
        elif len(place) > 1:
            del place[key]
    return name, json.dumps(payload).encode()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_mutated_examples(case):
    name, raw = case
    kind, record = KINDS[name]
    said = wire_error(lambda: record(decode(raw, kind), raw))
    assert said is None or (said.path.startswith("$") and said.words)


@settings(max_examples=150, deadline=None)
@given(mutated(), mutated())
def test_a_page_keeps_what_is_good(case, other):
    name, raw = case
    kind, record = KINDS[name]
    good = sample(name).strip()
    page = listing(b'{"results": [' + raw + b"," + good + b"," + other[1] + b"]}", "things")
    records, bad = each(page.items, kind, record, id_of="order_id", at=page.at)
    assert len(records) + len(bad) == 3
    assert all(one.path.startswith("$.results[") and one.reason for one in bad)
    assert all(isinstance(one.raw, bytes) for one in mapping.hide_bad(bad))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([200, 201, 204, 302, 400, 401, 404, 409, 429, 500]))
def test_any_bytes_are_explained(body, status):
    answer = Answer(status=status, headers={}, body=body)
    for route in ROUTES[:3]:
        found = AccPlanetDialect().explain(answer, route, START)
        assert found is None or isinstance(found, ChannelError)


@settings(max_examples=150, deadline=None)
@given(st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner)))
def test_any_json_is_explained_or_listed(value):
    body = json.dumps(value).encode()
    AccPlanetDialect().explain(Answer(status=200, headers={}, body=body), ROUTES[2], START)
    said = wire_error(lambda: listing(body, "products"))
    assert said is None or said.path.startswith("$")
    mapping.delivered_rows(value)
    mapping.without_secrets(msgspec.json.encode({"delivered_info": value}))
