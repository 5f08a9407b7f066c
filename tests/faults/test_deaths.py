"""Processes killed at every step, a dead broker, eight workers, a restored backup (F16, F17, F20, F24).

After each death `manage.py send --all` alone, without worker or broker, brings every command to its end.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.utils import timezone

from channels.registry import PLATFORMS
from channels.sandbox import Fault
from channels.serving import SandboxServer
from dashboard.sync import engine, verify
from dashboard.sync.models import Command, RateBucket
from dashboard.sync.models.commands import QUEUED
from dashboard.sync.recovery import recover
from dashboard.sync.submit import submit
from tests.drill.farm import ROOT, Farm, environment
from tests.drill.plans import FAULTS, KILLS
from tests.drill.report import told
from tests.drill.run import SCENARIOS, Drilled, Plan
from tests.drill.world import Intent, World, open_world

pytestmark = pytest.mark.django_db(transaction=True)
DYING = ("supply_create", "supply_deliver", "goods_deliver", "partner_create", "stores_delete", "address_new")


def intents(worlds: list[World], *names: str) -> list[tuple[World, Intent]]:
    """The next thing to do of each scenario named, or of all."""
    found = []
    for world in worlds:
        for scenario in SCENARIOS[world.connection.platform]:
            intent = next(scenario(world), None) if not names or scenario.__name__ in names else None
            if intent is not None and not intent.alone:
                found.append((world, intent))
    return found


def queued(pairs: list[tuple[World, Intent]]) -> list[Drilled]:
    """Submit them all."""
    return [
        Drilled(
            intent, world, Plan("none"), submit(world.connection, intent.kind, intent.target, intent.payload, None)[0]
        )
        for world, intent in pairs
    ]


def send_all(seconds: int = 600) -> None:
    """What a person without worker and broker does; pauses that platforms asked for have passed."""
    RateBucket.objects.update(paused_until=None, open_until=None, failures=0, remaining=None, reset_at=None)
    call_command("send", "--all", f"--timeout={seconds}", stdout=StringIO())


def judged(drilled: list[Drilled]) -> list[str]:
    """Those that are not as they should be, in words."""
    for one in drilled:
        one.command.refresh_from_db()
        entries = (entry for entry in one.world.sandbox.ledger if entry.endpoint == one.intent.endpoint)
        one.effects = sum(one.intent.is_ours(entry.effect) for entry in entries)
    return [told(one) for one in drilled if one.verdict not in ("fine", "undecidable")]


def test_a_death_at_every_step_loses_and_doubles_nothing(server: SandboxServer):
    worlds = [open_world(key, key, server, seed=7) for key in PLATFORMS]
    farm = Farm()
    everything = []
    try:
        for failpoint in KILLS:
            drilled = queued(intents(worlds, *DYING))
            assert len(drilled) == len(DYING)
            for one in drilled:
                if failpoint in ("before_verify", "before_verdict"):  # of one that died once before it could send
                    one.deaths += farm.step("perform", one.command.pk, "before_send")
                    Command.objects.filter(pk=one.command.pk).update(leased_until=one.command.created_at)
                    assert verify.lapse() == 1
                    one.deaths += farm.step("verify", one.command.pk, failpoint)
                else:
                    one.deaths += farm.step("perform", one.command.pk, failpoint)
            deaths = 2 if failpoint in ("before_verify", "before_verdict") else 1
            assert [one.deaths for one in drilled] == [deaths] * len(DYING), failpoint
            everything += drilled
    finally:
        farm.close()
    Command.objects.exclude(leased_until=None).update(leased_until=timezone.now())  # those of the dead are over
    send_all()
    assert judged(everything) == []
    assert {one.command.state for one in everything} == {"done"}


def test_send_all_alone_ends_every_command_under_faults(server: SandboxServer):
    """Each scenario of each platform meets one fault; nothing but the shell is at work."""
    worlds = [open_world(key, key, server, seed=11) for key in PLATFORMS]
    names = [name for name in FAULTS if name not in ("none", "429", "credentials end")]
    drilled = queued(intents(worlds))
    for n, one in enumerate(drilled):
        one.world.sandbox.faults.append(Fault(endpoint=one.intent.endpoint, **FAULTS[names[n % len(names)]]))
    send_all()
    assert judged(drilled) == []
    assert not any(one.is_moving for one in drilled)


def test_eight_workers_send_every_command_once(server: SandboxServer):
    worlds = [open_world(key, key, server, seed=13) for key in PLATFORMS]
    drilled = queued(intents(worlds) + intents(worlds))
    keys = [one.command.pk for one in drilled]
    broken: list[BaseException] = []

    def work() -> None:
        try:
            for pk in keys:
                engine.perform(pk, purpose="foreground")
        except BaseException as error:
            broken.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    send_all()
    assert judged(drilled) == []


def test_a_restored_backup_asks_before_it_sends(server: SandboxServer):
    """What was queued when the backup was made, was done since: nothing is done again."""
    worlds = [open_world(key, key, server, seed=17) for key in PLATFORMS]
    drilled = queued([pair for pair in intents(worlds) if pair[1].kind not in UNPROVABLE])
    backup = list(Command.objects.values())
    send_all()
    assert judged(drilled) == []
    applied = [len(world.sandbox.ledger) for world in worlds]
    for row in backup:
        Command.objects.filter(pk=row["id"]).update(**{k: v for k, v in row.items() if k not in ("id", "payload")})
    assert set(Command.objects.values_list("state", flat=True)) == {QUEUED}
    recover()
    send_all()
    assert [len(world.sandbox.ledger) for world in worlds] == applied
    left = Command.objects.exclude(state__in=["done", "needs_review"])
    assert [f"{one.kind} {one.state} {one.error}" for one in left] == []
    assert Command.objects.filter(state="done").count() > Command.objects.filter(state="needs_review").count()


# Without a record of what was there before sending, no reading of these can prove that they were done already; an
# image too many does no harm and is stored again.
UNPROVABLE = {"catalog.upload_image", "tickets.upload_picture"}


def test_a_broker_that_is_down_costs_nothing(server: SandboxServer):
    """The command is queued at once though nobody takes the message; sending needs no broker."""
    world = open_world("m2e", "m2e", server, seed=19)
    pair = intents([world], "stores_stock")[0][1]
    environ = environment(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    submitted = [sys.executable, "manage.py", "command", "submit", "m2e", pair.kind, pair.target]
    database.close()
    done = subprocess.run(
        [*submitted, f"quantity={pair.payload['quantity']}"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    command = Command.objects.get()
    assert command.state == QUEUED
    drilled = [Drilled(pair, world, Plan("none"), command)]
    send_all()
    assert judged(drilled) == []


def test_a_lost_message_is_found_by_the_sweep(server: SandboxServer, monkeypatch: pytest.MonkeyPatch):
    """Every message of the broker is lost once; what the sweep finds due is what was lost."""
    from dashboard.sync import tasks

    worlds = [open_world(key, key, server, seed=23) for key in ("imetastore", "m2e")]
    drilled = queued(intents(worlds))
    heard: list[int] = []
    monkeypatch.setattr(tasks, "tell", lambda task, pk: heard.append(pk))
    tasks.sweep()
    assert sorted(heard) == sorted(one.command.pk for one in drilled)
    for pk in heard:
        engine.perform(pk)
        verify.verify(pk)
    send_all()
    assert judged(drilled) == []
