"""The panel of a product's page: the orders that sold it."""

from __future__ import annotations

import re

import pytest
from django.db.models import Q

from dashboard.catalog.models import Product
from dashboard.orders.models import Order, OrderLine
from dashboard.orders.views import selling
from tests.connected import pull

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("platform", ["m2e", "shoppo", "accplanet", "imetastore"])
def test_it_lists_the_newest_orders_of_the_product_and_no_others(connect, client_for, platform):
    shop = connect(platform, "shop")
    pull(shop.connection, "products")
    pull(shop.connection, "orders")
    products = {p.remote_id: p for p in Product.objects.all()}
    by_sku = {v.sku: p for p in products.values() for v in p.variants.all() if v.sku}
    sold = {}
    for line in OrderLine.objects.select_related("order"):
        product = products.get(line.product_remote_id) or by_sku.get(line.sku)
        if product:
            sold.setdefault(product, set()).add(line.order)
    product, orders = max(sold.items(), key=lambda pair: len(pair[1]))
    newest = sorted(orders, key=lambda o: (o.placed_at, o.pk), reverse=True)[:6]
    page = client_for("viewer").get(f"/orders/for-product/{product.pk}/").content.decode()
    assert [f"/orders/{o.pk}/" in page for o in newest] == [True] * len(newest)
    rows = page.split("<tbody>")[1]
    assert rows.count("<tr>") == len(newest)
    skus = [v.sku for v in product.variants.all() if v.sku]
    mine = Q(product_remote_id=product.remote_id) | Q(sku__in=skus)
    sold = [sum(line.quantity for line in one.lines.filter(mine)) for one in newest]
    assert re.findall(r'<td class="num">(\d+)</td>', rows) == [str(n) for n in sold]


def test_only_the_newest_orders_of_the_connection_are_looked_at(connect, client_for, monkeypatch):
    shop, other = connect("m2e", "shop"), connect("m2e", "other")
    for each in (shop, other):
        pull(each.connection, "products")
        pull(each.connection, "orders")
    product = Product.objects.filter(connection=shop.connection).exclude(sku="").first()
    orders = list(Order.objects.filter(connection=shop.connection).order_by("-placed_at", "-pk"))
    OrderLine.objects.update(product_remote_id="another", sku="")
    for order in orders:
        order.lines.update(product_remote_id=product.remote_id)
    monkeypatch.setattr(selling, "WINDOW", 4)
    monkeypatch.setattr(selling, "SHOWN", 100)
    page = client_for("viewer").get(f"/orders/for-product/{product.pk}/").content.decode()
    assert [f"/orders/{one.pk}/" in page for one in orders] == [True] * 4 + [False] * (len(orders) - 4)
    monkeypatch.setattr(selling, "WINDOW", len(orders) + 1)
    page = client_for("viewer").get(f"/orders/for-product/{product.pk}/").content.decode()
    assert page.split("<tbody>")[1].count("<tr>") == len(orders)


def test_a_product_out_of_reach_is_not_there(connect, client_for, user_for):
    shop = connect("m2e", "shop")
    pull(shop.connection, "products")
    client = client_for("viewer")
    person = user_for("viewer")
    person.sees_all_connections = False
    person.save()
    assert client.get(f"/orders/for-product/{Product.objects.first().pk}/").status_code == 404
