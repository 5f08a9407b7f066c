"""What purchases are for: carried from the order's page to the purchase, kept in our own table, shown on both sides."""

import pytest
from django.urls import reverse

from dashboard.orders.models import Order
from dashboard.sourcing import models as m
from dashboard.staff.models import AuditEvent
from dashboard.sync.models import Command
from tests.connected import drive, effects, pull
from tests.pages import assert_strict_html


def url(name, *args):
    return reverse(f"sourcing:{name}", args=args)


def text(response):
    return response.content.decode()


@pytest.fixture
def sold(connect):
    """An order of a buyer."""
    supplier = connect("accplanet", "supplier").connection
    pull(supplier, "orders")
    return Order.objects.exclude(number="").first()


@pytest.fixture
def line(mirrored, sandbox, goods):
    """The cart's line of product 12345: two pieces at CNY 100."""
    pull(mirrored, "cart", full=True)
    return m.CartItem.objects.get(product_remote_id="12345")


@pytest.fixture
def client(client_for, mirrored):
    return client_for("fulfilment")


def test_the_way_from_the_order_to_the_purchase_keeps_the_order_in_mind(client, mirrored, sold, line):
    panel = client.get(url("for_order", sold.pk))
    assert_strict_html(panel, fragment=True)
    assert f"for={sold.pk}" in text(panel)
    for address in (
        url("index") + f"?q=backpack&for={sold.pk}",
        url("product", mirrored.slug, "12345") + f"?for={sold.pk}",
        url("cart") + f"?for={sold.pk}",
    ):
        page = client.get(address)
        assert_strict_html(page)
        assert f"{url('cart')}?for={sold.pk}" in text(page)
        assert "Buying for" in text(page)
    form = client.get(url("order_new"), {"line": line.pk, "for": sold.pk})
    assert form.context["form"]["for_order"].value() == str(sold)


def test_a_purchase_for_an_order_is_linked_even_where_no_remark_is_echoed(client, sandbox, sold, line):
    sandbox.echo_remark = False
    given = {"line": line.pk, "typed": "200.00", "for_order": sold.number, "form_key": "k"}
    assert client.post(url("order_new"), given).status_code == 302
    command = Command.objects.get()
    purpose = m.Purpose.objects.get()
    assert (purpose.command, purpose.order, purpose.purchase_remote_id) == (command, sold, "")
    assert "Place purchase order" in text(client.get(url("for_order", sold.pk)))
    drive(command)
    [effect] = effects(sandbox, "orders.create")
    assert effect["remark"].startswith(f"{sold.number} #")
    purpose.refresh_from_db()
    row = m.PurchaseOrder.objects.get(remote_id=effect["orderNo"])
    assert (purpose.purchase_remote_id, row.remark) == (row.remote_id, "")
    assert row.number in text(client.get(url("for_order", sold.pk)))
    assert reverse("orders:detail", args=[sold.pk]) in text(client.get(url("purchases")))
    assert str(sold) in text(client.get(url("purchase", row.pk)))


def test_a_double_click_is_one_purchase_for_one_order(client, sold, line):
    given = {"line": line.pk, "typed": "200.00", "for_order": sold.number, "form_key": "k"}
    client.post(url("order_new"), given)
    client.post(url("order_new"), given)
    assert (Command.objects.count(), m.Purpose.objects.count()) == (1, 1)


def test_an_unknown_order_is_refused_beside_its_field(client, sandbox, line):
    given = {"line": line.pk, "typed": "200.00", "for_order": "NOSUCH-1", "form_key": "k"}
    response = client.post(url("order_new"), given)
    assert response.status_code == 422
    assert_strict_html(response)
    assert response.context["form"].errors["for_order"] == ["There is no order “NOSUCH-1”."]
    assert not Command.objects.exists()
    assert effects(sandbox) == []


def test_it_is_said_and_taken_back_on_the_purchase(client, sold):
    row = m.PurchaseOrder.objects.first()
    assert client.post(url("purpose_add", row.pk), {"order": sold.number}).status_code == 302
    client.post(url("purpose_add", row.pk), {"order": sold.number})
    purpose = m.Purpose.objects.get()
    assert (purpose.purchase_remote_id, purpose.order) == (row.remote_id, sold)
    assert_strict_html(client.get(url("purchase", row.pk)))
    assert client.post(url("purpose_remove", purpose.pk)).status_code == 302
    assert not m.Purpose.objects.exists()
    verbs = list(AuditEvent.objects.filter(verb__startswith="sourcing.purpose").order_by("pk").values_list("verb"))
    assert verbs == [("sourcing.purpose_added",), ("sourcing.purpose_removed",)]
    refused = client.post(url("purpose_add", row.pk), {"order": ""})
    assert refused.status_code == 422
    assert not m.Purpose.objects.exists()


def test_orders_of_hidden_connections_stay_hidden(client_for, user_for, mirrored, sold):
    row = m.PurchaseOrder.objects.first()
    purpose = m.Purpose.objects.create(connection=mirrored, purchase_remote_id=row.remote_id, order=sold)
    person = user_for("fulfilment")
    person.sees_all_connections = False
    person.save()
    person.connections.add(mirrored)
    client = client_for("fulfilment")
    assert str(sold) not in text(client.get(url("purchase", row.pk)))
    assert str(sold) not in text(client.get(url("purchases") + "?view=all&size=100"))
    assert client.get(url("for_order", sold.pk)).status_code == 404
    assert client.post(url("purpose_remove", purpose.pk)).status_code == 404
    assert client.post(url("purpose_add", row.pk), {"order": sold.number}).status_code == 422
    assert "Buying for" not in text(client.get(url("index"), {"for": sold.pk}))
    assert m.Purpose.objects.count() == 1


def test_several_orders_are_counted_in_the_list(client, mirrored, sold):
    row = m.PurchaseOrder.objects.open().order_by("-placed_at").first()
    for order in Order.objects.exclude(pk=sold.pk)[:2]:
        m.Purpose.objects.create(connection=mirrored, purchase_remote_id=row.remote_id, order=order)
    assert "and 1 more" in text(client.get(url("purchases")))


def test_the_purchase_is_counted_as_a_cost_from_the_orders_panel(client_for, mirrored, sold):
    row = m.PurchaseOrder.objects.first()
    m.Purpose.objects.create(connection=mirrored, purchase_remote_id=row.remote_id, order=sold)
    cost = reverse("finance:cost_add", args=[sold.pk])
    assert cost not in text(client_for("fulfilment").get(url("for_order", sold.pk)))
    assert cost in text(client_for("admin").get(url("for_order", sold.pk)))
