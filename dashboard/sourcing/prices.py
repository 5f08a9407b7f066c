"""What lines of the cart cost at the source right now, and what has changed since they were put there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from dashboard.core import formatting
from dashboard.sourcing import live
from dashboard.sourcing.models import CartItem, SourceProduct
from dashboard.sync.models import Connection


class Priced(NamedTuple):
    """A line with its price of now (`None`: nobody knows), a note on what changed, and what forbids ordering it."""

    line: CartItem
    price: Decimal | None
    note: str = ""
    problem: str = ""


def now(connection: Connection, lines: Sequence[CartItem]) -> list[Priced]:
    """Each line as its source has it now: the product is read, at most once a minute."""
    ids = dict.fromkeys(line.product_remote_id for line in lines)
    answers = {remote_id: live.look(connection, remote_id) for remote_id in ids}
    rows = SourceProduct.objects.filter(connection=connection, remote_id__in=ids).defer("raw", "description")
    known = {row.remote_id: row for row in rows}
    return [_priced(line, answers[line.product_remote_id], known.get(line.product_remote_id)) for line in lines]


def total(priced: Iterable[Priced]) -> Decimal:
    """What the goods cost before fees; they have one currency, being of one connection."""
    return sum((one.price * one.line.quantity for one in priced if one.price is not None), Decimal(0))


def _priced(line: CartItem, answer: live.Answer, product: SourceProduct | None) -> Priced:
    if answer.problem:
        return Priced(line, line.price, note=_("The price could not be checked: %(why)s") % {"why": answer.problem})
    if not answer.value or product is None:
        return Priced(line, line.price, problem=_("not on sale any more"))
    sku = next((one for one in product.skus if one["remote_id"] == line.sku), None)
    if sku is None:
        return Priced(line, line.price, problem=_("this kind is not on sale any more"))
    price = Decimal(sku["price"]) if sku["price"] else product.price
    if sku["stock"] is not None and sku["stock"] < line.quantity:
        return Priced(line, price, problem=_("only %(n)s are left") % {"n": formatting.count(sku["stock"])})
    if line.price is not None and price != line.price:
        was = formatting.money(line.price, line.currency)
        return Priced(line, price, note=_("was %(price)s in the cart") % {"price": was})
    return Priced(line, price)
