"""Sending: every way from queued to an outcome (DESIGN §3), the lease, the fence, calls for many."""

import threading
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.db import connection as database
from django.utils import timezone

from channels.errors import Ambiguous, AuthFailed, NotSent, Rejected, RouteUnconfirmed, WireError
from channels.records import Receipt
from dashboard.sync import engine, verify
from dashboard.sync.evidence import states_so_far
from dashboard.sync.kinds import Arrived
from dashboard.sync.models import Batch, Command, Connection, FeedState
from dashboard.sync.models.commands import DONE, FAILED, QUEUED, REJECTED, SENDING, SUPERSEDED, UNKNOWN
from dashboard.sync.submit import context_of, submit
from dashboard.sync.web import state_sentence
from tests.connected import queue


def sent(command, **how):
    engine.perform(command.pk, **how)
    command.refresh_from_db()
    return command


def test_a_yes_is_done_and_the_target_is_read_back(connection, note):
    note.answers = [Receipt(remote_id="r1", number="n1", words="ok")]
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.attempts, command.error, command.leased_until) == (DONE, 1, "", None)
    assert command.finished_at is not None
    assert (command.receipt["remote_id"], command.receipt["number"]) == ("r1", "n1")
    assert (note.sent, note.mirrored) == ([3], ["7"])


def test_a_refusal_keeps_the_platforms_words(connection, note):
    note.answers = [Rejected("Stock is locked.")]
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.error, note.mirrored) == (REJECTED, "Stock is locked.", [])


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Rejected("Locked.", status=200), "Refused by {where}: “Locked.”"),
        (Rejected("Only EUR here."), "Not sent to {where}: Only EUR here."),
        (RouteUnconfirmed("Confirm it.", route="r"), "Not sent to {where}: Confirm it."),
    ],
    ids=["platform", "channel", "route"],
)
def test_what_the_channel_refuses_by_itself_is_not_laid_to_the_platform(connection, note, error, sentence):
    note.answers = [error]
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.sent_at is None) == (REJECTED, error.status is None)
    assert state_sentence(command) == sentence.format(where=connection.title)


@pytest.mark.parametrize(
    "error",
    [AuthFailed("No scope.", missing_scope="orders"), RouteUnconfirmed("Confirm it.", route="r")],
    ids=["scope", "route"],
)
def test_what_only_a_person_can_put_right_is_refused_and_pauses_nothing(connection, note, error):
    note.answers = [error]
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.error) == (REJECTED, error.words)
    connection.refresh_from_db()
    assert connection.state == Connection.ACTIVE


@pytest.mark.parametrize(
    "error", [Ambiguous("No answer."), WireError("Not JSON.", path="$"), RuntimeError("broken")], ids=str
)
def test_without_a_usable_answer_it_is_unknown_and_never_sent_again_by_itself(connection, note, error):
    note.answers = [error]
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.finished_at) == (UNKNOWN, None)
    assert engine.perform(command.pk, ignore_backoff=True) is None
    assert note.sent == [3]


def test_a_fault_of_ours_while_sending_is_told_as_one(connection, note):
    note.answers = [RuntimeError("broken")]
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.error) == (UNKNOWN, "A fault of the dashboard: RuntimeError: broken")


def test_refused_credentials_keep_the_command_and_pause_the_connection(connection, note):
    note.answers = [AuthFailed("Token refused.")]
    command = sent(queue(connection, "test.note", "7", value=3))
    connection.refresh_from_db()
    assert (command.state, command.tries_left) == (QUEUED, 8)
    assert (connection.state, connection.state_reason) == (Connection.REAUTH_NEEDED, "Token refused.")
    assert engine.perform(command.pk, ignore_backoff=True) is None
    assert not engine.due().exists()


def test_what_never_arrived_is_tried_eight_times_with_growing_pauses(connection, note):
    note.answers = [NotSent("No route to host.") for _ in range(8)]
    command = queue(connection, "test.note", "7", value=3)
    pauses = []
    for _ in range(7):
        before = timezone.now()
        sent(command, ignore_backoff=True)
        assert command.state == QUEUED
        pauses.append((command.not_before - before).total_seconds())
    for pause, expected in zip(pauses, (1, 2, 4, 8, 16, 32, 64), strict=True):
        assert expected * 0.75 <= pause <= expected * 1.25 + 1
    assert engine.perform(command.pk) is None  # not due yet
    sent(command, ignore_backoff=True)
    assert (command.state, command.tries_left, command.error) == (FAILED, 0, "No route to host.")
    assert note.sent == [3] * 8


def test_a_rate_limit_burns_no_try_and_waits_for_the_hint(connection, note):
    until = timezone.now() + timedelta(seconds=77)
    note.answers = [NotSent("Slow down.", rate_limited=True, retry_at=until)]
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.tries_left, command.not_before) == (QUEUED, 8, until)


def before_sending(error):
    def read():
        raise error

    return read


