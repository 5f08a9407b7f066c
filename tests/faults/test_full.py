"""A full disk, a pool without a free connection: 503 and a time to come back, no half state, then all is well (F19)."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from django.db import OperationalError, close_old_connections, connections
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.serving import SandboxServer
from dashboard.catalog.models import Variant
from dashboard.staff.audit import verify_chain
from dashboard.sync import engine, tasks
from dashboard.sync import submit as submitting
from dashboard.sync.models import Command
from dashboard.sync.opening import close_channels
from tests.connected import Connect, Connected, drive, effects, pull
from tests.drill.world import open_world, time_passes
from tests.factories import make_user
from tests.faults.house import House, Postgres, lived_in, signed_in, until
from tests.faults.pushing import send, signed
from tests.faults.test_database import WORDS, cluster, events, post_stock, server

__all__ = ["cluster", "server"]

ROOM = 32 * 2**20


class Disk:
    """A small disk of its own, which can be filled to the last byte."""

    def __init__(self, folder: Path, room: int = ROOM) -> None:
        if os.getuid() != 0 or shutil.which("mount") is None:
            pytest.skip("only root may mount a small disk")
        self.folder, self._filler = folder, folder / "filler"
        self.folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this machine does not let a small disk be mounted")

    def fill(self) -> None:
        """Not a byte is left."""
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * 4096):
                pass
        assert os.statvfs(self.folder).f_bavail == 0

    def clear(self) -> None:
        """There is room again."""
        self._filler.unlink(missing_ok=True)

    def remove(self) -> None:
        """It is gone."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path, transactional_db: None) -> Iterator[Disk]:
    """This process's database lies on it, migrated and empty."""
    if database.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its files elsewhere")
    made = Disk(tmp_path / "disk")
    there = str(made.folder / "full.sqlite3")
    with database.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [there])
    kept, theirs = connections["default"], connections.databases["default"]
    connections.databases["default"] = {**theirs, "NAME": there}
    del connections["default"]
    try:
        yield made
    finally:
        connections["default"].close()
        connections.databases["default"] = theirs
        connections["default"] = kept
        made.remove()


@pytest.fixture
def shop(disk: Disk, connect: Connect) -> Connected:
    found = connect("m2e", "shop")
    pull(found.connection, "products")
    return found


def no_room(disk: Disk) -> None:
    """What was written ahead goes into the file first, so that the next write needs room of its own."""
    with database.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    disk.fill()


def test_a_full_disk_is_a_503_and_nothing_is_half_written(
    disk: Disk, shop: Connected, client_for: Callable[[str], Client]
):
    first, second = Variant.objects.exclude(sku="").order_by("pk")[:2]
    client, page = client_for("fulfilment"), reverse("catalog:product", args=[first.product_id])
    client.raise_request_exception = False
    assert post_stock(client, first, 77).status_code == 302
    assert client.get(page).status_code == 200
    waiting = Command.objects.get()
    no_room(disk)
    refused = post_stock(client, second, 78)
    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (503, "5", "no-store")
    assert WORDS in refused.content.decode()
    with pytest.raises(OperationalError, match="full"):
        engine.perform(waiting.pk)  # nothing leaves that could not be written down before
    assert isinstance(tasks.sweep.apply().result, OperationalError)
    assert client.get(page).status_code == 200  # what is there can be read
    assert (Command.objects.count(), events(), effects(shop.sandbox)) == (1, 1, [])
    disk.clear()
    assert post_stock(client, second, 78).status_code == 302
    assert tasks.sweep.apply().successful()
    assert [drive(one).state for one in Command.objects.order_by("pk")] == ["done", "done"]
    assert effects(shop.sandbox) == [{"sku": first.sku, "quantity": 77}, {"sku": second.sku, "quantity": 78}]


def test_an_outcome_that_finds_no_room_is_proven_later(disk: Disk, shop: Connected):
    """The disk fills up between the platform's yes and our own note of it."""
    variant = Variant.objects.exclude(sku="").first()
    command = submitting.submit(shop.connection, "catalog.set_stock", variant.remote_id, {"quantity": 79}, None).command
    handle = shop.sandbox.handle

    def answer_then_fill(request: Any, in_process: bool = True) -> Any:
        answer = handle(request, in_process)
        if len(shop.sandbox.ledger) == 1:
            no_room(disk)
        return answer

    shop.sandbox.handle = answer_then_fill
    with pytest.raises(OperationalError, match="full"):
        engine.perform(command.pk)
    shop.sandbox.handle = handle
    disk.clear()
    command.refresh_from_db()
    assert (command.state, command.sent_attempt) == ("sending", 1)
    time_passes([])
    command.refresh_from_db()
    assert command.state == "unknown"
    assert drive(command).state == "done"
    assert effects(shop.sandbox) == [{"sku": variant.sku, "quantity": 79}]


def test_a_push_that_finds_no_room_is_asked_to_come_again(disk: Disk, connect: Connect):
    """The platform hears 503, not yes, while the push cannot be kept for good."""
    pushed = connect("imetastore", "pushed")
    pull(pushed.connection, "orders")
    push = signed(pushed.sandbox.callback_secret, pushed.sandbox.orders[0], timezone.now(), "9")
    client = Client(raise_request_exception=False)
    no_room(disk)
    assert send(pushed, push, client) == 503
    assert pushed.connection.callbacks.count() == 0
    disk.clear()
    assert send(pushed, push, client) == 200
    assert pushed.connection.callbacks.count() == 1


