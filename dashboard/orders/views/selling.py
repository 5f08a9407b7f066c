"""The panel of a product's page: the orders that sold it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard.catalog.models import Product
from dashboard.core.searching import narrow
from dashboard.orders.models import Order, OrderLine
from dashboard.orders.searched import ORDERS
from dashboard.staff.access import StaffRequest, requires

SHOWN = 6
ASKED = 4


@requires("orders.view")
def for_product(request: StaffRequest, pk: int) -> HttpResponse:
    """The newest orders with a line of this product.

    Candidates come from the search index (SKUs, then the title); a line must then name the product or one of its SKUs.
    """
    product = get_object_or_404(Product.objects.light().visible_to(request.user), pk=pk)
    skus = [sku for sku in product.variants.values_list("sku", flat=True) if sku]
    sells = Q(product_remote_id=product.remote_id) | Q(sku__in=skus)
    lines = OrderLine.objects.filter(sells, order=OuterRef("pk"))
    visible = Order.objects.visible_to(request.user).filter(connection=product.connection_id)
    found: dict[int, Order] = {}
    for words in [*skus[:ASKED], product.title]:
        rows = narrow(visible, ORDERS, words, private=False).filter(Exists(lines))
        wanted = rows.only("number", "remote_id", "partner_code", "buyer", "placed_at", "items")
        found |= {order.pk: order for order in wanted.order_by("-placed_at", "-pk")[:SHOWN]}
        if len(found) >= SHOWN:
            break
    newest = sorted(found.values(), key=lambda order: (order.placed_at is not None, order.placed_at, order.pk))
    return render(request, "orders/_for_product.html", {"orders": newest[::-1][:SHOWN]})