@pytest.mark.parametrize("error", [Ambiguous("The read timed out."), NotSent("The read timed out.")], ids=["a", "n"])
def test_what_cannot_be_read_before_sending_is_tried_again(connection, note, error):
    note.before = before_sending(error)
    before = timezone.now()
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.tries_left, command.error, note.sent) == (QUEUED, 7, "The read timed out.", [])
    assert command.not_before >= before + timedelta(seconds=0.75)
    assert (command.sent_at, command.sent_attempt) == (None, 0)


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("closed")], ids=["o", "i"])
def test_a_database_that_is_away_before_sending_costs_a_try_only(connection, note, error):
    note.before = before_sending(error)
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.tries_left, command.error) == (QUEUED, 7, "The database did not answer.")
    assert (command.sent_attempt, note.sent) == (0, [])


def test_a_rate_limit_before_sending_burns_no_try(connection, note):
    until = timezone.now() + timedelta(seconds=77)
    note.before = before_sending(NotSent("Slow down.", rate_limited=True, retry_at=until))
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.tries_left, command.not_before, note.sent) == (QUEUED, 8, until, [])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            WireError("Expected `int`, got `str`.", path="$.data.stock"),
            "Nothing was sent. What the platform answered before is unlike its document: "
            "Expected `int`, got `str`. (at $.data.stock)",
        ),
        (KeyError("stock"), "Nothing was sent. A fault of the dashboard: KeyError: 'stock'"),
    ],
    ids=["wire", "fault"],
)
def test_what_is_unlike_before_sending_has_failed_and_says_why(connection, note, error, words):
    note.before = before_sending(error)
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.error, note.sent) == (FAILED, words, [])
    assert command.finished_at is not None


@pytest.mark.parametrize(
    "error",
    [Rejected("The order is refunded."), AuthFailed("No scope.", missing_scope="x"), RouteUnconfirmed("?", route="r")],
    ids=["rejected", "scope", "route"],
)
def test_a_refusal_before_sending_is_a_refusal(connection, note, error):
    note.before = before_sending(error)
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.error, note.sent) == (REJECTED, error.words, [])


def test_refused_credentials_before_sending_keep_the_command_and_pause_the_connection(connection, note):
    note.before = before_sending(AuthFailed("Token refused."))
    command = sent(queue(connection, "test.note", "7", value=3))
    connection.refresh_from_db()
    assert (command.state, command.tries_left, note.sent) == (QUEUED, 8, [])
    assert connection.state == Connection.REAUTH_NEEDED


def test_an_earlier_attempt_that_arrived_is_proven_not_sent(connection, note):
    note.before = before_sending(Arrived("It is there already."))
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.state, command.error, note.sent) == (UNKNOWN, "It is there already.", [])


def test_what_was_seen_before_is_kept_without_secrets(connection, note):
    note.before = lambda: {"stock": 4, "password": "hidden-value"}
    command = sent(queue(connection, "test.note", "7", value=3))
    assert command.before == {"stock": 4, "password": "•••"}


def test_a_late_outcome_is_dropped(connection, note):
    """The sender stalls, its lease lapses, a person settles; then it comes back from the dead."""
    command = queue(connection, "test.note", "7", value=3)

    def stall():
        assert lapsed() == 1
        verify.settle(Command.objects.get(), "cancelled", "seen on the platform", None)
        return Receipt()

    note.answers = [stall]
    sent(command)
    assert (command.state, command.attempts) == ("cancelled", 2)


def lapsed():
    Command.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    return verify.lapse()


def test_what_left_and_lapsed_is_unknown_not_queued(connection, note):
    command = queue(connection, "test.note", "7", value=3)
    claimed = engine.claim(command.pk)
    assert verify.lapse() == 0
    Command.objects.update(sent_attempt=claimed.attempts)
    assert lapsed() == 1
    command.refresh_from_db()
    assert (command.state, command.leased_until, command.evidence) == (UNKNOWN, None, [])
    assert note.sent == []


def test_what_never_left_and_lapsed_is_queued_again_with_the_proof(connection, note):
    note.answers = [NotSent("Later.")]
    command = sent(queue(connection, "test.note", "7", value=3))
    assert (command.sent_attempt, command.tries_left) == (1, 7)
    assert engine.claim(command.pk, ignore_backoff=True).state == SENDING  # and its process dies
    assert lapsed() == 1
    command.refresh_from_db()
    assert (command.state, command.attempts, command.tries_left, command.leased_until) == (QUEUED, 2, 6, None)
    told = [(one["verdict"], one["sentence"], one["witnesses"]) for one in command.evidence]
    assert told == [("never_sent", "The process ended before anything was sent; so it is sent again.", [])]
    assert states_so_far(command) == ["Queued", "Queued"]
    sent(command, ignore_backoff=True)
    assert (command.state, note.sent) == (DONE, [3, 3])


def test_a_process_that_dies_eight_times_before_sending_is_enough(connection, note):
    command = queue(connection, "test.note", "7", value=3)
    for _ in range(8):
        engine.claim(command.pk, ignore_backoff=True)
        assert lapsed() == 1
    command.refresh_from_db()
    assert (command.state, command.tries_left, note.sent) == (FAILED, 0, [])


