"""Django's admin: every model has its place or a reason, mirrored rows cannot be changed, the verbs work."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils import timezone, translation

from channels.registry import PLATFORMS
from dashboard.catalog.models import Product, Variant
from dashboard.core.crypto import EncryptedJSONField, EncryptedTextField
from dashboard.orders.models import Order, OrderLine, Tag
from dashboard.staff.models import AuditEvent, User
from dashboard.sync import tasks
from dashboard.sync.models import Callback, Command, Connection, FeedState, Quarantined, Run
from dashboard.sync.models.callbacks import PROCESSED, RECEIVED
from dashboard.sync.models.commands import CANCELLED, DONE, NEEDS_REVIEW, QUEUED
from dashboard.sync.models.mirrored import MirroredModel, MirroredPart
from tests.connected import pull
from tests.home.test_queues import make_command

pytestmark = pytest.mark.django_db

LEFT_OUT = {
    "admin.LogEntry": "the admin's own journal; what people do stands in the audit trail",
    "auth.Group": "not used: roles are",
    "auth.Permission": "not used: the permission matrix is",
    "contenttypes.ContentType": "Django's bookkeeping",
    "sessions.Session": "its key is a sign-in",
    "axes.AccessAttemptExpiration": "a detail of the attempts, which are registered",
    "staff.RecoveryCode": "digests of codes; there is nothing to read in them",
    "messaging.Draft": "what one person has not sent yet",
}
OURS = {"staff.User", "orders.Tag", "messaging.CannedReply", "core.SavedView"}


def names_in(language):
    """The names of every model that the admin has, and of its app."""
    with translation.override(language):
        found = {model._meta: apps.get_app_config(model._meta.app_label) for model in admin.site._registry}
        return {
            meta.label: (str(meta.verbose_name), str(meta.verbose_name_plural), str(app.verbose_name))
            for meta, app in found.items()
        }


def test_models_and_apps_are_named_in_the_persons_language():
    english, chinese = names_in("en"), names_in("zh-hans")
    assert english["aftersales.Case"] == ("after-sales case", "after-sales cases", "After-sales")
    assert chinese["aftersales.Case"] == ("售后单", "售后单", "售后")
    alike = {
        label for label, names in english.items() if any(a == b for a, b in zip(names, chinese[label], strict=True))
    }
    assert alike == set()


def labels_in(language):
    """What each field of our models is called."""
    with translation.override(language):
        ours = (model for model in admin.site._registry if model.__module__.startswith("dashboard."))
        return {f"{one.model._meta.label}.{one.name}": str(one.verbose_name) for m in ours for one in m._meta.fields}


def test_fields_are_named_in_the_persons_language():
    english, chinese = labels_in("en"), labels_in("zh-hans")
    named = ("orders.Order.ship_by", "sync.Command.not_before", "staff.User.sees_all_connections")
    assert [english[one] for one in named] == ["ship by", "not before", "sees all connections"]
    assert [chinese[one] for one in named] == ["发货期限", "最早执行时间", "可见全部连接"]
    assert {words for one, words in english.items() if chinese[one] == words} <= {"ID", "pdf", "ip", "sku", "skus"}


def test_the_admin_is_in_the_persons_language(client_for, settings):
    client = client_for("superuser")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = client.get("/admin/").content.decode()
    shown = {name: name in page for name in ("卖家工作台", "采购单", "登录尝试", "Purchase order", "Axes")}
    assert list(shown.values()) == [True, True, True, False, False]


@pytest.fixture
def filled(connect):
    for key in PLATFORMS:
        pull(connect(key).connection)
    return Connection.objects.order_by("pk").first()


@pytest.fixture
def woken(monkeypatch):
    """What workers are asked to read."""
    found = []
    monkeypatch.setattr(tasks.refresh_feed, "delay", lambda *given: found.append(given))
    return found


@pytest.fixture
def act(client_for, django_capture_on_commit_callbacks):
    """Run an action on rows as a superuser; gives what the page says afterwards."""

    def run(action, rows, **more):
        page = f"/admin/{rows[0]._meta.app_label}/{rows[0]._meta.model_name}/"
        with django_capture_on_commit_callbacks(execute=True):
            response = client_for("superuser").post(
                page, {"action": action, "_selected_action": [row.pk for row in rows], **more}, follow=True
            )
        assert response.status_code == 200
        return [str(message) for message in response.context["messages"]]

    return run


def test_every_model_is_registered_or_left_out_for_a_reason():
    models = {each._meta.label for each in apps.get_models() if not each.__module__.startswith("tests.")}
    registered = {model._meta.label for model in admin.site._registry}
    assert models - registered == set(LEFT_OUT)
    assert {label for label in registered if label.split(".")[0] != "axes"} >= OURS


def test_only_what_staff_keep_for_themselves_can_be_changed(client_for, rf, user_for):
    request = rf.get("/admin/")
    request.user = user_for("superuser")
    changeable = {
        model._meta.label
        for model, its in admin.site._registry.items()
        if its.has_change_permission(request) or its.has_add_permission(request) or its.has_delete_permission(request)
    }
    assert {label for label in changeable if label.split(".")[0] != "axes"} == OURS


@pytest.mark.filterwarnings("error::django.utils.deprecation.RemovedInDjango60Warning")
def test_every_list_and_form_opens_and_seals_what_is_secret(client_for, filled):
    client, opened = client_for("superuser"), 0
    for model, its in admin.site._registry.items():
        label = f"{model._meta.app_label}/{model._meta.model_name}"
        assert client.get(f"/admin/{label}/").status_code == 200, label
        row = model._default_manager.first()
        if row is None:
            continue
        page = client.get(f"/admin/{label}/{row.pk}/change/")
        assert page.status_code == 200, label
        opened += 1
        shown = {name for _title, options in its.get_fieldsets(page.wsgi_request, row) for name in options["fields"]}
        sealed = (EncryptedTextField, EncryptedJSONField)
        assert not {field.name for field in model._meta.fields if isinstance(field, sealed)} & shown, label
        assert "raw" not in shown, label
    assert opened > 20


def test_mirrored_rows_refuse_every_change(client_for, filled):
    client = client_for("superuser")
    mirrored = [model for model in admin.site._registry if issubclass(model, MirroredModel | MirroredPart)]
    assert len(mirrored) > 15
    tried = 0
    for model in mirrored:
        label = f"{model._meta.app_label}/{model._meta.model_name}"
        assert client.get(f"/admin/{label}/add/").status_code == 403
        row = model._default_manager.first()
        if row is not None:
            tried += 1
            before = repr(model._default_manager.values().get(pk=row.pk))
            assert client.post(f"/admin/{label}/{row.pk}/change/", {"title": "x"}).status_code == 403
            assert client.post(f"/admin/{label}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
            assert repr(model._default_manager.values().get(pk=row.pk)) == before
    assert tried > 10


def test_rows_are_read_again_from_their_platforms(act, filled, woken):
    order, product = Order.objects.first(), Product.objects.first()
    assert act("read_again", [order]) == ["1 feed is read now."]
    assert act("read_again", [product]) == ["1 feed is read now."]
    assert woken == [(order.connection_id, "orders", True), (product.connection_id, "products", True)]


def test_parts_are_read_again_with_what_they_are_parts_of(act, filled, woken):
    variant, line = Variant.objects.first(), OrderLine.objects.first()
    assert act("read_again", [variant]) == ["1 feed is read now."]
    assert act("read_again", [line]) == ["1 feed is read now."]
    assert woken == [(variant.product.connection_id, "products", True), (line.order.connection_id, "orders", True)]


def test_every_mirrored_row_that_a_feed_brings_can_be_read_again():
    from dashboard.sync.admin import MirroredAdmin

    alone = {
        model._meta.label
        for model, its in admin.site._registry.items()
        if issubclass(model, MirroredModel | MirroredPart) and not isinstance(its, MirroredAdmin)
    }
    assert alone == {"sourcing.SourceProduct"}  # read when a person asks for it


def test_the_feeds_of_runs_are_refreshed_once_each(act, connect, woken):
    connection = connect("imetastore").connection
    now = timezone.now()
    runs = [
        Run.objects.create(connection=connection, feed=each, started_at=now) for each in ("orders",) * 2 + ("cases",)
    ]
    assert act("refresh_now", runs) == ["2 feeds are read now."]
    assert sorted(woken) == [(connection.pk, "cases", False), (connection.pk, "orders", False)]


def test_every_mirrored_list_names_a_feed_of_its_own(filled):
    from dashboard.sync.admin import MirroredAdmin
    from dashboard.sync.feeds import FEEDS

    named = {
        model._meta.label: its.feed for model, its in admin.site._registry.items() if isinstance(its, MirroredAdmin)
    }
    assert set(named.values()) <= set(FEEDS)
    assert len(named) > 18


def test_connections_and_feeds_are_refreshed(act, connect, woken):
    connection = connect("imetastore").connection
    state = FeedState.objects.create(connection=connection, feed="orders", next_due_at=timezone.now())
    assert act("refresh_now", [state]) == ["1 feed is read now."]
    assert woken == [(connection.pk, "orders", False)]
    assert FeedState.objects.get().next_due_at is None
    woken.clear()
    act("refresh_now", [connection])
    assert (connection.pk, "orders", False) in woken
    assert len(woken) > 3
    Connection.objects.update(state=Connection.PAUSED)
    woken.clear()
    assert act("refresh_now", [connection]) == ["0 feeds are read now."]
    assert woken == []


def test_a_push_is_applied_once_more(act, connect, monkeypatch):
    connection = connect("imetastore").connection
    monkeypatch.setattr(tasks.process_callback, "delay", lambda pk: None)
    one = Callback.objects.create(
        connection=connection, event="e", dedupe_key="1", body=b"{}", headers={}, received_at=timezone.now(),
        state=PROCESSED,
    )  # fmt: skip
    assert act("replay", [one]) == ["1 push is applied once more."]
    assert Callback.objects.get().state == RECEIVED
    assert AuditEvent.objects.filter(verb="callback.replayed").count() == 1
    assert act("replay", [one]) == ["0 pushes are applied once more."]
    assert AuditEvent.objects.filter(verb="callback.replayed").count() == 1


def test_the_feed_of_a_quarantined_record_is_read_whole(act, connect, woken):
    connection = connect("imetastore").connection
    held = [
        Quarantined.objects.create(
            connection=connection, feed="orders", record_remote_id=str(n), path="$", reason="No.", payload="{}",
            at=timezone.now(),
        )
        for n in range(2)
    ]  # fmt: skip
    assert act("replay", held) == ["1 feed is read now."]
    assert woken == [(connection.pk, "orders", True)]
    assert AuditEvent.objects.filter(verb="quarantine.replayed").count() == 2


@pytest.mark.parametrize(("action", "state"), [("settle_done", DONE), ("settle_cancelled", CANCELLED)])
def test_commands_in_doubt_are_settled_with_a_reason_and_no_others(act, connect, user_for, action, state):
    connection = connect("imetastore").connection
    doubtful, done = make_command(connection, NEEDS_REVIEW), make_command(connection, DONE)
    without = act(action, [doubtful])
    assert without[-1] == "0 commands are settled."
    assert "Say why" in without[0]
    assert Command.objects.get(pk=doubtful.pk).state == NEEDS_REVIEW
    found = act(action, [doubtful, done], why="Seen on the platform")
    assert found[-1] == "1 command is settled."
    assert Command.objects.get(pk=doubtful.pk).state == state
    assert Command.objects.get(pk=done.pk).state == DONE
    event = AuditEvent.objects.get(verb="command.settled")
    assert event.actor == user_for("superuser")
    assert "Seen on the platform" in str(event.detail)


def test_absence_is_not_settled_without_proof(act, connect):
    doubtful = make_command(connect("imetastore").connection, NEEDS_REVIEW)
    act("settle_absent", [doubtful], why="I think so")
    assert Command.objects.get(pk=doubtful.pk).state in (NEEDS_REVIEW, QUEUED)


def test_what_is_changed_in_the_admin_stands_in_the_audit_trail(client_for, user_for):
    client, wei = client_for("superuser"), user_for("viewer")
    form = client.get(f"/admin/staff/user/{wei.pk}/change/").context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields if name != "password"}
    data["sees_all_connections"], data["is_active"] = "on", "on"
    data.pop("is_superuser", None)
    assert client.post(f"/admin/staff/user/{wei.pk}/change/", data | {"role": "admin"}).status_code == 302
    assert User.objects.get(pk=wei.pk).role == "admin"
    event = AuditEvent.objects.get(verb="admin.changed")
    assert (event.actor, event.target_id, event.detail) == (user_for("superuser"), str(wei.pk), {"fields": ["Role"]})
    assert client.post(f"/admin/staff/user/{wei.pk}/delete/", {"post": "yes"}).status_code == 403
    tag = Tag.objects.create(name="vip")
    assert client.post(f"/admin/orders/tag/{tag.pk}/delete/", {"post": "yes"}).status_code == 302
    assert AuditEvent.objects.get(verb="admin.deleted").target_label == "vip"
    assert LogEntry.objects.count() == 2
