import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from dashboard.staff.models import AuditEvent
from tests.factories import PASSWORD, make_user
from tests.staff.devices import code_of, end_pause, with_device, wrong_code_of

URL = "/staff/sign-in/"
CODE_URL = "/staff/sign-in/code/"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def mei(db):
    return make_user(email="mei@example.com")


def sign_in(client, username="mei", password=PASSWORD, **more):
    return client.post(URL, {"username": username, "password": password, **more})


def is_signed_in(client):
    return client.get("/staff/profile/").status_code == 200


def test_name_and_password_sign_in_under_a_new_session_key(mei, client):
    client.get(URL)
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    response = sign_in(client)
    assert (response.status_code, response.url) == (302, "/")
    assert client.session.session_key != before
    assert is_signed_in(client)
    assert AuditEvent.objects.get().verb == "staff.signed_in"


@pytest.mark.parametrize("name", ["mei", "MEI", " mei ", "mei@example.com", "Mei@Example.com"])
def test_the_name_is_forgiving(mei, client, name):
    assert sign_in(client, name).status_code == 302


def test_the_three_refusals_read_the_same(mei, client):
    make_user("gone", is_active=False)
    pages = []
    for name, password in (("mei", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD)):
        response = sign_in(Client(), name, password)
        assert response.status_code == 422
        pages.append([(error.code, str(error.message)) for error in response.context["form"].non_field_errors().data])
        assert response.context["tries_left"] == "9 tries left, then a pause."
    assert pages[0] == pages[1] == pages[2] == [("refused", "User name and password do not match.")]


def test_a_refused_try_is_audited_only_for_an_account_that_exists(mei, client):
    sign_in(client, "mei", "wrong")
    sign_in(client, "my-secret-password", "mei")
    assert [(event.verb, event.target_label) for event in AuditEvent.objects.all()] == [
        ("staff.sign_in_refused", "mei")
    ]


@pytest.mark.parametrize("name", ["mei", "nobody"])
def test_the_tenth_wrong_try_pauses_the_account_for_fifteen_minutes(mei, client, name):
    with time_machine.travel(NOON, tick=False) as clock:
        statuses = [sign_in(client, name, "wrong").status_code for _ in range(10)]
        assert statuses == [422] * 9 + [429]
        assert sign_in(client, name).status_code == 429
        clock.shift(dt.timedelta(minutes=14))
        assert sign_in(client, name).status_code == 429
        clock.shift(dt.timedelta(minutes=2))
        assert sign_in(client, name).status_code == (302 if name == "mei" else 422)


def test_name_and_address_of_one_person_count_together(mei, client):
    for n in range(9):
        sign_in(client, ["mei", "MEI", "mei@example.com"][n % 3], "wrong")
    assert sign_in(client, "mei@example.com", "wrong").status_code == 429


def test_another_address_is_not_paused(mei, client):
    for _ in range(10):
        sign_in(client, "mei", "wrong")
    assert sign_in(Client(REMOTE_ADDR="198.51.100.9")).status_code == 302


def test_the_throttle_keeps_no_password(mei, client):
    sign_in(client, "mei", "a-wrong-password")
    assert "a-wrong-password" not in str(AccessAttempt.objects.values().get())


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "https:evil.example",
        "///evil.example", "http:///evil.example", "javascript:alert(1)", "\t//evil.example", "/\t/evil.example",
        "https://testserver@evil.example", "https://evil.example\\@testserver", " //evil.example", "\n//evil.example",
        "http://testserver.evil.example", "ftp://testserver/", "data:text/html,x", "//testserver@evil.example/",
    ],
)  # fmt: skip
def test_next_stays_on_the_host(mei, client, target):
    assert sign_in(client, next=target).url == "/"


def test_next_is_followed_on_the_host(mei, client):
    assert sign_in(client, next="/staff/?a=1").url == "/staff/?a=1"


def test_who_is_signed_in_is_sent_on(client_for):
    response = client_for("viewer").get(URL, {"next": "/staff/profile/"})
    assert (response.status_code, response.url) == (302, "/staff/profile/")


def test_the_form_needs_its_token(mei):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client).status_code == 403
    assert not is_signed_in(client)


def test_signing_out_is_a_post(client_for):
    client = client_for("viewer")
    assert client.get("/staff/sign-out/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/staff/sign-out/").url == URL
    assert not is_signed_in(client)


def test_the_second_step_comes_between(mei, client):
    device = with_device(mei)
    response = sign_in(client, next="/staff/profile/")
    assert response.url == f"{CODE_URL}?next=%2Fstaff%2Fprofile%2F"
    assert not is_signed_in(client)
    assert client.post(CODE_URL, {"code": wrong_code_of(device)}).status_code == 422
    assert not is_signed_in(client)
    end_pause(device)
    response = client.post(CODE_URL, {"code": code_of(device), "next": "/staff/profile/"})
    assert response.url == "/staff/profile/"
    assert is_signed_in(client)


def test_a_wrong_code_slows_the_device_down(mei, client):
    device = with_device(mei)
    sign_in(client)
    client.post(CODE_URL, {"code": wrong_code_of(device)})
    assert client.post(CODE_URL, {"code": code_of(device)}).status_code == 422
    assert not is_signed_in(client)


def test_the_code_page_needs_the_password_first_and_soon(mei, client):
    device = with_device(mei)
    assert client.get(CODE_URL).url == URL
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client)
        clock.shift(dt.timedelta(minutes=6))
        assert client.post(CODE_URL, {"code": code_of(device)}).url == URL
        assert not is_signed_in(client)


def test_a_password_changed_meanwhile_ends_the_second_step(mei, client):
    device = with_device(mei)
    sign_in(client)
    mei.set_password("another-long-password")
    mei.save()
    assert client.post(CODE_URL, {"code": code_of(device)}).url == URL


def test_who_is_disabled_meanwhile_does_not_pass_the_second_step(mei, client):
    device = with_device(mei)
    sign_in(client)
    mei.is_active = False
    mei.save()
    assert client.post(CODE_URL, {"code": code_of(device)}).url == URL
    assert not is_signed_in(client)


def test_the_browser_is_trusted_for_thirty_days(mei, client):
    device = with_device(mei)
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client)
        client.post(CODE_URL, {"code": code_of(device)})
        client.post("/staff/sign-out/")
        assert sign_in(client).url == "/"
        client.post("/staff/sign-out/")
        clock.shift(dt.timedelta(days=31))
        assert sign_in(client).url.startswith(CODE_URL)


def test_trust_in_a_browser_belongs_to_one_person(mei, client):
    device = with_device(mei)
    with_device(make_user("li"))
    sign_in(client)
    client.post(CODE_URL, {"code": code_of(device)})
    client.post("/staff/sign-out/")
    assert sign_in(client, "li").url.startswith(CODE_URL)


@pytest.mark.parametrize(("name", "password"), [("mei", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD)])
def test_a_refusal_costs_one_hash_whoever_is_named(mei, client, monkeypatch, name, password):
    make_user("gone", is_active=False)
    hashed = []
    for method in ("encode", "verify"):
        original = getattr(MD5PasswordHasher, method)

        def counted(self, given, *rest, original=original):
            hashed.append(given)
            return original(self, given, *rest)

        monkeypatch.setattr(MD5PasswordHasher, method, counted)
    assert sign_in(client, name, password).status_code == 422
    # verify() hashes by calling encode(), so that a check of a stored password counts twice
    assert hashed.count(password) == (1 if name == "nobody" else 2)
