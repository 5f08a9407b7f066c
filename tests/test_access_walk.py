"""Every address × every role, from the table and the resolver: nothing is left to memory."""

import hashlib

import pytest
from django.db import connection
from django.test import Client

from dashboard.staff import permissions
from dashboard.staff.models import AuditEvent
from tests.access_table import ACCESS, CALLBACK, DEBUG_ONLY, PUBLIC, SIGNED_IN
from tests.addresses import addresses
from tests.pages import assert_strict_html

ALL = {address.name: address for address in addresses()}
SAFE_TO_CHANGE = ("django_session", "axes_", "sqlite_")
OPEN = {PUBLIC, CALLBACK, DEBUG_ONLY}


def guarded_by(kind):
    return pytest.mark.parametrize("name", [name for name in ALL if kind(ACCESS.get(name, ""))])


def ask(client, address, **headers):
    """GET, or POST where only that is allowed."""
    response = client.get(address.url(), headers=headers)
    return client.post(address.url(), headers=headers) if response.status_code == 405 else response


def content_of_database():
    with connection.cursor() as cursor:
        digest = hashlib.blake2b()
        for table in sorted(connection.introspection.django_table_names(only_existing=True)):
            if not table.startswith(SAFE_TO_CHANGE):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                digest.update(repr((table, sorted(map(repr, cursor.fetchall())))).encode())
        return digest.hexdigest()


def test_every_address_is_in_the_table_and_no_other():
    assert set(ALL) == set(ACCESS)


def test_the_table_uses_known_words():
    assert {value for value in ACCESS.values() if value not in permissions.HOLDERS} <= OPEN | {SIGNED_IN}


@guarded_by(lambda code: code in permissions.HOLDERS)
def test_the_view_carries_the_permission_of_the_table(name):
    assert getattr(ALL[name].view, "requires", None) == ACCESS[name]


@pytest.mark.django_db
@guarded_by(lambda code: code not in OPEN)
def test_anonymous_is_led_to_sign_in(name):
    client = Client()
    for response in (client.get(ALL[name].url()), client.post(ALL[name].url())):
        assert response.status_code == 302
        assert response.url.startswith("/staff/sign-in/?next=")
    response = client.get(ALL[name].url(), headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"].startswith("/staff/sign-in/?next=")


@pytest.mark.parametrize("role", permissions.ROLES)
def test_a_role_passes_or_is_refused_and_noted(client_for, role):
    client, noted = client_for(role), 0
    for name in (name for name in ALL if ACCESS[name] in permissions.HOLDERS):
        response = ask(client, ALL[name])
        if role in permissions.HOLDERS[ACCESS[name]]:
            assert response.status_code not in (401, 403), name
            assert not response.get("Location", "").startswith("/staff/sign-in/"), name
            assert response.status_code < 500, name
        else:
            noted += 1
            assert response.status_code == 403, name
        assert AuditEvent.objects.filter(verb="staff.access_denied").count() == noted, name


@guarded_by(lambda code: code == SIGNED_IN)
def test_every_member_of_staff_passes(client_for, name):
    for role in permissions.ROLES:
        response = ask(client_for(role), ALL[name])
        assert response.status_code not in (401, 403), role
        assert response.status_code < 500, role


@guarded_by(lambda code: code != CALLBACK)
def test_a_post_without_the_token_is_refused(user_for, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_for("superuser"), backend="django.contrib.auth.backends.ModelBackend")
    before = content_of_database()
    assert client.post(ALL[name].url()).status_code == 403
    assert content_of_database() == before


def test_reading_changes_nothing(client_for):
    client = client_for("superuser")
    client.get("/staff/profile/")
    before = content_of_database()
    for address in ALL.values():
        assert client.get(address.url()).status_code < 500, address.name
        assert content_of_database() == before, address.name


@guarded_by(lambda code: code != CALLBACK)
def test_every_page_is_strict_html_in_both_languages(client_for, settings, name):
    client = client_for("superuser")
    for language in ("en", "zh-hans"):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        response = client.get(ALL[name].url())
        if response["Content-Type"].startswith("text/html"):
            assert_strict_html(response, fragment=not response.content.lstrip().lower().startswith(b"<!doctype"))
