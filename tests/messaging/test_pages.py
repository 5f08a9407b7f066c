"""The inbox: who may do what, constant queries, writing, taking back, notes and drafts."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from dashboard.messaging.models import CannedReply, Draft, Message, Thread, ThreadNote
from dashboard.orders.models import Order
from dashboard.staff.models import User
from dashboard.sync.models import Command
from tests.connected import drive, effects, fault, pull, queue
from tests.factories import make_user
from tests.pages import assert_strict_html, flat

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def queries(client, url, **headers):
    client.get(url, headers=headers)
    with CaptureQueriesContext(database) as caught:
        assert client.get(url, headers=headers).status_code == 200
    mine = ("django_session", "staff_user")
    return [one["sql"] for one in caught if not any(f'FROM "{table}' in one["sql"] for table in mine)]


def more_threads(thread, times, name):
    plain = {f.attname: getattr(thread, f.attname) for f in Thread._meta.concrete_fields if f.name != "id"}
    Thread.objects.bulk_create(
        Thread(**plain | {"remote_id": f"{name}-{n}", "waiting_since": timezone.now()}) for n in range(times)
    )


def test_the_list_costs_the_same_for_ten_and_a_hundred(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    more_threads(thread, 10, "few")
    few = queries(client, "/messages/?size=100")
    more_threads(thread, 80, "many")
    many = queries(client, "/messages/?size=100")
    assert len(few) == len(many)
    assert not any('"raw"' in sql for sql in many)


def fill(chat, thread, times, author):
    """`times` more messages, private notes and replies that wait, in one thread."""
    for n in range(times):
        chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": f"line {times} {n}"})
        ThreadNote.objects.create(thread=thread, author=author, text=f"note {n}")
        queue(chat.connection, "messaging.send", thread.remote_id, author, text=f"reply {times} {n}")
    pull(chat.connection, "messages")


@pytest.mark.parametrize(
    ("address", "headers", "most"),
    [
        ("/messages/{pk}/", {}, 5),
        ("/messages/{pk}/", HTMX, 3),
        ("/messages/{pk}/messages/", HTMX, 5),
        ("/messages/{pk}/context/", HTMX, 2),
        ("/messages/", {}, 2),
        ("/messages/fresh/?since=2020-01-01T00:00:00Z", HTMX, 2),
    ],
)
def test_what_a_thread_costs_whatever_stands_in_it(chat, thread_of, client_for, user_for, address, headers, most):
    client, thread = client_for("support"), thread_of(chat)
    pull(chat.connection, "orders")
    url = address.format(pk=thread.pk)
    costs = [len(queries(client, url, **headers))]
    for times in (1, 9, 90):
        fill(chat, thread, times, user_for("support"))
        costs.append(len(queries(client, url, **headers)))
    assert costs == [most] * 4


@pytest.mark.usefixtures("stopped_clock")
def test_a_poll_is_304_until_somebody_writes_or_comes(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    url = f"/messages/{thread.pk}/messages/"
    tag = client.get(url, headers=HTMX)["ETag"]
    assert client.get(url, headers=HTMX | {"If-None-Match": tag}).status_code == 304
    chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": "Hello?"})
    pull(chat.connection, "messages")
    response = client.get(url, headers=HTMX | {"If-None-Match": tag})
    assert (response.status_code, b"Hello?" in response.content) == (200, True)
    assert client.get(url, headers=HTMX | {"If-None-Match": response["ETag"]}).status_code == 304
    client_for("admin").get(f"/messages/{thread.pk}/")
    response = client.get(url, headers=HTMX | {"If-None-Match": response["ETag"]})
    assert (response.status_code, b"is looking at this thread" in response.content) == (200, True)


def test_boxes(chat, client_for, user_for):
    client = client_for("support")
    waiting = list(Thread.objects.waiting().order_by("waiting_since"))
    Thread.objects.filter(pk=waiting[0].pk).update(assignee=user_for("support"))

    def shown(view):
        page = client.get(f"/messages/?view={view}").content.decode()
        return [one.pk for one in Thread.objects.all() if f'id="thread-item-{one.pk}"' in page]

    assert sorted(shown("waiting")) == sorted(one.pk for one in waiting)
    assert shown("mine") == [waiting[0].pk]
    assert waiting[0].pk not in shown("unassigned")
    assert sorted(shown("all")) == sorted(Thread.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "has waited longest"),
        ("view=unassigned", "has waited longest"),
        ("view=all", "moved last"),
        ("q=waiting", "moved last"),
    ],
)
def test_what_stands_at_the_top_is_said_as_it_is(chat, client_for, query, said):
    Thread.objects.update(buyer="waiting")
    page = client_for("support").get(f"/messages/?{query}").content.decode()
    assert f"The one at the top {said}." in page


def test_search_finds_two_chinese_characters_and_buyers(chat, thread_of, client_for):
    thread = thread_of(chat)
    chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": "兑换码登录不上，请尽快处理"})
    pull(chat.connection, "messages")
    page = client_for("support").get("/messages/", {"q": "登录"}).content.decode()
    assert f'id="thread-item-{thread.pk}"' in page
    page = client_for("support").get("/messages/", {"q": thread.buyer}).content.decode()
    assert f'id="thread-item-{thread.pk}"' in page


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("queued", [">Queued for {shop}</a>"]),
        ("unknown", ['<span class="state is-unknown">', ">Sent to {shop}, no answer yet: it is being asked</a>"]),
        ("rejected", ['<span class="state is-act">', ">Refused by {shop}: “Spam”</a>"]),
    ],
)
def test_what_became_of_a_message_is_said_once(chat, thread_of, client_for, state, said):
    client, thread = client_for("support"), thread_of(chat)
    client.post(f"/messages/{thread.pk}/send/", {"text": "Hello there", "form_key": "k"}, headers=HTMX)
    earlier = timezone.now() - timedelta(minutes=1)
    Command.objects.update(state=state, error="Spam", created_at=earlier, sent_at=earlier)
    page = client.get(f"/messages/{thread.pk}/messages/", headers=HTMX).content.decode()
    bubble = page.partition("Hello there</div>")[2].partition("</div>")[0]
    assert [one.format(shop=chat.connection.title) in bubble for one in said] == [True] * len(said)
    assert ('class="state' in bubble) is (state != "queued")


def test_a_message_waits_eight_seconds_and_can_be_taken_back(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    response = client.post(f"/messages/{thread.pk}/send/", {"text": "Hello", "form_key": "k"}, headers=HTMX)
    assert response.status_code == 200
    assert_strict_html(response, fragment=True)
    command = Command.objects.get()
    assert command.not_before - command.created_at == timedelta(seconds=8)
    assert b"Undo" in response.content
    response = client.post(f"/messages/{thread.pk}/undo/{command.pk}/", headers=HTMX)
    assert b">Hello</textarea>" in response.content
    command.refresh_from_db()
    assert command.state == "cancelled"
    assert Draft.objects.get().text == "Hello"
    assert effects(chat.sandbox) == []


def test_only_who_wrote_it_takes_it_back_and_not_once_it_went_out(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    client.post(f"/messages/{thread.pk}/send/", {"text": "Hello"})
    command = Command.objects.get()
    assert client_for("admin").post(f"/messages/{thread.pk}/undo/{command.pk}/", headers=HTMX).status_code == 422
    assert drive(command).state == "done"
    assert client.post(f"/messages/{thread.pk}/undo/{command.pk}/", headers=HTMX).status_code == 422
    assert len(effects(chat.sandbox)) == 1


def test_a_double_click_is_one_message(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    for _ in range(2):
        client.post(f"/messages/{thread.pk}/send/", {"text": "Hello", "form_key": "k"}, headers=HTMX)
    assert Command.objects.count() == 1


def test_an_empty_message_is_422_and_nothing_is_sent(chat, thread_of, client_for):
    thread = thread_of(chat)
    response = client_for("support").post(f"/messages/{thread.pk}/send/", {"text": "  "}, headers=HTMX)
    assert response.status_code == 422
    assert b"Nothing was sent" in response.content
    assert not Command.objects.exists()


def test_a_refused_reply_stays_and_can_be_sent_again(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    client.post(f"/messages/{thread.pk}/send/", {"text": "Hello"})
    kept, chat.sandbox.buyers = chat.sandbox.buyers, []
    command = drive(Command.objects.get())
    assert command.state == "rejected"
    page = client.get(f"/messages/{thread.pk}/").content.decode()
    assert "msg-failed" in page
    assert "does not exist" in page
    chat.sandbox.buyers = kept
    assert "Send again" in page
    page = client.post(f"/messages/{thread.pk}/again/{command.pk}/", headers=HTMX).content.decode()
    assert "Send again" not in page
    assert client.post(f"/messages/{thread.pk}/again/{command.pk}/", headers=HTMX).status_code == 422
    assert drive(Command.objects.exclude(pk=command.pk).get()).state == "done"
    assert client.post(f"/messages/{thread.pk}/again/{Command.objects.last().pk}/", headers=HTMX).status_code == 422
    assert [effect["text"] for effect in effects(chat.sandbox)] == ["Hello"]


def test_an_unknown_reply_stays_amber_and_offers_no_second_sending(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    client.post(f"/messages/{thread.pk}/send/", {"text": "Hello"})
    fault(chat.sandbox, "im.send", "drop_after_apply")
    from dashboard.sync import engine

    engine.perform(Command.objects.get().pk, ignore_backoff=True)
    page = client.get(f"/messages/{thread.pk}/").content.decode()
    assert "is-unknown" in page
    assert "Prove it" in page
    assert "Send again" not in page


def test_what_was_said_today_stands_under_today(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    client.post(f"/messages/{thread.pk}/note/", {"text": "Careful"})
    page = client.get(f"/messages/{thread.pk}/").content.decode()
    days = [part.partition("</p>")[0] for part in page.split('<p class="day">')[1:]]
    assert days[-1] == "Today"
    assert days.count("Today") == 1
    assert len(set(days)) == len(days)


def test_notes_and_drafts_stay_here(chat, thread_of, client_for, user_for):
    client, thread = client_for("support"), thread_of(chat)
    assert b"Draft kept" in client.post(f"/messages/{thread.pk}/draft/", {"text": "Half"}).content
    assert b">Half</textarea>" in client.get(f"/messages/{thread.pk}/").content
    assert b">Half</textarea>" not in client_for("admin").get(f"/messages/{thread.pk}/").content
    client.post(f"/messages/{thread.pk}/note/", {"text": "Careful"})
    assert ThreadNote.objects.get().author == user_for("support")
    assert not Draft.objects.exists()
    assert b"Careful" in client_for("admin").get(f"/messages/{thread.pk}/").content
    assert not Command.objects.exists()


def test_what_has_not_left_yet_stands_last(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    client.post(f"/messages/{thread.pk}/send/", {"text": "Ours, on its way"})
    Command.objects.update(created_at=timezone.now() - timedelta(seconds=5))
    newest = Message.objects.of(thread).filter(direction="in").first()
    Message.objects.filter(pk=newest.pk).update(body="Said meanwhile", sent_at=timezone.now())
    page = client.get(f"/messages/{thread.pk}/messages/", headers=HTMX).content.decode()
    assert page.index("Said meanwhile") < page.index("Ours, on its way")


def is_note(response):
    """Whether the composer that came writes a private note."""
    body = response.content.decode()
    found = {word: f'name="mode" value="{word}"' in body for word in ("note", "reply")}
    assert sorted(found.values()) == [False, True]
    return found["note"]


def test_a_private_note_that_was_begun_never_comes_back_as_a_reply(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    url = f"/messages/{thread.pk}/"
    assert not is_note(client.get(url))
    for text in ("", "n" * 4001):
        refused = client.post(f"{url}note/", {"text": text}, headers=HTMX)
        assert (refused.status_code, is_note(refused)) == (422, True)
    client.post(f"{url}draft/", {"text": "Do not trust", "mode": "note"})
    assert is_note(client.get(url))
    assert is_note(client.post(f"{url}assign/", {"person": "me"}, headers=HTMX))
    client.post(f"{url}draft/", {"text": "Dear buyer", "mode": "reply"})
    assert not is_note(client.get(url))
    assert not Command.objects.exists()


def test_assignment_and_needing_no_answer(chat, client_for, user_for):
    client, thread = client_for("support"), Thread.objects.waiting().first()
    client.post(f"/messages/{thread.pk}/assign/", {"person": "me"})
    client.post(f"/messages/{thread.pk}/done/")
    thread.refresh_from_db()
    assert (thread.assignee, thread.waiting_since) == (user_for("support"), None)
    client.post(f"/messages/{thread.pk}/assign/", {"person": ""})
    thread.refresh_from_db()
    assert thread.assignee is None


def test_canned_replies_are_filled_in(chat, thread_of, client_for, user_for):
    client, thread = client_for("support"), thread_of(chat)
    pull(chat.connection, "orders")
    response = client.post("/messages/canned/new/", {"shortcut": "hi", "text": "{buyer}|{order}|{shop}|{me}"})
    assert response.status_code == 302
    order = Order.objects.filter(buyer_remote_id=thread.buyer_remote_id).order_by("-placed_at", "-pk").first()
    page = client.get(f"/messages/{thread.pk}/").content.decode()
    assert escape(f"{thread.buyer}|{order or '{order}'}|{chat.connection.title}|{user_for('support').label}") in page
    canned = CannedReply.objects.get()
    assert client.post("/messages/canned/new/", {"shortcut": "hi", "text": "x"}).status_code == 422
    client.post(f"/messages/canned/{canned.pk}/delete/")
    assert not CannedReply.objects.exists()


def test_without_canned_replies_the_slash_leads_to_writing_one(chat, thread_of, client_for):
    pages = (f"/messages/{thread_of(chat).pk}/", f"/messages/canned/offered/?connection={chat.connection.slug}")
    for address in pages:
        assert '<div class="canned" hidden><a href="/messages/canned/new/">' in flat(client_for("support").get(address))


def test_canned_replies_are_offered_to_other_rooms(chat, connect, client_for, user_for):
    client, other = client_for("support"), connect("imetastore", "other")
    pull(chat.connection, "orders")
    order, me = Order.objects.exclude(buyer="").order_by("pk").first(), user_for("support").label
    CannedReply.objects.create(shortcut="hi", text="{buyer}|{order}|{shop}|{me}")
    cache.clear()
    for asked, text in (
        (f"order={order.pk}", f"{order.buyer}|{order}|{chat.connection.title}|{me}"),
        (f"connection={other.connection.slug}", f"{{buyer}}|{{order}}|{other.connection.title}|{me}"),
    ):
        page = client.get(f"/messages/canned/offered/?{asked}").content.decode()
        assert f'data-name="/hi" data-text="{escape(text)}"' in page
    member = make_user("member", role="support", sees_all_connections=False)
    member.connections.add(other.connection)
    client.force_login(member)
    for asked in (f"order={order.pk}", f"connection={chat.connection.slug}", "order=x", ""):
        assert client.get(f"/messages/canned/offered/?{asked}").status_code == 404


def test_a_viewer_reads_and_does_not_write(chat, thread_of, client_for):
    client, thread = client_for("viewer"), thread_of(chat)
    page = client.get(f"/messages/{thread.pk}/").content.decode()
    assert 'data-mode="note"' not in page
    assert 'class="composer' not in page
    assert "format=csv" not in page
    for verb in ("send", "note", "draft", "done", "snooze", "assign"):
        assert client.post(f"/messages/{thread.pk}/{verb}/", {"text": "x"}).status_code == 403
    assert not Command.objects.exists()


def test_a_foreign_thread_is_not_found(chat, thread_of, client):
    stranger: User = make_user("stranger", role="support", sees_all_connections=False)
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    thread = thread_of(chat)
    for url in ("", "messages/", "context/", "send/", "note/", "draft/", "done/", "snooze/", "assign/"):
        address = f"/messages/{thread.pk}/{url}"
        assert (client.get if url in ("", "messages/", "context/") else client.post)(address).status_code == 404
    assert not Command.objects.exists()
    assert client.get("/messages/?view=all&q=a").content.count(b"thread-item-") == 0


def test_the_panel_beside_an_order(chat, client_for):
    pull(chat.connection, "orders")
    buyers = Thread.objects.values("buyer_remote_id")
    order = Order.objects.filter(buyer_remote_id__in=buyers).first()
    page = client_for("viewer").get(f"/messages/for-order/{order.pk}/").content.decode()
    assert Message.objects.filter(thread_remote_id=order.buyer_remote_id).exists()
    assert 'class="bubble"' in page


def test_a_note_that_was_not_kept_is_not_told_as_a_message_not_sent(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    for verb, words in (("note", "The note was not kept."), ("send", "Nothing was sent.")):
        refused = client.post(f"/messages/{thread.pk}/{verb}/", {"text": " "}, headers=HTMX)
        banner = refused.content.decode().partition('id="composer-error"')[2].partition("</strong>")[0]
        assert (refused.status_code, banner.rpartition("<strong>")[2]) == (422, words)
    assert (ThreadNote.objects.count(), Command.objects.count()) == (0, 0)
