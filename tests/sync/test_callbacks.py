"""Pushes: who is believed, one row each, the platform's answer, and what is read because of them."""

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from channels.errors import AuthFailed, NotSent
from channels.events import OrderTouched
from dashboard.sync import callbacks
from dashboard.sync.feeds import HANDLERS
from dashboard.sync.models import Callback, Connection
from dashboard.sync.models.callbacks import FAILED, PROCESSED, RECEIVED
from tests.connected import CALLBACK_KEY

SUCCESS = b'{"code":"0000","msg":"Success"}'


@pytest.fixture
def heard(monkeypatch):
    """What the handler of touched orders was told; `heard.answers` may hold errors to raise."""

    class Heard(list):
        answers = []

    kept = Heard()

    def handler(connection, channel, event):
        kept.append(event.remote_id)
        if kept.answers:
            raise kept.answers.pop(0)
        return f"Read order {event.remote_id}."

    monkeypatch.setitem(HANDLERS, OrderTouched, [handler])
    kept.answers = []
    return kept


def path(connection, event="order-status"):
    return f"/callbacks/{CALLBACK_KEY}{connection.slug}/{event}"


def post(connection, body, headers, event="order-status", client=None):
    return (client or Client()).post(
        path(connection, event), data=body, content_type="application/json", headers=headers
    )


def signed(pushing, request_id="2002986662652579841", at=None, secret=None):
    sandbox = pushing.sandbox
    kept = sandbox.callback_secret
    try:
        if secret:
            sandbox.callback_secret = secret
        stamp = str(int((at or timezone.now()).timestamp() * 1000))
        return {k: v for k, v in sandbox.signed(stamp, request_id).items() if k != "Content-Type"}
    finally:
        if secret:
            sandbox.callback_secret = kept


BODY = b'{"orderId": "1689644928115784", "orderNum": "SO1"}'


def test_an_authentic_push_is_kept_raw_and_answered(pushing, heard):
    response = post(pushing.connection, BODY, signed(pushing))
    assert (response.status_code, response.content) == (200, SUCCESS)
    row = Callback.objects.get()
    assert (bytes(row.body), row.event, row.state, row.dedupe_key, row.is_hint) == (
        BODY, "order-status", RECEIVED, "2002986662652579841", False,
    )  # fmt: skip
    assert "x-signature" not in row.headers
    assert heard == []
    assert callbacks.process(row.pk).state == PROCESSED
    row.refresh_from_db()
    assert (heard, row.outcome) == (["1689644928115784"], "Read order 1689644928115784.")
    assert callbacks.process(row.pk) is None


def test_a_repeat_is_answered_and_not_repeated(pushing, heard):
    headers = signed(pushing)
    for _ in range(3):
        assert post(pushing.connection, BODY, headers).content == SUCCESS
    assert Callback.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_are_one_row(pushing, heard):
    headers, codes = signed(pushing), []

    def send():
        try:
            codes.append(post(pushing.connection, BODY, headers).status_code)
        finally:
            database.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 10
    assert Callback.objects.count() == 1


def refusals(pushing):
    good = signed(pushing)
    yield "no headers", {}
    yield "wrong signature", good | {"X-Signature": "0" * 64}
    yield "short signature", good | {"X-Signature": good["X-Signature"][:-1]}
    yield "other request", good | {"X-Request-Id": "1"}
    yield "other time", good | {"X-Timestamp": str(int(good["X-Timestamp"]) + 1)}
    yield "other secret", signed(pushing, secret="another-secret-of-somebody-else-000")
    yield "too old", signed(pushing, at=timezone.now() - timedelta(minutes=41))
    yield "too far ahead", signed(pushing, at=timezone.now() + timedelta(minutes=41))


def test_a_forged_push_leaves_only_a_count(pushing):
    bodies = set()
    forged = list(refusals(pushing))
    for name, headers in forged:
        response = post(pushing.connection, BODY, headers)
        assert response.status_code == 401, name
        bodies.add(response.content)
    pushing.connection.refresh_from_db()
    assert (len(bodies), Callback.objects.count()) == (1, 0)
    assert pushing.connection.refused_callbacks == len(forged)


def test_another_connections_push_is_refused(connect, pushing):
    other = connect("imetastore", "other")
    Connection.objects.filter(pk=other.connection.pk).update(callback_secrets=["a-secret-of-its-own-00000"])
    assert post(other.connection, BODY, signed(pushing)).status_code == 401


def test_several_secrets_may_be_active(pushing):
    old = pushing.sandbox.callback_secret
    pushing.connection.callback_secrets = ["the-new-secret-0123456789", old]
    pushing.connection.save()
    assert post(pushing.connection, BODY, signed(pushing)).status_code == 200
    new = signed(pushing, request_id="2", secret="the-new-secret-0123456789")
    assert post(pushing.connection, BODY, new).status_code == 200


