"""A database that restarts, cuts sessions off or is locked: 503, a time to come back, never half a change (F19)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import OperationalError, close_old_connections
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from channels.registry import PLATFORMS
from channels.serving import SandboxServer
from dashboard.catalog.models import Variant
from dashboard.core.unavailable import is_away
from dashboard.staff.models import AuditEvent
from dashboard.sync import engine, tasks
from dashboard.sync import submit as submitting
from dashboard.sync.models import Command
from dashboard.sync.models.commands import FINAL
from dashboard.sync.opening import TRANSPORTS, close_channels
from tests.connected import Connect, Connected, drive, effects, pull
from tests.drill.run import SCENARIOS
from tests.drill.world import World, open_world, time_passes
from tests.factories import make_user
from tests.faults.house import House, Postgres, lived_in, signed_in, until
from tests.faults.test_deaths import DYING, intents, judged, queued

WORDS = "The database does not answer at the moment"
only_sqlite = pytest.mark.skipif("database.vendor != 'sqlite'", reason="a file is locked as a whole only with SQLite")
only_postgres = pytest.mark.skipif("database.vendor != 'postgresql'", reason="sessions are cut off with PostgreSQL")


HOLD = """
import sqlite3, sys
link = sqlite3.connect(sys.argv[1], isolation_level=None)
link.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


class Holder:
    """Another process that keeps the right to write."""

    def __init__(self) -> None:
        program = [sys.executable, "-c", HOLD, str(database.settings_dict["NAME"])]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        assert self._process.stdout.readline() == "held\n"

    def let_go(self) -> None:
        """Give it back."""
        self._process.communicate("")


@pytest.fixture
def impatient(transactional_db: None) -> Iterator[None]:
    """This process waits a tenth of a second for a lock."""
    with database.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    yield
    database.close()


@pytest.fixture
def shop(connect: Connect) -> Connected:
    found = connect("m2e", "shop")
    pull(found.connection, "products")
    return found


def post_stock(client: Client, variant: Variant, quantity: int) -> Any:
    url = reverse("catalog:stock", args=[variant.pk])
    return client.post(url, {"quantity": quantity, "form_key": f"key-{quantity}"})


def events() -> int:
    return AuditEvent.objects.filter(verb="command.submitted").count()


@only_sqlite
def test_a_locked_file_is_a_503_and_nothing_is_half_written(
    impatient: None, shop: Connected, client_for: Callable[[str], Client]
):
    client, variant = client_for("fulfilment"), Variant.objects.exclude(sku="").first()
    newcomer, page = client_for("viewer"), reverse("catalog:product", args=[variant.product_id])
    client.raise_request_exception = newcomer.raise_request_exception = False
    assert client.get(page).status_code == 200  # its session is kept from now on; the newcomer's is not yet
    holder = Holder()
    try:
        refused = post_stock(client, variant, 77)
        read, unseen = client.get(page), newcomer.get(page)
        swept = tasks.sweep.apply()
    finally:
        holder.let_go()
    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (503, "5", "no-store")
    assert WORDS in refused.content.decode()
    assert "default-src 'self'" in refused["Content-Security-Policy"]
    assert (read.status_code, unseen.status_code) == (200, 503)
    assert isinstance(swept.result, OperationalError)
    assert (Command.objects.count(), events(), effects(shop.sandbox)) == (0, 0, [])
    assert post_stock(client, variant, 77).status_code == 302
    assert (Command.objects.count(), events()) == (1, 1)
    assert tasks.sweep.apply().successful()
    assert drive(Command.objects.get()).state == "done"
    assert effects(shop.sandbox) == [{"sku": variant.sku, "quantity": 77}]


