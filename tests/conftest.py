"""Fixtures that every test may use."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from kombu.transport import memory

from dashboard.core import listing, navigation
from dashboard.staff.models import User
from tests.connected import connect
from tests.factories import make_user

__all__ = ["connect"]
SUPERUSER = "superuser"


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """Uploads go to the test's own folder; nothing cached, no message and no language outlives a test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    memory.Channel.queues.clear()
    translation.activate(settings.LANGUAGE_CODE)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Services that a test breaks are its own, but they are broken once only: where the suite runs on services."""
    if item.get_closest_marker("services") and database.vendor != "postgresql":
        pytest.skip("breaks a PostgreSQL or a Redis of its own: make test-services")


@pytest.fixture
def stopped_clock() -> Iterator[None]:
    """No second passes: two answers that state ages are alike."""
    with time_machine.travel(dt.datetime.now(dt.UTC), tick=False):
        yield


@pytest.fixture
def user_for(db: None) -> Callable[[str], User]:
    """The person of a role, one per role; "superuser" is none."""

    def of(role: str) -> User:
        found = User.objects.filter(username=role).first()
        if found:
            return found
        return make_user(role, role="admin", is_superuser=True) if role == SUPERUSER else make_user(role, role=role)

    return of


@pytest.fixture
def client_for(user_for: Callable[[str], User]) -> Callable[[str], Client]:
    """A client signed in as the person of a role."""

    def of(role: str) -> Client:
        client = Client()
        client.force_login(user_for(role), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of


@pytest.fixture
def asked(client_for: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[..., Any]:
    """``asked(address)``: the answer, and what was asked of the database besides the session and the person.

    What is kept for seconds is kept in this process: a clock stopped here does not stop that of Redis.
    """
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "asked"}}
    cache.clear()
    for module in (listing, navigation):
        monkeypatch.setattr(module, "CACHED_SECONDS", 3600)
    client = client_for("admin")

    def count(address: str, **headers: str) -> tuple[Any, list[str]]:
        client.get(address, headers=headers)
        with CaptureQueriesContext(database) as queries:
            response = client.get(address, headers=headers)
        assert response.status_code == 200
        first, second, *rest = [one["sql"] for one in queries]
        assert '"django_session"' in first
        assert '"staff_user"' in second
        return response, rest

    return count
