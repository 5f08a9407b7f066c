"""Lists, depth and search against plain queries and Django's admin over the same rows (QUALITY T4–T6).

The page of 50 rows is the measure: the middle one of those that a person may choose; the admin shows as many. Ours come
through the WSGI application with a session, as the web server asks for them; the view alone gets a request whose person
is known. Every case takes its turn in each round, so that others who use the machine slow all alike.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any

from django.db import connection as database
from django.test import RequestFactory
from django.utils import timezone

from dashboard.orders.models import Order
from dashboard.orders.views import listing
from tests.bench import peer, plain, shop
from tests.bench.asking import Person

ROUNDS = 60
SLOW_ROUNDS = 3
SIZE = peer.SIZE
SIZES = (25, 50, 100)
DEEP = 0.9


def run(rows: int) -> None:
    """Print medians in milliseconds, every case once a round, and the ratios of the targets."""
    shop.fill(rows)
    person = Person()
    order = Order.objects.order_by("-placed_at", "-id")
    middle = order[rows // 2]
    day = timezone.localdate(order.values_list("placed_at", flat=True)[int(rows * DEEP)]).isoformat()
    few, many = middle.buyer_email, middle.items.split()[0]
    cases: dict[str, Callable[[], Any]] = {}
    for size in SIZES:
        if not plain.is_same(size):
            raise SystemExit("The two references differ.")
        cases |= {
            f"bare {size}": lambda size=size: plain.bare(size),
            f"preformatted {size}": lambda size=size: plain.preformatted(size),
            f"view {size}": lambda size=size: listing.index(_request(person, size)),
            f"page {size}": lambda size=size: person.get(f"/orders/?view=all&size={size}"),
        }
    here = f"/orders/?view=all&size={SIZE}"
    deep = re.findall(r"after=([^&\"]+)", person.get(f"{here}&on={day}").decode())[-1]
    cases |= {
        "page at 90 %": lambda: person.get(f"{here}&after={deep}"),
        "a day at 90 %": lambda: person.get(f"{here}&on={day}"),
        "search, a number": lambda: person.get(f"{here}&q={middle.number}"),
        "search, few hits": lambda: person.get(f"{here}&q={few}"),
        "search, common word": lambda: person.get(f"{here}&q={many}"),
        "search, two letters": lambda: person.get(f"{here}&q={middle.number[:2]}"),
        "search, nothing": lambda: person.get(f"{here}&q=nowhere-to-be-found"),
        "raw search": lambda: raw_search(middle.number),
        "admin, first page": lambda: peer.page(person.user),
        "admin, page at 90 %": lambda: peer.page(person.user, p=int(rows * DEEP) // SIZE),
        "admin, a number": lambda: peer.page(person.user, q=middle.number),
        "admin, few hits": lambda: peer.page(person.user, q=few),
        "admin, own words, number": lambda: peer.page(person.user, peer.OwnWordsAdmin, q=middle.number),
        "admin, own words, few": lambda: peer.page(person.user, peer.OwnWordsAdmin, q=few),
    }
    report(rows, measured(cases))


def measured(cases: dict[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """Milliseconds of every round but the first; the admin's cases take part in the first rounds alone."""
    seen: dict[str, list[float]] = {name: [] for name in cases}
    for round_ in range(ROUNDS + 1):
        for name, case in cases.items():
            if round_ <= SLOW_ROUNDS or not name.startswith("admin"):
                start = time.perf_counter()
                case()
                taken = (time.perf_counter() - start) * 1000
                seen[name] += [taken] if round_ else []
    return seen


def report(rows: int, seen: dict[str, list[float]]) -> None:
    """The table and the ratios."""
    p50 = {name: median(taken) for name, taken in seen.items()}
    p95 = {name: quantiles(taken, n=20, method="inclusive")[-1] for name, taken in seen.items()}
    print(f"\nlists on {database.vendor}, {rows} orders; medians of {ROUNDS} rounds")
    for name, taken in p50.items():
        print(f"  {name:24} {taken:9.1f} ms   p95 {p95[name]:9.1f} ms")
    for size in SIZES:
        bare, values = p50[f"bare {size}"], p50[f"preformatted {size}"]
        view, page = p50[f"view {size}"], p50[f"page {size}"]
        print(
            f"  {size:3} rows: page ÷ bare {page / bare:.2f}, view ÷ bare {view / bare:.2f}; "
            f"view ÷ preformatted {view / values:.2f}, page ÷ preformatted {page / values:.2f}"
        )
    first, deep = p50[f"page {SIZE}"], p50["page at 90 %"]
    number, few = p50["search, a number"], p50["search, few hits"]
    print(
        f"  deep ÷ first {deep / first:.2f}; admin ÷ ours: first {p50['admin, first page'] / first:.1f}×, "
        f"deep {p50['admin, page at 90 %'] / deep:.1f}×, number {p50['admin, a number'] / number:.1f}×, "
        f"few hits {p50['admin, few hits'] / few:.1f}×; of its own words alone: "
        f"number {p50['admin, own words, number'] / number:.1f}×, few hits {p50['admin, own words, few'] / few:.1f}×\n"
        f"  search p95 {p95['search, a number']:.1f} ms, raw p95 {p95['raw search']:.1f} ms"
    )


def raw_search(number: str) -> list[Any]:
    """The same search as one statement on the index."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("SELECT id FROM orders_order_search WHERE words ILIKE %s LIMIT 51", [f"%{number}%"])
        else:
            cursor.execute(
                "SELECT rowid FROM orders_order_words WHERE orders_order_words MATCH %s LIMIT 51", [f'"{number}"']
            )
        return cursor.fetchall()


def _request(person: Person, size: int) -> Any:
    request = RequestFactory(headers={"host": "127.0.0.1"}).get(f"/orders/?view=all&size={size}")
    request.user, request.session, request.htmx = person.user, {}, False
    return request