@only_sqlite
def test_an_outcome_that_cannot_be_written_is_proven_later(impatient: None, shop: Connected):
    """The file is locked between the platform's yes and our own note of it."""
    variant = Variant.objects.exclude(sku="").first()
    command = submitting.submit(shop.connection, "catalog.set_stock", variant.remote_id, {"quantity": 78}, None).command
    holders: list[Holder] = []
    handle = shop.sandbox.handle

    def lock_then_answer(request: Any, in_process: bool = True) -> Any:
        answer = handle(request, in_process)
        if shop.sandbox.ledger and not holders:
            holders.append(Holder())
        return answer

    shop.sandbox.handle = lock_then_answer
    try:
        with pytest.raises(OperationalError):
            engine.perform(command.pk)
    finally:
        holders[0].let_go()
    assert Command.objects.get().state == "sending"
    time_passes([])
    command.refresh_from_db()
    assert drive(command).state == "done"
    assert effects(shop.sandbox) == [{"sku": variant.sku, "quantity": 78}]


@only_sqlite
def test_a_push_is_asked_to_come_again(impatient: None, connect: Connect):
    """The platform hears 503, not yes, while the push cannot be kept."""
    from tests.faults.pushing import address, signed

    pushed = connect("imetastore", "pushed")
    pull(pushed.connection, "orders")
    from django.utils import timezone

    push = signed(pushed.sandbox.callback_secret, pushed.sandbox.orders[0], timezone.now(), "9")
    client = Client(raise_request_exception=False)
    given = {"data": push.body, "content_type": "application/json", "headers": push.headers}
    holder = Holder()
    try:
        answer = client.post(address(pushed, push.event), **given)
    finally:
        holder.let_go()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert pushed.connection.callbacks.count() == 0
    assert client.post(address(pushed, push.event), **given).status_code == 200
    assert pushed.connection.callbacks.count() == 1


@only_postgres
@pytest.mark.django_db(transaction=True)
def test_a_session_cut_off_inside_its_transaction_leaves_nothing(
    shop: Connected, client_for: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
):
    client, variant = client_for("fulfilment"), Variant.objects.exclude(sku="").first()
    client.raise_request_exception = False
    audit = submitting._audit

    def cut_off_first(command: Command, kind: Any) -> None:
        """The command is inserted, not committed; then the session is ended by an administrator."""
        own = database.connection.info.backend_pid
        database.copy().cursor().execute("SELECT pg_terminate_backend(%s)", [own])
        audit(command, kind)

    monkeypatch.setattr(submitting, "_audit", cut_off_first)
    answer = post_stock(client, variant, 79)
    close_old_connections()  # what the end of a request does outside tests
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert (Command.objects.count(), events(), effects(shop.sandbox)) == (0, 0, [])
    monkeypatch.setattr(submitting, "_audit", audit)
    assert post_stock(client, variant, 79).status_code == 302
    assert (Command.objects.count(), events()) == (1, 1)


@pytest.mark.parametrize(
    ("code", "away"), [(5, True), (261, True), (6, True), (13, True), (1, False), (20, False)],
    ids=["busy", "busy, recovering", "locked", "full", "wrong question", "misuse"],
)  # fmt: skip
def test_only_what_passes_is_called_away(code: int, away: bool):
    cause = sqlite3.OperationalError("x")
    cause.sqlite_errorcode = code
    error = OperationalError("x")
    error.__cause__ = cause
    wrapped = RuntimeError("while rendering")
    wrapped.__cause__ = error
    assert (is_away(error), is_away(wrapped), is_away(RuntimeError("x")), is_away(None)) == (away, away, False, False)


# -- a cluster that crashes ------------------------------------------------------------------------------------------


@pytest.fixture
def cluster(settings: Any, django_db_blocker: Any) -> Iterator[Postgres]:
    """PostgreSQL of this test alone, and this process works on it."""
    settings.COMMAND_SETTLE_SECONDS, settings.COMMAND_LEASE_SECONDS = 0, 30
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    close_channels()
    made = Postgres()
    try:
        with django_db_blocker.unblock(), lived_in(made):
            yield made
    finally:
        made.remove()
        close_channels()


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    made = SandboxServer({})
    made.start()
    yield made
    made.shutdown()
    made.server_close()
    for url in [one for one in TRANSPORTS if one.startswith(made.url)]:
        TRANSPORTS.pop(url)


