"""The panel of a product's page: the orders that sold it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard.catalog.models import Product
from dashboard.core import html
from dashboard.orders import words
from dashboard.orders.models import Order, OrderLine
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.feeds import EVER

SHOWN = 6
WINDOW = 5_000


@requires("orders.view")
def for_product(request: StaffRequest, pk: int) -> HttpResponse:
    """The newest orders with a line of this product or one of its SKUs, among the newest 5,000 of the connection."""
    product = get_object_or_404(Product.objects.light().visible_to(request.user), pk=pk)
    skus = product.variants.exclude(sku="").order_by().values("sku")
    sells = Q(product_remote_id=product.remote_id) | Q(sku__in=skus)
    lines = OrderLine.objects.filter(sells, order=OuterRef("pk"))
    newest = Order.objects.filter(connection=product.connection_id).order_by("-placed_at", "-pk")
    # A time instead of 5,000 keys: the database then walks the orders from the newest, and stops.
    since = Coalesce(Subquery(newest.filter(placed_at__isnull=False).values("placed_at")[WINDOW - 1 : WINDOW]), EVER)
    rows = newest.filter(Exists(lines), placed_at__gte=since)
    sold = lines.order_by().values("order").annotate(n=Sum("quantity")).values("n")
    fields = (
        "number",
        "remote_id",
        "partner_code",
        "placed_at",
        "buyer",
        "status",
        "payment_status",
        "fulfilment_status",
    )
    orders = [
        {"order": one, "sold": one.sold, "state": html.state(*words.fulfilment(one))}
        for one in rows.only(*fields).annotate(sold=Subquery(sold))[:SHOWN]
    ]
    sku = product.sku or product.variants.exclude(sku="").order_by("pk").values_list("sku", flat=True).first()
    more = f"?{urlencode({'view': 'all', 'q': sku})}" if sku and orders else ""
    return render(request, "orders/_for_product.html", {"orders": orders, "window": WINDOW, "more": more})
