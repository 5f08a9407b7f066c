"""The order status callback: who is believed, and what it tells."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.errors import WireError
from channels.events import OrderTouched
from channels.imetastore import PLATFORM
from channels.imetastore.callbacks import Callbacks, signature
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.platform import Received, Verdict
from tests.channels.imetastore.support import sample
from tests.channels.opening import START

SECRET = "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
STAMP, REQUEST_ID = "1734850099000", "2002986662652579841"
DIGEST = "fd3b0ee18d6a018a553de2b3a2e4f380daa87917401e4981f302d2abee7abd8e"
AT = datetime.fromtimestamp(1734850099, UTC)
CALLBACKS = Callbacks()


def push(body: bytes = b"{}", **changes: str) -> Received:
    headers = {
        "content-type": "application/json", "x-timestamp": STAMP, "x-request-id": REQUEST_ID, "x-signature": DIGEST,
    }  # fmt: skip
    given = {key.replace("_", "-"): value for key, value in changes.items()}
    return Received(event="order-status", headers={**headers, **given}, body=body)


def verify(received: Received, *secrets: str, now: datetime = AT) -> Verdict:
    return CALLBACKS.verify(received, secrets or (SECRET,), now, {})


def test_the_documents_example() -> None:
    assert signature(STAMP, REQUEST_ID, SECRET) == DIGEST
    assert verify(push()) == Verdict(accepted=True, key=REQUEST_ID, skew_seconds=0.0)


def test_hex_of_either_case() -> None:
    assert verify(push(x_signature=DIGEST.upper())).accepted


def test_any_active_secret() -> None:
    assert verify(push(), "x" * 32, SECRET, "y" * 32).accepted


def test_the_body_is_not_signed() -> None:
    assert verify(push(b"anything")).accepted


@pytest.mark.parametrize(
    "changes",
    [
        {"x_signature": ""},
        {"x_signature": DIGEST[:-1]},
        {"x_signature": DIGEST + "0"},
        {"x_signature": f"{DIGEST}, {DIGEST}"},
        {"x_signature": "é" * 64},
        {"x_signature": "0" + DIGEST[1:]},
        {"x_timestamp": ""},
        {"x_timestamp": "1734850099001"},
        {"x_timestamp": " 1734850099000"},
        {"x_request_id": ""},
        {"x_request_id": "2002986662652579842"},
    ],
)
def test_forgeries(changes: dict[str, str]) -> None:
    assert not verify(push(**changes)).accepted


@pytest.mark.parametrize("secrets", [(), ("",), ("z" * 32,), (SECRET.lower(),)])
def test_wrong_secrets(secrets: tuple[str, ...]) -> None:
    verdict = CALLBACKS.verify(push(), secrets, AT, {})
    assert verdict == Verdict(accepted=False, key=REQUEST_ID, reason="The signature is wrong.")


def test_every_bit_of_the_signature_counts() -> None:
    digest = bytearray(bytes.fromhex(DIGEST))
    for place in range(len(digest) * 8):
        digest[place // 8] ^= 1 << place % 8
        assert not verify(push(x_signature=digest.hex())).accepted
        digest[place // 8] ^= 1 << place % 8


def test_a_signature_made_with_an_empty_secret_is_refused() -> None:
    forged = signature(STAMP, REQUEST_ID, "")
    assert not CALLBACKS.verify(push(x_signature=forged), ("",), AT, {}).accepted


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(2400, True), (-2400, True), (2401, False), (-2401, False), (86_400, False)]
)
def test_the_window_is_forty_minutes_either_way(seconds: int, accepted: bool) -> None:
    verdict = verify(push(), now=AT + timedelta(seconds=seconds))
    assert (verdict.accepted, verdict.skew_seconds) == (accepted, seconds)
    if not accepted:
        assert verdict.reason == f"The timestamp is {abs(seconds)} seconds {'old' if seconds > 0 else 'ahead'}."


@pytest.mark.parametrize("stamp", ["soon", "-1734850099000", "1e12", "9" * 40, "١٧٣٤٨٥٠٠٩٩٠٠٠"])
def test_a_signed_timestamp_that_is_none(stamp: str) -> None:
    received = push(x_timestamp=stamp, x_signature=signature(stamp, REQUEST_ID, SECRET))
    assert verify(received).reason == "X-Timestamp is no time in milliseconds."


def test_an_attempt_after_35_minutes_has_the_same_key() -> None:
    later = str(int(STAMP) + 35 * 60_000)
    again = push(x_timestamp=later, x_signature=signature(later, REQUEST_ID, SECRET))
    assert verify(again, now=AT + timedelta(minutes=35)).key == verify(push()).key == REQUEST_ID


def test_parse() -> None:
    assert CALLBACKS.parse(push(sample("callback__order"))) == (
        OrderTouched(remote_id="1689644928115784", number="SO1689644928115784", at=1734850099.0),
    )


@pytest.mark.parametrize("status", ["1", "2", "999", '"SHIPPED"', "null"])
def test_unknown_statuses_are_hints_too(status: str) -> None:
    body = b'{"orderId":9001689644928115784,"sellerOrderStatus":%s}' % status.encode()
    assert CALLBACKS.parse(push(body)) == (OrderTouched(remote_id="9001689644928115784", at=1734850099.0),)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"orderId":null,"orderNum":""}', b'{"orderId":1.5}', b"\xff"]
)
def test_an_unreadable_body(body: bytes) -> None:
    with pytest.raises(WireError):
        CALLBACKS.parse(push(body))


def test_answer() -> None:
    assert CALLBACKS.answer(push()) == (200, b'{"code":"0000","msg":"Success"}')


def test_the_sandbox_signs_what_we_believe(sandbox: ImetastoreSandbox) -> None:
    assert sandbox.move("order").startswith("order ")
    (sent,) = sandbox.pushes
    assert sent.event == "order-status"
    headers = {key.lower(): value for key, value in sent.headers.items()}
    received = Received(event=sent.event, headers=headers, body=sent.body)
    verdict = PLATFORM.callbacks.verify(received, (sandbox.callback_secret,), sandbox.now(), {})
    assert verdict == Verdict(accepted=True, key=sent.headers["X-Request-Id"], skew_seconds=0.0)
    row = sandbox.orders[0]
    assert PLATFORM.callbacks.parse(received) == (
        OrderTouched(remote_id=str(row["orderId"]), number=row["orderNum"], at=START.timestamp()),
    )
