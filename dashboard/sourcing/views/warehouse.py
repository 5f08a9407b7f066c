"""The warehouse, freight quotes, and making a shipment."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from channels import capabilities as can
from channels import records as r
from dashboard.core import formatting, html, pages
from dashboard.core.exports import plain_money
from dashboard.core.pages import is_fragment, keys_of, redirect
from dashboard.sourcing import live, words
from dashboard.sourcing.filters import PACKAGES
from dashboard.sourcing.forms import QuoteForm, ShipmentForm
from dashboard.sourcing.models import AddressEntry, Package, ShippingMethod
from dashboard.sourcing.querysets import STORAGE_FREE_DAYS, STORAGE_WARN_DAYS
from dashboard.sourcing.reach import Reach, reason
from dashboard.sourcing.views.common import download, figure, page, under_way
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Connection
from dashboard.sync.web import give

RECIPIENT = ("name", "phone", "country", "state", "city", "address", "postcode")


@require_safe
@requires("sourcing.view")
def warehouse(request: StaffRequest) -> HttpResponse:
    """The packages as cards, those stored longest first."""
    file = download(request, PACKAGES)
    if file is not None:
        return file
    listing = PACKAGES.open(request, Package.objects.visible_to(request.user).light())
    reach = Reach.of(request, "packages")
    cards = [card(one, reach) for one in listing.page.rows]
    context = page(request, "warehouse", "packages", listing=listing, cards=cards)
    context |= {
        "commands": under_way(request, "create_shipment"),
        "why_ship": reason(context["connection"], can.CreatesShipments),
    }
    return pages.render(request, "sourcing/warehouse.html", context)


def card(package: Package, reach: Reach) -> dict[str, Any]:
    """A package as its card prints it."""
    days = package.storage_days
    left = None if days is None else STORAGE_FREE_DAYS - days
    return {
        "pk": package.pk,
        "remote_id": package.remote_id,
        "title": package.title,
        "connection": reach.sign(package.connection_id),
        "sign": html.badge(*words.package(package)),
        "photos": [url for url in package.photos if html.is_web_address(url)][:5],
        "purchase_order": package.purchase_order,
        "weight": formatting.weight(package.weight_grams),
        "grams": package.weight_grams or 0,
        "days": days,
        "free": STORAGE_FREE_DAYS,
        "warn": STORAGE_WARN_DAYS,
        "left": storage_words(left),
        "tone": "" if left is None or days is None or days < STORAGE_WARN_DAYS else "wait" if left > 0 else "act",
        "shippable": package.shippable is not False and package.gone_at is None,
    }


def storage_words(left: int | None) -> str:
    """How long storage is still free."""
    if left is None:
        return ""
    if left <= 0:
        return _("storage costs now")
    return ngettext("free for %(n)s more day", "free for %(n)s more days", left) % {"n": left}


# -- shipping --------------------------------------------------------------------------------------------------------


def chosen(request: StaffRequest, given: Any) -> list[Package]:
    """The packages that the form names, of one connection; none when they are of several."""
    rows = Package.objects.visible_to(request.user).present().light().select_related("connection")
    found = list(rows.filter(pk__in=keys_of(given.getlist("package"))).order_by("pk")[:50])
    return found if len({one.connection_id for one in found}) == 1 else []


def quoted(connection: Connection | None, packages: list[Package], given: Any) -> dict[str, Any]:
    """The freight quotes for the packages, or for the weight that is given without any; none until a country is."""
    form = QuoteForm(given, weighed=bool(packages))
    grams = sum(one.weight_grams or 0 for one in packages)
    grams = grams if packages or not form.is_valid() else form.cleaned_data["grams"]
    if connection is None or not form.is_valid() or grams < 1:
        return {"quotes": [], "grams": formatting.weight(grams), "quote_problem": ""}
    box = {f"{name}_cm": form.cleaned_data[name] for name in ("length", "width", "height")}
    query = r.FreightQuery(country=form.cleaned_data["country"], weight_grams=grams, **box)
    answer = live.quotes(connection, query)
    found = answer.value or ()
    methods = ShippingMethod.objects.filter(connection=connection).only("remote_id", "carrier", "cargo_types")
    known = {one.remote_id: one for one in methods}
    cheapest = min((one.price for one in found if one.price is not None), default=None)
    fastest = min((days for one in found if (days := first_day(one.delivery_days))), default=None)
    rows = [_quote(one, known.get(one.channel_remote_id), len(packages) or 1) for one in found]
    for row, one in zip(rows, found, strict=True):
        row["is_cheapest"] = one.price is not None and one.price == cheapest
        row["is_fastest"] = fastest is not None and first_day(one.delivery_days) == fastest
    prices = {one.channel_remote_id: one for one in found}
    return {
        "quotes": rows,
        "grams": formatting.weight(grams),
        "quote_problem": answer.problem,
        "prices": prices,
        "several": len(packages) > 1,
    }


def reached(connection: Connection | None) -> list[str]:
    """Where the agent ships to; empty while nobody can tell."""
    if connection is None or not connection.can(can.QuotesFreight):
        return []
    return [one.code for one in live.countries(connection).value or ()]


def first_day(words: str) -> int:
    """The earliest day in words such as ``7-15``; 0 where there is none."""
    found = re.search(r"\d+", words)
    return int(found[0]) if found else 0


def _quote(one: r.FreightQuote, method: ShippingMethod | None, count: int) -> dict[str, Any]:
    each = None if one.price is None else (one.price / count).quantize(Decimal("0.01"))
    return {
        "id": one.channel_remote_id,
        "name": one.name or one.channel_remote_id,
        "carrier": method.carrier if method else "",
        "days": one.delivery_days,
        "charged": formatting.weight(one.charge_grams),
        "price": figure(one.price, one.currency),
        "typed": "" if one.price is None else plain_money(one.price),
        "each": figure(each, one.currency),
        "takes": ", ".join(method.cargo_types) if method else "",
    }


@require_safe
@requires("sourcing.view")
def quotes(request: StaffRequest) -> HttpResponse:
    """Quotes compared, for packages or for a weight; alone for the page that asks with another box or country."""
    packages = chosen(request, request.GET)
    connection = packages[0].connection if packages else None
    if is_fragment(request) and packages:
        context = quoted(connection, packages, request.GET)
        context |= {"chosen_channel": request.GET.get("channel", ""), "choosing": True}
        return render(request, "sourcing/_quotes.html", context)
    context = page(request, "warehouse", "packages", packages=packages)
    connection = connection or context["connection"]
    asked = request.GET if "country" in request.GET else None
    form = QuoteForm(asked, weighed=bool(packages), codes=reached(connection))
    context |= quoted(connection, packages, request.GET) | {"connection": connection, "quote_form": form}
    context |= {"why_ship": reason(connection, can.CreatesShipments), "asked": form.is_valid()}
    return pages.render(request, "sourcing/quotes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sourcing.buy")
def new_shipment(request: StaffRequest) -> HttpResponse:
    """Make a shipment from packages: recipient, quotes compared, the price typed before money is spent."""
    given = request.POST if request.method == "POST" else request.GET
    packages = chosen(request, given)
    if not packages:
        messages.error(request, _("Select packages of one connection first. Nothing was sent."))
        return redirect(request, reverse("sourcing:warehouse"))
    connection = packages[0].connection
    addresses = list(AddressEntry.objects.filter(connection=connection, gone_at=None).light()[:50])
    initial = start_of(addresses, given)
    asked = given if given.get("country") else initial
    context, wallet = quoted(connection, packages, asked), live.wallet(connection).value
    form = ShipmentForm(given if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and is_confirmed(form, context.get("prices", {})):
        try:
            give(request, connection, "sourcing.create_shipment", "-", payload_of(packages, form.cleaned_data))
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(request, reverse("sourcing:shipments"))
    context |= page(request, "warehouse", "packages", form=form, packages=packages, addresses=addresses)
    quote_form = QuoteForm(asked, auto_id="quote_%s", weighed=True, codes=reached(connection))
    context |= {"connection": connection, "quote_form": quote_form, "choosing": True}
    context |= purse(wallet, context.get("prices", {}))
    context |= {"chosen_channel": given.get("channel", ""), "why_ship": reason(connection, can.CreatesShipments)}
    return render(request, "sourcing/shipment_new.html", context, status=422 if form.errors else 200)


def purse(wallet: r.BalanceRecord | None, prices: dict[str, r.FreightQuote]) -> dict[str, Any]:
    """What the wallet has, and whether no method can be paid with it; what a platform then does is not documented."""
    has = live.spendable(wallet)
    if wallet is None or has is None:
        return {"available": ""}
    costs = [one.price for one in prices.values() if one.price is not None and one.currency == wallet.currency]
    return {"available": figure(has, wallet.currency), "is_short": bool(costs) and has < min(costs)}


def start_of(addresses: list[AddressEntry], given: Any) -> dict[str, Any]:
    """The recipient that the form begins with: the address that was chosen, or the default one."""
    wanted = given.get("address_id", "")
    picked = next((one for one in addresses if str(one.pk) == wanted), None) or next(iter(addresses), None)
    return {name: getattr(picked, name) for name in RECIPIENT} if picked else {}


def is_confirmed(form: ShipmentForm, prices: dict[str, r.FreightQuote]) -> bool:
    """Whether the typed price is the one quoted for the method; says so in the form when it is not."""
    quote = prices.get(form.cleaned_data["channel"])
    if quote is None or quote.price is None:
        form.add_error("channel", _("There is no quote for this method now; ask for quotes again."))
        return False
    if form.cleaned_data["typed"].strip().replace(",", ".") != plain_money(quote.price):
        form.add_error("typed", _("Type %(price)s, the price of this method.") % {"price": plain_money(quote.price)})
        return False
    return True


def payload_of(packages: list[Package], clean: dict[str, Any]) -> dict[str, Any]:
    """The command's payload."""
    return {
        "items": [{"package": one.remote_id, "quantity": 1} for one in packages],
        "channel": clean["channel"],
        "recipient": {name: clean[name] for name in RECIPIENT},
        "remark": clean["remark"],
    }
