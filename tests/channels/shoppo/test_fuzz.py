"""Whatever a platform may send: decoding and mapping raise nothing but ``WireError`` with a path."""

import copy
import json
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import errors as e
from channels.http import Answer
from channels.platform import Received
from channels.shoppo import PLATFORM, mapping, mapping_orders
from channels.shoppo import wire as w
from channels.shoppo.channel import ShoppoChannel
from channels.shoppo.dialect import ShoppoDialect
from channels.shoppo.lenient import mended, read_object
from channels.shoppo.routes import ROUTES
from channels.wire import decode
from tests.channels.opening import START, open_over, sandbox_of
from tests.channels.shoppo.support import answers, sample

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        [0, -1, 2**31, 2**53 + 1, 2**63, 10**30, 1.5, 1e300, -0.0, "", " ", "NaN", "Infinity", "-1e400", "9" * 400]
    ),
    st.sampled_from(["1e999999999", "PAID", "0001-01-01", "\u0000", "💥", [], {}, [[]], [None], {"edges": None}]),
    st.lists(st.integers(), max_size=3),
    st.text(max_size=12),
)
WHOLE = {
    "product": (json.loads(sample("product__composed"))["data"]["node"], w.Product, mapping.product),
    "order": (json.loads(sample("order__composed"))["data"]["node"], w.Order, mapping_orders.order),
    "ticket": (
        json.loads(sample("exchangeItemTicket__composed"))["data"]["exchangeItemTicket"],
        w.Ticket,
        partial(mapping.ticket, "exchange"),
    ),
}


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, inner in pairs for place in places(inner, (*at, key)))]


def mutated(data: st.DataObject, whole: Any) -> Any:
    """The sample with up to three places dropped or replaced."""
    value = copy.deepcopy(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        possible = [place for place in places(value) if place]
        if not possible:
            break
        *path, last = data.draw(st.sampled_from(possible))
        holder = value
        for key in path:
            holder = holder[key]
        if isinstance(holder, dict) and data.draw(st.booleans()):
            del holder[last]
        else:
            holder[last] = copy.deepcopy(data.draw(ODD))
    return value


@pytest.mark.parametrize("name", list(WHOLE))
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_records(name: str, data: st.DataObject) -> None:
    whole, kind, record = WHOLE[name]
    raw = json.dumps(mutated(data, whole)).encode()
    try:
        record(decode(raw, kind), raw)  # type: ignore[arg-type,operator]
    except e.WireError as error:
        assert error.path.startswith("$")  # noqa: PT017 - no error is fine as well


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_pages(data: st.DataObject) -> None:
    edges = [{"cursor": "c", "node": WHOLE["order"][0]}, {"cursor": "d", "node": {"id": "o2"}}]
    page = {"length": 2, "edges": edges, "pageInfo": {"hasNextPage": True, "endCursor": "d"}}
    errors = [{"message": "no", "path": ["orderList", "edges", 1, "node"], "extensions": {"code": "X"}}]
    sandbox = sandbox_of(PLATFORM)
    channel: ShoppoChannel = open_over(PLATFORM, sandbox)
    answers(sandbox, mutated(data, {"data": {"orderList": page}, "errors": errors}))
    try:
        found = channel.pull_orders(None, None)
    except e.WireError as error:
        assert error.path != ""  # noqa: PT017 - no error is fine as well
    except (e.Rejected, e.AuthFailed):
        pass
    else:
        assert all(bad.path.startswith("$.data.orderList.edges[") for bad in found.bad)


@settings(max_examples=400, deadline=None)
@given(
    status=st.sampled_from([200, 301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503]),
    body=st.one_of(
        st.binary(max_size=60),
        ODD.map(lambda value: json.dumps(value).encode()),
        st.fixed_dictionaries({}, optional={"data": ODD, "errors": ODD, "error": ODD}).map(
            lambda value: json.dumps(value).encode()
        ),
        ODD.map(lambda value: json.dumps({"errors": [{"message": value, "type": value, "path": value}]}).encode()),
    ),
    route=st.sampled_from(ROUTES),
)
def test_every_answer_is_explained_without_raising(status: int, body: bytes, route: Any) -> None:
    answer = Answer(status=status, headers={}, body=body)
    found = ShoppoDialect().explain(answer, route, START)
    assert found is None or (found.words and found.status == status)
    assert found is None or status < 500
    assert ShoppoDialect().limits(answer) is None


@settings(max_examples=300, deadline=None)
@given(
    event=st.sampled_from([one.event for one in PLATFORM.callbacks.events]),
    body=st.one_of(st.binary(max_size=80), st.text(alphabet='{}[],:"a1 \\', max_size=40).map(str.encode)),
)
def test_pushes(event: str, body: bytes) -> None:
    received = Received(event=event, headers={}, body=body)
    try:
        PLATFORM.callbacks.parse(received)
    except e.WireError as error:
        assert error.path.startswith("$")  # noqa: PT017 - no error is fine as well


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(value=st.dictionaries(st.text(max_size=6), JSON, max_size=4))
def test_mending_leaves_sound_json_as_it_is(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    assert json.loads(mended(text)) == value
    assert read_object(text.encode()) == value
    assert msgspec.json.decode(mended(text)) == value
