"""Lists, depth and search against Django's admin over the same rows (QUALITY T4, T6)."""

from __future__ import annotations

import re
import time
from statistics import median
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection as database
from django.test import Client

from dashboard.orders.models import Order
from tests.bench.mirror import fresh, ours, pages

ROUNDS = 9
DEPTH = 200


def run(rows: int) -> None:
    """Print medians of whole signed-in pages in milliseconds, and their ratios."""
    connection = fresh("bench-lists")
    ours(connection, pages(rows, 500))
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
    person = get_user_model().objects.create_superuser("bench", "bench@example.com", "bench-bench-bench")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(person)
    deep = _deep(client)
    middle = Order.objects.order_by("-placed_at", "-id").values_list("number", flat=True)[rows // 2]
    ask = {
        "orders, first page": "/orders/?view=all",
        f"orders, {DEPTH} pages deep": deep,
        "search, a number": f"/orders/?view=all&q={middle}",
        "search, a word with few hits": "/orders/?view=all&q=Buyer+996",
        "search everything": f"/search/?q={middle}&stay=1",
        "admin, first page": "/admin/orders/order/",
        "admin, deep page": f"/admin/orders/order/?p={int(rows * 0.9) // 100}",
        "admin, search": f"/admin/orders/order/?q={middle}",
    }
    print(f"\nlists on {database.vendor}, {rows} orders; whole pages, median of {ROUNDS}")
    seen = {name: _milliseconds(client, url) for name, url in ask.items()}
    for name, taken in seen.items():
        print(f"  {name:34} {taken:9.1f} ms")
    print(
        f"  deep ÷ first {seen[f'orders, {DEPTH} pages deep'] / seen['orders, first page']:.2f}; "
        f"admin ÷ ours: first {seen['admin, first page'] / seen['orders, first page']:.1f}×, "
        f"deep {seen['admin, deep page'] / seen[f'orders, {DEPTH} pages deep']:.1f}×, "
        f"search {seen['admin, search'] / seen['search, a number']:.1f}×"
    )


def _deep(client: Client) -> str:
    """The address of a page far down, by following the pager."""
    url = "/orders/?view=all&size=100"
    for _ in range(DEPTH):
        page = client.get(url).content.decode()
        found = re.search(r'href="(\?[^"]*)"[^>]*rel="next"', page)
        if found is None:
            return url
        url = "/orders/" + found[1].replace("&amp;", "&")
    return url


def _milliseconds(client: Any, url: str) -> float:
    """The median time of a page; raises when it is not answered with 200."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        answer = client.get(url)
        taken.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{url} answered {answer.status_code}")
    return median(taken)
