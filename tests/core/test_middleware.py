"""Headers on every kind of answer; callbacks skip the stack; each person reads in their own language and zone."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseNotFound
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.core import middleware


@login_not_required
def plain(request):
    return HttpResponse("ok")


def broken(request):
    raise RuntimeError("boom")


def callback(request, key):
    assert not hasattr(request, "session")
    assert not hasattr(request, "user")
    return HttpResponse(f"{key} {len(request.body)}")


def broken_callback(request):
    raise RuntimeError("boom")


@login_not_required
def with_nonce(request):
    return HttpResponse(str(request.csp_nonce))


def zone(request):
    return HttpResponse(f"{timezone.get_current_timezone_name()} {request.LANGUAGE_CODE}")


urlpatterns = [
    path("plain/", plain),
    path("broken/", broken),
    path("nonce/", with_nonce),
    path("zone/", zone),
    path("only-post/", require_POST(plain)),
    path("gone/", lambda request: HttpResponseNotFound("x")),
    path("callbacks/broken/", broken_callback),
    path("callbacks/<key>/", callback),
    path("", include("dashboard.urls")),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]
PATHS = [
    "/plain/",
    "/broken/",
    "/only-post/",
    "/gone/",
    "/none/",
    "/callbacks/k/",
    "/callbacks/none/x/",
    "/callbacks/broken/",
    "/staff/sign-in/",
    "/staff/",
]


def assert_headers(response):
    for name, value in middleware.HEADERS.items():
        assert response[name] == value, name
    csp = response["Content-Security-Policy"]
    assert "default-src 'self'" in csp
    assert "frame-ancestors 'none'" in csp
    assert "unsafe" not in csp


@pytest.mark.parametrize("role", ["", "viewer", "admin"])
@pytest.mark.parametrize("url", PATHS)
def test_every_answer_carries_the_headers(url, role, client_for):
    client = client_for(role) if role else Client()
    client.raise_request_exception = False
    response = client.get(url)
    assert_headers(response)
    if role and "/callbacks/" not in url:
        assert "no-store" in response["Cache-Control"] or response.status_code == 500
        if response.status_code != 500:
            assert "Cookie" in response["Vary"]


def test_a_bad_host_is_refused_with_headers(settings):
    settings.ALLOWED_HOSTS = ["example.com"]
    for url in ("/plain/", "/callbacks/k/"):
        response = Client().get(url, headers={"host": "evil.example"})
        assert response.status_code == 400
        assert_headers(response)


def test_signed_out_pages_may_be_kept():
    assert "no-store" not in Client().get("/plain/").get("Cache-Control", "")


def test_the_nonce_stands_in_the_policy_only_when_asked_for():
    response = Client().get("/nonce/")
    assert f"script-src 'self' 'nonce-{response.content.decode()}';" in response["Content-Security-Policy"]
    assert "nonce" not in Client().get("/plain/")["Content-Security-Policy"]
    assert response.content != Client().get("/nonce/").content


def test_callbacks_touch_no_database_and_need_no_token(django_assert_num_queries):
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = "x" * 32
    with django_assert_num_queries(0):
        response = client.post("/callbacks/k/", b"{}", content_type="application/json")
    assert (response.status_code, response.content) == (200, b"k 2")
    assert not response.cookies
    assert client.post("/plain/").status_code == 403


def test_a_broken_callback_is_a_500_without_the_stack():
    client = Client(raise_request_exception=False)
    assert client.post("/callbacks/broken/").status_code == 500
    assert client.post("/callbacks/a/b/").status_code == 404


def test_language_and_zone_of_the_person(client_for, user_for):
    user = user_for("support")
    user.language, user.time_zone = "zh-hans", "Asia/Shanghai"
    user.save()
    assert client_for("support").get("/zone/").content == b"Asia/Shanghai zh-hans"
    assert client_for("viewer").get("/zone/").content == b"UTC en"
    user.time_zone = "Nowhere/Else"
    user.save()
    assert client_for("support").get("/zone/").content == b"UTC zh-hans"
