"""What workers do without waiting for the broker, and in which order: urgent first, feeds never in the way (R5)."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dashboard.sync import broker, slots, sweeper, tasks
from dashboard.sync.feeds import FEEDS
from dashboard.sync.kinds import applied
from dashboard.sync.models import Callback, Command, Connection, FeedState, Heartbeat, Run
from dashboard.sync.models.commands import BACKGROUND, DONE, INTERACTIVE, QUEUED, SENDING, URGENT
from dashboard.sync.wakes import Wakes
from tests.connected import Connect, queue

pytestmark = pytest.mark.django_db
SWEEP = timedelta(seconds=tasks.SWEEP_SECONDS)


def states() -> dict[str, str]:
    return dict(Command.objects.values_list("target", "state"))


def late(command: Command, by: timedelta = SWEEP) -> None:
    Command.objects.filter(pk=command.pk).update(not_before=timezone.now() - by)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would have gone to the broker."""
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks, "tell", lambda task, *args: found.append((task, *args)))
    return found


@pytest.fixture
def other(connect: Connect) -> Connection:
    """Another connection."""
    return connect("m2e", "other").connection


# -- urgent before interactive before background -----------------------------------------------------------------------


def test_a_message_of_a_batch_lets_a_person_go_first(connection: Any, note: Any):
    """However long the line in the broker is: whoever takes a message from it sends what is urgent before."""
    for n, priority in enumerate((BACKGROUND, BACKGROUND, INTERACTIVE, URGENT), 1):
        command = queue(connection, "test.note", str(n), value=n)
        Command.objects.filter(pk=command.pk).update(priority=priority)
    first = Command.objects.get(target="1")
    tasks.send_command(first.pk)
    assert note.sent == [4, 3, 1]
    assert states() == {"1": DONE, "2": QUEUED, "3": DONE, "4": DONE}


def test_nothing_goes_before_what_is_as_urgent(connection: Any, note: Any):
    for n in (1, 2):
        queue(connection, "test.note", str(n), value=n)
    tasks.send_command(Command.objects.get(target="2").pk)
    assert note.sent == [2]


def test_what_is_urgent_and_not_due_yet_waits(connection: Any, note: Any):
    for n, priority in ((1, BACKGROUND), (2, URGENT)):
        command = queue(connection, "test.note", str(n), value=n)
        Command.objects.filter(pk=command.pk).update(priority=priority)
    Command.objects.filter(target="2").update(not_before=timezone.now() + timedelta(seconds=60))
    tasks.send_command(Command.objects.get(target="1").pk)
    assert note.sent == [1]


def test_a_message_lets_the_first_of_every_other_connection_go_before(connection: Any, note: Any, other: Any):
    """However long one connection's line is, whoever takes a message from it sends what waits first elsewhere."""
    mine = [queue(connection, "test.note", str(n), value=n) for n in (1, 2)]
    for n in (3, 4):
        queue(other, "test.note", str(n), value=n)
    tasks.send_command(mine[1].pk)
    assert note.sent == [3, 2]
    tasks.send_command(mine[0].pk)
    assert note.sent == [3, 2, 4, 1]


def test_what_is_less_urgent_elsewhere_goes_before_nothing(connection: Any, note: Any, other: Any):
    mine, theirs = queue(connection, "test.note", "1", value=1), queue(other, "test.note", "2", value=2)
    Command.objects.filter(pk=theirs.pk).update(priority=BACKGROUND)
    tasks.send_command(mine.pk)
    assert note.sent == [1]


def test_what_rests_elsewhere_goes_before_nothing(connection: Any, note: Any, other: Any):
    mine, _theirs = queue(connection, "test.note", "1", value=1), queue(other, "test.note", "2", value=2)
    Connection.objects.filter(pk=other.pk).update(state=Connection.PAUSED)
    tasks.send_command(mine.pk)
    assert note.sent == [1]


# -- one wake-up for many pushes ---------------------------------------------------------------------------------------


def test_many_at_once_are_told_of_once_at_once_and_once_afterwards():
    told: list[int] = []
    late = threading.Event()
    wakes = Wakes(lambda pk: (told.append(pk), late.set() if len(told) == 2 else None)[0], gap=2.0)
    for pk in range(1, 20):
        wakes.wake(pk)
    assert told == [1]
    assert late.wait(60)
    assert told == [1, 2]


def test_who_is_told_of_one_push_applies_all_that_wait(connection: Any):
    now = timezone.now()
    given = {"connection": connection, "event": "x", "body": b"{}", "received_at": now}
    rows = [Callback.objects.create(dedupe_key=str(n), **given) for n in range(3)]
    later = Callback.objects.create(dedupe_key="later", not_before=now + timedelta(seconds=60), **given)
    tasks.process_callback(rows[1].pk)
    assert set(Callback.objects.values_list("pk", "attempts")) == {*((row.pk, 1) for row in rows), (later.pk, 0)}


