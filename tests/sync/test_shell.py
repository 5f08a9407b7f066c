"""The management commands: exit codes and the JSON that scripts read (SURFACE §2)."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from channels.http import InProcess
from dashboard.staff.models import AuditEvent
from dashboard.sync import retention
from dashboard.sync.doctor import diagnose
from dashboard.sync.models import Callback, Command, Connection, Exchange, FeedState, Heartbeat, Run
from dashboard.sync.models.commands import DONE, NEEDS_REVIEW, QUEUED, UNKNOWN
from dashboard.sync.opening import TRANSPORTS
from tests.connected import effects, fault, pull, queue

URL = "http://127.0.0.1:9/m2e"
COMMAND_KEYS = {
    "id", "connection", "platform", "kind", "target", "payload", "state", "attempts", "error", "evidence", "receipt",
    "batch", "actor", "created_at", "finished_at",
}  # fmt: skip


def run(*words):
    """Exit code and output."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*words, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def variant(connection):
    from dashboard.catalog.models import Variant

    pull(connection, "products")
    return Variant.objects.exclude(sku="").exclude(quantity=5).filter(gone_at=None).earliest("pk")


# -- connection ------------------------------------------------------------------------------------------------------


def test_connections_are_added_shown_changed_and_removed(db, settings, monkeypatch):
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setenv("TOKEN_OF_TEST", "eyJsecret.secret.secret")
    words = ("connection", "add", "m2e", "new", "--base-url", URL, "--set", "access_token=env:TOKEN_OF_TEST")
    assert run(*words, "--title", "New shop")[0] == 0
    code, text = run("connection", "show", "new", "--format", "json")
    facts = json.loads(text)
    assert (code, facts["slug"], facts["platform"], facts["title"]) == (0, "new", "m2e", "New shop")
    assert (facts["base_url"], facts["state"], facts["callback_urls"]) == (URL, "active", {})
    assert "products" in [feed["feed"] for feed in facts["feeds"]]
    assert "secret" not in text
    assert run(*words)[0] == 1
    assert run("connection", "set", "new", "--set", "currency=EUR")[0] == 0
    assert Connection.objects.get().options == {"currency": "EUR"}
    assert run("connection", "disable", "new") == (0, "new is disabled.\n")
    assert Connection.objects.get().state == Connection.DISABLED
    assert run("connection", "enable", "new")[0] == 0
    assert [row["slug"] for row in json.loads(run("connection", "list", "--format", "json")[1])] == ["new"]
    assert run("connection", "remove", "new")[0] == 0
    assert not Connection.objects.exists()
    assert AuditEvent.objects.filter(connection="new").count() == 5


