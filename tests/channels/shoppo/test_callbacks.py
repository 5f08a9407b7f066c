"""The eight pushes: who may send them, what they tell, how they are answered."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels import events as ev
from channels.errors import WireError
from channels.platform import Received
from channels.shoppo import PLATFORM
from channels.shoppo.sandbox import ShoppoSandbox
from tests.channels.opening import START
from tests.channels.shoppo.support import sample

CALLBACKS = PLATFORM.callbacks
EVENTS = (
    "ticket-reply",
    "product-create",
    "product-update",
    "sku-create",
    "sku-update",
    "merchant-toggle",
    "order-cancel",
    "order-deliver",
)
AT = 1547705337.0
SECRETS = ("old-token-1", "new-token-2")


def pushed(event: str, body: bytes = b"{}", **headers: str) -> Received:
    return Received(event=event, headers=headers, body=body)


def told(event: str, body: Any) -> tuple[ev.Event, ...]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found: tuple[ev.Event, ...] = CALLBACKS.parse(pushed(event, raw))
    return found


def test_the_eight_events() -> None:
    assert tuple(one.event for one in CALLBACKS.events) == EVENTS
    assert [one.event for one in CALLBACKS.events if not one.signed] == ["ticket-reply"]


# -- who may send ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("token", SECRETS)
def test_any_active_token_is_accepted(event: str, token: str) -> None:
    verdict = CALLBACKS.verify(pushed(event, accesstoken=token), SECRETS, START, {})
    assert (verdict.accepted, verdict.hint) == (True, False)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    "token", ["", "old-token", "old-token-11", "OLD-TOKEN-1", " old-token-1", "old-token-1\n", "ключ"]
)
def test_a_wrong_token_is_refused_everywhere(event: str, token: str) -> None:
    verdict = CALLBACKS.verify(pushed(event, accesstoken=token), SECRETS, START, {})
    assert (verdict.accepted, verdict.key, verdict.hint) == (False, "", False)
    assert verdict.reason == "The header accesstoken holds no active token."


@pytest.mark.parametrize("event", EVENTS[1:])
def test_a_missing_token_is_refused(event: str) -> None:
    verdict = CALLBACKS.verify(pushed(event), SECRETS, START, {})
    assert (verdict.accepted, verdict.reason) == (False, "The header accesstoken is missing.")


def test_a_ticket_reply_without_token_is_a_hint() -> None:
    verdict = CALLBACKS.verify(pushed("ticket-reply"), SECRETS, START, {})
    assert (verdict.accepted, verdict.hint, len(verdict.key)) == (True, True, 32)


def test_unless_the_connection_refuses_it() -> None:
    verdict = CALLBACKS.verify(pushed("ticket-reply"), SECRETS, START, {"unsigned_ticket_reply": "refuse"})
    assert (verdict.accepted, verdict.hint) == (False, False)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_no_token_is_right(secrets: tuple[str, ...]) -> None:
    for token in ("", "x"):
        assert not CALLBACKS.verify(pushed("product-update", accesstoken=token), secrets, START, {}).accepted


def test_the_key_tells_repeats_apart() -> None:
    def key(event: str, body: bytes, token: str = "old-token-1") -> str:
        found: str = CALLBACKS.verify(pushed(event, body, accesstoken=token), SECRETS, START, {}).key
        return found

    assert key("order-cancel", b"{}") == key("order-cancel", b"{}", "new-token-2")
    assert len({key("order-cancel", b"{}"), key("order-cancel", b"{} "), key("order-deliver", b"{}")}) == 3


def test_the_same_reply_said_again_later_is_another_push() -> None:
    body = b'{"ticketId":"t1","content":"ok"}'

    def key(event: str, seconds: int) -> str:
        at = datetime.fromtimestamp(START.timestamp() // 300 * 300, UTC) + timedelta(seconds=seconds)
        found: str = CALLBACKS.verify(pushed(event, body, accesstoken=SECRETS[0]), SECRETS, at, {}).key
        return found

    assert key("ticket-reply", 0) == key("ticket-reply", 299)
    assert key("ticket-reply", 300) != key("ticket-reply", 299)
    assert key("order-cancel", 0) == key("order-cancel", 90_000)


# -- what they tell --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ticket-reply", ev.TicketReplied(remote_id="KJh51ba6sd23")),
        ("product-create", ev.ProductTouched()),
        ("product-update", ev.ProductTouched()),
        ("sku-create", ev.VariantTouched()),
        ("sku-update", ev.VariantTouched()),
        ("order-cancel", ev.OrderTouched(partner_code="1361546075101402", at=AT)),
        ("order-deliver", ev.OrderTouched(partner_code="1361546075101402", at=AT)),
    ],
)
def test_the_documents_samples_as_they_stand(name: str, expected: ev.Event) -> None:
    assert told(name, sample(f"{name}__documented")) == (expected,)


def test_the_merchants_sample_says_neither_on_nor_off() -> None:
    with pytest.raises(WireError) as caught:
        told("merchant-toggle", sample("merchant-toggle__documented"))
    assert caught.value.path == "$.merchant_toggle_list[0].enabled"


@pytest.mark.parametrize(
    ("event", "body", "expected"),
    [
        (
            "product-update",
            {"product_id": "p1", "time_updated": 1547705337},
            ev.ProductTouched(remote_id="p1", at=AT),
        ),
        (
            "product-update",
            {"productId": 21421713751366966949588},
            ev.ProductTouched(remote_id="21421713751366966949588"),
        ),
        ("product-update", {"product_id": "", "productId": "p2"}, ev.ProductTouched(remote_id="p2")),
        ("sku-update", {"sku_id": "s1", "timeUpdated": "1547705337"}, ev.VariantTouched(remote_id="s1", at=AT)),
        ("sku-update", {"skuId": 7, "time_updated": 1547705337000}, ev.VariantTouched(remote_id="7", at=AT)),
        ("sku-update", {"skuId": 7, "time_updated": "soon"}, ev.VariantTouched(remote_id="7")),
        (
            "order-cancel",
            {"orderId": "P-1", "timestamp": "1547705337"},
            ev.OrderTouched(partner_code="P-1", at=AT),
        ),
        ("order-deliver", {"order_id": 1361546075101402}, ev.OrderTouched(partner_code="1361546075101402")),
        ("ticket-reply", {"ticket_id": 5, "content": "x"}, ev.TicketReplied(remote_id="5")),
    ],
)
def test_both_spellings_and_numbers_as_text(event: str, body: Any, expected: ev.Event) -> None:
    assert told(event, body) == (expected,)


def test_merchants() -> None:
    listed = [
        {"merchant_id": 1, "enabled": "true"},
        {"merchantId": "m2", "enabled": False},
        {"merchant_id": "m3", "enabled": 1},
    ]
    assert told("merchant-toggle", {"merchant_toggle_list": listed, "time_updated": 10}) == (
        ev.MerchantToggled(merchant_id="1", enabled=True, at=10),
        ev.MerchantToggled(merchant_id="m2", enabled=False, at=10),
        ev.MerchantToggled(merchant_id="m3", enabled=True, at=10),
    )


@pytest.mark.parametrize(
    ("event", "body", "path"),
    [
        ("order-cancel", b"{}", "$.order_id"),
        ("order-cancel", b'{"order_id": 1.5}', "$.order_id"),
        ("order-deliver", b'{"order_id": ["x"]}', "$.order_id"),
        ("order-deliver", b'{"order_id": true}', "$.order_id"),
        ("ticket-reply", b'{"ticketId": ""}', "$.ticketId"),
        ("product-update", b'{"product_id": {}}', "$.product_id"),
        ("merchant-toggle", b"{}", "$.merchant_toggle_list"),
        ("merchant-toggle", b'{"merchant_toggle_list": [null]}', "$.merchant_toggle_list[0].enabled"),
        ("merchant-toggle", b'{"merchant_toggle_list": [{"enabled": "yes"}]}', "$.merchant_toggle_list[0].enabled"),
        ("merchant-toggle", b'{"merchant_toggle_list": [{"enabled": true}]}', "$.merchant_id"),
        ("order-cancel", b"", "$"),
        ("order-cancel", b"[]", "$"),
        ("order-cancel", b'{"order_id": NaN}', "$"),
        ("order-cancel", b'{"order_id": "x', "$"),
        ("order-cancel", b"\xff\xfe", "$"),
        ("order-cancel", b"[" * 100_000, "$"),
        ("order-shipped", b"{}", "$"),
    ],
)
def test_what_cannot_be_read(event: str, body: bytes, path: str) -> None:
    with pytest.raises(WireError) as caught:
        told(event, body)
    assert caught.value.path == path


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"order_id": "a, }", "timestamp": 1,}',
        b'{"order_id": "a, }", "timestamp": 1, "list": [1, 2,], }',
        b'{"order_id": "a, }", "note", "timestamp": 1}',
        b'{"note", "order_id": "a, }", "timestamp": 1, "last"}',
    ],
)
def test_trailing_commas_and_bare_keys(body: bytes) -> None:
    assert told("order-cancel", body) == (ev.OrderTouched(partner_code="a, }", at=1.0),)


# -- how they are answered -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS)
def test_answers(event: str) -> None:
    expected = b'{"error": ""}' if event == "ticket-reply" else b'{"success": true}'
    assert CALLBACKS.answer(pushed(event)) == (200, expected)


# -- what the sandbox pushes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS)
def test_what_the_sandbox_pushes_is_verified_and_understood(sandbox: ShoppoSandbox, event: str) -> None:
    sandbox.move(event)
    push = sandbox.pushes[-1]
    assert push.event == event
    received = Received(event=event, headers={k.lower(): v for k, v in push.headers.items()}, body=push.body)
    verdict = CALLBACKS.verify(received, (sandbox.callback_secret,), START, {})
    assert (verdict.accepted, verdict.hint) == (True, event == "ticket-reply")
    first, *_ = CALLBACKS.parse(received)
    shop = sandbox.shop
    match first:
        case ev.TicketReplied(remote_id=found):
            assert shop.tickets[found]["zendeskStatus"] == "PENDING"
        case ev.OrderTouched(partner_code=code):
            assert code in {order["_code"] for order in shop.orders.values()}
        case ev.MerchantToggled(merchant_id=found, enabled=enabled):
            assert {m["id"]: m["enabled"] for m in shop.merchants}[found] is enabled
        case ev.ProductTouched(remote_id=found):
            assert (found in shop.products) is (event == "product-update")
        case ev.VariantTouched(remote_id=found):
            assert (found in shop.nodes) is (event == "sku-update")


@pytest.mark.parametrize("name", ["product-create", "product-update", "sku-create", "sku-update"])
def test_the_pushed_body_has_the_documented_keys(sandbox: ShoppoSandbox, name: str) -> None:
    sandbox.move(name)
    mended = sample(f"{name}__documented").replace(b'"time_updated"', b'"time_updated": ""')
    assert set(json.loads(sandbox.pushes[-1].body)) == set(json.loads(mended))
