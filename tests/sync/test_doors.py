"""Doors that pushes come to: one statement for what is new, and never a word that the row has taken back."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.sync import connections, doors
from dashboard.sync.models import Callback, Connection
from tests.connected import CALLBACK_KEY
from tests.sync.test_callbacks import BODY, SUCCESS, path, post, signed

NEW = "the-new-secret-0123456789"


@pytest.fixture
def opened(pushing):
    """A connection whose door is open: it has taken one push."""
    assert post(pushing.connection, BODY, signed(pushing, "1")).content == SUCCESS
    return pushing


def kept():
    return sorted(Callback.objects.values_list("dedupe_key", flat=True))


def test_a_new_push_at_an_open_door_costs_one_statement(opened):
    headers = signed(opened, "2")
    with CaptureQueriesContext(database) as asked:
        assert post(opened.connection, BODY, headers).content == SUCCESS
    assert [one["sql"].split()[0] for one in asked] == ["INSERT"]
    assert kept() == ["1", "2"]
    assert post(opened.connection, BODY, headers).content == SUCCESS
    assert kept() == ["1", "2"]


def test_a_door_is_opened_anew_after_a_moment(opened, monkeypatch):
    key = CALLBACK_KEY + opened.connection.slug
    assert doors.kept(key).connection == opened.connection
    doors.close_doors()
    headers = signed(opened, "2")
    with CaptureQueriesContext(database) as asked:
        assert post(opened.connection, BODY, headers).content == SUCCESS
    assert [one["sql"].split()[0] for one in asked] == ["SELECT", "INSERT"]
    monkeypatch.setattr(doors, "LIFE", 0.0)
    doors.opened(key)
    assert doors.kept(key) is None


def test_nothing_is_read_of_what_comes_to_no_address(opened):
    """Or whoever sends a body without end would hold a thread that others need."""

    class Endless:
        def read(self, *_size):
            pytest.fail("it was read")

        readline = read

    for address in ("/callbacks/no-key/order-status", path(opened.connection, "no-such-event")):
        sent = {"data": b"{", "content_type": "application/json", "wsgi.input": Endless()}
        assert Client().post(address, **sent).status_code == 404


@pytest.mark.parametrize("with_version", [True, False])
def test_a_secret_that_was_taken_away_proves_nothing(opened, with_version):
    """Also where somebody changed the row by hand and left its version alone."""
    row = Connection.objects.get(pk=opened.connection.pk)
    if with_version:
        old = connections.secret_mark(opened.sandbox.callback_secret)
        connections.change(row, {"callback_secrets": [*row.callback_secrets, NEW]}, trusted=True, by=None)
        connections.forget_secret(row, old, by=None)
    else:
        row.callback_secrets = [NEW]
        row.save()
    assert post(opened.connection, BODY, signed(opened, "2")).status_code == 401
    assert kept() == ["1"]
    row.refresh_from_db()
    assert row.refused_callbacks == 1
    assert post(opened.connection, BODY, signed(opened, "3", secret=NEW)).content == SUCCESS
    assert kept() == ["1", "3"]


def test_a_new_secret_counts_at_once(opened):
    row = Connection.objects.get(pk=opened.connection.pk)
    connections.change(row, {"callback_secrets": [*row.callback_secrets, NEW]}, trusted=True, by=None)
    assert post(opened.connection, BODY, signed(opened, "2", secret=NEW)).content == SUCCESS
    assert Callback.objects.get(dedupe_key="2").secret_mark == connections.secret_mark(NEW)


def test_a_disabled_connection_takes_no_push_any_more(opened):
    connections.set_state(opened.connection, Connection.DISABLED, by=None)
    assert post(opened.connection, BODY, signed(opened, "2")).status_code == 404
    assert kept() == ["1"]


def test_an_address_that_was_changed_is_no_address(opened):
    row = Connection.objects.get(pk=opened.connection.pk)
    connections.change(row, {"callback_key": "another-key-of-this-test-00"}, trusted=True, by=None)
    assert post(opened.connection, BODY, signed(opened, "2")).status_code == 404
    assert kept() == ["1"]


def test_a_removed_connection_takes_no_push_any_more(opened):
    connections.remove(Connection.objects.get(pk=opened.connection.pk), by=None)
    assert post(opened.connection, BODY, signed(opened, "2")).status_code == 404
    assert kept() == []
