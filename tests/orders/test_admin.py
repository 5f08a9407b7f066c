"""The admin shows mirrored rows to superusers, lets nobody change them, and never shows secrets."""

import pytest
from django.urls import reverse

from dashboard.orders.models import DeliveryRecord, Order
from tests.connected import pull

pytestmark = pytest.mark.django_db


def test_orders_are_read_only_and_without_secrets(client_for, supply, order_of):
    client = client_for("superuser")
    order = order_of(supply, status="delivered")
    assert client.get(reverse("admin:orders_order_changelist")).status_code == 200
    address = reverse("admin:orders_order_change", args=[order.pk])
    page = client.get(address)
    assert page.status_code == 200
    assert order.delivered.splitlines()[0] not in page.content.decode()
    assert client.post(address, {"number": "x"}).status_code == 403
    assert not Order.objects.filter(number="x").exists()


def test_deliveries_are_listed_without_their_content(client_for, goods):
    pull(goods.connection, "deliveries")
    row = DeliveryRecord.objects.first()
    page = client_for("superuser").get(reverse("admin:orders_deliveryrecord_change", args=[row.pk]))
    assert page.status_code == 200
    assert row.content not in page.content.decode()


def test_others_do_not_get_in(client_for, supply):
    assert client_for("admin").get(reverse("admin:orders_order_changelist")).status_code in (302, 403)