class Visitor(threading.Thread):
    """Opens the order list and sets one stock after the other until told to stop; a 503 is tried again, as staff do."""

    def __init__(self, browser: httpx.Client, variants: list[Variant]) -> None:
        super().__init__(daemon=True)
        self.browser, self.variants = browser, variants
        self.answers: list[tuple[int, str]] = []
        self.set = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            self._ask(lambda: self.browser.get("/orders/"))
            if self.set < len(self.variants):
                variant = self.variants[self.set]
                given = {"quantity": str(5000 + self.set), "form_key": f"visit-{self.set}"}
                url = reverse("catalog:stock", args=[variant.pk])
                self.set += self._ask(lambda url=url, given=given: self.browser.post(url, data=given)) == 302

    def _ask(self, ask: Callable[[], httpx.Response]) -> int:
        answer = ask()
        self.answers.append((answer.status_code, answer.headers.get("retry-after", "")))
        if answer.status_code == 503:
            self.over.wait(0.2)
        return answer.status_code


@pytest.mark.slow
@pytest.mark.services
def test_a_database_that_crashes_twice_costs_time_only(cluster: Postgres, server: SandboxServer, tmp_path: Path):
    """Visitors and a worker are at it while the server crashes, comes back, and cuts everybody off."""
    worlds = [open_world(key, key, server, seed=29) for key in PLATFORMS]
    variants = spare_variants(worlds)
    staff = make_user("visitor", role="fulfilment")
    house = House(tmp_path, COMMAND_LEASE_SECONDS="30", COMMAND_SETTLE_SECONDS="0")
    try:
        address = house.web()
        visitor = Visitor(signed_in(address, staff), variants)
        visitor.start()
        house.worker()
        drilled = queued(intents(worlds, *DYING))
        until(lambda: visitor.set > 1, "the first visits")
        for _ in range(2):
            seen = len(visitor.answers)
            database.close()
            cluster.crash()
            until(lambda seen=seen: (503, "5") in visitor.answers[seen:], "a visitor hears of it")
            cluster.start()
            heard = len(visitor.answers)
            until(lambda heard=heard: 200 in dict(visitor.answers[heard:]), "the pages are back")
            drilled += queued(intents(worlds, *DYING))
            database.close()
            assert cluster.cut_off_everybody_else() > 0
        until(lambda: visitor.set == len(variants), "every stock was set")
        until(lambda: not Command.objects.exclude(state__in=FINAL).exists(), "every command ended")
        visitor.over.set()
        visitor.join()
    finally:
        house.close()
    assert set(visitor.answers) == {(200, ""), (302, ""), (503, "5")}
    assert Command.objects.count() == len(drilled) + len(variants) == events()
    assert set(Command.objects.values_list("state", flat=True)) == {"done"}
    assert judged(drilled) == []
    given = [(effect["sku"], effect["quantity"]) for world in worlds for effect in effects(world.sandbox)
             if effect.get("quantity", 0) >= 5000]  # fmt: skip
    assert sorted(given) == sorted((one.sku, 5000 + n) for n, one in enumerate(variants))


def spare_variants(worlds: list[World]) -> list[Variant]:
    """Variants whose stock a visitor sets; no scenario touches them from now on."""
    world = next(one for one in worlds if one.connection.platform == "m2e")
    stock = next(one for one in SCENARIOS["m2e"] if one.__name__ == "stores_stock")
    chosen = [intent.target for intent, _ in zip(stock(world), range(12), strict=False)]
    rows = Variant.objects.filter(product__connection=world.connection, remote_id__in=chosen)
    return list(rows.exclude(sku="").select_related("product").order_by("pk"))
