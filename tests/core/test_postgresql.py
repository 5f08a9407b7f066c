"""A connection at rest is asked only when its server has said something; one that was ended is noticed."""

from __future__ import annotations

import select
from typing import Any

import pytest
from django.db import connection as database

pytestmark = pytest.mark.skipif("database.vendor != 'postgresql'", reason="the engine for PostgreSQL")


@pytest.fixture
def resting(db: None) -> Any:
    """A connection of one's own, at rest."""
    import psycopg

    with psycopg.connect(**database.get_connection_params(), autocommit=True) as link:  # type: ignore[attr-defined]
        yield link


def test_one_at_rest_is_not_asked(resting: Any, monkeypatch: pytest.MonkeyPatch):
    from dashboard.core.postgresql import base

    monkeypatch.setattr(base.ConnectionPool, "check_connection", lambda _link: pytest.fail("asked"))
    assert base._lives(resting) is True


def test_one_that_the_server_has_ended_is_dead(resting: Any):
    from dashboard.core.postgresql import base

    with database.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [resting.info.backend_pid])
        assert cursor.fetchone() == (True,)
    assert base._lives(resting) is False


def test_one_that_has_something_else_to_say_lives(resting: Any):
    import psycopg

    from dashboard.core.postgresql import base

    resting.execute("LISTEN words")
    with psycopg.connect(**database.get_connection_params(), autocommit=True) as other:  # type: ignore[attr-defined]
        other.execute("NOTIFY words")
    assert select.select([resting], [], [], 30)[0] == [resting]
    assert base._lives(resting) is True
