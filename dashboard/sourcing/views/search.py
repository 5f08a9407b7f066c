"""Finding goods: search of the sources, import by address, the product with its kinds."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channels import capabilities as can
from channels import records as r
from dashboard.core import formatting, html, pages
from dashboard.core.counting import capped, capped_counts
from dashboard.core.exports import plain_money
from dashboard.core.pages import redirect
from dashboard.sourcing import live
from dashboard.sourcing.forms import ImportForm
from dashboard.sourcing.mirror import upsert_source_products
from dashboard.sourcing.models import CartItem, Favourite, Package, PurchaseOrder, Shipment, SourceProduct
from dashboard.sourcing.purposes import with_purposes
from dashboard.sourcing.reach import Reach, chosen, chosen_or_404, reason
from dashboard.sourcing.views.common import act, figure, onward, page, refusal, under_way
from dashboard.sourcing.views.orders import COLUMNS, rows_of
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.models import Connection

FEED = "purchase-orders"


@require_safe
@requires("sourcing.view")
def index(request: StaffRequest) -> HttpResponse:
    """The search, and where everything stands between product and parcel."""
    return index_page(request, None)


def index_page(request: StaffRequest, form: ImportForm | None) -> HttpResponse:
    """The page, with a refused import at its field."""
    connection = chosen(request, FEED)
    results = found(request, connection)
    context = page(
        request,
        "index",
        FEED,
        tiles=tiles(request),
        latest=latest(request) if results["results"] is None else [],
        sorts=sort_words(),
        sources=getattr(connection.declared.channel, "sources", ()) if connection else (),
        why_search=reason(connection, can.SearchesSources),
        import_form=form or ImportForm(why=reason(connection, can.ImportsSources)),
        commands=under_way(request, "place_order", "create_shipment", "cart_add", "add_favourite"),
        **results,
    )
    return pages.render(request, "sourcing/index.html", context, status=422 if form else 200)


def latest(request: StaffRequest) -> list[dict[str, Any]]:
    """The newest purchases that still move, as their list prints them."""
    rows = PurchaseOrder.objects.visible_to(request.user).open().only(*COLUMNS).order_by("-placed_at", "-pk")
    return rows_of(with_purposes(rows, request.user)[:8], Reach.of(request, FEED))


def tiles(request: StaffRequest) -> list[dict[str, Any]]:
    """From product to parcel: each number links to its list."""
    counted = (
        (_("Put aside"), "favourites", Favourite.objects.present(), ""),
        (_("In the cart"), "cart", CartItem.objects.present(), ""),
        (_("Ordered"), "purchases", PurchaseOrder.objects.open().exclude(status="in_warehouse"), ""),
        (_("May be shipped"), "warehouse", Package.objects.shippable(), ""),
        (_("Storage runs out"), "warehouse", Package.objects.overdue(), "?view=overdue"),
        (_("Under way"), "shipments", Shipment.objects.open(), ""),
    )
    numbers = capped_counts([rows.visible_to(request.user) for _name, _url, rows, _query in counted])
    return [
        {"name": name, "url": reverse(f"sourcing:{url}") + query, "value": capped(number)}
        for (name, url, _rows, query), number in zip(counted, numbers, strict=True)
    ]


def sort_words() -> dict[str, str]:
    """How results may be ordered."""
    return {"": _("Best match"), "price": _("Price"), "sales": _("Most sold"), "created": _("Newest")}


def found(request: StaffRequest, connection: Connection | None) -> dict[str, Any]:
    """The results that the address asks for."""
    words = request.GET.get("q", "").strip()[:100]
    if not words or connection is None or not connection.can(can.SearchesSources):
        return {"q": words, "results": None}
    wanted = request.GET.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 5 else 1
    source = request.GET.get("source", "")
    source = source if source in connection.declared.channel.sources else ""
    sort = request.GET.get("sort", "")
    query = r.SourceQuery(words=words, source=source, page=max(number, 1), sort=sort if sort in sort_words() else "")
    answer = live.search(connection, query)
    if answer.problem:
        return {"q": words, "source": source, "results": [], "problem": answer.problem}
    given = request.GET.dict()
    return {
        "q": words,
        "source": source,
        "results": [_result(request, one, connection) for one in answer.value.records],
        "sort": query.sort,
        "total": answer.value.total,
        "back_url": f"?{urlencode(given | {'page': query.page - 1})}" if query.page > 1 else "",
        "next_url": f"?{urlencode(given | {'page': query.page + 1})}" if answer.value.next else "",
    }


def _result(request: StaffRequest, product: r.SourceProductRecord, connection: Connection) -> dict[str, Any]:
    sold = formatting.count(product.sales) if product.sales is not None else ""
    return {
        "url": onward(request, reverse("sourcing:product", args=[connection.slug, product.remote_id])),
        "title": product.title or product.remote_id,
        "source": product.source,
        "shop": product.shop,
        "price": figure(product.price, product.currency),
        "sold": sold,
        "kinds": len(product.skus),
        "image": html.thumb(product.image, product.title),
    }


@require_POST
@requires("sourcing.organise")
def import_product(request: StaffRequest) -> HttpResponse:
    """Bring in a product by its address or offer id, and go to its page."""
    connection = chosen_or_404(request, FEED)
    form = ImportForm(request.POST, why=reason(connection, can.ImportsSources))
    if not form.is_valid():
        return index_page(request, form)
    text = form.cleaned_data["text"]
    given = {"url": text} if "/" in text else {"offer_id": text}
    answer = live.ask(connection, "import", text, lambda channel: channel.import_source_product(**given), 60)
    if answer.value is None:
        form.add_error("text", answer.problem)
        return index_page(request, form)
    upsert_source_products(connection, [answer.value])
    return redirect(
        request, onward(request, reverse("sourcing:product", args=[connection.slug, answer.value.remote_id]))
    )


@require_safe
@requires("sourcing.view")
def product(request: StaffRequest, slug: str, remote_id: str) -> HttpResponse:
    """A source product with its kinds, read now; what is mirrored of it when the source does not answer."""
    rows = Connection.objects.visible_to(request.user)
    connection = get_object_or_404(rows, slug=slug)
    known = SourceProduct.objects.filter(connection=connection, remote_id=remote_id)
    answer = live.Answer(problem=reason(connection, can.SearchesSources))
    if not answer.problem:
        answer = live.look(connection, remote_id)
    row = known.defer("raw").first()
    if row is None and not answer.problem:
        raise Http404
    favourites = Favourite.objects.filter(connection=connection, product_remote_id=remote_id, gone_at=None)
    context = page(
        request,
        "index",
        FEED,
        product=row,
        kinds=kinds_of(row) if row else [],
        favourite=favourites.only("pk").first(),
        problem=answer.problem,
        why_cart=reason(connection, can.EditsCart),
        why_favourite=reason(connection, can.EditsFavourites),
    )
    context["connection"] = connection
    return pages.render(request, "sourcing/product.html", context)


def kinds_of(row: SourceProduct) -> list[dict[str, Any]]:
    """The SKUs as the table prints them."""
    return [
        {
            "id": f"q{number}",
            "sku": sku["remote_id"],
            "name": sku["name"] or sku["remote_id"],
            "price": figure(Decimal(sku["price"]) if sku["price"] else row.price, row.currency),
            "amount": plain_money(Decimal(sku["price"]) if sku["price"] else row.price or Decimal(0)),
            "stock": "–" if sku["stock"] is None else formatting.count(sku["stock"]),
        }
        for number, sku in enumerate(row.skus)
    ]


@require_POST
@requires("sourcing.organise")
def add_to_cart(request: StaffRequest, slug: str, remote_id: str) -> HttpResponse:
    """Put the kinds with a quantity into the cart."""
    connection = get_object_or_404(Connection.objects.visible_to(request.user), slug=slug)
    back = onward(request, reverse("sourcing:product", args=[slug, remote_id]))
    pairs = zip(request.POST.getlist("sku"), request.POST.getlist("quantity"), strict=False)
    wanted = {sku: quantity.strip() for sku, quantity in pairs if quantity.strip(" 0")}
    wrong = next((one for one in wanted.values() if not re.fullmatch("[0-9]{1,6}", one)), "")
    if wrong:
        return refusal(request, _("“%(given)s” is no quantity. Nothing was sent.") % {"given": wrong[:40]}, back)
    items = [{"product": remote_id, "sku": sku, "quantity": int(quantity)} for sku, quantity in wanted.items()]
    if not items:
        return refusal(request, _("Give a quantity for at least one kind. Nothing was sent."), back)
    return act(request, connection, "sourcing.cart_add", "-", {"items": items}, back)


@require_POST
@requires("sourcing.organise")
def add_favourite(request: StaffRequest, slug: str, remote_id: str) -> HttpResponse:
    """Put a product aside."""
    connection = get_object_or_404(Connection.objects.visible_to(request.user), slug=slug)
    back = onward(request, reverse("sourcing:product", args=[slug, remote_id]))
    return act(request, connection, "sourcing.add_favourite", "-", {"product": remote_id}, back)