class Small(NamedTuple):
    """A cluster and the small disk that it needs."""

    disk: Disk
    cluster: Postgres


@pytest.fixture(params=["rows", "log"])
def small(request: pytest.FixtureRequest, settings: Any, django_db_blocker: Any) -> Iterator[Small]:
    """PostgreSQL of this test alone, with its rows or its log on a small disk; this process works on it."""
    settings.COMMAND_SETTLE_SECONDS = 0
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    place = Path(tempfile.mkdtemp(prefix="dashboard-disk-"))
    place.chmod(0o755)  # PostgreSQL is another user
    disk = Disk(place / "disk", room=80 * 2**20)
    inside = disk.folder / "inside"
    inside.mkdir()
    try:
        cluster = Postgres(**{request.param: inside})
        try:
            with django_db_blocker.unblock(), lived_in(cluster):
                yield Small(disk, cluster)
        finally:
            cluster.remove()
            close_channels()
    finally:
        disk.remove()
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.services
def test_a_cluster_without_room_is_a_503_and_nothing_is_half_written(small: Small, server: SandboxServer):
    """Where only rows find no room, one statement fails; where the log finds none, the whole server goes down."""
    world = open_world("m2e", "m2e", server, seed=43)
    variants = list(Variant.objects.filter(product__gone_at=None).exclude(sku="").order_by("pk"))
    client = Client(raise_request_exception=False)
    client.force_login(make_user("visitor", role="fulfilment"), "django.contrib.auth.backends.ModelBackend")
    asked = [(variants[n % len(variants)], 1000 + n) for n in range(2000)]
    assert post_stock(client, *asked[0]).status_code == 302
    small.disk.fill()
    answers = {}
    for number, one in enumerate(asked[1:], 1):
        answers[number] = post_stock(client, *one)
        close_old_connections()  # what the end of a request does outside tests
        if answers[number].status_code != 302:
            break
        small.disk.fill()  # what it gave back by itself
    refused = answers[number]
    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (503, "5", "no-store")
    assert WORDS in refused.content.decode()
    small.disk.clear()
    small.cluster.come_back()
    until(lambda: post_stock(client, *asked[number]).status_code == 302, "it takes orders again")
    assert post_stock(client, *asked[number + 1]).status_code == 302
    kept = Command.objects.order_by("pk").values_list("form_key", flat=True)
    assert [key.rpartition(":")[2] for key in kept] == [f"key-{quantity}" for _variant, quantity in asked[: number + 2]]
    assert events() == number + 2
    assert verify_chain() is None
    assert {drive(one).state for one in Command.objects.order_by("pk")} <= {"done", "superseded"}
    done = Command.objects.filter(state="done").count()
    assert len(effects(world.sandbox)) == done
    assert effects(world.sandbox)[-1]["quantity"] == asked[number + 1][1]


class Asking(threading.Thread):
    """Somebody who waits for an answer."""

    def __init__(self, ask: Callable[[], httpx.Response]) -> None:
        super().__init__(daemon=True)
        self._ask, self.status = ask, 0
        self.start()

    def run(self) -> None:
        self.status = self._ask().status_code


@pytest.mark.slow
@pytest.mark.services
def test_a_pool_without_a_free_connection_is_a_503(cluster: Postgres, server: SandboxServer, tmp_path: Path):
    """Two connections in all; two people hold them, because a third keeps the table of commands locked."""
    import psycopg

    world = open_world("m2e", "m2e", server, seed=41)
    variants = list(Variant.objects.exclude(sku="").order_by("pk")[:3])
    house = House(tmp_path, DATABASE_POOL_SIZE="2", DATABASE_STATEMENT_TIMEOUT="0")
    try:
        browser = signed_in(house.web(), make_user("visitor", role="fulfilment"))
        browser.timeout = httpx.Timeout(600)

        def post(variant: Variant, quantity: int) -> httpx.Response:
            url = reverse("catalog:stock", args=[variant.pk])
            return browser.post(url, data={"quantity": str(quantity), "form_key": f"key-{quantity}"})

        assert browser.get("/orders/").status_code == 200
        database.close()
        address = f"postgresql://postgres@127.0.0.1:{cluster.port}/house"
        with psycopg.connect(address) as holder, psycopg.connect(address, autocommit=True) as watcher:
            holder.execute("LOCK TABLE sync_command IN ACCESS EXCLUSIVE MODE")
            asking = [Asking(lambda n=n: post(variants[n], 80 + n)) for n in range(2)]
            waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'house'"
            until(lambda: watcher.execute(waits).fetchone() == (2,), "two wait for the table")
            refused = post(variants[2], 90)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert WORDS in refused.text
            assert [one.status for one in asking] == [0, 0]
            holder.rollback()
        for one in asking:
            one.join()
        assert [one.status for one in asking] == [302, 302]
        assert (Command.objects.count(), events()) == (2, 2)
        assert post(variants[2], 90).status_code == 302
        assert (Command.objects.count(), events()) == (3, 3)
    finally:
        house.close()
    assert [drive(one).state for one in Command.objects.order_by("pk")] == ["done"] * 3
    assert sorted(one["quantity"] for one in effects(world.sandbox)) == [80, 81, 90]
