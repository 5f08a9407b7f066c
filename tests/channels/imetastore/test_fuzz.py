"""Payloads that are nearly right: nothing but a ``WireError`` that names a path ever comes out."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import records as r
from channels.errors import ChannelError, NotSent, WireError
from channels.imetastore.callbacks import Callbacks
from channels.imetastore.channel import Channel
from channels.platform import Received
from tests.channels.imetastore.support import Scripted, sample, scripted
from tests.channels.opening import START

T = TypeVar("T")

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(
        [10**20, -(10**30), 2**63, 1e308, 0.1, "HUGE", "NaN", "Infinity", "-0", "1e999", "", " ", "0", "x" * 300]
    ),
    st.sampled_from(["0001-01-01", "9999-12-31T23:59:59Z", "2025-02-30", "12:00", "\u0000", "\ud83d\ude00", "٣"]),
    st.text(max_size=20),
    st.lists(st.none() | st.integers() | st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a payload."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, item in inner for place in places(item, (*at, key)))] if at or inner else [at]


@st.composite
def mutants(draw: st.DrawFn, name: str) -> bytes:
    """A sample with up to three places dropped or replaced."""
    payload = json.loads(sample(name))
    for _ in range(draw(st.integers(1, 3))):
        found = [place for place in places(payload) if place and place[0] != "code"]
        *way, key = draw(st.sampled_from(found))
        target = payload
        for step in way:
            target = target[step]
        if draw(st.booleans()) and isinstance(target, dict):
            del target[key]
        else:
            target[key] = draw(ODD)
    text = json.dumps(payload)
    bare = {'"NaN"': "NaN", '"1e999"': "1e999", '"HUGE"': "9" * 5000}
    quoted = draw(st.sampled_from(sorted(bare)))
    return text.replace(quoted, bare[quoted]).encode()


CHANNELS: dict[str, tuple[Channel, Scripted]] = {}


def answered(path: str, body: bytes) -> Channel:
    """A channel whose platform answers one path with the body; opened once for each path."""
    if path not in CHANNELS:
        CHANNELS[path] = scripted({path: [body], "im/contact": [sample("im.contacts__assumed")]})
    channel, platform = CHANNELS[path]
    platform.answers[path] = [body]
    return channel


def fails_well(call: Callable[[], T], kind: type[ChannelError] = WireError) -> T | None:
    """What the call gives; nothing when it failed with that error, words and (if it has one) a path."""
    try:
        return call()
    except kind as error:
        words, path = error.words, getattr(error, "path", "$")
    assert words
    assert path.startswith("$")
    return None


def check_page(page: r.Page[Any]) -> None:
    for bad in page.bad:
        assert bad.path.startswith("$")
        assert bad.reason
    assert all(record.remote_id for record in page.records)


calm = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@calm
@given(mutants("products.list__assumed"))
def test_products(body: bytes) -> None:
    fails_well(lambda: check_page(answered("product", body).pull_products(None, None)))


@calm
@given(mutants("orders.list__assumed"))
def test_orders(body: bytes) -> None:
    fails_well(lambda: check_page(answered("order", body).pull_orders(None, None)))


@calm
@given(mutants("im.contacts__assumed"))
def test_contacts(body: bytes) -> None:
    fails_well(lambda: check_page(answered("im/contact", body).pull_threads(None, None)))


@calm
@given(mutants("im.messages__assumed"))
def test_messages(body: bytes) -> None:
    fails_well(lambda: check_page(answered("im/msg", body).pull_messages(None, START)))


@calm
@given(mutants("aftersales.detail__pending"))
def test_case(body: bytes) -> None:
    fails_well(lambda: answered("order/7/after-sales", body).read_case(r.Ref(remote_id="7")))


@calm
@given(mutants("orders.deliveries__assumed"))
def test_deliveries(body: bytes) -> None:
    fails_well(lambda: answered("order/7/deliver", body).read_deliveries(r.Ref(remote_id="7")))


@calm
@given(mutants("orders.deliver_errors__one"))
def test_delivery_errors(body: bytes) -> None:
    fails_well(lambda: answered("order/7/deliver-error", body).read_delivery_errors(r.Ref(remote_id="7")))


@calm
@given(mutants("callback__order"))
def test_callbacks(body: bytes) -> None:
    told = fails_well(lambda: Callbacks().parse(Received(event="order-status", headers={}, body=body)))
    assert told is None or told[0].remote_id or told[0].number


@calm
@given(mutants("auth.login__success"))
def test_logins(body: bytes) -> None:
    channel, _ = scripted({"auth/login": [body], "order/7/after-sales": [sample("aftersales.detail__none")]})
    fails_well(lambda: channel.read_case(r.Ref(remote_id="7")), NotSent)


@calm
@given(st.binary(max_size=60))
def test_bytes(body: bytes) -> None:
    fails_well(lambda: answered("product", body).pull_products(None, None), WireError)
