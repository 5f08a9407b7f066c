"""Every address over a furnished house: foreign records, headers, and what no form may change (S10, S11, S16)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database
from django.db import models, transaction
from django.test import Client

from dashboard.core.middleware import HEADERS
from dashboard.staff.models import User
from dashboard.staff.permissions import ADMIN, HOLDERS, ROLES, VIEWER
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Connection
from dashboard.sync.upsert import BASE
from tests.access_table import ACCESS, CALLBACK, DEBUG_ONLY, PUBLIC
from tests.addresses import Address, addresses
from tests.connected import Connect
from tests.factories import make_user
from tests.orders.test_pages import confirm
from tests.security.furnished import furnish, is_about_a_connection, named

pytestmark = pytest.mark.django_db
ALL = [address for address in addresses() if ACCESS[address.name] not in (CALLBACK, DEBUG_ONLY)]
ENDS_THE_SESSION = {"staff:sign_out", "staff:password"}
PICTURES = {"sync:picture", "sync:shared_picture"}  # whose addresses are signed, or cannot be guessed
# Tables that a request may write to whoever asks: sessions, tries, the trail, caches of what was looked at.
BESIDE = (
    "django_session",
    "axes_",
    "sqlite_",
    "staff_auditevent",
    "staff_audithead",
    "sync_exchange",
    "sync_ratebucket",
)


@pytest.fixture
def house(connect: Connect, user_for: Callable[[str], User]) -> dict[str, Any]:
    return furnish(connect, user_for("admin"))


def tables() -> dict[str, str]:
    """A digest of the rows of each table, those beside left out."""
    found = {}
    with database.cursor() as cursor:
        for name in database.introspection.django_table_names(only_existing=True):
            if not name.startswith(BESIDE):
                cursor.execute(f"SELECT * FROM {database.ops.quote_name(name)}")
                rows = sorted(map(repr, cursor.fetchall()))
                found[name] = hashlib.blake2b(repr(rows).encode()).hexdigest()
    return found


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def passing(role: str) -> Iterator[Address]:
    """Addresses that a role passes."""
    for address in ALL:
        code = ACCESS[address.name]
        if code not in HOLDERS or role in HOLDERS[code]:
            yield address


def test_what_hangs_on_a_connection_that_one_may_not_see_is_not_found(house: dict[str, Any]):
    """The answer is that of something that is not there, for every role, and nothing is written."""
    before, walked = tables(), 0
    theirs = {address.name: named(address, house) for address in ALL if is_about_a_connection(address)}
    for role in ROLES:
        client = confirm(signed_in(make_user(f"stranger-{role}", role=role, sees_all_connections=False)))
        nobody = likeness(client.get("/orders/999999/"), "/orders/999999/")
        for address in passing(role):
            url = theirs.get(address.name)
            for method in (client.get, client.post) if role == ADMIN else (client.get,):
                answer = method(url) if url else None
                if answer is not None and answer.status_code != 405:
                    assert likeness(answer, url) == nobody, (role, address.name, answer.status_code)
                    walked += 1
    assert (nobody[0], walked > 250) == (404, True)
    assert {name for name, digest in tables().items() if before.get(name) != digest} == {"staff_user"}


def likeness(answer: Any, url: str) -> tuple[int, int]:
    """Status and length of an answer without the address that it names."""
    return answer.status_code, len(answer.content.replace(url.encode(), b""))


def test_every_record_of_the_walk_is_there_for_who_may_see_it(house: dict[str, Any], user_for: Callable[[str], User]):
    """So that what a stranger is not shown is there; and every answer carries its headers."""
    client = signed_in(user_for("superuser"))
    for address in ALL:
        if address.name not in ENDS_THE_SESSION | PICTURES:
            with transaction.atomic():
                answer = client.get(named(address, house))
                transaction.set_rollback(True)
            is_there = answer.status_code in (200, 302, 405, 409) or (
                answer.status_code == 404 and not address.arguments
            )
            assert is_there, (address.name, answer.status_code)
            assert_headers(address, answer)


def assert_headers(address: Address, answer: Any) -> None:
    for name, value in HEADERS.items():
        assert answer[name] == value, (address.name, name)
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy, address.name
    assert "default-src 'self'" in policy, address.name
    assert "unsafe" not in policy, address.name
    if ACCESS[address.name] != PUBLIC:
        assert "no-store" in answer.get("Cache-Control", ""), address.name


def privileges() -> list[Any]:
    """What people may do and see, and how they sign in."""
    columns = ("pk", "username", "password", "role", "is_superuser", "is_staff", "is_active", "sees_all_connections")
    return [*User.objects.order_by("pk").values_list(*columns), *User.connections.through.objects.values_list()]


def secrets() -> list[Any]:
    """What connections are made of."""
    columns = (
        "pk",
        "slug",
        "platform",
        "base_url",
        "credentials",
        "options",
        "callback_key",
        "callback_secrets",
        "state",
    )
    rows = Connection.objects.order_by("pk").values_list(*columns)
    return [[getattr(value, "token", value) for value in row] for row in rows]


def mirrored() -> dict[str, int]:
    """The columns of every mirrored row that only its platform may change."""
    found = {}
    for mirror in {id(feed.mirror): feed.mirror for feed in FEEDS.values()}.values():
        rows = mirror.model._base_manager.order_by("pk").values_list("pk", *BASE, *mirror.columns)
        found[mirror.model._meta.label] = hash(
            repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows])
        )
    return found


def hostile(person: User, house: dict[str, Any]) -> dict[str, Any]:
    """A value for every column that any table of ours has, whether a form offers it or not."""
    given: dict[str, Any] = {"pk": [str(n) for n in range(1, 40)], "connection": house["m2e"].slug}
    for model in apps.get_models():
        for field in model._meta.concrete_fields if model.__module__.startswith("dashboard.") else ():
            value = (
                "1" if field.is_relation or isinstance(field, models.IntegerField | models.DecimalField) else "x\x00'"
            )
            given.setdefault(field.name, "on" if isinstance(field, models.BooleanField) else value)
    return given | {
        "role": "admin",
        "is_superuser": "on",
        "owner": str(person.pk),
        "author": str(person.pk),
        "form_key": "k",
    }


def test_no_form_takes_what_it_does_not_offer(house: dict[str, Any], user_for: Callable[[str], User]):
    """Nobody gains a right, no mirrored value is edited, no connection is bent by who may not."""
    people = {role: user_for(role) for role in (VIEWER, ADMIN)}  # the others meet the same forms
    urls = {address.name: named(address, house) for address in ALL}
    before = privileges(), mirrored(), secrets()
    for role, person in people.items():
        client, given = confirm(signed_in(person)), hostile(person, house)
        for address in passing(role):
            is_their_work = role == ADMIN and address.name.startswith(("staff:", "sync:connection"))
            if address.name not in ENDS_THE_SESSION and not is_their_work:
                answer = client.post(urls[address.name], given)
                assert answer.status_code < 500, (role, address.name)
        assert (privileges(), mirrored(), secrets()) == before, role
