"""What a command and a call cost the database, and what must never be saved: no outcome without its commit."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, transaction
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels.ports import Limits
from dashboard.catalog.models import Variant
from dashboard.sync import engine, recorder, verify
from dashboard.sync.commits import may_be_lost
from dashboard.sync.kinds import ABSENT, NEVER, Finding, Kind
from dashboard.sync.limiter import RowLimiter
from dashboard.sync.models import Batch, Command, RateBucket
from dashboard.sync.models.commands import DONE, SENDING, UNKNOWN
from dashboard.sync.submit import submit
from tests.connected import Connected, drive, pull, queue
from tests.sync.scripted import ABSOLUTE, scripted

FRAME = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET", "COPY")


def spoken(asked: CaptureQueriesContext) -> list[str]:
    """Verb and table of each statement, without what holds them together."""
    found = []
    for one in asked:
        verb = (one["sql"].partition(" times: ")[2] or one["sql"]).split()[0]
        if verb not in FRAME:
            table = re.search(r'(?:FROM|INTO|UPDATE) "?(\w+)', one["sql"])
            found.append(f"{verb} {table[1] if table else ''}".strip())
    return found


@pytest.fixture
def stock(shop: Connected) -> Command:
    """A stock to be set, after another that opened the channel and met the limit."""
    pull(shop.connection, "products")
    first, second = Variant.objects.exclude(sku="").order_by("pk")[:2]
    assert drive(queue(shop.connection, "catalog.set_stock", first.remote_id, quantity=71)).state == DONE
    return queue(shop.connection, "catalog.set_stock", second.remote_id, quantity=72)


def test_a_command_costs_a_dozen_statements(stock: Command):
    """Its claim, its connection, its target, a call, its outcome, a call, and what brings the mirror in step."""
    with CaptureQueriesContext(database) as asked:
        engine.perform(stock.pk, purpose="foreground")
    found = [one for one in spoken(asked) if one != "INSERT sync_exchange"]  # not captured where it is copied
    assert found[:6] == [
        "UPDATE sync_command", "SELECT sync_connection", "SELECT catalog_variant", "UPDATE sync_ratebucket",
        "UPDATE sync_command", "UPDATE sync_ratebucket",
    ]  # fmt: skip
    assert (len(found) <= 11, stock.exchanges.count()) == (True, 2)


def test_the_exchanges_of_an_outcome_are_kept_with_it(stock: Command, monkeypatch: pytest.MonkeyPatch):
    """When the mirror is brought in step the command is done, and what was said is there."""
    seen = []

    def look(kind: Any, context: Any) -> None:
        seen.append((Command.objects.get(pk=stock.pk).state, list(stock.exchanges.values_list("method", flat=True))))

    monkeypatch.setattr(engine, "mirror_back", look)
    engine.perform(stock.pk, purpose="foreground")
    assert seen == [(DONE, ["PATCH"])]


def test_exchanges_that_cannot_be_kept_undo_no_outcome(stock: Command, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_rows: Any) -> None:
        raise DataError("such a text cannot be")

    monkeypatch.setattr(recorder, "insert_rows", refuse)
    with pytest.raises(DataError):
        engine.perform(stock.pk, purpose="foreground")
    stock.refresh_from_db()
    assert (stock.state, stock.leased_until, stock.exchanges.count()) == (DONE, None, 0)


# -- commits ---------------------------------------------------------------------------------------------------------


def commits(asked: CaptureQueriesContext) -> int:
    """Those of more than one statement: a claim and a turn are statements by themselves."""
    return sum(one["sql"] == "COMMIT" for one in asked)


@pytest.mark.django_db(transaction=True)
def test_a_command_is_committed_when_it_is_claimed_and_when_it_is_concluded(stock: Command):
    """Two more may be lost: the mirror, and the exchange that it was read by."""
    with CaptureQueriesContext(database) as asked:
        engine.perform(stock.pk, purpose="foreground")
    assert spoken(asked)[0] == "UPDATE sync_command"
    assert asked[0]["sql"].startswith("\nUPDATE sync_command")  # nothing around it
    assert commits(asked) == 3


@pytest.mark.django_db(transaction=True)
def test_a_call_for_many_is_claimed_and_concluded_in_as_many_commits_as_for_two(shop: Connected):
    found = []
    with scripted(**ABSOLUTE, prepare=Kind.prepare) as kind:
        for many in (2, 9):
            kind.size, batch = many, Batch.objects.create(kind=kind.name, title="Many")
            given = [(kind.name, f"{many} {n}", {"value": n}, None) for n in range(1, many + 1)]
            commands = [submit(shop.connection, *one, batch=batch).command for one in given]
            with CaptureQueriesContext(database) as asked:
                engine.perform(commands[0].pk)
            found.append((len(kind.sent[-1]), commits(asked)))
        assert {one.state for one in Command.objects.all()} == {DONE}
    assert found == [(2, 2), (9, 2)]


# -- a claim that is the departure too -------------------------------------------------------------------------------


def test_what_reads_nothing_before_counts_as_sent_once_it_is_claimed(shop: Connected):
    """Its process may die at any moment from then on: the platform is asked before it is sent again."""
    with scripted(**ABSOLUTE, prepare=Kind.prepare) as kind:
        command = queue(shop.connection, kind.name, "7", value=3)
        claimed = engine.claim(command.pk)
        assert claimed is not None
        assert (claimed.state, claimed.attempts, claimed.sent_attempt) == (SENDING, 1, 1)
        Command.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        assert verify.lapse() == 1
        command.refresh_from_db()
        assert (command.state, kind.sent) == (UNKNOWN, [])
        kind.findings = [Finding(ABSENT, "Not there.")]
        assert (drive(command).state, command.attempts, kind.sent) == (DONE, 2, [3])


@pytest.mark.parametrize("declared", [ABSOLUTE, {"prepare": Kind.prepare}, {"repeat": NEVER, "prepare": Kind.prepare}])
def test_everything_else_leaves_only_when_it_is_sent(shop: Connected, declared: dict[str, Any]):
    with scripted(**declared) as kind:
        claimed = engine.claim(queue(shop.connection, kind.name, "7", value=3).pk)
        assert claimed is not None
        assert (claimed.attempts, claimed.sent_attempt, claimed.sent_at) == (1, 0, None)


# -- one call --------------------------------------------------------------------------------------------------------


@pytest.fixture
def limiter(shop: Connected) -> RowLimiter:
    """A limiter that knows its limit of ten and has taken one call."""
    found = RowLimiter(shop.connection.pk, patience=0)
    found.observe("default", told(8))
    found.acquire("default")
    return found


def told(remaining: int, minutes: int = 60) -> Limits:
    begun = timezone.now().replace(microsecond=0)
    return Limits(limit=10, remaining=remaining, reset_at=begun + timedelta(minutes=minutes))


def test_a_call_in_peace_costs_one_statement(limiter: RowLimiter):
    with CaptureQueriesContext(database) as asked:
        limiter.acquire("default")
        limiter.observe("default", told(6))
        limiter.outcome("default", ok=True)
    assert spoken(asked) == ["UPDATE sync_ratebucket"]
    assert RateBucket.objects.get().remaining == 6


def test_what_the_platform_says_beyond_is_learned(limiter: RowLimiter):
    for said, kept in ((told(3), 3), (told(5), 3), (told(9, minutes=120), 9)):
        limiter.observe("default", said)
        assert RateBucket.objects.get().remaining == kept
    limiter.outcome("default", ok=False)
    limiter.acquire("default")
    limiter.outcome("default", ok=True)
    assert RateBucket.objects.get().failures == 0


def test_what_others_did_meanwhile_is_obeyed(limiter: RowLimiter):
    """A pause, an open breaker, a window that is used up."""
    for change in (
        {"paused_until": timezone.now() + timedelta(minutes=1)},
        {"open_until": timezone.now() + timedelta(minutes=1), "failures": 5},
        {"remaining": 0},
    ):
        free = {"paused_until": None, "open_until": None, "failures": 0, "remaining": 5}
        RateBucket.objects.update(**free | change)
        with pytest.raises(engine.NotSent) as caught:
            limiter.acquire("default")
        assert caught.value.rate_limited


# -- what may be lost ------------------------------------------------------------------------------------------------


@pytest.mark.skipif("database.vendor != 'postgresql'", reason="SQLite waits for no disk")
@pytest.mark.django_db(transaction=True)
def test_only_a_transaction_of_its_own_may_be_lost():
    def waits() -> str:
        with database.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    with may_be_lost():
        assert waits() == "off"
    assert waits() == "on"
    with transaction.atomic(), may_be_lost():
        assert waits() == "on"
