"""Pushes are applied again, and records of the quarantine read again: one, or those that were chosen."""

import pytest
from django.utils import timezone

from dashboard.staff.models import AuditEvent
from dashboard.sync.models import Callback, Connection, Quarantined
from dashboard.sync.models.callbacks import FAILED, RECEIVED
from tests.pages import assert_strict_html

pytestmark = pytest.mark.usefixtures("told")


def test_a_callback_is_replayed_by_who_manages(client_for, pushing):
    from django.utils import timezone

    row = Callback.objects.create(
        connection=pushing.connection, event="order-status", dedupe_key="1", body=b"{}", received_at=timezone.now(),
        state=FAILED, error="No.",
    )  # fmt: skip
    url = f"/activity/callbacks/{row.pk}/replay/"
    assert client_for("viewer").post(url).status_code == 403
    row.refresh_from_db()
    assert row.state == FAILED
    assert client_for("admin").post(url).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.error) == (RECEIVED, "")
    assert AuditEvent.objects.filter(verb="callback.replayed").count() == 1


def test_a_record_in_quarantine_is_read_again_or_dismissed(client_for, shop, told):
    from django.utils import timezone

    held = Quarantined.objects.create(
        connection=shop.connection,
        feed="products",
        record_remote_id="1",
        path="$.price",
        reason="No.",
        at=timezone.now(),
    )
    page = f"/activity/quarantine/{held.pk}/"
    for verb in ("replay", "dismiss"):
        assert client_for("viewer").post(f"{page}{verb}/").status_code == 403
    assert client_for("admin").post(f"{page}replay/").url == page
    assert told == [("refresh_feed", shop.connection.pk, "products", True)]
    assert client_for("admin").post(f"{page}dismiss/").url == "/activity/quarantine/"
    assert not Quarantined.objects.exists()
    assert AuditEvent.objects.filter(verb__startswith="quarantine.").count() == 2


def held(connection, feed, n=1):
    return [
        Quarantined.objects.create(
            connection=connection, feed=feed, record_remote_id=f"r{k}", path="$", reason="No.", at=timezone.now()
        ).pk
        for k in range(n)
    ]


def test_chosen_records_of_the_quarantine_are_read_again_each_feed_once(client_for, shop, pushing, told):
    products, orders = held(shop.connection, "products", 3), held(pushing.connection, "orders", 2)
    Connection.objects.filter(pk=pushing.connection.pk).update(state=Connection.PAUSED)
    admin, viewer = client_for("admin"), client_for("viewer")
    page = admin.get("/activity/quarantine/")
    assert_strict_html(page)
    assert page.content.decode().count('form="activity-bulk"') == 6  # five boxes and the button
    assert "activity-bulk" not in viewer.get("/activity/quarantine/").content.decode()
    address = "/activity/quarantine/replay/"
    assert viewer.post(address, {"pk": products}).status_code == 403
    assert told == []
    assert admin.post(address, {"pk": [*products[:2], *orders]}).url == "/activity/quarantine/"
    assert told == [("refresh_feed", shop.connection.pk, "products", True)]
    event = AuditEvent.objects.get(verb="quarantine.replayed")
    assert (event.connection, event.detail) == ("shop", {"feeds": ["products"]})
    told.clear()
    admin.post(address, {"pk": orders})
    text = admin.get("/activity/quarantine/").content.decode()
    assert "Nothing that can be read again is among them." in text
    assert told == []


def test_chosen_pushes_are_applied_again(client_for, pushing):
    now = timezone.now()
    failed, waiting, other = (
        Callback.objects.create(
            connection=pushing.connection, event="order-status", dedupe_key=str(n), body=b"{}", received_at=now,
            state=state, attempts=3, error="Unreadable.",
        )
        for n, state in enumerate((FAILED, RECEIVED, FAILED))
    )  # fmt: skip
    admin = client_for("admin")
    response = admin.post(
        "/activity/callbacks/replay/", {"pk": [failed.pk, waiting.pk], "next": "/activity/callbacks/?view=failed"}
    )
    assert response.url == "/activity/callbacks/?view=failed"
    rows = Callback.objects.order_by("pk").values_list("state", "attempts")
    assert list(rows) == [(RECEIVED, 0), (RECEIVED, 3), (FAILED, 3)]
    assert AuditEvent.objects.filter(verb="callback.replayed").count() == 1
    assert client_for("viewer").post("/activity/callbacks/replay/", {"pk": other.pk}).status_code == 403
    assert Callback.objects.get(pk=other.pk).state == FAILED
