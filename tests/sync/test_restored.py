"""A worker that finds the database gone back in time asks before it sends (F24)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from dashboard.staff.models import AuditEvent
from dashboard.sync import restored
from dashboard.sync.models import Command, Heartbeat
from dashboard.sync.models.commands import QUEUED, UNKNOWN
from dashboard.sync.sweeper import Sweeper
from tests.connected import queue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def waiting(connection: Any, note: Any) -> Command:
    return queue(connection, "test.note", "7", value=3)


def lived_until(at: Any) -> None:
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": at})


def recoveries() -> int:
    return AuditEvent.objects.filter(verb="sync.recovered").count()


def test_rows_from_before_what_was_seen_are_doubted_once(waiting: Command):
    now = timezone.now()
    lived_until(now)
    restored.remember()
    lived_until(now - timedelta(seconds=6))
    assert restored.recover_if_restored()
    waiting.refresh_from_db()
    assert (waiting.state, recoveries()) == (UNKNOWN, 1)
    assert not restored.recover_if_restored()
    assert recoveries() == 1


def test_a_database_that_knows_of_no_worker_any_more_is_older_too(waiting: Command):
    lived_until(timezone.now())
    restored.remember()
    Heartbeat.objects.all().delete()
    assert restored.recover_if_restored()
    assert not restored.recover_if_restored()
    assert recoveries() == 1


@pytest.mark.parametrize("seconds", [-4, 0, 3600])
def test_rows_that_went_on_are_believed(waiting: Command, seconds: int):
    now = timezone.now()
    lived_until(now)
    restored.remember()
    lived_until(now + timedelta(seconds=seconds))
    assert not restored.recover_if_restored()
    waiting.refresh_from_db()
    assert (waiting.state, recoveries()) == (QUEUED, 0)


@pytest.mark.parametrize("kept", [None, "", "yesterday"])
def test_who_has_seen_nothing_believes_what_is_there(waiting: Command, tmp_path: Any, kept: str | None):
    if kept is not None:
        (tmp_path / "worker-seen").write_text(kept)
    lived_until(timezone.now())
    assert not restored.recover_if_restored()
    assert recoveries() == 0


def test_a_worker_looks_back_before_it_takes_anything(waiting: Command, monkeypatch: pytest.MonkeyPatch):
    """Also when the database is away at its start: then it takes nothing until it has looked."""
    lived_until(timezone.now())
    restored.remember()
    lived_until(timezone.now() - timedelta(hours=1))
    worker = Sweeper(None)
    monkeypatch.setattr("dashboard.sync.sweeper.close_old_connections", lambda: None)
    with monkeypatch.context() as away:
        away.setattr(restored, "_told", _away)
        worker._look_back()
    assert (worker._has_looked, recoveries()) == (False, 0)
    worker._look_back()
    assert (worker._has_looked, recoveries()) == (True, 1)


def _away() -> Any:
    raise OperationalError("away")
