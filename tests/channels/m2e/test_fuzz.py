"""Whatever a platform may send: decoding and mapping raise nothing but ``WireError`` with a path."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from channels import errors as e
from channels.http import Answer
from channels.m2e import mapping
from channels.m2e import wire as w
from channels.m2e.dialect import M2eDialect
from channels.m2e.routes import ROUTES
from channels.wire import decode
from tests.channels.m2e.support import sample
from tests.channels.opening import START

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        [0, -1, 2**31, 2**53 + 1, 2**63, 10**30, 1.5, 1e300, -0.0, "", " ", "NaN", "Infinity", "-1e400", "9" * 400]
    ),
    st.sampled_from(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00", "2020-13-45", "\u0000", "💥", [], {}, [[]]]),
    st.lists(st.integers(), max_size=3),
    st.text(max_size=12),
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, inner in pairs for place in places(inner, (*at, key)))]


def mutated(data: st.DataObject, whole: Any) -> bytes:
    """The sample with up to three places dropped or replaced."""
    value = copy.deepcopy(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from([place for place in places(value) if place]))
        holder = value
        for key in path:
            holder = holder[key]
        if isinstance(holder, dict) and data.draw(st.booleans()):
            del holder[last]
        else:
            holder[last] = copy.deepcopy(data.draw(ODD))
        if not value:
            break
    return json.dumps(value).encode()


def only_wire_errors(raw: bytes, kind: Any, record: Any) -> None:
    try:
        record(decode(raw, kind), raw)
    except e.WireError as error:
        assert error.path.startswith("$")  # noqa: PT017 - no error is fine as well


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_orders(data: st.DataObject) -> None:
    whole = json.loads(sample("OrdersFind__documented"))["list"][0]
    raw = mutated(data, whole)
    only_wire_errors(raw, w.Order, lambda wire, body: mapping.order(wire, body, "ebay", "t", "USD"))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_products(data: st.DataObject) -> None:
    raw = mutated(data, json.loads(sample("CatalogProductGet__composed")))
    only_wire_errors(raw, w.CatalogProduct, lambda wire, body: mapping.product(wire, body, "USD"))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_accounts(data: st.DataObject) -> None:
    raw = mutated(data, json.loads(sample("UserAccountsList__composed"))[0])
    only_wire_errors(raw, w.Account, mapping.account)


@settings(max_examples=300, deadline=None)
@given(
    status=st.sampled_from([200, 301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503]),
    body=st.one_of(st.binary(max_size=60), ODD.map(lambda value: json.dumps(value).encode())),
    hint=st.text(st.characters(codec="latin-1"), max_size=30),
    route=st.sampled_from(ROUTES),
)
def test_every_answer_is_explained_without_raising(status: int, body: bytes, hint: str, route: Any) -> None:
    headers = {"x-ratelimit-retry-after": hint, "x-ratelimit-limit": hint, "date": hint, "retry-after": hint}
    answer = Answer(status=status, headers=headers, body=body)
    found = M2eDialect().explain(answer, route, START)
    assert (found is None) == (status in (200, 301, 500, 502, 503)) or status == 200
    M2eDialect().limits(answer)
