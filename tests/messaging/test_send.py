"""Sending: once, proven by the history, with equal texts told apart."""

import pytest

from dashboard.messaging.models import Message
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from tests.connected import drive, effects, fault, queue, step

pytestmark = pytest.mark.django_db
SEND = "im.send"


def send(chat, thread, text="Hello there"):
    return queue(chat.connection, "messaging.send", thread.remote_id, text=text)


def test_a_message_goes_out_and_comes_back_through_the_mirror(chat, thread_of):
    thread = thread_of(chat)
    command = drive(send(chat, thread))
    assert command.state == "done"
    (effect,) = effects(chat.sandbox, SEND)
    assert (effect["buyerId"], effect["text"]) == (thread.remote_id, "Hello there")
    row = Message.objects.get(command=command)
    assert (row.body, row.direction, row.thread_remote_id) == ("Hello there", "out", thread.remote_id)
    thread.refresh_from_db()
    assert (thread.last_body, thread.waiting_since) == ("Hello there", None)


def test_a_lost_answer_is_proven_and_never_repeated(chat, thread_of):
    fault(chat.sandbox, SEND, "drop_after_apply")
    command = step(send(chat, thread_of(chat)))
    assert command.state == "unknown"
    assert drive(command).state == "done"
    assert len(effects(chat.sandbox, SEND)) == 1
    assert Message.objects.get(command=command).remote_id == command.receipt["remote_id"]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_lost_answer_is_proven_though_the_clocks_differ(chat, thread_of, minutes):
    chat.sandbox.clock.advance(minutes * 60)
    fault(chat.sandbox, SEND, "drop_after_apply")
    command = drive(send(chat, thread_of(chat)))
    assert (command.state, command.attempts) == ("done", 1)
    assert len(effects(chat.sandbox, SEND)) == 1


def test_what_never_arrived_is_proven_absent_twice_and_sent_again(chat, thread_of):
    fault(chat.sandbox, SEND, "status", code=500)
    command = drive(send(chat, thread_of(chat)))
    assert (command.state, command.attempts) == ("done", 2)
    assert [one["verdict"] for one in command.evidence] == ["absent", "absent"]
    assert len(effects(chat.sandbox, SEND)) == 1


def test_the_same_text_a_moment_before_proves_nothing(chat, thread_of):
    thread = thread_of(chat)
    assert drive(send(chat, thread, "ok")).state == "done"
    fault(chat.sandbox, SEND, "status", code=500)
    command = step(send(chat, thread, "ok"))
    assert command.state == "unknown"
    drive(command)
    assert (command.state, command.attempts) == ("done", 2)
    assert len(effects(chat.sandbox, SEND)) == 2
    assert Message.objects.filter(command__isnull=False, body="ok").count() == 2


def test_an_attempt_that_arrives_late_is_not_repeated(chat, thread_of):
    thread = thread_of(chat)
    fault(chat.sandbox, SEND, "status", code=500)
    command = send(chat, thread)
    step(command), step(command), step(command)
    assert (command.state, command.attempts) == ("queued", 1)
    chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": "Hello there"}, is_ours=True)
    assert drive(command).state == "done"
    assert effects(chat.sandbox, SEND) == []


def test_two_messages_to_one_buyer_go_in_their_order(chat, thread_of):
    thread = thread_of(chat)
    first, second = send(chat, thread, "one"), send(chat, thread, "two")
    from dashboard.sync import engine

    assert engine.perform(second.pk, ignore_backoff=True) is None
    assert drive(first).state == drive(second).state == "done"
    assert [effect["text"] for effect in effects(chat.sandbox, SEND)] == ["one", "two"]


def test_a_refusal_keeps_the_platforms_words(chat, thread_of):
    thread = thread_of(chat)
    chat.sandbox.buyers = [one for one in chat.sandbox.buyers if one["buyerId"] != int(thread.remote_id)]
    command = drive(send(chat, thread))
    assert command.state == "rejected"
    assert f"Buyer {thread.remote_id} does not exist" in command.error
    assert effects(chat.sandbox, SEND) == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_nothing_and_too_much_are_refused_before_they_are_queued(chat, thread_of, text):
    with pytest.raises(Refused) as refused:
        send(chat, thread_of(chat), text)
    assert refused.value.field == "text"
    assert not Command.objects.exists()


def test_the_buyer_may_be_named(chat, thread_of):
    thread = thread_of(chat)
    command = queue(chat.connection, "messaging.send", thread.buyer, text="Hello")
    assert command.target == thread.remote_id
