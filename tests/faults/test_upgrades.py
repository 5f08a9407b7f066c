"""An upgrade that is killed half way can simply be run again, and what was under way comes to its end (F23)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection as database
from django.db.migrations.loader import MigrationLoader

from channels.http import InProcess
from channels.platform import Ports, Settings
from channels.registry import PLATFORMS
from channels.serving import SandboxServer
from dashboard.catalog.commands.products import ProductFields, draft_of
from tests.connected import effects
from tests.drill.farm import ROOT, environment
from tests.drill.world import PLENTY
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
# Migrates to where every app of ours lacks its newest migration, and writes what that version had under way.
BEFORE = """
import json, sys
import django
django.setup()
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
executor = MigrationExecutor(connection)
graph = executor.loader.graph

def before(leaf):
    is_ours = apps.get_app_config(leaf[0]).name.startswith("dashboard.")
    own = [one.key for one in graph.node_map[leaf].parents if is_ours and one.key[0] == leaf[0]]
    return own[0] if own else leaf

old = executor.migrate([before(leaf) for leaf in graph.leaf_nodes()]).apps
given, now = json.load(sys.stdin), timezone.now()
shop = old.get_model("sync", "Connection").objects.create(**given["connection"])
for row in given["commands"]:
    old.get_model("sync", "Command").objects.create(connection=shop, not_before=now, created_at=now, **row)
"""
STATES = """
import django
django.setup()
from dashboard.sync.models import Command
print(*Command.objects.order_by("pk").values_list("state", flat=True))
"""


only_sqlite = pytest.mark.skipif(database.vendor != "sqlite", reason="upgraded where the suite runs on SQLite")


@pytest.fixture(
    params=[pytest.param("sqlite", marks=only_sqlite), pytest.param("postgresql", marks=pytest.mark.services)]
)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an empty database."""
    cluster = Postgres() if request.param == "postgresql" else None
    url = f"postgres://postgres@127.0.0.1:{cluster.port}/house" if cluster else f"sqlite:///{tmp_path}/new.sqlite3"
    yield {**environment(), "DATABASE_URL": url, "DATA_DIR": str(tmp_path / "data")}
    if cluster:
        cluster.remove()


def run(environ: dict[str, str], *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    program = [sys.executable, *words]
    return subprocess.run(
        program, cwd=ROOT, env=environ, input=said, capture_output=True, text=True, timeout=900, check=False
    )


def test_a_migration_killed_at_any_place_is_done_by_the_next_run(empty: dict[str, str]):
    number = len(MigrationLoader(None).graph.nodes)
    for at in (2, number // 3, number // 3):
        assert run(empty, "-c", DIE, str(at)).returncode == -signal.SIGKILL
    done = run(empty, "manage.py", "migrate", "--noinput", "-v0")
    assert (done.returncode, done.stderr) == (0, "")
    assert run(empty, "manage.py", "migrate", "--check").returncode == 0
    assert run(empty, "manage.py", "send", "--all").returncode == 0


def test_a_hundred_commands_under_way_come_to_their_end_in_the_next_version(
    empty: dict[str, str], server: SandboxServer
):
    """Queued, being sent, unknown; of those that had left every other one had taken effect. The upgrade dies once."""
    sandbox: Any = PLATFORMS["m2e"].sandbox(seed=7)
    sandbox.calls_a_minute = PLENTY
    server.sandboxes["m2e"] = sandbox
    url = f"{server.url}/m2e"
    commands = [under_way(n) for n in range(100)]
    ports = Ports(transport=InProcess(sandbox, "/m2e"))
    channel: Any = PLATFORMS["m2e"].open(Settings(base_url=url, credentials=sandbox.credentials), ports)
    had_effect = [row for n, row in enumerate(commands) if row["state"] != "queued" and n % 2]
    for row in had_effect:
        channel.create_product(draft_of(msgspec.convert(row["payload"], ProductFields)))
    assert len(had_effect) == len(effects(sandbox)) == 33
    shop = {"platform": "m2e", "slug": "m2e", "title": "M2E", "base_url": url, "credentials": sandbox.credentials}
    given = json.dumps({"connection": shop, "commands": commands})
    assert run(empty, "-c", BEFORE, said=given).stderr == ""
    assert run(empty, "manage.py", "migrate", "--check").returncode == 1
    assert run(empty, "-c", DIE, "1").returncode == -signal.SIGKILL
    assert run(empty, "manage.py", "migrate", "--noinput", "-v0").returncode == 0
    assert run(empty, "manage.py", "send", "--all").returncode == 0
    assert run(empty, "-c", STATES).stdout.split() == ["done"] * 100
    assert sorted(one["sku"] for one in effects(sandbox)) == [row["payload"]["sku"] for row in commands]


def under_way(n: int) -> dict[str, Any]:
    """The row of a command as the version before has it: a product to be made."""
    state = ("queued", "sending", "unknown")[n // 2 % 3]
    fields = {"sku": f"SKU-{n:03}", "title": f"Thing {n}", "price": "3.20", "quantity": 4}
    sent = {"attempts": 1, "sent_attempt": 1, "before": {"twin": "", "twin_made_at": "", "asked_at": ""}}
    row = {"kind": "catalog.create_product", "target": "-", "payload": fields, "payload_digest": f"{n}", "state": state}
    return row if state == "queued" else row | sent
