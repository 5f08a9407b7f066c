"""Proving: every way out of unknown (DESIGN §3), and a person's decision."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from channels.errors import Ambiguous, AuthFailed, NotSent, Rejected
from channels.records import Receipt
from dashboard.staff.models import AuditEvent
from dashboard.sync import engine, verify
from dashboard.sync.describe import command_facts
from dashboard.sync.kinds import NEVER, Refused, Witness, absent, applied, undecided
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import (
    CANCELLED,
    DONE,
    FAILED,
    NEEDS_REVIEW,
    QUEUED,
    REJECTED,
    SENDING,
    SUPERSEDED,
    UNKNOWN,
)
from dashboard.sync.recovery import recover
from tests.connected import queue
from tests.sync.scripted import scripted


def unknown(connection, kind="test.note", target="7", value=3, **facts):
    command = queue(connection, kind, target, value=value)
    now = timezone.now()
    Command.objects.filter(pk=command.pk).update(state=UNKNOWN, attempts=1, sent_at=now, not_before=now, **facts)
    command.refresh_from_db()
    return command


def proven(command, **how):
    verify.verify(command.pk, **how)
    command.refresh_from_db()
    return command


def test_applied_is_done_with_its_evidence(connection, note):
    note.findings = [applied("It is there.", Witness("Read 7", "3"), receipt=Receipt(remote_id="r1"))]
    command = proven(unknown(connection))
    assert (command.state, command.error, command.receipt["remote_id"]) == (DONE, "", "r1")
    assert command.finished_at is not None
    kept = command.evidence[0]
    assert (kept["verdict"], kept["sentence"]) == ("applied", "It is there.")
    assert [(w["asked"], w["answered"]) for w in kept["witnesses"]] == [("Read 7", "3")]
    assert (note.sent, note.mirrored) == ([], ["7"])


def test_absent_is_queued_again_and_sent_once_more(connection, note):
    note.findings = [absent("It is not there.")]
    command = proven(unknown(connection))
    assert (command.state, command.tries_left, command.evidence[0]["verdict"]) == (QUEUED, 7, "absent")
    engine.perform(command.pk)
    command.refresh_from_db()
    assert (command.state, note.sent) == (DONE, [3])


def test_money_needs_absence_twice(connection):
    with scripted(name="test.pay", absences=2) as kind:
        kind.findings = [absent("No."), absent("Still no.")]
        command = proven(unknown(connection, "test.pay"))
        assert (command.state, command.absences) == (UNKNOWN, 1)
        assert (proven(command).state, command.absences) == (QUEUED, 0)


def test_an_undecided_answer_between_two_absences_begins_anew(connection):
    with scripted(name="test.pay", absences=2) as kind:
        kind.findings = [absent("No."), undecided("Hm."), absent("No.")]
        command = unknown(connection, "test.pay")
        for _ in range(3):
            verify.verify(command.pk, ignore_backoff=True)
        command.refresh_from_db()
        assert (command.state, command.absences) == (UNKNOWN, 1)


def test_undecided_stays_unknown_and_then_waits_for_a_person(connection, note):
    note.findings = [undecided("Hm.") for _ in range(12)]
    command = unknown(connection)
    for _ in range(11):
        verify.verify(command.pk, ignore_backoff=True)
    command.refresh_from_db()
    assert command.state == UNKNOWN
    assert command.not_before > timezone.now()
    verify.verify(command.pk, ignore_backoff=True)
    command.refresh_from_db()
    assert (command.state, command.error, note.sent) == (NEEDS_REVIEW, "Hm.", [])


@pytest.mark.parametrize("error", [Ambiguous("Read timed out."), NotSent("Unreachable.")], ids=["timeout", "away"])
def test_a_platform_that_cannot_be_asked_proves_nothing_however_often(connection, note, error):
    note.findings = [error] * 15 + [undecided("Hm."), applied("There.")]
    command = unknown(connection)
    for _ in range(15):
        verify.verify(command.pk, ignore_backoff=True)
    command.refresh_from_db()
    assert (command.state, note.sent, command.evidence[-1]["verdict"]) == (UNKNOWN, [], "unanswered")
    verify.verify(command.pk, ignore_backoff=True)
    command.refresh_from_db()
    assert command.state == UNKNOWN
    verify.verify(command.pk, ignore_backoff=True)
    command.refresh_from_db()
    assert command.state == DONE


def test_a_rate_limited_question_waits_for_the_hint(connection, note):
    until = timezone.now() + timedelta(minutes=3)
    note.findings = [NotSent("Slow down.", rate_limited=True, retry_at=until)]
    assert proven(unknown(connection)).not_before == until


def test_refused_credentials_pause_the_connection_and_keep_the_question(connection, note):
    note.findings = [AuthFailed("Token refused.")]
    assert proven(unknown(connection)).state == UNKNOWN
    connection.refresh_from_db()
    assert connection.state == Connection.REAUTH_NEEDED
    assert not engine.due().exists()


def test_a_broken_question_is_evidence_not_a_crash(connection, note):
    note.findings = [KeyError("stock")]
    command = proven(unknown(connection))
    assert (command.state, command.evidence[0]["sentence"]) == (
        UNKNOWN,
        "The question could not be asked: a fault of the dashboard, which its log names.",
    )


def test_what_no_endpoint_tells_waits_for_a_person_at_once(connection):
    with scripted(name="test.never", repeat=NEVER) as kind:
        kind.findings = [absent("It must not be asked.")]
        assert proven(unknown(connection, "test.never")).state == NEEDS_REVIEW


def test_a_platform_that_counted_nothing_ends_refused(connection, note):
    note.answers, note.findings = [Receipt(accepted=0)], [absent("Nothing changed.")]
    command = queue(connection, "test.note", "7", value=3)
    engine.perform(command.pk)
    assert proven(command).state == REJECTED
    assert command.error == "The platform changed nothing."


def test_a_count_of_an_earlier_try_does_not_stop_a_later_one(connection, note):
    note.answers = [Receipt(accepted=0), Ambiguous("No answer.")]
    note.findings = [undecided("Hm."), absent("No.")]
    command = queue(connection, "test.note", "7", value=3)
    engine.perform(command.pk)
    proven(command)
    verify.settle(command, "absent", "looked it up", None)
    engine.perform(command.pk)
    assert proven(command, ignore_backoff=True).state == QUEUED


def test_absent_to_the_last_try_is_failed(connection, note):
    note.findings = [absent("No.")]
    command = proven(unknown(connection, tries_left=1))
    assert (command.state, command.error) == (FAILED, "Sent several times; it never took effect.")


def test_an_absent_value_gives_way_to_a_newer_one(connection, setter):
    setter.findings = [absent("No.")]
    command = unknown(connection, "test.set", value=1)
    queue(connection, "test.set", "7", value=2)
    assert proven(command).state == SUPERSEDED


@pytest.mark.parametrize(("value", "state"), [(0, QUEUED), (2, QUEUED), (0, DONE), (2, DONE)])
def test_a_person_sends_no_old_value_over_a_newer_one(connection, setter, value, state):
    """An urgent newer one would even go first, and the old one would be the last word."""
    old = unknown(connection, "test.set", value=1)
    newer = queue(connection, "test.set", "7", value=value)
    Command.objects.filter(pk=newer.pk).update(state=state)
    verify.settle(old, "absent", "It is not there.", None)
    assert (old.state, old.error) == (SUPERSEDED, "A newer value took over.")
    assert engine.perform(old.pk, ignore_backoff=True) is None
    assert setter.sent == []


def test_one_process_asks_at_a_time(connection, note):
    command = unknown(connection)

    def second():
        assert verify.verify(command.pk, ignore_backoff=True) is None
        return applied("There.")

    note.findings = [second]
    assert proven(command).state == DONE


def test_a_verdict_that_comes_too_late_is_dropped(connection, note):
    command = unknown(connection)

    def settled():
        Command.objects.update(leased_until=None)
        verify.settle(Command.objects.get(), "done", "seen it", None)
        return absent("No.")

    note.findings = [settled]
    assert proven(command).state == DONE


def test_nothing_is_asked_before_it_is_due(connection, note, settings):
    command = unknown(connection)
    Command.objects.update(not_before=timezone.now() + timedelta(minutes=1))
    assert verify.verify(command.pk) is None
    settings.COMMAND_SETTLE_SECONDS = 60
    assert verify.verify(command.pk, ignore_backoff=True) is None  # absence would mean nothing yet


@pytest.mark.parametrize("eager", [{"ignore_backoff": True}, {}], ids=["send --all", "prove it, again and again"])
def test_absences_count_only_a_settle_time_apart(connection, note, settings, eager):
    settings.COMMAND_SETTLE_SECONDS = 10
    note.absences = 2
    with time_machine.travel(timezone.now(), tick=False) as clock:
        command = unknown(connection)
        states = []
        for _ in range(11):
            clock.shift(timedelta(seconds=2))
            Command.objects.filter(state=UNKNOWN).update(not_before=timezone.now())  # what the button does
            states.append((proven(command, **eager).state, command.absences))
    assert states == [(UNKNOWN, 0)] * 4 + [(UNKNOWN, 1)] * 5 + [(QUEUED, 0)] * 2
    assert note.sent == []


def test_proving_for_a_person_changes_no_state(connection, note):
    note.findings = [absent("No.", Witness("Read 7", "nothing"))]
    command = unknown(connection)
    assert verify.prove(command, None).sentence == "No."
    command.refresh_from_db()
    assert (command.state, len(command.evidence), note.sent) == (UNKNOWN, 1, [])


@pytest.mark.parametrize("state", [UNKNOWN, NEEDS_REVIEW])
@pytest.mark.parametrize(("outcome", "ends"), [("done", DONE), ("absent", QUEUED), ("cancelled", CANCELLED)])
def test_a_person_settles_with_a_reason_and_is_noted(connection, note, user_for, state, outcome, ends):
    command = unknown(connection)
    Command.objects.update(state=state)
    command.refresh_from_db()
    verify.settle(command, outcome, "seen on the platform", user_for("finance"))
    assert (command.state, command.attempts, command.error) == (
        ends, 2, "Settled by a person: seen on the platform",
    )  # fmt: skip
    event = AuditEvent.objects.get(verb="command.settled")
    assert event.detail == {"as": outcome, "why": "seen on the platform", "was": state}
    assert event.actor_label == user_for("finance").label


@pytest.mark.parametrize(
    ("state", "outcome", "why"),
    [
        (DONE, "done", "because"),
        (REJECTED, "absent", "because"),
        (SENDING, "cancelled", "because"),
        (QUEUED, "done", "because"),
        (UNKNOWN, "done", "  "),
        (UNKNOWN, "perhaps", "because"),
    ],
)
def test_what_cannot_be_settled_stays_as_it_is(connection, note, state, outcome, why):
    command = unknown(connection)
    Command.objects.update(state=state)
    command.refresh_from_db()
    with pytest.raises(Refused):
        verify.settle(command, outcome, why, None)
    command.refresh_from_db()
    assert (command.state, command.attempts) == (state, 1)
    assert not AuditEvent.objects.filter(verb="command.settled").exists()


def test_an_unsent_command_may_be_cancelled(connection, note):
    command = queue(connection, "test.note", "7", value=3)
    verify.settle(command, "cancelled", "not needed", None)
    assert command.state == CANCELLED
    assert engine.perform(command.pk) is None


def test_evidence_keeps_the_last_twenty(connection, note):
    note.findings = [undecided(f"Question {n}") for n in range(25)]
    command = unknown(connection)
    for _ in range(25):
        verify.prove(command, None)
    assert [one["sentence"] for one in command.evidence] == [f"Question {n}" for n in range(5, 25)]


def test_times_of_evidence_are_like_all_times(connection, note):
    note.findings = [undecided("Hm.", Witness("a", "b"))]
    shown = command_facts(proven(unknown(connection)))["evidence"][-1]
    for at in (shown["at"], shown["witnesses"][0]["at"]):
        assert at.endswith("Z")
        assert datetime.fromisoformat(at).utcoffset() == timedelta(0)


def test_evidence_holds_no_secret(connection, note):
    note.findings = [undecided("It said password=hunter2hunter2", Witness("token=abcdefghijk", "ok"))]
    command = proven(unknown(connection))
    assert "hunter2" not in str(command.evidence)
    assert "abcdefghijk" not in str(command.evidence)


def test_after_a_restore_nothing_is_sent_before_it_is_asked(connection, note):
    sent_since, never_sent = queue(connection, "test.note", "7", value=3), queue(connection, "test.note", "8", value=4)
    done = queue(connection, "test.note", "9", value=5)
    Command.objects.filter(pk=done.pk).update(state=DONE)
    assert recover() == {"doubted": 2, "review": 0, "feeds": 0}
    assert AuditEvent.objects.get(verb="sync.recovered").detail == {"doubted": 2, "review": 0, "feeds": 0}
    for command in (sent_since, never_sent):
        assert engine.perform(command.pk, ignore_backoff=True) is None
    note.findings = [applied("It is there."), absent("No.")]
    assert (proven(sent_since).state, proven(never_sent).state) == (DONE, QUEUED)
    assert note.sent == []
    assert recover()["doubted"] == 1


def test_after_a_restore_a_second_command_of_a_target_waits_for_a_person_unless_repeats_are_safe(
    connection, note, setter
):
    first = queue(connection, "test.set", "7", value=1)
    second, third = queue(connection, "test.note", "7", value=2), queue(connection, "test.set", "8", value=3)
    fourth = queue(connection, "test.note", "8", value=4)
    Command.objects.filter(pk=fourth.pk).update(state=SENDING, sent_at=timezone.now())
    assert recover() == {"doubted": 2, "review": 1, "feeds": 0}
    found = {row.pk: row.state for row in Command.objects.all()}
    assert found == {first.pk: UNKNOWN, second.pk: NEEDS_REVIEW, third.pk: QUEUED, fourth.pk: UNKNOWN}


def test_what_was_absent_must_be_absent_still_when_it_is_sent_again(connection, note):
    """Between the proof and the next sending (a pause, a backlog, a night) the first request may have arrived."""
    note.findings = [absent("No."), applied("It has come since."), applied("It is there.")]
    command = proven(unknown(connection))
    assert command.state == QUEUED
    engine.perform(command.pk)
    command.refresh_from_db()
    assert (command.state, command.error, note.sent) == (UNKNOWN, "It has come since.", [])
    assert (proven(command).state, note.sent) == (DONE, [])


@pytest.mark.parametrize("news", [undecided("Something moved."), NotSent("Unreachable."), Rejected("Not found.")])
def test_what_cannot_be_told_absent_any_more_is_asked_about_again(connection, note, news):
    note.findings = [absent("No."), news]
    command = proven(unknown(connection))
    engine.perform(command.pk)
    command.refresh_from_db()
    assert (command.state, command.tries_left, note.sent) == (UNKNOWN, 7, [])


def test_a_person_who_settles_as_absent_is_believed(connection):
    """It is sent without a question, and the next proof of absence begins anew."""
    with scripted(name="test.pay", absences=2) as kind:
        kind.findings, kind.answers = [absent("No.")], [Ambiguous("Read timed out.")]
        command = proven(unknown(connection, "test.pay"))
        assert (command.state, command.absences) == (UNKNOWN, 1)
        verify.settle(command, "absent", "Their list does not have it.", None)
        engine.perform(command.pk)
        command.refresh_from_db()
        assert (command.state, command.absences, command.checks, kind.sent) == (UNKNOWN, 0, 0, [3])
        kind.findings = [absent("No.")]
        verify.verify(command.pk, ignore_backoff=True)
        command.refresh_from_db()
        assert (command.state, command.absences) == (UNKNOWN, 1)
