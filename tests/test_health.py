import pytest
from django.db import OperationalError

from dashboard.core import health


def test_healthz_asks_nothing_of_the_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_names_what_answers(db, client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"database": True, "broker": True})


@pytest.mark.parametrize("name", ["database", "broker"])
def test_readyz_says_which_is_missing_and_no_more(db, client, monkeypatch, name):
    def refuse():
        raise OperationalError("connection to db.internal as admin:hunter2 failed")

    monkeypatch.setitem(health.PROBES, name, refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": True, "broker": True} | {name: False}
    assert b"hunter2" not in response.content


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(db, client, path):
    assert client.post(path).status_code == 405