# -- the worker's own sweep --------------------------------------------------------------------------------------------


def test_what_no_message_brought_is_sent_by_the_worker_itself(connection: Any, note: Any):
    for n in (1, 2, 3):
        late(queue(connection, "test.note", str(n), value=n), SWEEP if n < 3 else SWEEP / 2)
    assert sweeper.sweep() == 2
    assert note.sent == [1, 2]
    assert states() == {"1": DONE, "2": DONE, "3": QUEUED}


def test_it_proves_what_is_unknown_and_applies_pushes(connection: Any, note: Any):
    unknown = queue(connection, "test.note", "1", value=1)
    note.findings = [applied("It is there.")]
    Command.objects.filter(pk=unknown.pk).update(state="unknown", sent_at=timezone.now() - timedelta(hours=1))
    late(unknown)
    given = {"connection": connection, "event": "x", "body": b"{}"}
    now = timezone.now()
    old = Callback.objects.create(dedupe_key="1", received_at=now - SWEEP, **given)
    again = Callback.objects.create(dedupe_key="2", received_at=now - SWEEP, not_before=now, **given)
    new = Callback.objects.create(dedupe_key="3", received_at=now, **given)
    assert sweeper.sweep() == 2
    unknown.refresh_from_db()
    assert (unknown.state, unknown.checks, note.sent) == (DONE, 1, [])
    attempts = dict(Callback.objects.values_list("pk", "attempts"))
    assert attempts == {old.pk: 1, again.pk: 0, new.pk: 0}


def test_it_looks_for_the_dead_only_while_nobody_sweeps(connection: Any, note: Any):
    command = queue(connection, "test.note", "1", value=1)
    past = timezone.now() - timedelta(seconds=1)
    Command.objects.update(state=SENDING, attempts=1, leased_until=past)
    Heartbeat.objects.create(name="worker", at=timezone.now() - 3 * SWEEP)
    sweeper.sweep()
    assert states() == {"1": SENDING}
    Heartbeat.objects.update(at=timezone.now() - 5 * SWEEP)
    sweeper.sweep()
    command.refresh_from_db()
    assert (command.state, command.tries_left) == (QUEUED, 7)


def test_it_ends_when_the_worker_does(connection: Any, note: Any):
    late(queue(connection, "test.note", "1", value=1))
    over = threading.Event()
    over.set()
    assert sweeper.sweep(over) == 0
    assert note.sent == []


# -- the sweep through the broker --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lying", "wakes"), [(0, 2), (tasks.SWEEP_LIMIT - 1, 2), (tasks.SWEEP_LIMIT, 0)])
def test_a_long_line_is_not_made_longer(
    connection: Any, note: Any, told: list[Any], monkeypatch: pytest.MonkeyPatch, lying: int, wakes: int
):
    monkeypatch.setattr(broker, "messages", lambda: lying)
    pks = [queue(connection, "test.note", str(n), value=n).pk for n in (1, 2)]
    tasks.sweep()
    assert told == [(tasks.send_command, pk) for pk in pks][:wakes]
    assert Heartbeat.objects.filter(name="worker").exists()


def test_a_broker_that_does_not_say_is_told_all_the_same(
    connection: Any, note: Any, told: list[Any], monkeypatch: pytest.MonkeyPatch
):
    def away() -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(broker, "messages", away)
    command = queue(connection, "test.note", "1", value=1)
    tasks.sweep()
    assert told == [(tasks.send_command, command.pk)]


# -- one connection leaves room for the others -------------------------------------------------------------------------


