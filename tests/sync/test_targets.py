"""A command leads back to what it is about, and to what it made."""

import pytest
from django.apps import apps
from django.utils import timezone

from dashboard.sync.kinds import KINDS
from dashboard.sync.models import Approval, Command
from tests.connected import pull
from tests.factories import make_user

pytestmark = pytest.mark.django_db
# Kind, platform, feeds, model of what it is about, and the page of a row.
ABOUT = [
    ("orders.refund", "accplanet", ["orders"], "orders.Order", lambda row: f"/orders/{row.pk}/"),
    ("orders.cancel_item", "shoppo", ["orders"], "orders.OrderLine", lambda row: f"/orders/{row.order_id}/"),
    ("catalog.set_listing", "imetastore", ["products"], "catalog.Product", lambda row: f"/catalog/{row.pk}/"),
    ("catalog.set_price", "imetastore", ["products"], "catalog.Variant", lambda row: f"/catalog/{row.product_id}/"),
    ("aftersales.decide", "imetastore", [], "aftersales.Case", lambda row: f"/aftersales/{row.pk}/"),
    ("messaging.send", "imetastore", ["threads"], "messaging.Thread", lambda row: f"/messages/{row.pk}/"),
    ("tickets.reply", "shoppo", ["tickets"], "tickets.Ticket", lambda row: f"/tickets/{row.pk}/"),
    (
        "sourcing.cancel_order",
        "fulfillbot",
        ["purchase-orders"],
        "sourcing.PurchaseOrder",
        lambda row: f"/sourcing/orders/{row.pk}/",
    ),
    (
        "sourcing.cancel_shipment",
        "fulfillbot",
        ["shipments"],
        "sourcing.Shipment",
        lambda row: f"/sourcing/shipments/{row.pk}/",
    ),
]
MADE = [
    "catalog.create_product", "orders.create", "sourcing.create_shipment", "sourcing.place_order", "tickets.open",
]  # fmt: skip


def given(connection, kind, target, **fields):
    now = timezone.now()
    made = Command(connection=connection, kind=kind, target=target, not_before=now, created_at=now, **fields)
    made.save()
    return made


@pytest.mark.parametrize(("kind", "platform", "feeds", "label", "page"), ABOUT, ids=[kind for kind, *_rest in ABOUT])
def test_a_command_leads_to_what_it_is_about(connect, client_for, kind, platform, feeds, label, page):
    connection, client = connect(platform, "shop").connection, client_for("admin")
    pull(connection, *feeds)
    row = apps.get_model(label).objects.order_by("pk").last()
    command = given(connection, kind, row.remote_id, target_label="The one", payload={"text": "Hello"})
    link = f'<a class="link" href="/activity/targets/shop/{kind}/?id={row.remote_id}">The one</a>'
    assert link in client.get("/activity/").content.decode()
    assert client.get(f"/activity/commands/{command.pk}/").content.decode().count(link) == 2
    answer = client.get(f"/activity/targets/shop/{kind}/", {"id": row.remote_id})
    assert (answer.status_code, answer.url) == (302, page(row))
    assert client.get(answer.url).status_code == 200


def test_kinds_that_make_something_lead_there():
    assert [name for name in MADE if KINDS[name].page is None or KINDS[name].has_target] == []


def test_what_was_made_is_led_to(connect, client_for):
    connection = connect("shoppo", "shop").connection
    pull(connection, "tickets")
    ticket = apps.get_model("tickets.Ticket").objects.order_by("pk").first()
    made = {"remote_id": ticket.remote_id}
    command = given(connection, "tickets.open", "-", receipt=made)
    page = client_for("admin").get(f"/activity/commands/{command.pk}/").content.decode()
    assert f'<a class="link" href="/activity/targets/shop/tickets.open/?id={ticket.remote_id}">' in page


def test_what_the_mirror_does_not_have_is_said(connect, client_for):
    connect("accplanet", "shop")
    answer = client_for("viewer").get("/activity/targets/shop/orders.refund/", {"id": "gone/1"}, follow=True)
    assert answer.redirect_chain == [("/activity/?q=gone%2F1", 302)]
    assert "“gone/1” is not in the mirror, so it has no page." in answer.content.decode()


def test_a_row_says_the_kind_and_how(connect, client_for):
    connection = connect("accplanet", "shop").connection
    given(connection, "orders.deliver", "7", summary="2 units")
    refund = str(KINDS["orders.refund"].label)
    given(connection, "orders.refund", "8", summary=refund)
    page = client_for("viewer").get("/activity/").content.decode()
    assert [words in page for words in (">Deliver: 2 units</a>", f">{refund}</a>")] == [True, True]


def test_what_has_no_page_is_no_link(connect, client_for):
    connection = connect("fulfillbot", "buyer").connection
    for kind, target in (("sourcing.cart_clear", "-"), ("sourcing.remove_favourite", "77"), ("gone.kind", "78")):
        given(connection, kind, target)
    assert "/activity/targets/" not in client_for("admin").get("/activity/").content.decode()
    assert client_for("admin").get("/activity/targets/buyer/gone.kind/", {"id": "78"}).status_code == 302


def test_a_connection_that_the_person_may_not_see_is_not_found(connect, client):
    connection = connect("accplanet", "shop").connection
    pull(connection, "orders")
    order = apps.get_model("orders.Order").objects.first()
    client.force_login(make_user("member", sees_all_connections=False))
    assert client.get("/activity/targets/shop/orders.refund/", {"id": order.remote_id}).status_code == 404


def test_what_waits_for_a_second_person_leads_there_too(connect, client_for, user_for):
    connection = connect("accplanet", "shop").connection
    pull(connection, "orders")
    order = apps.get_model("orders.Order").objects.first()
    asked = Approval.objects.create(
        connection=connection, kind="orders.refund", target=order.remote_id, target_label="The one", payload={},
        asked_by=user_for("finance"),
    )  # fmt: skip
    link = f'href="/activity/targets/shop/orders.refund/?id={order.remote_id}">The one</a>'
    for address in ("/activity/approvals/", f"/activity/approvals/{asked.pk}/"):
        assert link in client_for("admin").get(address).content.decode()
