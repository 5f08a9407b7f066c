"""Secrets that are seeded everywhere and must come out nowhere: logs, tables, exports, pages, exchanges (S9)."""

from __future__ import annotations

import io
import logging
from base64 import b32decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db import connection as database
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from structlog.stdlib import ProcessorFormatter

from dashboard.core import exports
from dashboard.staff import two_factor
from dashboard.sync.feeds import feeds_of
from dashboard.sync.kinds import KINDS
from dashboard.sync.models import Command, Connection, Exchange
from dashboard.sync.opening import close_channels
from dashboard.sync.runner import refresh
from tests.connected import Connect, Connected, drive, fault, queue
from tests.faults.pushing import post, send, signed

pytestmark = pytest.mark.django_db
CANARY = "cAnArY"
LISTS = ("/", "/catalog/", "/orders/", "/connections/", "/activity/", "/activity/commands/", "/messages/", "/tickets/")


def secret(name: str) -> str:
    """A secret that is known wherever it turns up."""
    return f"{CANARY}-{name}-7f3d9a52e1"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, at the lowest level, as the product's own handler writes it."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    ours = (one.formatter for one in logging.getLogger().handlers)
    handler.setFormatter(next(one for one in ours if isinstance(one, ProcessorFormatter)))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield kept
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.fixture
def seeded(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> dict[str, Connected]:
    """Every platform with credentials that are canaries."""
    from channels.registry import PLATFORMS

    found = {}
    for key, platform in PLATFORMS.items():
        if key != "fulfillbot":  # whose sandbox knows its keys by their scopes
            secrets = {field.key: secret(f"{key}-{field.key}") for field in platform.credentials if field.secret}
            monkeypatch.setattr(platform.sandbox, "credentials", {**platform.sandbox.credentials, **secrets})
        if getattr(platform.sandbox, "callback_secret", None):
            monkeypatch.setattr(platform.sandbox, "callback_secret", secret(f"{key}-callback"))
        found[key] = connect(key)
    return found


def stored() -> str:
    """Every cell of every table, as the database holds it."""
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            with suppress(DatabaseError), transaction.atomic():  # a vocabulary of a text index cannot be read whole
                cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
                found += [f"{table} {row!r}" for row in cursor.fetchall()]
    return "\n".join(found)


def exported() -> str:
    found = []
    for domain in exports.discover():
        for form in ("csv", "json"):
            out = io.StringIO()
            call_command("export", domain, format=form, stdout=out)
            found.append(out.getvalue())
    return "\n".join(found)


def shown(client_for: Callable[[str], Client], made: dict[str, Connected]) -> str:
    """What a person of the highest role is shown without asking for a secret."""
    client = client_for("superuser")
    paths = [*LISTS, *(f"/connections/{one.connection.slug}/" for one in made.values())]
    paths += [f"/activity/commands/{pk}/" for pk in Command.objects.values_list("pk", flat=True)]
    return "\n".join(client.get(path, follow=True).content.decode("utf-8", "replace") for path in paths)


def live(made: dict[str, Connected], monkeypatch: pytest.MonkeyPatch) -> None:
    """A day's work, with answers that repeat secrets, refusals, and faults of our own."""
    for one in made.values():
        one.sandbox.calls_per_minute = one.sandbox.calls_a_minute = 100_000
        for run in (
            refresh(one.connection, feed, full=True, purpose="foreground") for feed in feeds_of(one.connection)
        ):
            assert (run and run.error) == "", run
    supply, goods = made["accplanet"], made["imetastore"]
    waiting = next(o for o in supply.sandbox.orders.values() if o["status"] == "pending_order" and o["quantity"] == 1)
    rows = [secret("row")]
    drive(queue(supply.connection, "orders.deliver", waiting["order_id"], rows=rows, append=True))
    order = next(o for o in goods.sandbox.orders if o["sellerOrderStatus"] == 1 and o["quantity"] == 1)
    fault(goods.sandbox, "orders.deliver", "malformed", body=f'{{"code": "9", "msg": "Refused {secret("content")}"}}')
    drive(queue(goods.connection, "orders.deliver", str(order["orderId"]), content=secret("content")))
    product = next(iter(supply.sandbox.products))
    accounts = f"user:{secret('account')}"
    kind: Any = KINDS["catalog.append_accounts"]

    def breaks(self: Any, context: Any) -> Any:
        raise ValueError(f"A fault of ours with {secret('accplanet-api_key')} in its words")

    with monkeypatch.context() as patch:
        patch.setattr(type(kind), "send", breaks)
        drive(queue(supply.connection, "catalog.append_accounts", product, accounts=accounts), steps=3)
    several = [{"username": f"u{n}", "password": secret(f"pool-{n}")} for n in range(6)]
    others = [one for one in supply.sandbox.products if one != product]
    assert drive(queue(supply.connection, "catalog.append_accounts", others[0], accounts=several)).state == "done"
    typed_and_pushed(made)
    for key, one in made.items():
        words = " ".join(str(value) for value in one.connection.credentials.values())
        one.sandbox.faults.clear()
        fault(one.sandbox, "*", "malformed", body=f"Your credentials {words} are wrong", times=1)
        for feed in feeds_of(one.connection):
            refresh(one.connection, feed, full=True, purpose="foreground")
        one.sandbox.credentials = dict.fromkeys(one.sandbox.credentials, "changed")
        one.sandbox.expire_tokens()
        Connection.objects.filter(slug=key).update(token=None)
    close_channels()


def typed_and_pushed(made: dict[str, Connected]) -> None:
    """What people type in the wrong place, and pushes with true and forged proofs."""
    client = Client()
    for name, password in (("admin", secret("typed")), (secret("as-name"), "x"), (secret("both"), secret("both"))):
        client.post("/staff/sign-in/", {"username": name, "password": password})
    signing, tokened = made["imetastore"], made["shoppo"]
    push = signed(signing.sandbox.callback_secret, signing.sandbox.orders[0], timezone.now(), "1")
    assert send(signing, push) == 200
    for token, answer in ((tokened.sandbox.callback_secret, 200), (secret("forged-token"), 401)):
        assert post(tokened, "order-cancel", b'{"order_id": "1"}', {"accesstoken": token}) == answer


def test_no_secret_comes_out(
    seeded: dict[str, Connected],
    client_for: Callable[[str], Client],
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
):
    live(seeded, monkeypatch)
    assert Exchange.objects.count() > 50
    places = {"log": log.getvalue(), "database": stored(), "exports": exported(), "pages": shown(client_for, seeded)}
    for name, text in places.items():
        assert len(text) > 500, name
        for wanted in (CANARY, seeded["fulfillbot"].connection.credentials["api_key"]):
            hits = [line for line in text.splitlines() if wanted in line]
            around = [line[max(0, line.index(wanted) - 160) : line.index(wanted) + 40] for line in hits[:5]]
            assert hits == [], f"{name}: {len(hits)} hits, such as {around}"


def test_no_table_tells_the_second_step(client_for: Callable[[str], Client], user_for: Callable[[str], Any]):
    """Neither the device's secret, in any spelling, nor a recovery code, wherever they were made, shown and used."""
    person, client = user_for("admin"), Client()
    password = "a-password-for-this-test"
    person.set_password(password)
    person.save()
    client.post("/staff/sign-in/", {"username": person.username, "password": password})
    client.post("/staff/profile/two-factor/enrol/")
    device = two_factor.pending_device(person)
    assert device is not None
    code = f"{totp(b32decode(device.secret)):06}"
    codes = client.post("/staff/profile/two-factor/on/", {"code": code}).context["codes"]
    client.post("/staff/sign-out/")
    client.post("/staff/sign-in/", {"username": person.username, "password": password})
    client.post("/staff/sign-in/code/", {"code": codes[0]})
    assert two_factor.recovery_codes_left(person) == 9
    dump = (stored() + exported()).lower()
    key = b32decode(device.secret)
    spellings = [device.secret, two_factor.secret_of(device), key.hex(), b64encode(key).decode(), repr(key)[2:-1]]
    spellings += [each for one in codes for each in (one, one.replace("-", ""))]
    assert [text for text in spellings if text.lower() in dump] == []