@pytest.mark.parametrize(
    "words",
    [
        ("add", "m2e", "Bad Slug", "--set", "access_token=x"),
        ("add", "m2e", "new"),
        ("add", "m2e", "new", "--set", "access_token=x", "--set", "other=y"),
        ("add", "m2e", "new", "--set", "access_token=x", "--base-url", "http://169.254.169.254/"),
        ("add", "m2e", "new", "--set", "access_token=x", "--base-url", "http://m2e.cloud/api"),
        ("add", "m2e", "new", "--set", "access_token=x", "--base-url", "https://a@m2e.cloud/api"),
        ("add", "m2e", "new", "--set", "access_token=x", "--callback-secret", "short"),
        ("add", "m2e", "new", "--set", "access_token=env:NOT_SET_ANYWHERE"),
        ("show", "nothing"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_saved_nowhere(db, words):
    code, text = run("connection", *words)
    assert (code, "\n" in text.strip(), Connection.objects.count()) == (1, False, 0)
    assert text


def test_the_conformance_sheet_is_probed_live(shop):
    code, text = run("connection", "check", "shop", "--format", "json")
    facts = json.loads(text)
    assert (code, facts["proven"], facts["points"][0]["name"], facts["points"][0]["result"]) == (
        0, True, "Credentials", "ok",
    )  # fmt: skip
    assert {"name", "address", "documented", "confirmed", "usable"} <= set(facts["routes"][0])
    authenticate = shop.sandbox.authenticate
    shop.sandbox.expire_tokens()
    code, text = run("connection", "check", "shop", "--format", "json")
    assert (code, json.loads(text)["proven"]) == (1, False)
    assert Connection.objects.get(slug="shop").state == Connection.REAUTH_NEEDED
    shop.sandbox.authenticate = lambda request: None
    assert run("connection", "check", "shop")[0] == 0
    assert Connection.objects.get(slug="shop").state == Connection.ACTIVE
    shop.sandbox.authenticate = authenticate


def test_the_sheet_names_every_endpoint_push_and_gap(connect, monkeypatch):
    connection, sandbox = connect("imetastore")
    base = "https://paas-gateway.imetastore.io/merchant-api"
    fault(sandbox, "products.list", "status", code=400, skip=1, times=9)
    code, text = run("connection", "check", "imetastore", "--format", "json")
    facts = json.loads(text)
    routes = {one["name"]: one for one in facts["routes"]}
    assert code == 1
    assert list(routes) == [one.name for one in connection.declared.routes]
    assert (routes["orders.list"]["documented"], routes["orders.list"]["usable"]) == (False, True)
    assert (routes["orders.list"]["last_status"], routes["products.list"]["last_status"]) == (200, 400)
    assert (routes["products.stock"]["last_status"], routes["products.stock"]["last_at"]) == (None, None)
    path = f"/callbacks/{connection.callback_key}/order-status"
    assert facts["callbacks"] == [{"event": "order-status", "path": path, "signed": True, "last_at": None}]
    gaps = {one["capability"]: one["why"] for one in facts["missing"]}
    assert gaps["CancelsOrders"] == "The seller API cannot cancel an order."
    monkeypatch.setitem(TRANSPORTS, base, InProcess(sandbox, "/merchant-api"))
    Connection.objects.update(base_url=base, version=connection.version + 1)
    code, text = run("connection", "check", "imetastore")
    told = next(line.split() for line in text.splitlines() if line.startswith("orders.list "))
    assert (code, told[1:6]) == (1, ["POST", "/seller/order", "assumed", "when", "confirmed"])
    assert "CancelsOrders" in text
    assert path in text


def test_a_clock_that_is_wrong_is_a_needed_point(connect):
    _connection, sandbox = connect("imetastore")
    sandbox.clock.advance(600)
    code, text = run("connection", "check", "imetastore", "--format", "json")
    clock = next(one for one in json.loads(text)["points"] if one["name"] == "Clock")
    assert (code, clock["result"], clock["needed"]) == (1, "failed", True)


def test_a_callback_key_may_be_given_and_a_weak_one_is_said(connect):
    connection, _sandbox = connect("shoppo")
    for key, said in (("k" * 22, False), ("short", True)):
        out, err = StringIO(), StringIO()
        call_command("connection", "set", "shoppo", "--callback-key", key, stdout=out, stderr=err)
        connection.refresh_from_db()
        assert connection.callback_key == key
        assert f"ticket-reply: /callbacks/{key}/ticket-reply" in out.getvalue()
        assert ("can be guessed" in err.getvalue()) is said
    for key in ("a/b", "k" * 121, "é"):
        code, text = run("connection", "set", "shoppo", "--callback-key", key)
        connection.refresh_from_db()
        assert (code, connection.callback_key) == (1, "short")
        assert "1 to 120 letters, digits, - or _" in text


def test_routes_are_bent_and_confirmed(connect):
    connection, _sandbox = connect("imetastore")
    route = next(one for one in connection.declared.routes if not one.documented)
    address = f"{route.method} /v9{route.path}"
    words = ("connection", "set", "imetastore", "--route", f"{route.name}={address}", "--confirm-route", route.name)
    assert run(*words)[0] == 0
    connection.refresh_from_db()
    assert (connection.routes, connection.confirmed_routes) == ({route.name: address}, [route.name])
    assert run("connection", "set", "imetastore", "--route", "no_route=GET /")[0] == 1
    assert run("connection", "set", "imetastore", "--confirm-route", "no_route")[0] == 1


# -- refresh ---------------------------------------------------------------------------------------------------------


def test_refresh_prints_one_object_a_feed(shop):
    code, text = run("refresh", "shop", "--feed", "products", "--format", "json")
    (fact,) = lines(text)
    assert code == 0
    assert list(fact) == [
        "connection", "feed", "seen", "created", "changed", "unchanged", "gone", "quarantined", "error",
    ]  # fmt: skip
    assert (fact["connection"], fact["feed"], fact["error"]) == ("shop", "products", "")
    assert fact["seen"] == fact["created"] + fact["quarantined"] > 0
    (again,) = lines(run("refresh", "shop", "--feed", "products", "--full", "--format", "json")[1])
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, fact["created"])


def test_a_failing_feed_does_not_stop_the_others(shop):
    fault(shop.sandbox, "CatalogProductsFind", "malformed", times=99)
    code, text = run("refresh", "shop", "--format", "json")
    facts = {fact["feed"]: fact["error"] for fact in lines(text)}
    assert code == 1
    assert facts.pop("products")
    assert facts
    assert set(facts.values()) == {""}


def test_an_unknown_feed_or_connection_is_refused(shop):
    assert run("refresh", "shop", "--feed", "nothing")[0] == 1
    assert run("refresh", "nowhere")[0] == 1
    assert not Run.objects.exists()


# -- command and send ------------------------------------------------------------------------------------------------


def test_submit_now_sends_and_prints_the_command(shop, variant):
    words = ("command", "submit", "shop", "catalog.set_stock", variant.sku, "quantity=5", "--now")
    code, text = run(*words)
    facts = json.loads(text)
    assert (code, set(facts)) == (0, COMMAND_KEYS)
    assert (facts["state"], facts["attempts"], facts["target"]) == (DONE, 1, variant.remote_id)
    assert effects(shop.sandbox) == [{"sku": variant.sku, "quantity": 5}]
    variant.refresh_from_db()
    assert variant.quantity == 5


def test_submit_now_waits_for_a_refused_rate_that_ends_soon(shop, variant):
    fault(shop.sandbox, "catalogProductsVariantsUpdate", "rate_limit", seconds=1, times=1)
    code, text = run("command", "submit", "shop", "catalog.set_stock", variant.sku, "quantity=5", "--now")
    assert (code, json.loads(text)["state"]) == (0, DONE)
    assert effects(shop.sandbox) == [{"sku": variant.sku, "quantity": 5}]
    fault(shop.sandbox, "catalogProductsVariantsUpdate", "rate_limit", seconds=600, times=1)
    code, text = run("command", "submit", "shop", "catalog.set_stock", variant.sku, "quantity=6", "--now")
    assert (code, json.loads(text)["state"]) == (0, QUEUED)
    assert len(effects(shop.sandbox)) == 1


def test_exit_codes_tell_how_it_ended(shop, variant):
    def submit(*words):
        return run("command", "submit", "shop", *words)[0]

    stock = ("catalog.set_stock", variant.sku)
    assert submit(*stock, "quantity=-1") == 1
    assert submit(*stock, "amount=1") == 1
    assert submit("catalog.nothing", variant.sku) == 1
    assert effects(shop.sandbox) == []
    assert submit(*stock, "quantity=6") == 0  # queued
    fault(shop.sandbox, "catalogProductsVariantsUpdate", "status", code=400, times=1)
    assert submit(*stock, "quantity=7", "--now") == 2
    fault(shop.sandbox, "catalogProductsVariantsUpdate", "drop_after_apply", times=1)
    fault(shop.sandbox, "CatalogProductGet", "status", code=404, times=99)
    assert Command.objects.count() == 2


def test_the_same_key_is_the_same_command(shop, variant):
    words = ("command", "submit", "shop", "catalog.set_stock", variant.sku, "quantity:=5", "--key", "once")
    first = json.loads(run(*words)[1])
    run("send", "--all")
    again = json.loads(run(*words)[1])
    assert (again["id"], again["state"]) == (first["id"], DONE)
    assert len(effects(shop.sandbox)) == 1


def test_a_lost_answer_is_proven_by_send(shop, variant):
    fault(shop.sandbox, "catalogProductsVariantsUpdate", "drop_after_apply", times=1)
    command = queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=5)
    assert run("send")[0] == 0
    assert run("send", "--all")[0] == 0
    command.refresh_from_db()
    assert (command.state, command.attempts, command.evidence[-1]["verdict"]) == (DONE, 1, "applied")
    assert effects(shop.sandbox) == [{"sku": variant.sku, "quantity": 5}]


def test_a_server_error_before_the_effect_is_proven_absent_and_sent_again(shop, variant):
    fault(shop.sandbox, "catalogProductsVariantsUpdate", "status", code=500, times=1)
    command = queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=5)
    assert run("send", "--all")[0] == 0
    command.refresh_from_db()
    assert (command.state, command.attempts) == (DONE, 2)
    assert len(effects(shop.sandbox)) == 1