def test_unknown_addresses_do_not_exist(pushing, connection):
    headers = signed(pushing)
    assert post(pushing.connection, BODY, headers, "no-such-event").status_code == 404
    assert Client().post("/callbacks/unknown-key-000000000000000/order-status").status_code == 404
    assert post(connection, BODY, headers).status_code == 404  # a platform that sends none
    Connection.objects.update(state=Connection.DISABLED)
    assert post(pushing.connection, BODY, headers).status_code == 404
    assert Client().get(path(pushing.connection)).status_code == 405
    assert not Callback.objects.exists()


def test_size_is_capped_before_anything_else(pushing):
    exactly = b"x" * (256 * 1024)
    assert post(pushing.connection, exactly + b"x", {}).status_code == 413
    assert post(pushing.connection, exactly, {}).status_code == 401
    response = Client().post(
        path(pushing.connection), data=b"{}", content_type="application/json", CONTENT_LENGTH="many"
    )
    assert response.status_code == 400


def test_an_unreadable_body_is_kept_and_visible(pushing):
    assert post(pushing.connection, b"<html>", signed(pushing)).status_code == 200
    row = callbacks.process(Callback.objects.get().pk)
    assert row.state == FAILED
    assert row.error
    assert bytes(Callback.objects.get().body) == b"<html>"


def test_what_the_platform_cannot_answer_now_is_tried_later_eight_times(pushing, heard):
    post(pushing.connection, BODY, signed(pushing))
    row = Callback.objects.get()
    heard.answers = [NotSent("Away.") for _ in range(8)]
    for n in range(1, 8):
        callbacks.process(row.pk)
        row.refresh_from_db()
        assert (row.state, row.attempts, row.error) == (RECEIVED, n, "Away.")
        assert row.not_before > timezone.now()
        assert (callbacks.process(row.pk), callbacks.waiting()) == (None, [])
        Callback.objects.update(not_before=None)
    callbacks.process(row.pk)
    row.refresh_from_db()
    assert (row.state, len(heard)) == (FAILED, 8)


def test_a_rate_limit_burns_no_try_of_a_push(pushing, heard):
    """A pause of a quarter of an hour is longer than eight tries."""
    post(pushing.connection, BODY, signed(pushing))
    row = Callback.objects.get()
    until = timezone.now() + timedelta(minutes=15)
    for hint in (until, None):
        heard.answers = [NotSent("Slow down.", rate_limited=True, retry_at=hint) for _ in range(9)]
        for _ in range(9):
            before = timezone.now()
            callbacks.process(row.pk)
            row.refresh_from_db()
            assert (row.state, row.attempts, row.error) == (RECEIVED, 0, "Slow down.")
            assert row.not_before == hint or (hint is None and row.not_before >= before + timedelta(seconds=30))
            assert callbacks.waiting() == []
            Callback.objects.update(not_before=None)
    heard.answers = []
    assert callbacks.process(row.pk).state == PROCESSED


def test_a_replay_applies_it_once_more(pushing, heard):
    post(pushing.connection, BODY, signed(pushing))
    row = Callback.objects.get()
    heard.answers = [ValueError("broken handler")]
    assert callbacks.process(row.pk).state == FAILED
    callbacks.replay(row)
    assert callbacks.waiting() == [row.pk]
    assert callbacks.process(row.pk).state == PROCESSED
    row.refresh_from_db()
    assert (row.error, row.attempts, len(heard)) == ("", 1, 2)


def test_a_resting_connection_keeps_its_pushes(pushing, heard):
    post(pushing.connection, BODY, signed(pushing))
    pk = Callback.objects.get().pk
    Connection.objects.update(state=Connection.PAUSED)
    assert (callbacks.process(pk), callbacks.waiting(), heard) == (None, [], [])
    Connection.objects.update(state=Connection.ACTIVE)
    assert callbacks.process(pk).state == PROCESSED


def test_refused_credentials_pause_the_connection_and_keep_the_push(pushing, heard):
    post(pushing.connection, BODY, signed(pushing))
    heard.answers = [AuthFailed("Token refused.")]
    assert callbacks.process(Callback.objects.get().pk).state == RECEIVED
    pushing.connection.refresh_from_db()
    assert pushing.connection.state == Connection.REAUTH_NEEDED


def test_an_unsigned_push_is_a_hint(connect):
    connection, _sandbox = connect("shoppo")
    response = post(connection, b'{"id": 1}', {}, "ticket-reply")
    assert (response.status_code, response.json()) == (200, {"error": ""})
    assert Callback.objects.get().is_hint is True
    assert post(connection, b'{"id": 1}', {"accesstoken": "wrong"}, "ticket-reply").status_code == 401
    assert post(connection, b'{"id": 1}', {}, "product-update").status_code == 401
    assert Callback.objects.count() == 1
