"""The second step: codes that are good once, recovery codes, and secrets that no table holds in plain text."""

import base64
import datetime as dt
import importlib
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client

from dashboard.staff import two_factor
from dashboard.staff.models import AuditEvent, Authenticator, RecoveryCode
from tests.factories import PASSWORD, make_user
from tests.staff.devices import code_of, end_pause, with_device, wrong_code_of

CODE_URL = "/staff/sign-in/code/"
CODES_URL = "/staff/profile/two-factor/codes/"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
KEY = "3132333435363738393031323334353637383930"  # the secret of RFC 6238's own table


@pytest.fixture
def mei(db):
    return make_user()


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as machine:
        yield machine


def give(code):
    """Sign in by password in a fresh browser and give the code; the client and its last answer."""
    client = Client()
    client.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    return client, client.post(CODE_URL, {"code": code, "next": "/staff/profile/"})


def is_in(client):
    return client.get("/staff/profile/").status_code == 200


def test_a_code_is_good_once(mei, clock):
    device = with_device(mei)
    code = code_of(device)
    assert is_in(give(code)[0])
    client, response = give(code)
    assert (response.status_code, is_in(client)) == (422, False)
    clock.shift(dt.timedelta(seconds=30))
    assert is_in(give(code_of(device))[0])


@pytest.mark.parametrize(("drift", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_device_may_be_one_step_off(mei, clock, drift, fits):
    device = with_device(mei)
    assert two_factor.accepted(mei, code_of(device, drift)) == (two_factor.BY_DEVICE if fits else "")


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "-12345", "\u0661\u0662\u0663\u0664\u0665\u0666"])
def test_what_is_no_code_is_refused(mei, typed):
    with_device(mei)
    assert two_factor.accepted(mei, typed) == ""


def test_the_digits_are_those_of_the_standard(mei):
    Authenticator.objects.create(user=mei, confirmed=True, secret=base64.b32encode(bytes.fromhex(KEY)).decode())
    with time_machine.travel(1111111109, tick=False):
        assert two_factor.accepted(mei, "081804") == two_factor.BY_DEVICE


def test_each_refusal_doubles_the_pause_up_to_fifteen_minutes(mei, clock):
    device = with_device(mei)
    for pause in (1, 2, 4, 8):
        assert two_factor.accepted(mei, wrong_code_of(device)) == ""
        clock.shift(dt.timedelta(seconds=pause - 0.1))
        assert two_factor.accepted(mei, code_of(device)) == ""
        clock.shift(dt.timedelta(seconds=0.2))
    Authenticator.objects.update(failures=400)
    assert two_factor.accepted(mei, wrong_code_of(device)) == ""
    clock.shift(dt.timedelta(minutes=15))
    assert two_factor.accepted(mei, code_of(device)) == two_factor.BY_DEVICE


def test_enrolling_shows_ten_codes_once(mei, client):
    client.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    device = two_factor.enrol(mei)
    page = client.post("/staff/profile/two-factor/on/", {"code": code_of(device)})
    codes = page.context["codes"]
    assert len(set(codes)) == 10
    assert all(code in page.content.decode() for code in codes)
    assert page["Cache-Control"] == "no-store"
    for url in ("/staff/profile/", "/staff/profile/two-factor/"):
        text = client.get(url).content.decode()
        assert "10 recovery codes left." in text
        assert not any(code in text for code in codes)
    assert client.post("/staff/profile/two-factor/on/", {"code": code_of(device, 1)}).status_code == 422
    assert two_factor.recovery_codes_left(mei) == 10


def test_a_recovery_code_signs_in_once_and_is_told(mei):
    device = with_device(mei)
    code = two_factor.new_recovery_codes(mei)[3]
    client, _response = give(f" {code.upper().replace('-', ' ')} ")
    page = client.get("/staff/profile/").content.decode()
    assert "9 recovery codes left." in page
    assert "You used a recovery code; 9 are left." in page
    assert [(e.verb, e.detail) for e in AuditEvent.objects.all()[:2]] == [
        ("staff.recovery_code_used", {"left": 9}),
        ("staff.signed_in", {}),
    ]
    assert two_factor.TRUST_COOKIE not in client.cookies
    client, response = give(code)
    assert (response.status_code, is_in(client)) == (422, False)
    assert AuditEvent.objects.first().verb == "staff.second_step_refused"
    end_pause(device)
    assert two_factor.recovery_codes_left(mei) == 9


def test_a_wrong_recovery_code_is_refused_and_slows_down(mei):
    with_device(mei)
    right = two_factor.new_recovery_codes(mei)[0]
    wrong = right[:-1] + ("a" if right[-1] != "a" else "b")
    client, response = give(wrong)
    assert (response.status_code, is_in(client)) == (422, False)
    assert Authenticator.objects.get().failures == 1
    Authenticator.objects.update(failures=20)
    assert give(right)[1].status_code == 422
    assert two_factor.recovery_codes_left(mei) == 10


def test_a_recovery_code_is_one_persons(mei):
    li = make_user("li")
    with_device(mei)
    with_device(li)
    assert two_factor.accepted(mei, two_factor.new_recovery_codes(li)[0]) == ""
    assert two_factor.recovery_codes_left(li) == 10


def test_new_codes_end_the_old_ones(mei, client):
    client.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    with_device(mei)
    old = two_factor.new_recovery_codes(mei)
    new = client.post(CODES_URL).context["codes"]
    assert (len(new), set(new) & set(old)) == (10, set())
    assert [(e.verb, e.detail) for e in AuditEvent.objects.all()[:1]] == [("staff.recovery_codes_made", {"number": 10})]
    assert two_factor.accepted(mei, old[0]) == ""
    end_pause(two_factor.device_of(mei))
    assert two_factor.accepted(mei, new[0]) == two_factor.BY_RECOVERY_CODE


def test_new_codes_ask_for_the_password(client_for, user_for):
    client = client_for("viewer")
    with_device(user_for("viewer"))
    assert client.post(CODES_URL).url.startswith("/staff/confirm/")
    assert RecoveryCode.objects.count() == 0


def test_without_a_second_step_no_codes_are_made(mei, client):
    client.post("/staff/sign-in/", {"username": "mei", "password": PASSWORD})
    assert client.post(CODES_URL).url == "/staff/profile/two-factor/"
    assert (RecoveryCode.objects.count(), AuditEvent.objects.first().verb) == (0, "staff.signed_in")


def test_devices_of_earlier_versions_are_encrypted_and_their_table_goes(mei):
    migration = importlib.import_module("dashboard.staff.migrations.0003_seal_authenticators")
    columns = "id integer, user_id integer, confirmed boolean, key varchar(80), drift integer, last_t bigint"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {migration.OLD} ({columns})")
        row = f"INSERT INTO {migration.OLD} VALUES (%s, %s, %s, %s, 1, 7)"
        cursor.execute(row, [1, mei.pk, True, "00" * 20])
        cursor.execute(row, [2, mei.pk, True, KEY])
        for _again in range(2):
            migration.move(apps, SimpleNamespace(connection=connection))
        assert migration.OLD not in connection.introspection.table_names(cursor)
        cursor.execute("SELECT secret FROM staff_authenticator")
        [(kept,)] = cursor.fetchall()
    device = two_factor.device_of(mei)
    assert (base64.b32decode(device.secret).hex(), device.drift, device.last_step) == (KEY, 1, 7)
    assert KEY not in kept
    assert device.secret not in kept
