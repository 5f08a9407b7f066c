"""Several people at one inbox: who is there, who answered, what rests until when."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from dashboard.messaging import presence
from dashboard.messaging.models import Draft, Thread
from dashboard.messaging.snoozing import LONGEST, choices
from dashboard.orders.models import Order
from dashboard.sync.models import Command
from tests.connected import drive, effects, pull
from tests.factories import make_user
from tests.pages import assert_strict_html, flat

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def boxes(client):
    """Box → the number beside it and the keys of its threads."""
    cache.clear()
    found = {}
    for name in ("waiting", "unassigned", "mine", "later"):
        response = client.get(f"/messages/?view={name}&size=100")
        counts = {one["url"].split("view=")[1]: one["count"] for one in response.context["boxes"]}
        found[name] = (counts[name], {row["pk"] for row in response.context["rows"]})
    return found


def test_the_numbers_are_those_of_the_lists(chat, client_for, user_for):
    client, first = client_for("support"), Thread.objects.waiting().order_by("waiting_since").first()
    client.post(f"/messages/{first.pk}/assign/", {"person": "me"})
    client.post(f"/messages/{Thread.objects.unassigned().first().pk}/snooze/", {"until": "hour"})
    found = boxes(client)
    assert {name: count for name, (count, _rows) in found.items()} == {
        name: str(len(rows)) if rows else "" for name, (_count, rows) in found.items()
    }
    assert found["mine"][1] == {first.pk}
    assert len(found["later"][1]) == 1
    assert found["later"][1].isdisjoint(found["waiting"][1])


def test_a_verb_answers_with_the_list_and_the_numbers_that_the_page_showed(chat, client_for):
    client, thread = client_for("support"), Thread.objects.waiting().order_by("waiting_since").first()
    here = {"HX-Current-URL": f"http://testserver/messages/{thread.pk}/?view=mine"}
    answer = client.post(f"/messages/{thread.pk}/assign/", {"person": "me"}, headers=HTMX | here)
    assert [row["pk"] for row in answer.context["rows"]] == [thread.pk]
    assert {one["url"]: one["count"] for one in answer.context["boxes"]}["/messages/?view=mine"] == "1"
    assert b'id="boxes" data-hx-swap-oob="true"' in answer.content


def test_opening_a_thread_moves_no_row(chat, thread_of, client_for):
    page = client_for("support").get(f"/messages/{thread_of(chat).pk}/", headers=HTMX).content.decode()
    assert 'id="thread"' in page
    assert 'id="context" data-hx-swap-oob="true"' in page
    assert 'id="threads"' not in page


def test_a_snoozed_thread_comes_back_when_its_time_has_come(chat, client_for):
    client, thread = client_for("support"), Thread.objects.waiting().first()
    response = client.post(f"/messages/{thread.pk}/snooze/", {"until": "hour"}, headers=HTMX)
    assert b"Snoozed until" in response.content
    assert not Thread.objects.waiting().filter(pk=thread.pk).exists()
    assert Thread.objects.snoozed().get() == thread
    Thread.objects.filter(pk=thread.pk).update(snoozed_until=timezone.now() - timedelta(seconds=1))
    assert Thread.objects.waiting().filter(pk=thread.pk).exists()
    assert not Thread.objects.snoozed().exists()


def test_a_snoozed_thread_comes_back_when_the_buyer_writes(chat, client_for):
    client, thread = client_for("support"), Thread.objects.waiting().first()
    client.post(f"/messages/{thread.pk}/snooze/", {"until": "monday"})
    pull(chat.connection, "threads", "messages", full=True)
    assert Thread.objects.snoozed().get() == thread
    chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": "Are you there?"})
    pull(chat.connection, "messages")
    assert not Thread.objects.snoozed().exists()
    assert Thread.objects.waiting().filter(pk=thread.pk).exists()


def test_a_thread_is_woken_by_hand(chat, client_for):
    client, thread = client_for("support"), Thread.objects.waiting().first()
    client.post(f"/messages/{thread.pk}/snooze/", {"until": "tomorrow"})
    client.post(f"/messages/{thread.pk}/snooze/", {"until": ""})
    assert Thread.objects.waiting().filter(pk=thread.pk).exists()


@pytest.mark.parametrize("until", ["yesterday", "2020-01-01T10:00", "never", "9999-12-31T23:59"])
def test_a_time_that_cannot_be_is_refused_and_the_thread_stays_awake(chat, client_for, until):
    thread = Thread.objects.waiting().first()
    response = client_for("support").post(f"/messages/{thread.pk}/snooze/", {"until": until}, headers=HTMX)
    assert response.status_code == 422
    assert not Thread.objects.filter(snoozed_until__isnull=False).exists()


def test_a_time_of_ones_own_is_taken_in_the_persons_zone(chat, client_for, user_for):
    user, thread = user_for("support"), Thread.objects.waiting().first()
    type(user).objects.filter(pk=user.pk).update(time_zone="Asia/Shanghai")
    day = (timezone.now() + timedelta(days=3)).date()
    client_for("support").post(f"/messages/{thread.pk}/snooze/", {"until": f"{day}T09:30"})
    thread.refresh_from_db()
    assert thread.snoozed_until.isoformat() == f"{day}T01:30:00+00:00"


def test_every_offered_time_is_to_come():
    now = timezone.now()
    assert all(now < at <= now + LONGEST for _key, _words, at in choices(now))


def test_who_else_is_there_and_writes(chat, thread_of, client_for, user_for):
    thread = thread_of(chat)
    client_for("admin").post(f"/messages/{thread.pk}/draft/", {"text": "Dear buyer"})
    name = user_for("admin").label
    page = client_for("support").get(f"/messages/{thread.pk}/?view=all").content.decode()
    assert f"{name} is writing in this thread." in page
    assert f"{name} writes</span>" in page
    client_for("admin").post(f"/messages/{thread.pk}/draft/", {"text": ""})
    poll = client_for("support").get(f"/messages/{thread.pk}/messages/", headers=HTMX).content.decode()
    assert f"{name} is looking at this thread." in poll
    own = client_for("admin").get(f"/messages/{thread.pk}/messages/", headers=HTMX).content.decode()
    assert name not in own.partition('id="presence"')[2]
    assert f"{user_for('support').label} is looking" in own


def test_who_has_gone_is_forgotten(thread_of, chat, user_for, monkeypatch):
    thread, start = thread_of(chat), presence.time()
    presence.note(thread.pk, user_for("admin"), writing=True)
    monkeypatch.setattr(presence, "time", lambda: start + presence.WRITING_SECONDS + 1)
    assert presence.others(thread.pk, user_for("support")) == ((user_for("admin").label, False),)
    monkeypatch.setattr(presence, "time", lambda: start + presence.SEEN_SECONDS + 1)
    assert presence.others(thread.pk, user_for("support")) == ()


def seen(page):
    """What a page says of the newest reply that it shows."""
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_two_people_do_not_answer_at_once(chat, thread_of, client_for, user_for):
    thread = thread_of(chat)
    pages = {who: client_for(who).get(f"/messages/{thread.pk}/").content.decode() for who in ("admin", "support")}
    url = f"/messages/{thread.pk}/send/"
    assert (
        client_for("admin").post(url, {"text": "Mine", "seen": seen(pages["admin"])}, headers=HTMX).status_code == 200
    )
    late = client_for("support").post(url, {"text": "Yours", "seen": seen(pages["support"])}, headers=HTMX)
    assert late.status_code == 422
    assert f"{user_for('admin').label} has answered meanwhile" in late.content.decode()
    assert b">Yours</textarea>" in late.content
    assert [one.payload["text"] for one in Command.objects.all()] == ["Mine"]
    assert effects(chat.sandbox) == []
    told = client_for("support").post(url, {"text": "Yours", "seen": seen(late.content.decode())}, headers=HTMX)
    assert told.status_code == 200
    assert [one.payload["text"] for one in Command.objects.order_by("pk")] == ["Mine", "Yours"]


def test_ones_own_reply_stands_in_nobodys_way(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    before = seen(client.get(f"/messages/{thread.pk}/").content.decode())
    for text in ("One", "Two"):
        assert (
            client.post(f"/messages/{thread.pk}/send/", {"text": text, "seen": before}, headers=HTMX).status_code == 200
        )
    assert Command.objects.count() == 2


def test_a_draft_that_comes_after_its_message_was_sent_is_not_kept(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    client.post(f"/messages/{thread.pk}/send/", {"text": "Hello", "form_key": "k"})
    assert client.post(f"/messages/{thread.pk}/draft/", {"text": "Hello", "form_key": "k"}).content == b""
    assert not Draft.objects.exists()


def test_a_thread_is_given_only_to_who_may_answer_and_sees_the_shop(chat, thread_of, client_for, user_for):
    client, thread = client_for("support"), thread_of(chat)
    stranger = make_user("stranger", role="support", sees_all_connections=False)
    member = make_user("member", role="support", sees_all_connections=False)
    chat.connection.people.add(member)
    admin, others = user_for("admin"), [stranger, user_for("viewer"), user_for("finance")]
    cache.clear()
    page = client.get(f"/messages/{thread.pk}/").content.decode()
    menu = page.partition('id="assign"')[2].partition("</details>")[0]
    assert {one for one in (member, admin, *others) if f'value="{one.pk}"' in menu} == {member, admin}
    for person in others:
        assert client.post(f"/messages/{thread.pk}/assign/", {"person": person.pk}).status_code == 422
    thread.refresh_from_db()
    assert thread.assignee is None
    assert client.post(f"/messages/{thread.pk}/assign/", {"person": member.pk}, headers=HTMX).status_code == 200
    thread.refresh_from_db()
    assert thread.assignee == member


def test_a_poll_brings_the_threads_own_row_and_the_numbers_along(chat, client_for):
    client, thread = client_for("support"), Thread.objects.waiting().order_by("waiting_since").first()
    waiting = Thread.objects.waiting().count()
    client.post(f"/messages/{thread.pk}/send/", {"text": "On its way"})
    assert drive(Command.objects.get()).state == "done"
    url = f"/messages/{thread.pk}/messages/?show=60&view=waiting"
    poll = client.get(f"{url}&listed=1", headers=HTMX)
    assert_strict_html(poll, fragment=True)
    text = flat(poll)
    row = text.partition(f'id="thread-item-{thread.pk}"')[2].partition("</a>")[0]
    assert 'data-hx-swap-oob="true"' in row
    assert "We: On its way" in row
    assert f'data-hx-get="/messages/{thread.pk}/?view=waiting"' in row
    assert f">Waiting {waiting - 1}<" in text
    assert '<span class="small" id="thread-left" data-hx-swap-oob="true"></span>' in text
    assert f"thread-item-{thread.pk}" not in flat(client.get(url, headers=HTMX))
    page = flat(client.get("/messages/?view=all&size=100"))
    assert f'<li><input type="hidden" id="listed-{thread.pk}" name="listed" value="1">' in page
    assert f'data-hx-include="#listed-{thread.pk}, #boxes" data-hx-trigger="every' in text


def test_the_list_names_the_buyers_newest_order_or_the_shop(chat, client_for):
    client = client_for("support")

    def shown():
        return {row["pk"]: row["where"] for row in client.get("/messages/?view=all&size=100").context["rows"]}

    assert set(shown().values()) == {f"{chat.connection.title} · nobody"}
    pull(chat.connection, "orders")
    found = shown()
    for thread in Thread.objects.all():
        its = Order.objects.filter(connection=chat.connection, buyer_remote_id=thread.buyer_remote_id)
        newest = its.order_by("-placed_at", "-pk").first()
        assert found[thread.pk] == f"{newest.number if newest else chat.connection.title} · nobody"


def test_what_somebody_has_read_is_no_longer_unread_until_the_buyer_writes(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": "Hello?"})
    pull(chat.connection, "threads", "messages", full=True)

    def is_bold():
        page = flat(client_for("admin").get("/messages/?view=all&size=100"))
        return f'class="thread-item is-unread" id="thread-item-{thread.pk}"' in page

    address = f"/messages/{thread.pk}/seen/?show=60&amp;view=all"
    assert is_bold()
    assert f'data-hx-post="{address}" data-hx-include="#listed-{thread.pk}, #boxes" data-hx-trigger="load"' in flat(
        client.get(f"/messages/{thread.pk}/?view=all", headers=HTMX)
    )
    assert "/seen/" not in flat(client_for("viewer").get(f"/messages/{thread.pk}/?view=all"))
    assert client_for("viewer").post(f"/messages/{thread.pk}/seen/").status_code == 403
    assert is_bold()
    answer = client.post(address.replace("&amp;", "&"), {"listed": "1"}, headers=HTMX)
    assert f'class="thread-item" id="thread-item-{thread.pk}"' in flat(answer)
    assert client.post(f"/messages/{thread.pk}/seen/", headers=HTMX).status_code == 204
    assert not is_bold()
    assert "/seen/" not in flat(client.get(f"/messages/{thread.pk}/?view=all"))
    chat.sandbox.clock.advance(60)
    chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": "Are you there?"})
    pull(chat.connection, "threads", "messages", full=True)
    assert is_bold()
    assert effects(chat.sandbox) == []


def test_the_offer_of_new_threads_leads_back_to_the_thread_and_the_view_that_were_open(chat, thread_of, client_for):
    client, thread = client_for("support"), thread_of(chat)
    url = "/messages/fresh/?since=2020-01-01T00:00:00Z"
    for here, wanted in (
        (f"/messages/{thread.pk}/?view=mine&q=log", f"/messages/{thread.pk}/?view=mine&q=log"),
        ("/messages/?view=all", "/messages/?view=all"),
        ("//evil.example/messages/", "/messages/"),
        ("/orders/", "/messages/"),
    ):
        answer = client.get(url, headers=HTMX | {"HX-Current-URL": f"http://testserver{here}"})
        assert f'href="{wanted.replace("&", "&amp;")}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("waited", "words", "tone"),
    [
        (timedelta(hours=1), "23 h", ""),
        (timedelta(hours=20), "4 h", " is-wait"),
        (timedelta(hours=26, seconds=60), "Late 2 h", " is-act"),
    ],
)
def test_how_long_the_buyer_may_still_wait_stands_in_the_list_and_above_the_thread(
    chat, client_for, waited, words, tone
):
    thread = Thread.objects.waiting().first()
    Thread.objects.filter(pk=thread.pk).update(waiting_since=timezone.now() - waited + timedelta(seconds=30))
    page = client_for("viewer").get(f"/messages/{thread.pk}/?view=all").content.decode().replace("\xa0", " ")
    row = page.partition(f'id="thread-item-{thread.pk}"')[2].partition("</a>")[0]
    head = page.partition('id="thread-left"')[2].partition("</h2>")[0].partition("row row-wrap")[0]
    for place in (row, head):
        assert f'<span class="clock{tone}">' in place
        assert words in place
    assert ("to answer" in head) is ("Late" not in words)


def test_a_thread_that_needs_no_answer_waits_again_when_the_buyer_writes(chat, client_for):
    client, thread = client_for("support"), Thread.objects.waiting().first()
    client.post(f"/messages/{thread.pk}/done/", headers=HTMX)
    assert not Thread.objects.waiting().filter(pk=thread.pk).exists()
    chat.sandbox.clock.advance(60)
    chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": "One more thing"})
    pull(chat.connection, "messages")
    assert Thread.objects.waiting().filter(pk=thread.pk).exists()
    assert effects(chat.sandbox) == []
