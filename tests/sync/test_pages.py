"""Every page of the machinery, filled and empty: strict, scoped, with a steady number of queries."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.sync.models import (
    Batch,
    Callback,
    Command,
    Connection,
    Exchange,
    FeedState,
    Quarantined,
    RateBucket,
    Run,
    UnknownWord,
)
from dashboard.sync.models.commands import DONE, REJECTED, UNKNOWN
from tests.factories import make_user
from tests.pages import assert_strict_html

HTMX = {"HX-Request": "true"}
PARTS = ("", "conformance/", "feeds/", "routes/", "callbacks/", "exchanges/", "settings/")
LISTS = ("", "approvals/", "batches/", "runs/", "callbacks/", "quarantine/", "exchanges/")


@pytest.fixture
def admin(client_for):
    return client_for("admin")


def test_what_a_batch_left_out_names_its_connection_as_staff_do(admin, connection):
    left_out = [{"connection": slug, "label": slug, "reason": "No."} for slug in (connection.slug, "removed")]
    batch = Batch.objects.create(kind="test.note", title="Many", skipped=left_out)
    found = admin.get(f"/activity/batches/{batch.pk}/").context["skipped"]
    assert [one["connection"] for one in found] == [connection.title, "removed"]


def test_a_count_of_changes_is_no_time_of_change_in_chinese(admin, connection):
    fill(connection)
    admin.cookies["django_language"] = "zh-hans"
    for address in (
        "/activity/runs/",
        f"/activity/runs/{Run.objects.first().pk}/",
        f"/connections/{connection.slug}/feeds/",
    ):
        page = admin.get(address).content.decode()
        assert "已更改" in page
        assert "更改时间" not in page


def fill(connection, number=1):
    """Some of everything that the pages show."""
    now = timezone.now()
    batch = Batch.objects.create(kind="test.note", title="Many <b>notes</b>", skipped=[{"label": "x", "reason": "y"}])
    for n in range(number):
        command = Command.objects.create(
            connection=connection, kind="test.note", target=f"t{n}", lane=f"test:t{n}",
            target_label="<script>alert(1)</script>",
            payload={"value": n}, payload_digest=f"{n}", state=(UNKNOWN, DONE, REJECTED)[n % 3], attempts=1,
            not_before=now, created_at=now - timedelta(seconds=n), sent_at=now, batch=batch, error="“No”",
            evidence=[{"verdict": "absent", "sentence": "No.", "at": now.isoformat(),
                       "witnesses": [{"asked": "a", "answered": "b", "at": now.isoformat()}] * 2}],
        )  # fmt: skip
        run = Run.objects.create(
            connection=connection, feed="products", started_at=now, finished_at=now, seen=5, quarantined=1, error="Bad."
        )
        callback = Callback.objects.create(
            connection=connection, event="e", dedupe_key=str(n), body=b'{"a": {"password": "hunter2hunter2"}}',
            headers={"x-request-id": "1"}, received_at=now, state="failed", error="Unreadable.",
        )  # fmt: skip
        Quarantined.objects.create(
            connection=connection, feed="products", record_remote_id=f"r{n}", path="$.price", reason="No number.",
            payload='{"price": "dear"}', at=now,
        )  # fmt: skip
        for origin in ({"command": command}, {"run": run}, {"callback": callback}):
            Exchange.objects.create(
                connection=connection, route="ProductFind", method="POST", url="/find?x=<b>", at=now, status=200,
                request_headers={"a": "b"}, request_body="{}", response_body="<script>alert(1)</script>", **origin,
            )  # fmt: skip
    return batch


@pytest.fixture
def filled(shop, note):
    fill(shop.connection)
    RateBucket.objects.create(
        connection=shop.connection,
        bucket="default",
        limit=60,
        remaining=0,
        reset_at=timezone.now() + timedelta(seconds=30),
    )
    UnknownWord.objects.create(
        connection=shop.connection, feed="products", word="paused", times=3, last_at=timezone.now()
    )
    FeedState.objects.create(connection=shop.connection, feed="products", alarm="Shape.", error="Shape.")
    return shop.connection


def details():
    for name, model in (
        ("commands", Command), ("batches", Batch), ("runs", Run), ("callbacks", Callback), ("quarantine", Quarantined),
        ("exchanges", Exchange),
    ):  # fmt: skip
        yield f"/activity/{name}/{model.objects.latest('pk').pk}/"


def test_every_page_is_strict_and_escapes_what_platforms_say(admin, filled):
    pages = ["/connections/", "/connections/add/", f"/connections/add/?platform={filled.platform}"]
    pages += [f"/connections/shop/{part}" for part in PARTS]
    pages += [f"/activity/{part}" for part in LISTS] + list(details())
    for url in pages:
        response = admin.get(url)
        assert response.status_code == 200, url
        assert_strict_html(response)
        assert "hunter2" not in response.content.decode(), url
        assert "<script>alert" not in response.content.decode(), url


def test_fragments_are_parts_of_their_pages(admin, filled):
    batch, command = Batch.objects.get(), Command.objects.get()
    for url in (
        "/activity/", "/activity/runs/", "/connections/shop/feeds/", "/connections/shop/conformance/",
        "/connections/shop/exchanges/", f"/activity/batches/{batch.pk}/", f"/activity/commands/{command.pk}/",
    ):  # fmt: skip
        response = admin.get(url, headers=HTMX)
        assert response.status_code == 200, url
        assert_strict_html(response, fragment=True)
        assert b"<html" not in response.content


def test_pages_of_a_new_house_say_so(admin, db):
    for url in ("/connections/", *(f"/activity/{part}" for part in LISTS)):
        response = admin.get(url)
        assert response.status_code == 200
        assert 'class="empty' in response.content.decode(), url


def test_no_page_shows_a_secret(admin, connect):
    connection, sandbox = connect("imetastore")
    for part in PARTS:
        text = admin.get(f"/connections/imetastore/{part}").content.decode()
        assert sandbox.callback_secret not in text
        assert sandbox.credentials["password"] not in text
    assert connection.callback_key in admin.get("/connections/imetastore/callbacks/").content.decode()


def test_who_may_not_manage_sees_no_verbs_and_no_callback_address(client_for, connect):
    connection, _sandbox = connect("imetastore")
    client = client_for("viewer")
    for part in PARTS[:-1]:
        text = client.get(f"/connections/imetastore/{part}").content.decode()
        assert 'method="post" action="/connections/' not in text
        assert connection.callback_key not in text
    assert client.get("/connections/imetastore/settings/").status_code == 403


def test_bodies_are_hidden_from_who_may_not_see_buyers(client_for, filled):
    client = client_for("viewer")
    for model, name, secret in (
        (Exchange, "exchanges", "&lt;script"), (Callback, "callbacks", "•••"), (Quarantined, "quarantine", "dear"),
    ):  # fmt: skip
        url = f"/activity/{name}/{model.objects.latest('pk').pk}/"
        assert secret in client_for("admin").get(url).content.decode()
        assert secret not in client.get(url).content.decode()


def test_other_peoples_connections_do_not_exist(filled, connect):
    from django.test import Client

    user = make_user("restricted", role="admin", sees_all_connections=False)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for url in (*(f"/connections/shop/{part}" for part in PARTS), *details()):
        assert client.get(url).status_code == 404, url
    for part in LISTS:
        assert "data-href" not in client.get(f"/activity/{part}").content.decode()
    for verb in ("check", "pause", "enable", "disable", "remove", "refresh", "routes/confirm", "secrets/add"):
        assert client.post(f"/connections/shop/{verb}/").status_code == 404, verb
    assert Connection.objects.get().state == Connection.ACTIVE
    assert client.get("/connections/add/").status_code == 403
    user.connections.add(filled)
    assert client.get("/connections/shop/").status_code == 200
    assert "data-href" in client.get("/activity/").content.decode()
    assert "data-href" in client.get("/activity/batches/").content.decode()


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/activity/", 3), ("/activity/batches/", 3), ("/activity/runs/", 3), ("/activity/callbacks/", 3),
        ("/activity/quarantine/", 3), ("/activity/exchanges/", 3),
        ("/connections/shop/exchanges/", 3), ("/connections/shop/feeds/", 4),
    ],
)  # fmt: skip
def test_queries_do_not_grow_with_rows(admin, shop, note, path, most):
    def queries():
        admin.get(path, headers=HTMX)  # fills what is cached for a while
        with CaptureQueriesContext(database) as seen:
            response = admin.get(path, headers=HTMX)
        assert response.status_code == 200
        return [q["sql"] for q in seen if "django_session" not in q["sql"] and "staff_user" not in q["sql"][:300]]

    fill(shop.connection, 3)
    few = queries()
    Callback.objects.all().delete()
    Quarantined.objects.all().delete()
    Command.objects.all().delete()
    fill(shop.connection, 24)
    many = queries()
    assert len(many) == len(few) <= most, many
    for sql in many:
        assert '"payload",' not in sql
        assert "request_body" not in sql


def test_detail_pages_stay_within_eight_queries(admin, filled):
    for url in details():
        admin.get(url)
        with CaptureQueriesContext(database) as seen:
            admin.get(url)
        own = [q for q in seen if "django_session" not in q["sql"]]
        assert len(own) <= 10, (url, [q["sql"][:120] for q in own])


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=unknown", ["t0", "t3"]), ("view=wrong", ["t2"]), ("q=t1", ["t1"]), ("kind=test.note&q=t3", ["t3"]),
        ("connection=shop&view=unknown", ["t0", "t3"]), ("mine=true", []), ("view=done", ["t1"]),
    ],
)  # fmt: skip
def test_filters_live_in_the_address(admin, shop, note, query, shown):
    fill(shop.connection, 4)
    Command.objects.update(target_label="")
    text = admin.get(f"/activity/?{query}", headers=HTMX).content.decode()
    assert [f"t{n}" for n in range(4) if f'<td class="named">t{n}</td>' in text] == shown


@pytest.mark.usefixtures("stopped_clock")
def test_new_commands_of_the_view_are_offered(admin, client_for, shop, note):
    fill(shop.connection, 3)
    response = admin.get("/activity/?view=wrong")
    url = response.context["fresh"]["url"]
    assert "Read from the platforms" not in response.content.decode()
    waiting = admin.get(url, headers=HTMX)
    assert_strict_html(waiting, fragment=True)
    assert "Nothing new since this list was opened" in waiting.content.decode()
    assert admin.get(url, headers=HTMX | {"If-None-Match": waiting["ETag"]}).status_code == 304
    one = Command.objects.filter(state=REJECTED).first()
    for state in (REJECTED, DONE):
        one.pk, one.state, one.created_at, one.payload_digest = None, state, timezone.now(), state
        one.save(force_insert=True)
    text = admin.get(url, headers=HTMX).content.decode()
    assert "1 new: show" in text
    assert "Nothing new" not in text
    assert 'href="/activity/?view=wrong"' in text


@pytest.mark.parametrize(
    ("part", "view", "words"),
    [
        ("", "review", "Nothing waits for a person"), ("", "unknown", "Every outcome is known"),
        ("", "wrong", "Nothing was refused"), ("", "moving", "Nothing waits to be sent"),
        ("approvals/", "waiting", "Nothing waits for a second person"), ("batches/", "wrong", "Nothing needs a look"),
        ("runs/", "failed", "No reading failed"), ("callbacks/", "failed", "No push failed"),
        ("callbacks/", "waiting", "No push waits"), ("quarantine/", "", "Everything was understood"),
        ("exchanges/", "failed", "Every request was answered"),
    ],
)  # fmt: skip
def test_an_empty_view_that_is_good_news_is_green_and_a_search_says_that_nothing_matches(
    admin, shop, part, view, words
):
    text = admin.get(f"/activity/{part}?view={view}").content.decode()
    assert '<div class="empty is-good">' in text
    assert f"<h2>{words}</h2>" in text
    searched = admin.get(f"/activity/{part}?view={view}&q=nowhere").content.decode()
    assert "<h2>Nothing matches</h2>" in searched
    assert 'class="empty is-good"' not in searched


@pytest.mark.parametrize(
    ("part", "q", "found"),
    [
        ("runs", "Bad", 3), ("runs", "Good", 0), ("callbacks", "Unread", 3), ("quarantine", "r1", 1),
        ("exchanges", "/find", 9), ("exchanges", "/other", 0), ("batches", "Many", 1),
    ],
)  # fmt: skip
def test_every_search_box_searches(admin, shop, note, part, q, found):
    fill(shop.connection, 3)
    assert len(admin.get(f"/activity/{part}/?q={q}").context["rows"]) == found


@pytest.mark.usefixtures("stopped_clock")
@pytest.mark.parametrize("part", ["batches", "runs", "callbacks", "quarantine", "exchanges"])
def test_every_part_offers_what_came_since(admin, shop, note, part):
    fill(shop.connection)
    url = admin.get(f"/activity/{part}/").context["fresh"]["url"]
    before = admin.get(url, headers=HTMX)
    assert "Nothing new since this list was opened" in before.content.decode()
    assert admin.get(url, headers=HTMX | {"If-None-Match": before["ETag"]}).status_code == 304
    Quarantined.objects.all().delete()
    Command.objects.all().delete()
    Callback.objects.update(dedupe_key="before")
    fill(shop.connection)
    assert f"{3 if part == 'exchanges' else 1} new: show" in admin.get(url, headers=HTMX).content.decode()


def test_a_waiting_push_comes_anew_once_it_is_applied(admin, filled):
    one = Callback.objects.get()
    url = f"/activity/callbacks/{one.pk}/"
    assert "?state=received" not in admin.get(url).content.decode()
    Callback.objects.update(state="received")
    page = admin.get(url)
    assert_strict_html(page)
    assert f'data-hx-get="{url}?state=received"' in page.content.decode()
    waiting = admin.get(f"{url}?state=received", headers=HTMX)
    assert (waiting.status_code, "HX-Refresh" in waiting, waiting.content) == (204, False, b"")
    Callback.objects.update(state="processed")
    assert admin.get(f"{url}?state=received", headers=HTMX)["HX-Refresh"] == "true"


def test_of_no_part_nothing_is_offered(admin):
    assert admin.get("/activity/fresh/nothing/").status_code == 404


@pytest.mark.usefixtures("stopped_clock")
def test_rows_of_commands_on_their_way_change_where_they_stand(admin, client_for, shop, note):
    fill(shop.connection, 3)
    moving = Command.objects.get(state=UNKNOWN)
    page = admin.get("/activity/")
    url = page.context["fresh"]["url"]
    assert f"moving={moving.pk}" in url
    assert 'data-hx-trigger="every 3s' in page.content.decode()
    first = admin.get(url, headers=HTMX)
    assert admin.get(url, headers=HTMX | {"If-None-Match": first["ETag"]}).status_code == 304
    Command.objects.filter(pk=moving.pk).update(state=DONE)
    after = admin.get(url, headers=HTMX | {"If-None-Match": first["ETag"]})
    text = after.content.decode()
    assert_strict_html(after, fragment=True)
    assert f'<tr id="command-{moving.pk}"' in text
    assert 'data-hx-swap-oob="true"' in text
    assert "Confirmed" in text
    assert 'data-hx-trigger="every 20s' in text
    stranger = make_user("stranger", role="admin", sees_all_connections=False)
    other = client_for("viewer")
    other.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert "Confirmed" not in other.get(url, headers=HTMX).content.decode()


def test_lists_are_exported_as_they_are_filtered(admin, client_for, shop, note):
    fill(shop.connection, 3)
    response = admin.get("/activity/?view=wrong&format=csv")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0] == (
        '"connection","platform","remote_id","id","kind","target","state","attempts","actor","error",'
        '"created_at","finished_at"'
    )
    assert len(lines) == 2
    assert '"test.note","t2","rejected"' in lines[1]
    for name in ("runs", "callbacks", "quarantine"):
        assert admin.get(f"/activity/{name}/?format=csv").status_code == 200
    assert client_for("viewer").get("/activity/?format=csv").status_code == 403
    for name in ("approvals", "batches", "exchanges"):
        assert admin.get(f"/activity/{name}/?format=csv").status_code == 404
