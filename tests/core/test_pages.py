"""Pages and fragments, conditional polls, safe redirects, and the frame's own addresses."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from dashboard.core import navigation, pages, palette
from dashboard.core.models import SavedView
from tests.pages import assert_strict_html, flat

HTMX = {"HX-Request": "true"}


def request(path="/x/", method="get", headers=None, **data):
    made = getattr(RequestFactory(), method)(path, data, headers=headers)
    made.user = AnonymousUser()
    return made


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        (HTMX, True),
        ({**HTMX, "HX-Boosted": "true"}, False),
        ({**HTMX, "HX-Boosted": "true", "HX-Target": "orders-list"}, True),
        ({**HTMX, "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_fragments(headers, expected):
    assert pages.is_fragment(request(headers=headers)) is expected


def test_page_and_fragment_come_from_one_template(client_for, settings):
    settings.DEBUG = True
    client = client_for("admin")
    page, fragment = client.get("/style/"), client.get("/style/", headers=HTMX)
    assert page.content.startswith(b"<!DOCTYPE html>")
    assert fragment.content.strip().startswith(b'<section class="sheet list" id="sample-list"')
    for response in (page, fragment):
        assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("query", ["", "?form=bad"])
def test_the_style_page_is_strict_html(client_for, user_for, settings, language, query):
    settings.DEBUG = True
    user = user_for("admin")
    user.language = language
    user.save()
    response = client_for("admin").get(f"/style/{query}")
    assert response.status_code == (422 if query else 200)
    tree = assert_strict_html(response)
    assert tree.attrib["lang"] == ("zh-Hans" if language == "zh-hans" else "en")
    assert_strict_html(client_for("admin").get("/style/", headers=HTMX), fragment=True)


def test_the_style_page_is_for_debug_only(client_for):
    response = client_for("admin").get("/style/")
    assert response.status_code == 404
    assert_strict_html(response)


@pytest.mark.django_db
def test_error_pages_signed_out_are_strict_html():
    response = Client().get("/no-such-page/")
    assert response.status_code == 404
    assert_strict_html(response)
    assert b'class="nav"' not in response.content


def test_polled_answers_304_without_building():
    built = []

    def build():
        built.append(1)
        return HttpResponse("x")

    first = pages.polled(request(), ("a", 1), build)
    again = pages.polled(request(headers={"If-None-Match": first["ETag"]}), ("a", 1), build)
    other = pages.polled(request(headers={"If-None-Match": first["ETag"]}), ("a", 2), build)
    assert [first.status_code, again.status_code, other.status_code] == [200, 304, 200]
    assert len(built) == 2
    assert again["ETag"] == first["ETag"] != other["ETag"]
    assert again.content == b""


_WORDS = r"""
//evil.example ///evil.example /\evil.example \\evil.example https://evil.example https:evil.example http:///evil.example
javascript:alert(1) data:text/html,x //evil.example/%2f.. https://testserver.evil.example https://testserver@evil.example
//testserver@evil.example https:/evil.example ftp://testserver/ evil.example ////evil.example
"""
EVIL = [
    *_WORDS.split(),
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\n/evil.example",
    "\x01//evil.example",
    "",
]


@pytest.mark.parametrize("url", EVIL)
def test_next_stays_on_this_host(url):
    wanted = pages.safe_next(request(next=url), "/home/")
    assert wanted == "/home/" or (wanted.startswith("/") and wanted[1:2] not in "/\\\t\n")


def test_next_inside():
    assert pages.safe_next(request(next="/orders/?view=late"), "/") == "/orders/?view=late"
    assert pages.safe_next(request("/x/", "post", next="/a/"), "/") == "/a/"


def test_redirects():
    assert pages.redirect(request(), "/a/").status_code == 302
    htmx = pages.redirect(request(headers=HTMX), "/a/")
    assert (htmx.status_code, htmx["HX-Redirect"]) == (204, "/a/")


def test_a_toast_travels_with_other_news():
    response = pages.toast(HttpResponse(headers={"HX-Trigger": '{"told": null}'}), "标签 “x”", tone="good")
    assert response["HX-Trigger"].isascii()
    assert json.loads(response["HX-Trigger"]) == {
        "toast": {"text": "标签 “x”", "tone": "good", "note": ""},
        "told": None,
    }


def test_language(client_for, user_for):
    client = client_for("viewer")
    response = client.post("/language/", {"language": "zh-hans", "next": "/staff/"})
    assert (response.status_code, response["Location"]) == (302, "/staff/")
    assert user_for("viewer").language == "zh-hans"
    refused = client.post("/language/", {"language": "xx"})
    assert (refused.status_code, user_for("viewer").language) == (400, "zh-hans")
    assert client.get("/language/").status_code == 405


@pytest.mark.django_db
def test_language_before_sign_in_is_a_cookie():
    response = Client().post("/language/", {"language": "zh-hans", "next": "//evil.example"})
    assert (response["Location"], response.cookies["django_language"].value) == ("/", "zh-hans")


def test_saved_views(client_for, user_for):
    client, other = client_for("support"), client_for("finance")
    data = {
        "domain": "orders",
        "query": "view=late&after=xyz&q=",
        "name": "Late ones",
        "next": "/orders/?x=1",
        "shared": "on",
    }
    made = client.post("/views/save/", data)
    view = SavedView.objects.get()
    assert (view.owner, view.query, view.shared) == (user_for("support"), "view=late", True)
    assert made["Location"] == f"/orders/?view=late&saved={view.pk}"
    client.post("/views/save/", {**data, "query": "sort=total"})
    assert SavedView.objects.get().query == "sort=total"
    assert client.post("/views/save/", {**data, "name": ""}).status_code == 422
    assert other.post(f"/views/{view.pk}/delete/").status_code == 404
    assert SavedView.objects.count() == 1
    assert client.post(f"/views/{view.pk}/delete/", {"next": "/orders/"})["Location"] == "/orders/"
    assert SavedView.objects.count() == 0


def test_the_open_view_takes_a_new_name_and_somebody_elses_stays(client_for, user_for):
    client = client_for("support")
    own = SavedView.objects.create(owner=user_for("support"), domain="orders", name="Late", query="view=late")
    SavedView.objects.create(owner=user_for("support"), domain="orders", name="Big", query="sort=-total")
    foreign = SavedView.objects.create(owner=user_for("finance"), domain="orders", name="Unpaid", shared=True)

    def save(view, name):
        data = {"domain": "orders", "query": "view=all", "name": name, "saved": view.pk, "next": "/orders/"}
        assert client.post("/views/save/", data).status_code == 302
        return list(SavedView.objects.order_by("pk").values_list("owner__username", "name", "query"))

    kept = [("support", "Big", "sort=-total"), ("finance", "Unpaid", "")]
    assert save(own, "Late now") == [("support", "Late now", "view=all"), *kept]
    assert save(foreign, "Mine") == [("support", "Late now", "view=all"), *kept, ("support", "Mine", "view=all")]
    assert save(own, "Big")[:2] == [("support", "Late now", "view=all"), ("support", "Big", "view=all")]


def test_palette_offers_pages_and_what_apps_register(client_for, monkeypatch):
    monkeypatch.setattr(
        palette, "_providers", [lambda user, q: [palette.Hit("/o/1/", f"Order <{q}>", "Order")] if q else []]
    )
    client = client_for("admin")
    text = client.get("/search/palette", {"q": "sta"}).content.decode()
    assert "Order &lt;sta&gt;" in text
    assert "Go to Staff" in text
    assert "Go to Staff" not in client_for("viewer").get("/search/palette", {"q": "sta"}).content.decode()
    assert_strict_html(client.get("/search/palette", {"q": "zzz"}), fragment=True)
    assert Client().get("/search/palette").status_code == 302


def test_counts_and_sign_are_asked_once_and_kept_a_while(user_for, monkeypatch):
    asked = []
    monkeypatch.setattr(navigation, "_counts", {"orders": lambda user, slug: asked.append(user) or (1200, "act")})
    made = request()
    made.user = user_for("admin")
    assert navigation.Frame(made).counts == {"orders": (1200, "act")}
    assert navigation.Frame(made).counts == {"orders": (1200, "act")}
    assert len(asked) == 1
    navigation.forget_counts(made.user)
    assert navigation.Frame(made).counts["orders"] == (1200, "act")
    assert len(asked) == 2


def test_fragments_and_signed_out_pages_ask_nothing(client_for, monkeypatch, settings):
    settings.DEBUG = True

    def never(user):
        raise AssertionError("asked")

    monkeypatch.setattr(navigation, "_counts", {"orders": never})
    monkeypatch.setattr(navigation, "_sign", [never])
    assert client_for("admin").get("/style/", headers=HTMX).status_code == 200
    assert Client().get("/staff/sign-in/").status_code == 200


@pytest.mark.usefixtures("stopped_clock")
def test_the_counts_of_the_navigation_come_with_the_sign(client_for, monkeypatch):
    numbers = {"orders": 3}
    monkeypatch.setattr(navigation, "_sign", [lambda user: {"tone": "good", "text": "fine", "failures": 0, "url": "/"}])
    monkeypatch.setattr(navigation, "_counts", {"orders": lambda user, slug: (numbers["orders"], "act")})
    monkeypatch.setattr(navigation, "CACHED_SECONDS", 0)
    client = client_for("viewer")
    first = client.get("/sync-sign/", headers=HTMX)
    assert_strict_html(first, fragment=True)
    wanted = '<span class="count is-act" id="count-orders" data-hx-swap-oob="true">3</span>'
    assert wanted in flat(first)
    assert 'id="count-tickets" hidden data-hx-swap-oob="true">0<' in flat(first)
    assert client.get("/sync-sign/", headers=HTMX | {"If-None-Match": first["ETag"]}).status_code == 304
    numbers["orders"] = 4
    assert client.get("/sync-sign/", headers=HTMX | {"If-None-Match": first["ETag"]}).status_code == 200


def test_sync_sign_is_polled(client_for, monkeypatch):
    sign = {"tone": "wait", "text": "4 of 5 up to date", "failures": 1, "url": "/connections/"}
    monkeypatch.setattr(navigation, "_sign", [lambda user: sign])
    client = client_for("viewer")
    first = client.get("/sync-sign/")
    assert b"4 of 5 up to date" in first.content
    assert client.get("/sync-sign/", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_forms_say_what_is_wrong():
    from dashboard.core.style import SampleForm

    with translation.override("en"):
        text = str(SampleForm({"tracking": "x"}))
    assert "3 things to correct. Nothing was sent." in text
    assert '<a href="#id_tracking">Tracking number</a>' in text
    assert 'aria-describedby="id_tracking_helptext id_tracking_error"' in text
    assert 'id="id_tracking_error"' in text
    assert 'aria-invalid="true"' in text
    assert 'class="textarea"' in text


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("7", 7),
        ("007", 7),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, 0),
        ("", 0),
        ("-1", 0),
        ("1.0", 0),
        ("²", 0),
        ("٣", 0),
    ],
)
def test_a_key_is_read_from_plain_digits_alone(given, key):
    assert pages.key_of(given) == key
    assert pages.keys_of(["4", given, "4"]) == ([4, key] if key else [4])