def test_a_slow_reading_before_sending_sends_nothing_once_another_process_took_over(connection, note):
    """The lease lapses while the platform is read; the other process sends; the first must not."""
    command = queue(connection, "test.note", "7", value=3)

    def slow():
        note.before = dict
        assert lapsed() == 1
        sent(command, ignore_backoff=True)
        return {"stock": 1}

    note.before = slow
    engine.perform(command.pk)
    command.refresh_from_db()
    assert (command.state, command.attempts, command.sent_attempt, command.before) == (DONE, 2, 2, {})
    assert note.sent == [3]


def test_a_call_for_many_leaves_out_what_was_taken_over(connection, setter):
    setter.size = 3
    commands = batch_of(connection, [11, 12, 13])
    contexts = [context_of(engine.claim(one.pk), None) for one in commands]
    Command.objects.filter(pk=commands[1].pk).update(attempts=2)
    kept = engine._depart(contexts, {})
    assert [one.command.pk for one in kept] == [commands[0].pk, commands[2].pk]
    assert list(Command.objects.order_by("pk").values_list("sent_attempt", flat=True)) == [1, 0, 1]


def test_one_command_of_a_target_is_in_flight(connection, note, setter):
    first = queue(connection, "test.note", "7", value=1)
    second = queue(connection, "test.set", "7", value=2)
    assert engine.claim(second.pk) is None  # the older one goes first
    assert engine.claim(first.pk) is not None
    assert engine.claim(second.pk) is None  # one in flight
    Command.objects.filter(pk=first.pk).update(state=UNKNOWN)
    assert engine.claim(second.pk) is None  # unknown still counts
    Command.objects.filter(pk=first.pk).update(state=DONE)
    assert engine.claim(second.pk) is not None


def test_an_urgent_command_overtakes_a_waiting_one_of_its_target(connection, note, setter):
    queue(connection, "test.note", "7", value=1)
    assert engine.claim(queue(connection, "test.set", "7", value=0).pk) is not None


def test_a_value_that_never_arrived_gives_way_to_a_newer_one(connection, setter):
    first = queue(connection, "test.set", "7", value=1)

    def newer():
        queue(connection, "test.set", "7", value=2)
        raise NotSent("Later.")

    setter.answers = [newer]
    assert sent(first).state == SUPERSEDED
    assert setter.sent == [1]


def test_a_value_whose_credentials_were_refused_gives_way_to_a_newer_one(connection, setter):
    """An urgent newer one would go first, and the old one would be the last word."""
    first = queue(connection, "test.set", "7", value=1)

    def newer():
        queue(connection, "test.set", "7", value=0)
        raise AuthFailed("Token refused.")

    setter.answers = [newer]
    assert sent(first).state == SUPERSEDED
    assert Command.objects.get(state=QUEUED).payload["value"] == 0


def batch_of(connection, values, kind="test.set"):
    batch = Batch.objects.create(kind=kind, title="Many")
    return [
        submit(connection, kind, str(n), {"value": value}, None, batch=batch).command for n, value in enumerate(values)
    ]


def states(commands):
    return [Command.objects.get(pk=command.pk).state for command in commands]


def test_a_call_for_many_takes_as_many_as_the_platform_allows(connection, setter):
    setter.size = 3
    FeedState.objects.create(connection=connection, feed="products", next_due_at=timezone.now() + timedelta(hours=1))
    commands = batch_of(connection, [11, 12, 13, 14])
    engine.perform(commands[0].pk)
    assert setter.sent == [[11, 12, 13]]
    assert states(commands) == [DONE, DONE, DONE, QUEUED]
    assert setter.mirrored == []
    assert FeedState.objects.get().next_due_at <= timezone.now()


def test_a_count_below_what_was_sent_is_read_back_one_by_one(connection, setter):
    setter.size = 3
    setter.answers = [Receipt(accepted=2)]
    commands = batch_of(connection, [11, 12, 13])
    engine.perform(commands[0].pk)
    assert states(commands) == [UNKNOWN] * 3
    assert Command.objects.first().error == "The platform took 2 of 3; it is being asked which."


def test_a_lost_answer_leaves_all_of_a_call_unknown(connection, setter):
    setter.size = 3
    setter.answers = [Ambiguous("No answer.")]
    commands = batch_of(connection, [11, 12])
    engine.perform(commands[0].pk)
    assert states(commands) == [UNKNOWN, UNKNOWN]


def test_an_unreadable_sibling_stays_queued(connection, setter):
    setter.size = 3
    commands = batch_of(connection, [11, 12])
    Command.objects.filter(pk=commands[1].pk).update(payload={"value": "spoiled"})
    engine.perform(commands[0].pk)
    assert (setter.sent, states(commands)) == ([11], [DONE, QUEUED])


def test_a_target_that_left_the_mirror_is_still_sent_to(connection, note):
    command = queue(connection, "test.note", "7", value=3)
    Command.objects.update(target="missing")
    assert sent(command).state == DONE


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_every_command_once(connection, note):
    commands = [queue(connection, "test.note", str(n), value=n) for n in range(1, 13)]

    def work():
        try:
            for command in commands:
                engine.perform(command.pk)
        finally:
            database.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(note.sent) == list(range(1, 13))
    assert set(states(commands)) == {DONE}
