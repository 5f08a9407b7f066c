"""Threads and messages in the mirror: every type, what threads keep of them, nothing written twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.messaging.mirror import summarise
from dashboard.messaging.models import Message, Thread
from tests.connected import pull

pytestmark = pytest.mark.django_db


def test_every_message_and_thread_is_there(chat):
    ids = {f"{m['msgSeq']}-{m['msgRandom']}-{m['msgTimestamp']}" for m in chat.sandbox.messages}
    assert set(Message.objects.values_list("remote_id", flat=True)) == ids
    assert set(Thread.objects.values_list("remote_id", flat=True)) == {str(m["_buyer"]) for m in chat.sandbox.messages}


def test_every_type_is_kept_with_its_name(chat):
    kinds = {m["msgBody"][0]["msgType"] for m in chat.sandbox.messages}
    assert set(Message.objects.values_list("message_type", flat=True)) == kinds
    assert not Message.objects.filter(body="").exists()


def test_a_second_sweep_writes_nothing(chat):
    before = [list(model.objects.order_by("pk").values()) for model in (Thread, Message)]
    runs = pull(chat.connection, "threads", "messages", full=True)
    assert [(run.created, run.changed, run.gone) for run in runs] == [(0, 0, 0), (0, 0, 0)]
    assert [list(model.objects.order_by("pk").values()) for model in (Thread, Message)] == before


def test_an_ordinary_run_reads_the_new_ones_and_a_little_of_the_old(chat):
    chat.sandbox.move("message")
    (run,) = pull(chat.connection, "messages")
    assert run.created == 1
    assert run.pages == 1


def test_old_messages_that_the_platform_forgets_are_not_gone(chat):
    del chat.sandbox.messages[-10:]
    pull(chat.connection, "messages", full=True)
    assert not Message.objects.exclude(gone_at=None).exists()


def test_a_thread_keeps_its_last_line_and_since_when_the_buyer_waits(chat, thread_of):
    thread = thread_of(chat)
    buyer = int(thread.remote_id)
    chat.sandbox.add_message(buyer, "TIMTextElem", {"text": "On its way"}, is_ours=True)
    pull(chat.connection, "threads", "messages")
    thread.refresh_from_db()
    assert (thread.last_body, thread.last_direction, thread.waiting_since) == ("On its way", "out", None)
    first = chat.sandbox.add_message(buyer, "TIMTextElem", {"text": "你好"}, hours_ago=-0.01)
    chat.sandbox.add_message(buyer, "TIMTextElem", {"text": "Hello?"}, hours_ago=-0.02)
    pull(chat.connection, "threads", "messages")
    thread.refresh_from_db()
    assert (thread.last_body, thread.last_direction) == ("Hello?", "in")
    assert int(thread.waiting_since.timestamp()) == first["msgTimestamp"]
    assert thread.unread == 2


def test_what_was_called_done_needs_no_answer_until_the_next_message(chat, thread_of):
    thread = thread_of(chat)
    buyer = int(thread.remote_id)
    chat.sandbox.add_message(buyer, "TIMTextElem", {"text": "Thanks"})
    pull(chat.connection, "messages")
    Thread.objects.filter(pk=thread.pk).update(done_at=timezone.now() + timedelta(seconds=1))
    summarise(chat.connection, [thread.remote_id])
    thread.refresh_from_db()
    assert thread.waiting_since is None
    chat.sandbox.add_message(buyer, "TIMTextElem", {"text": "One more thing"}, hours_ago=-0.05)
    pull(chat.connection, "messages")
    thread.refresh_from_db()
    assert thread.waiting_since is not None