def test_send_leaves_what_rests_or_waits_for_a_person(shop, variant):
    waiting = queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=5)
    Command.objects.update(state=NEEDS_REVIEW)
    other = queue(shop.connection, "catalog.set_price", variant.remote_id, price="9.99")
    Connection.objects.update(state=Connection.PAUSED)
    code, text = run("send", "--all")
    assert (code, text) == (0, "0 steps, 0 still moving, 1 waiting for a person.\n")
    assert [Command.objects.get(pk=row.pk).state for row in (waiting, other)] == [NEEDS_REVIEW, QUEUED]


def test_commands_are_listed_shown_and_settled(shop, variant):
    command = queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=5)
    Command.objects.update(state=UNKNOWN)
    listed = json.loads(run("command", "list", "--state", "unknown", "--format", "json")[1])
    assert [row["id"] for row in listed] == [command.pk]
    assert json.loads(run("command", "list", "--connection", "shop", "--state", "done", "--format", "json")[1]) == []
    assert set(json.loads(run("command", "show", str(command.pk))[1])) == COMMAND_KEYS
    assert run("command", "show", "99999")[0] == 1
    assert run("command", "settle", str(command.pk), "--as", "done", "--why", " ")[0] == 1
    code, text = run("command", "settle", str(command.pk), "--as", "done", "--why", "seen there")
    assert (code, json.loads(text)["state"]) == (0, DONE)
    assert effects(shop.sandbox) == []


