"""Sorting, filtering, searching and paging of the two find operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from channels.m2e.sandbox_schema import ORDER_STATUS, PRODUCT_STATUS, moment

Item = dict[str, Any]
Test = Callable[[Item, Any], bool]

# What a page holds when `_result` is missing is not documented; the examples ask for 10.
DEFAULT_COUNT = 10


def window(rows: list[Item], criteria: Item) -> Item:
    """``list`` and ``total``; ``total`` counts all matches."""
    limit = criteria.get("_result", {}).get("limit", {"offset": 0, "count": DEFAULT_COUNT})
    offset = int(limit["offset"])
    return {"list": rows[offset : offset + int(limit["count"])], "total": len(rows)}


def products(rows: Iterable[Item], criteria: Item) -> list[Item]:
    """Products that pass every filter, sorted."""
    return _sorted(_passing(rows, criteria, _PRODUCT_FILTERS), criteria, _PRODUCT_SORTS, "update_date")


def orders(rows: Iterable[Item], criteria: Item) -> list[Item]:
    """Orders that pass every filter and the search, sorted."""
    found = _passing(rows, criteria, _ORDER_FILTERS)
    wanted = (criteria.get("search") or "").casefold()
    if wanted:
        found = [order for order in found if any(wanted in text.casefold() for text in _searched(order))]
    return _sorted(found, criteria, _ORDER_SORTS, "sale_date")


def _passing(rows: Iterable[Item], criteria: Item, tests: dict[str, Test]) -> list[Item]:
    """Unknown filters are allowed and mean nothing."""
    active = [(tests[name], value) for name, value in criteria.get("filters", {}).items() if name in tests]
    return [row for row in rows if all(test(row, value) for test, value in active)]


def _sorted(rows: list[Item], criteria: Item, keys: dict[str, Callable[[Item], Any]], default: str) -> list[Item]:
    """By every known key in the order given; without one the newest come first."""
    wanted = [(name, way) for name, way in criteria.get("sort", {}).items() if name in keys] or [(default, "desc")]
    for name, way in reversed(wanted):
        rows = sorted(rows, key=keys[name], reverse=way == "desc")
    return rows


def _within(value: Decimal | int, limits: Item) -> bool:
    return bool(limits.get("from", value) <= value <= limits.get("to", value))


def _sold(order: Item, limits: Item) -> bool:
    at = moment(order["sale_date"])
    return all(
        (moment(limits[end]) <= at if end == "from" else at <= moment(limits[end]))
        for end in ("from", "to")
        if end in limits
    )


def _searched(order: Item) -> list[str]:
    """Title, SKU, identifier, GTIN."""
    of_items = [item[key] for item in order["items"] for key in ("title", "sku", "item_id", "barcode")]
    return [order["order_id"], order["source_order_id"], *of_items]


def _price(product: Item) -> Decimal:
    return min((one["price"] for one in product["variants"]), default=Decimal(0))


def _bought_by(order: Item, names: list[str]) -> bool:
    return names[0].casefold() in (order["buyer_name"] or "").casefold()


_PRODUCT_SORTS: dict[str, Callable[[Item], Any]] = {
    "price": _price,
    "quantity": lambda product: product["quantity"],
    "update_date": lambda product: product["update_date"],
}
_PRODUCT_FILTERS: dict[str, Test] = {
    "is_simple": lambda product, wanted: product["is_simple"] is wanted[0],
    "price": lambda product, limits: any(_within(one["price"], limits) for one in product["variants"]),
    "quantity": lambda product, limits: _within(product["quantity"], limits),
    "status": lambda product, codes: product["status"] in {PRODUCT_STATUS[int(code)] for code in codes},
    "sku": lambda product, skus: product["sku"] in skus,
}
_ORDER_SORTS: dict[str, Callable[[Item], Any]] = {
    "sale_date": lambda order: order["sale_date"],
    "ship_by_date": lambda order: order["ship_by_date"] or "",
    "status": lambda order: order["status"],
    "total": lambda order: order["total"]["total"],
}
_ORDER_FILTERS: dict[str, Test] = {
    "archived": lambda order, wanted: order["is_archived"] is wanted[0],
    "buyer": _bought_by,
    "data_source_order": lambda order, wanted: wanted[0] == ("yes" if order["source_order_id"] else "no"),
    "price": lambda order, limits: _within(order["total"]["total"], limits),
    "shipping_price": lambda order, limits: _within(order["total"]["shipping"], limits),
    "status": lambda order, codes: order["status"] in {ORDER_STATUS[int(code)] for code in codes},
    "sale_date": _sold,
}
