"""From a click to one queued command, or to a refusal that leaves nothing behind."""

import threading

import pytest
from django.db import connection as database
from kombu.exceptions import OperationalError

from dashboard.staff.models import AuditEvent
from dashboard.sync import engine
from dashboard.sync.kinds import KINDS, Kind, Refused, register
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE, INTERACTIVE, NEEDS_REVIEW, QUEUED, SENDING, SUPERSEDED, URGENT
from dashboard.sync.submit import submit
from dashboard.sync.tasks import send_command
from tests.connected import queue
from tests.sync.scripted import scripted


def refused(connection, kind, target, payload, by=None):
    before = Command.objects.count(), AuditEvent.objects.count()
    with pytest.raises(Refused) as caught:
        submit(connection, kind, target, payload, by)
    assert (Command.objects.count(), AuditEvent.objects.count()) == before
    return caught.value


def test_a_command_is_one_row_and_one_event(connection, note, user_for):
    made = submit(connection, "test.note", "7", {"value": "3", "secret": "hidden-value"}, user_for("fulfilment"))
    command = Command.objects.get()
    assert (made.is_new, made.superseded, made.command) == (True, 0, command)
    assert (command.state, command.target, command.target_label, command.lane) == (QUEUED, "7", "Thing 7", "test:7")
    assert (command.summary, command.payload, command.priority) == (
        "Note 3", {"value": 3, "secret": "hidden-value"}, INTERACTIVE,
    )  # fmt: skip
    event = AuditEvent.objects.get(verb="command.submitted")
    assert event.detail == {"kind": "test.note", "target": "7", "payload": {"value": 3}}
    assert (event.connection, event.target_id) == ("shop", str(command.pk))


def test_the_payload_is_encrypted_at_rest(connection, note):
    queue(connection, "test.note", "7", value=3, secret="canary-of-the-test")
    with database.cursor() as cursor:
        cursor.execute("SELECT payload FROM sync_command")
        assert "canary-of-the-test" not in str(cursor.fetchone())


@pytest.mark.parametrize(
    ("kind", "target", "payload", "field"),
    [
        ("test.unknown", "7", {"value": 1}, ""),
        ("test.note", "missing", {"value": 1}, ""),
        ("test.note", "gone", {"value": 1}, ""),
        ("test.note", "7", {"value": -1}, "value"),
        ("test.note", "7", {"value": "many"}, "value"),
        ("test.note", "7", {}, "value"),
        ("test.note", "7", {"value": 1, "other": 2}, "other"),
    ],
)
def test_what_is_wrong_is_refused_and_queues_nothing(connection, note, kind, target, payload, field):
    assert refused(connection, kind, target, payload).field == field


def test_an_unknown_field_names_the_known_ones(connection, note):
    words = refused(connection, "test.note", "7", {"value": 1, "other": 2}).words
    assert words == "“other” is not a field of test.note. Known fields: secret, value."


def test_a_role_without_the_permission_is_refused(connection, note, user_for):
    assert refused(connection, "test.note", "7", {"value": 1}, user_for("viewer")).words == (
        "Your role does not allow this."
    )


def test_a_disabled_connection_takes_nothing_and_a_paused_one_keeps(connection, note):
    Connection.objects.update(state=Connection.PAUSED)
    connection.refresh_from_db()
    command = queue(connection, "test.note", "7", value=1)
    assert engine.perform(command.pk) is None
    assert note.sent == []
    connection.state = Connection.DISABLED
    refused(connection, "test.note", "8", {"value": 1})


def test_what_the_platform_cannot_do_is_refused_with_its_reason(connection):
    words = refused(connection, "catalog.set_listing", "x", {"listed": True}).words
    assert words == connection.declared.needs["SetsListings"]


def test_the_same_again_is_the_same_command_until_it_is_final(connection, note):
    first = queue(connection, "test.note", "7", value=1)
    again = submit(connection, "test.note", "7", {"value": 1}, None)
    assert (again.is_new, again.command) == (False, first)
    engine.perform(first.pk)
    assert queue(connection, "test.note", "7", value=1) != first
    assert Command.objects.count() == 2


def test_a_form_key_gives_its_command_for_ever(connection, note):
    first = submit(connection, "test.note", "7", {"value": 1}, None, form_key="k").command
    engine.perform(first.pk)
    again = submit(connection, "test.note", "8", {"value": 9}, None, form_key="k")
    assert (again.is_new, again.command) == (False, first)
    assert Command.objects.count() == 1