def test_recover_says_what_it_doubts(shop, variant):
    queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=5)
    code, text = run("recover")
    assert (code, text) == (
        0, "1 commands will be proven first, 0 wait for a person, 1 feeds will be swept.\n",
    )  # fmt: skip
    state = FeedState.objects.get(feed="products")
    assert (state.last_full_at, state.next_due_at) == (None, None)


# -- doctor, prune, callbacks ----------------------------------------------------------------------------------------


def test_the_doctor_finds_overdue_commands_stale_feeds_and_resting_connections(shop, variant):
    FeedState.objects.update(last_ok_at=timezone.now() - timedelta(days=9))
    queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=5)
    Command.objects.update(not_before=timezone.now() - timedelta(minutes=5))
    found = {point.name: (point.result, point.detail) for point in diagnose()}
    assert found["database"][0] == found["broker"][0] == found["keys"][0] == "ok"
    assert found["commands"] == ("failed", "1 overdue, 0 waiting for a person.")
    assert found["worker"][0] == "failed"
    assert "shop products" in found["feeds"][1]
    assert run("doctor")[0] == 1
    Command.objects.all().delete()
    Heartbeat.objects.create(name="worker", at=timezone.now())
    Connection.objects.update(state=Connection.PAUSED)
    code, text = run("doctor", "--format", "json")
    found = {point["name"]: (point["result"], point["detail"]) for point in json.loads(text)}
    assert (code, found["worker"][0], found["connections"]) == (0, "ok", ("warning", "shop (paused)"))


def test_prune_forgets_by_age_and_number_but_never_commands(shop, variant, monkeypatch):
    command = queue(shop.connection, "catalog.set_stock", variant.remote_id, quantity=5)
    Command.objects.update(created_at=timezone.now() - timedelta(days=900))
    Exchange.objects.all().delete()
    Run.objects.all().delete()
    now = timezone.now()
    for route, days in (("seldom", 9), ("seldom", 8), ("r", 8), ("r", 1), ("r", 0)):
        Exchange.objects.create(
            connection=shop.connection, route=route, method="GET", url="/", status=200, response_body="words",
            at=now - timedelta(days=days),
        )  # fmt: skip
    for days in (29, 31):
        Run.objects.create(connection=shop.connection, feed="products", started_at=now - timedelta(days=days))
    for days, state in ((59, "processed"), (61, "processed"), (62, "received")):
        Callback.objects.create(
            connection=shop.connection, event="e", dedupe_key=str(days), body=b"", state=state,
            received_at=now - timedelta(days=days),
        )  # fmt: skip
    assert run("prune") == (0, "2 exchanges, 1 runs, 1 callbacks, 0 pictures, 0 shared pictures deleted.\n")
    kept = Exchange.objects.get(route="seldom")
    assert (kept.at, kept.status, kept.response_body) == (now - timedelta(days=8), 200, "")
    assert {one.response_body for one in Exchange.objects.filter(route="r")} == {"words"}
    assert sorted(Callback.objects.values_list("dedupe_key", flat=True)) == ["59", "62"]
    monkeypatch.setattr(retention, "EXCHANGES_PER_CONNECTION", 1)
    assert retention.prune_all() == {"exchanges": 1, "runs": 0, "callbacks": 0, "pictures": 0, "shared pictures": 0}
    assert Command.objects.get() == command


def test_callbacks_are_applied_without_a_worker(pushing):
    Callback.objects.create(
        connection=pushing.connection, event="order-status", dedupe_key="1", body=b"<html>", received_at=timezone.now()
    )
    assert run("callbacks", "process") == (0, "1 applied, 1 of them could not be understood.\n")
    assert run("callbacks", "process") == (0, "0 applied, 0 of them could not be understood.\n")
