"""An upgrade that is killed half way can simply be run again (F23)."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.drill.farm import ROOT, environment
from tests.faults.house import Postgres

pytestmark = pytest.mark.slow
# Migrates, and dies without a word inside the transaction of the migration whose number is given.
DIE = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from django.db.migrations.migration import Migration
apply, left = Migration.apply, int(sys.argv[1])

def dying(self, state, editor, collect_sql=False):
    global left
    left -= 1
    done = apply(self, state, editor, collect_sql)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

Migration.apply = dying
call_command("migrate", interactive=False, verbosity=0)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an empty database."""
    cluster = Postgres() if request.param == "postgresql" else None
    url = f"postgres://postgres@127.0.0.1:{cluster.port}/house" if cluster else f"sqlite:///{tmp_path}/new.sqlite3"
    yield {**environment(), "DATABASE_URL": url, "DATA_DIR": str(tmp_path / "data")}
    if cluster:
        cluster.remove()


def run(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, *words]
    return subprocess.run(program, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=900, check=False)


def test_a_migration_killed_at_any_place_is_done_by_the_next_run(empty: dict[str, str]):
    number = len(MigrationLoader(None).graph.nodes)
    for at in (2, number // 3, number // 3):
        assert run(empty, "-c", DIE, str(at)).returncode == -signal.SIGKILL
    done = run(empty, "manage.py", "migrate", "--noinput", "-v0")
    assert (done.returncode, done.stderr) == (0, "")
    assert run(empty, "manage.py", "migrate", "--check").returncode == 0
    assert run(empty, "manage.py", "send", "--all").returncode == 0
