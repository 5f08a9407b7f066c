import datetime as dt

import pytest
import time_machine
from django.test import Client, RequestFactory

from dashboard.staff import sessions
from tests.factories import PASSWORD, make_user

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
PROFILE = "/staff/profile/"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as machine:
        yield machine


@pytest.fixture
def mei(db):
    return make_user()


@pytest.fixture
def client(clock, mei):
    client = Client()
    client.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    assert client.get(PROFILE).status_code == 200
    return client


def test_twelve_idle_hours_end_a_session(client, clock):
    clock.shift(dt.timedelta(hours=12))
    assert client.get(PROFILE).status_code == 200
    clock.shift(dt.timedelta(hours=12, seconds=1))
    assert client.get(PROFILE).status_code == 302
    assert "_auth_user_id" not in client.session


def test_seven_days_end_a_session_in_use(client, clock):
    for _ in range(21):
        clock.shift(dt.timedelta(hours=8))
        assert client.get(PROFILE).status_code == 200
    clock.shift(dt.timedelta(seconds=1))
    assert client.get(PROFILE).status_code == 302


def test_activity_is_written_at_most_every_five_minutes(client, clock, django_assert_num_queries):
    seen = client.session[sessions.SEEN]
    clock.shift(dt.timedelta(minutes=5))
    client.get(PROFILE)
    assert client.session[sessions.SEEN] == seen
    clock.shift(dt.timedelta(seconds=1))
    client.get(PROFILE)
    assert client.session[sessions.SEEN] == seen + 301


def test_a_disabled_person_is_out_at_once_and_for_good(client, mei):
    mei.is_active = False
    mei.save()
    mei.end_sessions()
    assert client.get(PROFILE).status_code == 302
    mei.is_active = True
    mei.save()
    assert client.get(PROFILE).status_code == 302


def test_ending_sessions_spares_the_one_that_asks(client, mei):
    other = Client()
    other.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    assert client.post("/staff/profile/sessions/end/").status_code == 302
    assert client.get(PROFILE).status_code == 200
    assert other.get(PROFILE).status_code == 302


def test_a_new_password_ends_the_other_sessions(client, mei):
    other = Client()
    other.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    new = "another-long-password"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/staff/profile/password/", data).status_code == 302
    assert client.get(PROFILE).status_code == 200
    assert other.get(PROFILE).status_code == 302


def test_confirmation_lasts_fifteen_minutes(client, clock):
    request = RequestFactory().get("/")
    request.session = client.session
    assert sessions.recently_confirmed(request)
    clock.shift(dt.timedelta(minutes=15))
    assert not sessions.recently_confirmed(request)
    assert client.post("/staff/confirm/", {"password": "wrong", "next": PROFILE}).status_code == 422
    request.session = client.session
    assert not sessions.recently_confirmed(request)
    assert client.post("/staff/confirm/", {"password": PASSWORD, "next": PROFILE}).url == PROFILE
    request.session = client.session
    assert sessions.recently_confirmed(request)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.1", "192.0.2.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "6.6.6.6, 203.0.113.1", "203.0.113.1"),
        (2, "203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "203.0.113.1"),
        (1, "not an address", None),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert sessions.client_ip(request) == expected
