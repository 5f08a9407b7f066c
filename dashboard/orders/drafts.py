"""An order while it is written: its lines as a form carries them, variants to choose from, addresses to copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.catalog.models import Product, Variant
from dashboard.catalog.searched import PRODUCTS
from dashboard.catalog.targets import label_of
from dashboard.core import formatting
from dashboard.core.searching import narrow
from dashboard.orders.models import Order
from dashboard.orders.searched import ORDERS
from dashboard.sync.models import Connection

MOST_LINES = 100
MOST_UNITS = 9999
SHOWN = 8
CHOICES = 20


@dataclass
class DraftLine:
    """A line: a variant's remote id, the quantity as it was typed, and what is wrong with it."""

    sku: str
    typed: str
    variant: Variant | None = None
    error: str = ""

    @property
    def quantity(self) -> int:
        """How many; 0 for what is no number of units that can be ordered."""
        number = int(self.typed) if self.typed.isascii() and self.typed.isdigit() and len(self.typed) < 5 else 0
        return number if number <= MOST_UNITS else 0

    @property
    def label(self) -> str:
        """What it is."""
        return label_of(self.variant) if self.variant else self.sku

    @property
    def price(self) -> str:
        """The price of one, where the platform states one."""
        return money(self.variant)

    @property
    def total(self) -> Decimal | None:
        """The price of all; None while it is not known."""
        return self.variant.price * self.quantity if self.variant and self.variant.price is not None else None


class Draft:
    """The lines of an order that is being written; one query for their variants."""

    def __init__(self, connection: Connection, given: QueryDict) -> None:
        pairs = zip(given.getlist("sku"), given.getlist("quantity"), strict=False)
        self.lines = [DraftLine(sku[:200], typed.strip()[:10]) for sku, typed in pairs][:MOST_LINES]
        self.connection = connection
        self.add(given.get("add", "")[:200])
        gone = given.get("without", "")
        if gone.isascii() and gone.isdigit() and int(gone[:4]) < len(self.lines):
            del self.lines[int(gone[:4])]
        variants = _variants(connection).filter(remote_id__in=[line.sku for line in self.lines if "\0" not in line.sku])
        found = {one.remote_id: one for one in variants.order_by("-gone_at")}
        for line in self.lines:
            line.variant = found.get(line.sku)

    def add(self, sku: str) -> None:
        """One more of a variant: a line of its own, or one unit more on the line that it has."""
        if not sku:
            return
        for line in self.lines:
            if line.sku == sku:
                line.typed = str(min(line.quantity + 1, MOST_UNITS))
                return
        self.lines = [*self.lines, DraftLine(sku, "1")][:MOST_LINES]

    def is_good(self) -> bool:
        """Whether every line can be ordered; says at each what is wrong."""
        for line in self.lines:
            if line.variant is None or line.variant.gone_at or line.variant.product.gone_at:
                line.error = _("This is not on the platform any more.")
            elif not line.quantity:
                line.error = _("Give a number of units from 1 to %(most)s.") % {"most": MOST_UNITS}
        return bool(self.lines) and not any(line.error for line in self.lines)

    def payload(self) -> list[dict[str, Any]]:
        """The lines as the command takes them."""
        return [{"sku": line.sku, "quantity": line.quantity} for line in self.lines]

    def totals(self) -> str:
        """The sums, one a currency; empty while a price is not known."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            if line.total is None or line.variant is None:
                return ""
            sums[line.variant.currency] = sums.get(line.variant.currency, Decimal()) + line.total
        return " + ".join(formatting.money(amount, currency) for currency, amount in sorted(sums.items()))


def money(variant: Variant | None) -> str:
    """A variant's price in words; empty where none is stated."""
    return formatting.money(variant.price, variant.currency) if variant and variant.price is not None else ""


def choices(connection: Connection, q: str) -> list[dict[str, Any]]:
    """Variants on a connection whose title, SKU or product has the words; those that have them themselves first."""
    words = q.strip()[:100]
    if len(words) < 2:
        return []
    rows = Product.objects.filter(connection=connection).present().light()
    products = list(narrow(rows, PRODUCTS, words).order_by("title", "pk").values_list("pk", flat=True)[:SHOWN])
    found = _variants(connection).filter(product__in=products, gone_at=None).order_by("product__title", "pk")[:CHOICES]
    fits = sorted(
        found, key=lambda one: (words.casefold() not in f"{one.sku} {one.title}".casefold(), not one.quantity)
    )
    return [
        {
            "sku": one.remote_id,
            "label": label_of(one),
            "code": one.sku,
            "price": money(one),
            "stock": "" if one.quantity is None else formatting.count(one.quantity),
        }
        for one in fits
    ]


def _variants(connection: Connection) -> QuerySet[Variant]:
    rows = Variant.objects.filter(product__connection=connection).select_related("product")
    return rows.defer("product__raw", "product__description")


def earlier(user: Any, q: str) -> Iterable[Order]:
    """Orders with an address, newest first, by the buyer's name or any number of theirs."""
    words = q.strip()[:100]
    if len(words) < 2:
        return []
    rows = Order.objects.visible_to(user).filter(address__isnull=False)
    fields = ("number", "remote_id", "partner_code", "buyer", "address", "placed_at")
    return narrow(rows, ORDERS, words).only(*fields).order_by("-placed_at", "-pk")[:SHOWN]


def address_of(order: Order, countries: tuple[str, ...]) -> dict[str, str]:
    """An earlier order's address as the fields of a new one; a country that is not served is left out."""
    address: dict[str, str] = order.address or {}
    name = address.get("name") or order.buyer
    first, _space, last = name.partition(" ")
    names = ("street1", "street2", "postcode", "city", "state", "phone", "country")
    found = {"first_name": first, "last_name": last} | {key: address.get(key) or "" for key in names}
    if countries and found["country"].upper() not in countries:
        del found["country"]
    return found
