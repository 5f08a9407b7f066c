"""A worker that finds the database gone back in time asks before it sends (F24)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from dashboard.staff.models import AuditEvent
from dashboard.sync import restored
from dashboard.sync.models import Command, Tally
from dashboard.sync.models.commands import QUEUED, UNKNOWN
from dashboard.sync.sweeper import Sweeper
from dashboard.sync.tasks import sweep
from tests.connected import queue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def waiting(connection: Any, note: Any) -> Command:
    return queue(connection, "test.note", "7", value=3)


def signs(number: int) -> None:
    """So many signs of life, by the database."""
    Tally.objects.update_or_create(name=Tally.SIGNS, defaults={"number": number})


def recoveries() -> int:
    return AuditEvent.objects.filter(verb="sync.recovered").count()


def test_rows_from_before_what_was_seen_are_doubted_once(waiting: Command):
    signs(8)
    restored.remember()
    signs(7)
    assert restored.recover_if_restored()
    waiting.refresh_from_db()
    assert (waiting.state, recoveries()) == (UNKNOWN, 1)
    assert not restored.recover_if_restored()
    assert recoveries() == 1


def test_a_worker_that_runs_notices_it_too(waiting: Command):
    signs(8)
    restored.keep_up()
    signs(6)
    restored.keep_up()
    waiting.refresh_from_db()
    assert (waiting.state, recoveries()) == (UNKNOWN, 1)
    restored.keep_up()
    assert recoveries() == 1


def test_a_database_that_knows_of_no_worker_any_more_is_older_too(waiting: Command):
    signs(8)
    restored.remember()
    Tally.objects.all().delete()
    assert restored.recover_if_restored()
    assert not restored.recover_if_restored()
    assert recoveries() == 1


@pytest.mark.parametrize("since", [0, 1, 3600])
def test_rows_that_went_on_are_believed(waiting: Command, since: int):
    signs(8)
    restored.remember()
    signs(8 + since)
    assert not restored.recover_if_restored()
    waiting.refresh_from_db()
    assert (waiting.state, recoveries()) == (QUEUED, 0)


@pytest.mark.parametrize("kept", [None, "", "yesterday", "2026-11-29T10:00:00+00:00"])
def test_who_has_seen_nothing_believes_what_is_there(waiting: Command, tmp_path: Any, kept: str | None):
    if kept is not None:
        (tmp_path / "worker-seen").write_text(kept)
    signs(8)
    assert not restored.recover_if_restored()
    assert recoveries() == 0


def test_a_worker_looks_back_before_it_takes_anything(waiting: Command, monkeypatch: pytest.MonkeyPatch):
    """Also when the database is away at its start: then it takes nothing until it has looked."""
    signs(8)
    restored.remember()
    signs(7)
    worker = Sweeper(None)
    monkeypatch.setattr("dashboard.sync.sweeper.close_old_connections", lambda: None)
    with monkeypatch.context() as away:
        away.setattr(restored, "_told", _away)
        worker._look_back()
    assert (worker._has_looked, recoveries()) == (False, 0)
    worker._look_back()
    assert (worker._has_looked, recoveries()) == (True, 1)


def test_every_sweep_is_a_sign_and_a_stop_the_last_that_is_kept(
    waiting: Command, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("dashboard.sync.sweeper.close_old_connections", lambda: None)
    sweep()
    sweep()
    assert Tally.of(Tally.SIGNS) == 2
    worker = Sweeper(None)
    worker._look_back()
    worker._sign_off()
    assert (Tally.of(Tally.SIGNS), (tmp_path / "worker-seen").read_text()) == (3, "3")
    signs(2)  # a backup from just before the stop, however quickly all of it went
    assert restored.recover_if_restored()
    waiting.refresh_from_db()
    assert waiting.state == UNKNOWN


def _away() -> Any:
    raise OperationalError("away")
