"""Forged pushes: every one is refused and leaves no row; every true one is taken (S1, S2, S3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from channels.imetastore.callbacks import signature
from dashboard.orders.models import Order
from dashboard.sync import callbacks, connections
from dashboard.sync.models import Callback, Connection
from dashboard.sync.models.connections import new_callback_key
from dashboard.tickets.models import Ticket
from tests.connected import Connect, Connected, pull
from tests.faults.pushing import address, answered, post, send, signed

Headers = dict[str, str]
TOKENED = ("product-create", "product-update", "sku-create", "sku-update", "merchant-toggle", "order-cancel",
           "order-deliver")  # fmt: skip


@pytest.fixture
def signing(connect: Connect) -> Connected:
    return connect("imetastore", "signing")


@pytest.fixture
def tokened(connect: Connect) -> Connected:
    return connect("shoppo", "tokened")


def flips(text: str) -> Iterator[str]:
    """The text with one bit of each character turned, where that leaves a header value."""
    for at, letter in enumerate(text):
        for bit in range(7):
            other = chr(ord(letter) ^ (1 << bit))
            if other.isprintable() and other.lower() != letter.lower():
                yield text[:at] + other + text[at + 1 :]


def forgeries(secret: str, foreign: str) -> Iterator[Headers]:
    """Headers that nobody without the secret could get right, and some that come near."""
    stamp, request_id = str(int(timezone.now().timestamp() * 1000)), "2002986662652579841"
    right = signature(stamp, request_id, secret)
    true = {"X-Timestamp": stamp, "X-Request-Id": request_id, "X-Signature": right}
    yield {}
    for left_out in true:
        yield {name: value for name, value in true.items() if name != left_out}
        yield {**true, left_out: ""}
    body = json.dumps({"orderId": 1}).encode()
    message = f"{stamp}{request_id}{secret}".encode()
    for wrong in (
        signature(stamp, request_id, foreign),
        signature(stamp, request_id, ""),
        signature(request_id, stamp, secret),
        signature(stamp, "", secret),
        signature(str(int(stamp) + 1), request_id, secret),
        signature(stamp, request_id, secret[:-1]),
        signature(stamp, request_id, secret.upper()),
        hashlib.sha256(message).hexdigest(),
        hashlib.md5(message).hexdigest(),
        hmac.new(secret.encode(), message, hashlib.sha1).hexdigest(),
        hmac.new(secret.encode(), message, hashlib.sha512).hexdigest(),
        hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
        hmac.new(b"", message, hashlib.sha256).hexdigest(),
        base64.b64encode(bytes.fromhex(right)).decode(),
        base64.urlsafe_b64encode(bytes.fromhex(right)).decode(),
        right[:-1], right[:32], right + "0", right + right, f"{right},{right}", f"sha256={right}", f" {right[1:]}",
        f"0x{right}", "0" * 64, "null", "true", "[]", secret, "*", "é" * 64,
    ):  # fmt: skip
        yield {**true, "X-Signature": wrong}
    yield from ({**true, "X-Signature": one} for one in flips(right))
    yield from ({**true, "X-Timestamp": one} for one in flips(stamp))
    yield from ({**true, "X-Request-Id": one} for one in flips(request_id))
    for minutes in (41, 60, 24 * 60, -41, -600):
        old = str(int((timezone.now() - timedelta(minutes=minutes)).timestamp() * 1000))
        yield {**true, "X-Timestamp": old, "X-Signature": signature(old, request_id, secret)}
    for odd in ("0", "-1", "1e12", "1734850099", "٣" * 13, "9" * 40, "NaN", "2026-03-02T10:00:00Z"):
        signed_odd = signature(odd, request_id, secret)
        yield {**true, "X-Timestamp": odd, "X-Signature": signed_odd}


@pytest.mark.django_db
def test_no_forged_signature_is_taken(signing: Connected, connect: Connect):
    corpus = list(forgeries(signing.sandbox.callback_secret, "another-secret-of-32-characters!"))
    assert len(corpus) >= 500
    client, body = Client(), json.dumps({"orderId": 1}).encode()
    refused = [answered(signing, "order-status", body, _sendable(headers), client) for headers in corpus]
    assert set(refused) == {(401, b'{"error": "The callback was refused."}')}  # nothing tells how near it came
    assert Callback.objects.count() == 0
    assert Connection.objects.get(pk=signing.connection.pk).refused_callbacks == len(corpus)


def _sendable(headers: Headers) -> Headers:
    """As a server hands headers on: latin-1 text."""
    return {name: value.encode().decode("latin-1") for name, value in headers.items()}


@pytest.mark.django_db
def test_every_true_signature_is_taken(signing: Connected):
    """Six hundred: any request id, any time within forty minutes, either of two secrets, in capitals or not."""
    secrets = [signing.sandbox.callback_secret, "the-next-secret-of-32-characters"]
    signing.connection.callback_secrets = secrets
    signing.connection.save()
    client, orders, chance = Client(), signing.sandbox.orders, random.Random(20260302)
    for n in range(600):
        at = timezone.now() + timedelta(seconds=chance.randint(-2390, 2390))
        push = signed(secrets[n % 2], orders[n % len(orders)], at, str(chance.getrandbits(60)))
        if n % 3 == 0:
            push.headers["X-Signature"] = push.headers["X-Signature"].upper()
        assert send(signing, push, client) == 200
    assert Callback.objects.count() == 600
    assert Connection.objects.get(pk=signing.connection.pk).refused_callbacks == 0


@pytest.mark.django_db
def test_no_bit_of_the_address_may_differ(signing: Connected):
    """A true signature at an address that is one bit off: nobody is there."""
    push = signed(signing.sandbox.callback_secret, signing.sandbox.orders[0], timezone.now(), "1")
    client, path, seen = Client(), address(signing, push.event), set()
    for at in range(len("/callbacks/"), len(path)):
        for bit in range(7):
            other = path[:at] + quote(chr(ord(path[at]) ^ 1 << bit), safe="/") + path[at + 1 :]
            answer = client.post(other, push.body, content_type="application/json", headers=push.headers)
            seen.add(answer.status_code)
    assert seen == {404}
    assert Callback.objects.count() == 0
    assert send(signing, push, client) == 200


@pytest.mark.django_db
def test_whatever_bit_of_the_body_is_turned_the_mirror_says_what_the_platform_says(signing: Connected):
    """The signature covers the headers alone, as its document has it; so the body is only ever a hint to read."""
    pull(signing.connection, "orders")
    secret, order, before, client = signing.sandbox.callback_secret, signing.sandbox.orders[0], _rows(), Client()
    whole = signed(secret, order, timezone.now(), "0")
    told = {**order, "sellerOrderStatus": 104, "refundAmount": "99999.00", "currencyCode": "USD"}
    body = json.dumps({key: told[key] for key in ("orderId", "orderNum", "sellerOrderStatus") if key in told}).encode()
    turned = [body[:at] + bytes([body[at] ^ 1 << bit]) + body[at + 1 :] for at in range(len(body)) for bit in range(8)]
    for n, each in enumerate(turned):
        push = signed(secret, order, timezone.now(), f"77{n}")
        assert post(signing, whole.event, each, push.headers, client) == 200
    for _ in range(len(turned) // 500 + 1):
        for pk in callbacks.waiting():
            callbacks.process(pk)
    assert callbacks.waiting() == []
    states = set(Callback.objects.values_list("state", flat=True))
    assert (len(turned) >= 500, Callback.objects.count(), states) == (True, len(turned), {"processed", "failed"})
    assert _rows() == before


@pytest.mark.django_db
def test_other_methods_and_addresses_take_nothing(signing: Connected):
    push = signed(signing.sandbox.callback_secret, signing.sandbox.orders[0], timezone.now(), "1")
    client, path = Client(), address(signing, "order-status")
    for method in ("get", "put", "patch", "delete", "head", "options"):
        assert getattr(client, method)(path, headers=push.headers).status_code == 405
    for wrong in (
        path + "x",
        path.replace("order-status", "order-deliver"),
        path.replace("callback-key", "callback_key"),
    ):
        assert client.post(wrong, push.body, content_type="application/json", headers=push.headers).status_code == 404
    assert Callback.objects.count() == 0


@pytest.mark.django_db
def test_replays(signing: Connected, connect: Connect):
    """Inside the window a repeat is answered and adds nothing; at another connection or too late it is refused."""
    other = connect("imetastore", "other")
    Connection.objects.filter(pk=other.connection.pk).update(callback_secrets=other.connection.callback_secrets)
    other.connection.callback_secrets = ["another-secret-of-32-characters!"]
    other.connection.save()
    order, secret = signing.sandbox.orders[0], signing.sandbox.callback_secret
    push = signed(secret, order, timezone.now(), "42")
    assert [send(signing, push) for _ in range(5)] == [200] * 5
    assert Callback.objects.count() == 1
    for pk in callbacks.waiting():
        callbacks.process(pk)
    assert [send(signing, push) for _ in range(5)] == [200] * 5  # applied meanwhile: still one row, and nothing waits
    assert (Callback.objects.get().attempts, callbacks.waiting()) == (1, [])
    assert send(other, push) == 401
    assert send(signing, signed(secret, order, timezone.now() - timedelta(minutes=41), "43")) == 401
    with time_machine.travel(timezone.now() + timedelta(minutes=41)):
        assert send(signing, push) == 401
    signing.connection.callback_secrets = ["another-secret-of-32-characters!"]
    signing.connection.save()
    assert send(signing, push) == 401  # its secret was taken back
    assert Callback.objects.count() == 1


def wrong_tokens(token: str) -> Iterator[str]:
    """Tokens that come near."""
    yield from (
        "",
        " ",
        token[:-1],
        token[1:],
        token + "0",
        token * 2,
        token.upper(),
        token.swapcase(),
        f"{token},{token}",
    )
    yield from (f"Bearer {token}", f'"{token}"', "null", "undefined", "true", "*", "%", "' OR 1=1 --", "é" * len(token))
    yield from flips(token)


@pytest.mark.django_db
def test_no_wrong_token_is_taken(tokened: Connected):
    token = tokened.sandbox.callback_secret
    assert token.swapcase() != token
    corpus = [(event, one) for event in TOKENED for one in wrong_tokens(token) if one.strip() != token]
    assert len(corpus) >= 500
    client = Client()
    statuses = {
        post(tokened, event, b'{"order_id": "1"}', _sendable({"accesstoken": one}), client) for event, one in corpus
    }
    assert statuses == {401}
    assert {post(tokened, event, b'{"order_id": "1"}', {}, client) for event in TOKENED} == {401}
    assert {post(tokened, "ticket-reply", b'{"ticketId": "1"}', {"accesstoken": "wrong"}, client)} == {401}
    assert Callback.objects.count() == 0


@pytest.mark.django_db
def test_every_right_token_is_taken(tokened: Connected):
    """Whatever it says, and whichever of two tokens it carries."""
    tokens, client = [tokened.sandbox.callback_secret, "the-next-token-of-32-characters!"], Client()
    tokened.connection.callback_secrets = tokens
    tokened.connection.save()
    said = [{"order_id": str(n)} for n in range(60)] + [{"text": text} for text in ("é", "退款", "😀", "a" * 9999, "")]
    for n, each in enumerate(said * 8):
        body = json.dumps(each | {"n": n}, ensure_ascii=n % 2 == 0).encode()
        assert post(tokened, TOKENED[n % len(TOKENED)], body, {"accesstoken": tokens[n % 2]}, client) == 200
    assert Callback.objects.count() == len(said) * 8 >= 500


def test_the_address_of_a_connection_cannot_be_guessed():
    """Where a platform signs nothing, the address is what a forger would need: 128 bits and more by chance."""
    keys = {new_callback_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(base64.urlsafe_b64decode(key + "==")) * 8 >= 128 for key in keys} == {True}
    assert connections.is_guessable("shop-1234567890")
    assert not any(connections.is_guessable(key) for key in keys)


@pytest.mark.django_db
def test_what_a_push_says_never_reaches_the_mirror(connect: Connect):
    """A forged story in an authentic or unsigned envelope costs one reading; the platform's word stands."""
    signing = connect("imetastore", "told", values={"order_status_map": '{"104": "refunded"}'})
    desk = connect("shoppo", "desk")
    pull(signing.connection, "orders")
    pull(desk.connection, "orders", "tickets")
    told: Any = {**signing.sandbox.orders[0], "sellerOrderStatus": 104}
    ticket = next(iter(desk.sandbox.shop.tickets))
    before = _rows()
    assert send(signing, signed(signing.sandbox.callback_secret, told, timezone.now(), "1")) == 200
    story = json.dumps({"ticketId": ticket, "status": "CLOSED", "replyContent": "Refunded"}).encode()
    assert post(desk, "ticket-reply", story, {}) == 200
    assert list(Callback.objects.order_by("pk").values_list("is_hint", flat=True)) == [False, True]
    for pk in callbacks.waiting():
        found = callbacks.process(pk)
        assert found is not None
        assert found.state == "processed"
    assert _rows() == before


def _rows() -> list[Any]:
    fields = ("remote_id", "status", "remote_status", "content_hash")
    return [sorted(map(str, model.objects.values_list(*fields))) for model in (Order, Ticket)]
