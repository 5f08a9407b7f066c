"""Prices or stocks from a file: every row finds its variant, or says why it cannot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from dashboard.catalog.bulk import FROM_FILE, Rule
from dashboard.catalog.models import Variant
from dashboard.core.tables import BadFile, Row

COLUMNS = {"price": "price", "stock": "quantity"}  # of a change, the column that holds it
BOTH = "both"
KEYS = ("remote_id", "sku", "barcode")  # the most exact first
LARGEST = Decimal(10) ** 12
CHUNK = 500


@dataclass(frozen=True)
class Unusable:
    """A row that changes nothing, with the reason."""

    number: int
    key: str
    why: str


class _Unusable(Exception):
    """Why a row changes nothing."""


class Found(NamedTuple):
    """The rule that one column of a file makes, and the variants that it changes."""

    rule: Rule
    variants: list[Variant]


def matched(rows: list[Row], asked: str, user: Any) -> tuple[list[Found], list[Unusable]]:
    """What each asked column of a file changes, and the rows that change nothing; a row is taken whole or not at all.

    `asked` is price, stock, or both: then an empty cell leaves that value alone. Only what `user` may see is found.
    Raises `BadFile` without the columns that are needed.
    """
    columns = _columns(rows[0][1], asked)
    known = {name: _known(name, {cells.get(name, "") for _n, cells in rows}, user) for name in KEYS}
    found: dict[str, dict[int, Decimal]] = {what: {} for what in columns}
    variants: dict[int, Variant] = {}
    seen: dict[int, int] = {}
    unusable = []
    for number, cells in rows:
        key = next((cells[name] for name in KEYS if cells.get(name)), "")
        try:
            variant = _variant(cells, known)
            if variant.pk in seen:
                raise _Unusable(_("Row %(n)s names it already.") % {"n": seen[variant.pk]})
            values = _values(cells, variant, columns)
        except _Unusable as why:
            unusable.append(Unusable(number, key, str(why)))
            continue
        seen[variant.pk] = number
        variants[variant.pk] = variant
        for what, value in values.items():
            found[what][variant.pk] = value
    rules = {what: Rule(what, FROM_FILE, values=values) for what, values in found.items()}
    return [Found(rule, [variants[pk] for pk in found[what]]) for what, rule in rules.items()], unusable


def _columns(cells: dict[str, str], asked: str) -> list[str]:
    """What the file can change of what is asked."""
    if not any(name in cells for name in KEYS):
        raise BadFile(_("There is no column sku, barcode or remote_id; the first row must name the columns."))
    wanted = list(COLUMNS) if asked == BOTH else [asked]
    there = [what for what in wanted if COLUMNS[what] in cells]
    if not there:
        raise BadFile(_("There is no column %(name)s.") % {"name": COLUMNS[wanted[0]]})
    return there


def _values(cells: dict[str, str], variant: Variant, columns: list[str]) -> dict[str, Decimal]:
    """The values of one row. Raises `_Unusable` when one is wrong, or none is there."""
    filled = [what for what in columns if cells.get(COLUMNS[what])] or columns[:1]
    for what in filled:
        _check_currency(cells, variant, what)
    return {what: _value(cells.get(COLUMNS[what], ""), what) for what in filled}


def _known(name: str, keys: set[str], user: Any) -> dict[str, list[Variant]]:
    """The variants that are there, by one of their names."""
    found: dict[str, list[Variant]] = defaultdict(list)
    asked = sorted(keys - {""})
    for start in range(0, len(asked), CHUNK):
        rows = Variant.objects.visible_to(user).present().whole()
        for variant in rows.filter(**{f"{name}__in": asked[start : start + CHUNK]}).order_by("pk"):
            found[getattr(variant, name)].append(variant)
    return found


def _variant(cells: dict[str, str], known: dict[str, dict[str, list[Variant]]]) -> Variant:
    """The one variant that a row names. Raises `_Unusable`."""
    name = next((name for name in KEYS if cells.get(name)), None)
    if name is None:
        raise _Unusable(_("No SKU, barcode or remote id."))
    found = list(_narrowed(known[name].get(cells[name], []), cells))
    if len(found) == 1:
        return found[0]
    if not found:
        raise _Unusable(_("Nothing with this name is in the catalog."))
    if len({variant.product.connection_id for variant in found}) > 1:
        raise _Unusable(_("More than one connection has it: name one in a column “connection”."))
    raise _Unusable(_("More than one variant has it: name its remote_id and its product_remote_id."))


def _narrowed(found: list[Variant], cells: dict[str, str]) -> Iterator[Variant]:
    """Those of the connection and of the product that the row names, if it does."""
    connection, product = cells.get("connection", ""), cells.get("product_remote_id", "")
    for variant in found:
        own = variant.product
        if connection in ("", own.connection.slug, own.connection.title) and product in ("", own.remote_id):
            yield variant


def _value(text: str, what: str) -> Decimal:
    """A price, or a whole stock, of at least nothing. Raises `_Unusable`."""
    if not text:
        raise _Unusable(_("The cell is empty."))
    if text.startswith("="):
        raise _Unusable(_("A formula is not worked out: put its value there."))
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= LARGEST or "_" in text:
        raise _Unusable(_("“%(text)s” is not a number like 1234.50.") % {"text": text[:40]})
    if value < 0:
        raise _Unusable(_("This cannot be less than nothing."))
    if what == "stock" and value % 1:
        raise _Unusable(_("Stocks are whole numbers."))
    return value


def _check_currency(cells: dict[str, str], variant: Variant, what: str) -> None:
    given = cells.get("currency", "").upper()
    if what == "price" and given and variant.currency and given != variant.currency.upper():
        raise _Unusable(_("This variant is priced in %(own)s.") % {"own": variant.currency})