def test_an_exclusive_command_stands_in_the_way(connection, note, user_for):
    first = queue(connection, "test.note", "7", user_for("fulfilment"), value=1)
    error = refused(connection, "test.note", "7", {"value": 2})
    assert error.conflict == first
    assert error.words == "Already under way: “Note 1” by fulfilment, queued. Nothing was queued."
    queue(connection, "test.note", "8", value=2)
    Command.objects.filter(pk=first.pk).update(state=NEEDS_REVIEW)
    assert refused(connection, "test.note", "7", {"value": 2}).conflict == first


def test_a_newer_value_supersedes_older_unsent_ones(connection, setter):
    first, other = queue(connection, "test.set", "7", value=1), queue(connection, "test.set", "8", value=1)
    made = submit(connection, "test.set", "7", {"value": 2}, None)
    assert made.superseded == 1
    first.refresh_from_db()
    other.refresh_from_db()
    assert (first.state, first.error, other.state) == (SUPERSEDED, "A newer value took over.", QUEUED)
    assert first.finished_at is not None


def test_going_back_to_the_value_in_flight_takes_back_what_was_queued_after_it(connection, setter):
    first = queue(connection, "test.set", "7", value=5)
    Command.objects.filter(pk=first.pk).update(state=SENDING)
    second = queue(connection, "test.set", "7", value=9)
    made = submit(connection, "test.set", "7", {"value": 5}, None)
    second.refresh_from_db()
    assert (made.command, made.superseded, second.state) == (first, 1, SUPERSEDED)


def test_urgent_values_go_first(connection, setter):
    queue(connection, "test.set", "7", value=5)
    urgent = queue(connection, "test.set", "8", value=0)
    assert urgent.priority == URGENT
    assert list(engine.due().values_list("target", flat=True)) == ["8", "7"]


def test_a_command_without_target_has_no_lane(connection):
    from tests.sync.scripted import scripted

    with scripted(name="test.make", has_target=False, exclusive=False):
        first = queue(connection, "test.make", "-", value=1)
        second = queue(connection, "test.make", "-", value=2)
        assert (first.lane, second.lane, first.target) == (None, None, "-")
        for command in (first, second):
            assert engine.claim(command.pk) is not None


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_are_one_command(connection, note):
    made, barrier = [], threading.Barrier(10)

    def click():
        barrier.wait()
        try:
            made.append(submit(connection, "test.note", "7", {"value": 1}, None, form_key="same").command.pk)
        finally:
            database.close()

    threads = [threading.Thread(target=click) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 10
    assert set(made) == {Command.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_at_once_seven_are_told_of_the_other(connection, note):
    """Each wants something else of the same target."""
    told, barrier = [], threading.Barrier(8)

    def want(value):
        barrier.wait()
        try:
            submit(connection, "test.note", "7", {"value": value}, None)
        except Refused as error:
            told.append(error.conflict.pk)
        finally:
            database.close()

    threads = [threading.Thread(target=want, args=[value]) for value in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [Command.objects.get().pk] * 7


def test_a_kind_that_leaves_questions_open_cannot_be_registered():
    class Open(Kind):
        name = "test.open"
        label = "Open"

    with pytest.raises(ValueError, match="capability, permission, Payload, repeat, marker, send, read_back"):
        register(Open)


def test_a_kind_that_goes_in_bulk_must_say_how():
    with (
        pytest.raises(ValueError, match=r"does not declare: send_many\.$"),
        scripted(name="test.bulk", send_many=Kind.send_many),
    ):
        pass
    assert "test.bulk" not in KINDS


def test_final_commands_do_not_stand_in_the_way(connection, note):
    first = queue(connection, "test.note", "7", value=1)
    Command.objects.filter(pk=first.pk).update(state=DONE)
    assert queue(connection, "test.note", "7", value=2).state == QUEUED


def test_a_wake_up_that_the_broker_does_not_take_is_counted_and_the_command_waits(
    connection, note, monkeypatch, client_for, django_capture_on_commit_callbacks
):
    def away(*_args):
        raise OperationalError("Connection refused")

    client = client_for("superuser")
    assert "\ndashboard_wakes_lost_total 0\n" in client.get("/metrics").content.decode()
    monkeypatch.setattr(send_command, "delay", away)
    for value in (1, 2):
        with django_capture_on_commit_callbacks(execute=True):
            queue(connection, "test.note", str(value), value=value)
    assert list(Command.objects.values_list("state", flat=True)) == [QUEUED] * 2
    figures = client.get("/metrics").content.decode()
    assert "# TYPE dashboard_wakes_lost_total counter\ndashboard_wakes_lost_total 2\n" in figures