def test_a_connection_whose_platform_is_slow_leaves_two_threads_to_the_others(
    connection: Any, note: Any, other: Any, told: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """Six of its hundred commands are under way and do not come back: every other message is read past at once."""
    made = slots.Slots()
    made.leave_room_in(8)
    monkeypatch.setattr(slots, "CONNECTIONS", made)
    backlog = [queue(connection, "test.note", str(n), value=1 + n).pk for n in range(100)]
    callback = Callback.objects.create(connection=connection, event="x", body=b"{}", received_at=timezone.now())
    with ExitStack() as stack:
        for _ in range(6):
            assert stack.enter_context(made.place(("under way",), connection.pk))
        for pk in backlog:
            tasks.send_command(pk)
        tasks.process_callback(callback.pk)
        assert (note.sent, told) == ([], [])
        queue(other, "test.note", "7", value=7777)
        tasks.send_command(backlog[0])  # whoever comes past sees to the others
        assert (note.sent, told) == ([7777], [])
    callback.refresh_from_db()
    assert (callback.state, callback.attempts) == ("received", 0)
    assert Command.objects.filter(state=QUEUED, attempts=0).count() == len(backlog)
    tasks.send_command(backlog[5])  # a place is free again: the first that was turned away is told of anew
    assert (note.sent, told) == ([7777, 6], [(tasks.send_command, backlog[0])])


def test_what_was_turned_away_ends_though_nobody_tells_of_it_again(
    connection: Any, note: Any, told: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """Each that ends brings the next, in the order in which they came."""
    made = slots.Slots()
    made.leave_room_in(1)
    monkeypatch.setattr(slots, "CONNECTIONS", made)
    first, *rest = [queue(connection, "test.note", str(n), value=1 + n).pk for n in range(5)]
    with made.place(("under way",), connection.pk):
        for pk in (*rest, *rest):
            tasks.send_command(pk)
    tasks.send_command(first)
    for task, pk in told:
        task(pk)
    assert note.sent == [1, 2, 3, 4, 5]
    assert told == [(tasks.send_command, pk) for pk in rest]


def test_a_proof_waits_for_a_place_too(connection: Any, note: Any, told: list[Any], monkeypatch: pytest.MonkeyPatch):
    made = slots.Slots()
    made.leave_room_in(1)
    monkeypatch.setattr(slots, "CONNECTIONS", made)
    unknown = queue(connection, "test.note", "1", value=1)
    Command.objects.update(state="unknown", not_before=timezone.now())
    with made.place(("under way",), connection.pk):
        tasks.verify_command(unknown.pk)
    unknown.refresh_from_db()
    assert (unknown.state, unknown.checks) == ("unknown", 0)
    note.findings = [applied("It is there.")]
    tasks.verify_command(unknown.pk)
    unknown.refresh_from_db()
    assert (unknown.state, unknown.checks) == (DONE, 1)


def test_a_sweep_takes_each_connection_in_turn(
    connection: Any, note: Any, other: Any, told: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """A backlog longer than a sweep hides nobody; what is urgent goes first all the same."""
    monkeypatch.setattr(tasks, "SWEEP_LIMIT", 4)
    monkeypatch.setattr(sweeper, "MOST", 4)
    mine = [queue(connection, "test.note", str(n), value=1 + n) for n in range(9)]
    theirs = [queue(other, "test.note", str(n), value=100 + n) for n in range(2)]
    Command.objects.filter(pk=mine[8].pk).update(priority=URGENT)
    tasks.sweep()
    expected = [mine[8], mine[0], theirs[0], mine[1]]
    assert [pk for _task, pk in told] == [one.pk for one in expected]
    Command.objects.update(not_before=timezone.now() - SWEEP)
    assert sweeper.sweep() == 4
    assert note.sent == [9, 1, 100, 2]


# -- feeds leave room --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("threads", "places"), [(8, 6), (4, 2), (3, 1), (2, 1), (1, 1)])
def test_two_threads_of_a_worker_are_left_to_commands(threads: int, places: int):
    made = slots.Slots()
    made.leave_room_in(threads)
    entered = [made.place((n,)) for n in range(places + 1)]
    assert [one.__enter__() for one in entered] == [True] * places + [False]
    assert (made.turned_away(), made.turned_away()) == ((places,), None)
    entered[0].__exit__(None, None, None)
    with made.place((0,)) as is_ours:
        assert is_ours


def test_a_feed_without_a_place_stays_due_and_is_woken_by_the_next_that_ends(
    connection: Any, told: list[Any], monkeypatch: pytest.MonkeyPatch
):
    made = slots.Slots()
    made.leave_room_in(1)
    monkeypatch.setattr(slots, "FEEDS", made)
    with made.place(("another",)):
        tasks.refresh_feed(connection.pk, "products")
    assert (Run.objects.count(), told) == (0, [])
    tasks.refresh_feed(connection.pk, "products")
    assert Run.objects.count() == 1
    assert told == [(tasks.refresh_due,)]
    tasks.refresh_feed(connection.pk, "orders")
    assert told == [(tasks.refresh_due,)]


def test_the_longest_due_feed_is_woken_first(connection: Any, told: list[Any]):
    now = timezone.now()
    for minutes, name in ((1, "products"), (9, "orders")):
        FeedState.objects.create(
            connection=connection, feed=name, last_ok_at=now, next_due_at=now - timedelta(minutes=minutes)
        )
    tasks.refresh_due()
    woken = [name for _task, _pk, name in told]
    assert set(woken) <= set(FEEDS)
    assert woken[-2:] == ["orders", "products"]  # what was never read comes before
    assert len(woken) > 2
