"""The first page for every role: strict HTML, constant queries, parts that refresh themselves."""

from __future__ import annotations

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from dashboard.aftersales.models import Case
from dashboard.messaging.models import Thread
from dashboard.orders.models import Order
from dashboard.staff.models import User
from dashboard.staff.permissions import ROLES
from dashboard.sync import tasks
from dashboard.sync.models import Connection
from tests.pages import assert_strict_html

PARTS = ("/home/queues/", "/home/health/", "/home/due/")


@pytest.mark.parametrize("role", list(ROLES))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_is_strict_html_for_every_role(goods, supply, client_for, settings, role, language):
    client = client_for(role)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for url in ("/", "/?whose=me", "/?connection=goods"):
        response = client.get(url)
        assert response.status_code == 200
        assert_strict_html(response)
    for url in PARTS:
        assert_strict_html(client.get(url), fragment=True)


def test_without_connections_the_page_says_what_to_do(client_for):
    text = client_for("admin").get("/").content.decode()
    assert "No connection yet" in text
    assert 'href="/connections/"' in text


def test_queries_do_not_grow_with_rows(goods, client_for):
    client = client_for("admin")

    def queries():
        cache.clear()
        with CaptureQueriesContext(database) as found:
            assert client.get("/").status_code == 200
        return len(found)

    Order.objects.update(status="completed")
    queries()  # the first page of a process also asks what it then remembers
    few = queries()
    Order.objects.update(status="to_deliver", ship_by=timezone.now())
    assert queries() == few


def test_no_list_reads_raw_payloads(goods, client_for):
    client = client_for("admin")
    with CaptureQueriesContext(database) as found:
        client.get("/")
        client.get("/search/?q=Hartmann")
    assert [query["sql"] for query in found if '"raw"' in query["sql"]] == []


@pytest.mark.usefixtures("stopped_clock")
@pytest.mark.parametrize("url", PARTS)
def test_parts_answer_304_while_nothing_changed(goods, client_for, url):
    client = client_for("viewer")
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_a_changed_list_of_deadlines_is_offered_never_inserted(goods, client_for):
    client = client_for("admin")
    Order.objects.update(status="completed")
    known = client.get("/").context["known"]
    url = f"/home/due/?known={known}"
    assert "This list has changed" not in client.get(url).content.decode()
    Order.objects.filter(pk=Order.objects.first().pk).update(status="to_deliver", ship_by=timezone.now())
    text = client.get(url).content.decode()
    assert "This list has changed" in text
    assert f"known={known}" in text


def test_a_foreign_scope_is_no_scope(goods, confined, client_for):
    from django.test import Client

    client = Client()
    client.force_login(confined, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get("/?connection=goods").content.decode()
    assert goods.connection.title not in text


def test_everything_is_refreshed_by_who_may(goods, supply, client_for, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(tasks.refresh_feed, "delay", lambda *given: woken.append(given))

    def refresh(role, query=""):
        with django_capture_on_commit_callbacks(execute=True):
            return client_for(role).post(f"/home/refresh/{query}", {"next": "/?whose=me"})

    assert "Refresh everything" not in client_for("fulfilment").get("/").content.decode()
    assert (refresh("fulfilment").status_code, woken) == (403, [])
    assert 'action="/home/refresh/"' in client_for("admin").get("/").content.decode()
    assert refresh("admin")["Location"] == "/?whose=me"
    assert {(goods.connection.pk, "orders", False), (supply.connection.pk, "orders", False)} <= set(woken)
    woken.clear()
    refresh("admin", "?connection=goods")
    assert {connection for connection, _feed, _full in woken} == {goods.connection.pk}
    woken.clear()
    Connection.objects.update(state=Connection.PAUSED)
    text = client_for("admin").post("/home/refresh/", follow=True).content.decode()
    assert "No connection is at work. Nothing is read." in text
    assert woken == []


@pytest.mark.parametrize(("language", "words"), [("en", "Thursday 20 November"), ("zh-hans", "11月20日星期四")])
def test_the_page_is_headed_by_the_day_in_the_persons_zone(goods, client_for, settings, user_for, language, words):
    User.objects.filter(pk=user_for("viewer").pk).update(time_zone="Asia/Shanghai")
    client = client_for("viewer")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    with time_machine.travel("2025-11-19T20:00:00Z", tick=False), translation.override("en"):
        client.force_login(User.objects.get(pk=user_for("viewer").pk), "django.contrib.auth.backends.ModelBackend")
        assert f"<h1>{words}</h1>" in client.get("/").content.decode()


def test_nothing_due_is_good_news_only_where_everything_was_read(goods, client_for):
    Order.objects.update(status="completed")
    for model in (Case, Thread):
        model.objects.all().delete()
    client = client_for("fulfilment")
    goods.connection.feed_states.update(last_ok_at=timezone.now())

    def empty():
        page = client.get("/").content.decode()
        return page.partition('id="due"')[2].partition("</section>")[0]

    read = empty()
    assert '<div class="empty is-good">' in read
    assert "<h2>Nothing is due</h2>" in read
    goods.connection.feed_states.filter(feed="orders").delete()
    behind = empty()
    assert '<div class="empty is-wait">' in behind
    assert f"<p>Not up to date: {goods.connection.title}. What is due there cannot be known.</p>" in behind
    assert "Nothing is due" not in behind
    Connection.objects.filter(pk=goods.connection.pk).update(state=Connection.DISABLED)
    assert '<div class="empty is-good">' in empty()
