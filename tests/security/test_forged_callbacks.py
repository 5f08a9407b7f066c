"""Forged pushes: every one is refused and leaves no row; every true one is taken (S1, S2, S3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from channels.imetastore.callbacks import signature
from dashboard.orders.models import Order
from dashboard.sync import callbacks
from dashboard.sync.models import Callback, Connection
from dashboard.tickets.models import Ticket
from tests.connected import Connect, Connected, pull
from tests.faults.pushing import address, post, send, signed

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
    client = Client()
    body = json.dumps({"orderId": 1}).encode()
    refused = [post(signing, "order-status", body, _sendable(headers), client) for headers in corpus]
    assert set(refused) == {401}
    assert Callback.objects.count() == 0
    assert Connection.objects.get(pk=signing.connection.pk).refused_callbacks == len(corpus)


def _sendable(headers: Headers) -> Headers:
    """As a server hands headers on: latin-1 text."""
    return {name: value.encode().decode("latin-1") for name, value in headers.items()}


@pytest.mark.django_db
def test_every_true_signature_is_taken(signing: Connected):
    client = Client()
    for n, order in enumerate(signing.sandbox.orders):
        at = timezone.now() + timedelta(minutes=(n % 79) - 39)
        assert send(signing, signed(signing.sandbox.callback_secret, order, at, str(9000 + n)), client) == 200
    assert Callback.objects.count() == len(signing.sandbox.orders)


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
    assert send(other, push) == 401
    assert send(signing, signed(secret, order, timezone.now() - timedelta(minutes=41), "43")) == 401
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
    token = tokened.sandbox.callback_secret
    for n, event in enumerate(TOKENED):
        assert post(tokened, event, json.dumps({"order_id": str(n)}).encode(), {"accesstoken": token}) == 200
    assert Callback.objects.count() == len(TOKENED)


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
