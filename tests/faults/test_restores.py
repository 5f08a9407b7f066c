"""A backup that is restored while nobody thinks of `recover`: the worker asks before it sends (F24)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection as database
from django.db.models import Q

from channels.registry import PLATFORMS
from channels.serving import SandboxServer
from dashboard.staff.models import AuditEvent
from dashboard.sync.models import Command, Tally
from tests.drill.world import open_world
from tests.faults.house import House, until
from tests.faults.test_deaths import UNPROVABLE, intents, judged, queued

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("database.vendor != 'sqlite'", reason="a backup of SQLite is a file"),
]


def worked(house: House) -> None:
    """A worker's life: it sends what is queued, asks about what is unknown, notes that it lived, and stops."""
    open_ = Q(state__in=["queued", "sending"]) | Q(state="unknown", checks=0)
    last = Tally.of(Tally.SIGNS)
    house.worker()
    until(lambda: not Command.objects.filter(open_).exists(), "every command was sent, or asked about")
    kept = Path(house.environ["DATA_DIR"]) / "worker-seen"
    until(lambda: kept.exists() and int(kept.read_text()) > last, "it notes that it lived")
    house.programs.pop("worker").end()


def test_a_worker_that_finds_an_old_backup_doubles_nothing(server: SandboxServer, tmp_path: Path):
    worlds = [open_world(key, key, server, seed=37) for key in PLATFORMS]
    house, backup = House(tmp_path), tmp_path / "backup.sqlite3"
    try:
        worked(house)
        drilled = queued([pair for pair in intents(worlds) if pair[1].kind not in UNPROVABLE])
        with database.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(backup)])
        worked(house)
        assert judged(drilled) == []
        applied = [len(world.sandbox.ledger) for world in worlds]
        with closing(sqlite3.connect(backup)) as old:
            old.backup(database.connection)  # page by page, so that no other connection to the file is left behind
        assert set(Command.objects.values_list("state", flat=True)) == {"queued"}
        worked(house)
    finally:
        house.close()
    assert [len(world.sandbox.ledger) for world in worlds] == applied
    assert AuditEvent.objects.filter(verb="sync.recovered").count() == 1
    states = list(Command.objects.values_list("state", flat=True))
    assert set(states) <= {"done", "unknown", "needs_review"}  # some wait: nobody knows how it was before they left
    assert states.count("done") > len(states) / 2
