"""Lists, depth and search against plain queries and Django's admin over the same rows (QUALITY T4–T6)."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection as database
from django.template import engines
from django.test import Client, RequestFactory

from dashboard.core.search_index import catch_up
from dashboard.orders.models import Order
from dashboard.orders.views import listing
from tests.bench.mirror import best_possible, fresh, pages, ready_rows

ROUNDS = 15
SIZE = 25
ADMIN_SIZE = 50
STEP = 10_000
FIELDS = (
    "pk", "number", "ship_by", "connection_id", "buyer", "items", "line_count", "currency", "total", "payment_status",
    "fulfilment_status", "gone_at", "placed_at",
)  # fmt: skip
# The same rows, columns and boxes as the list's own, by Django's plain means.
TABLE = engines["django"].from_string("""<table>{% for row in rows %}
<tr id="order-{{ row.pk }}" data-href="/orders/{{ row.pk }}/"><td class="pin pin-box"><label class="hit">
<span class="vh">Select {{ row.number }}</span><input class="box" type="checkbox" name="pk" value="{{ row.pk }}">
</label></td><th scope="row" class="pin pin-2"><a class="mono" href="/orders/{{ row.pk }}/">{{ row.number }}</a></th>
<td class="nowrap">{{ row.ship_by }} {{ row.placed_at }}</td><td class="nowrap">{{ row.connection_id }}</td>
<td class="brief" title="{{ row.buyer }}"><bdi>{{ row.buyer }}</bdi></td>
<td class="grow"><bdi>{{ row.items }}</bdi>{{ row.line_count }}</td>
<td class="num"><span class="sub">{{ row.currency }}</span> {{ row.total }}</td><td>{{ row.payment_status }}</td>
<td>{{ row.fulfilment_status }}</td><td>{{ row.gone_at }}</td></tr>{% endfor %}</table>""")


def run(rows: int) -> None:
    """Print medians in milliseconds, every case once a round, and the ratios of the targets."""
    fill(rows)
    person = get_user_model().objects.create_superuser("bench", "bench@example.com", "bench-bench-bench")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(person)
    order = Order.objects.order_by("-placed_at", "-id")
    middle = order.values_list("number", flat=True)[rows // 2]
    deep = order.values_list("placed_at", flat=True)[int(rows * 0.9)].strftime("%Y-%m-%d")
    cases: dict[str, Callable[[], Any]] = {
        "ORM and a bare template": lambda: TABLE.render({"rows": list(order.only(*FIELDS)[: SIZE + 1])[:SIZE]}),
        "values, preformatted": preformatted,
        "view alone": lambda: listing.index(_request(person)),
        "first page": lambda: client.get("/orders/?view=all"),
        "page at 90 %": lambda: client.get(f"/orders/?view=all&on={deep}"),
        "search, a number": lambda: client.get(f"/orders/?view=all&q={middle}"),
        "search, few hits": lambda: client.get("/orders/?view=all&q=buyer996@"),
        "raw search": lambda: raw_search(middle),
        "admin, first page": lambda: client.get("/admin/orders/order/"),
        "admin, page at 90 %": lambda: client.get(f"/admin/orders/order/?p={int(rows * 0.9) // ADMIN_SIZE}"),
        "admin, search": lambda: client.get(f"/admin/orders/order/?q={middle}"),
        "admin, few hits": lambda: client.get("/admin/orders/order/?q=buyer996@"),
    }
    seen: dict[str, list[float]] = {name: [] for name in cases}
    for round_ in range(ROUNDS + 1):
        for name, case in cases.items():
            slow = name.startswith("admin") and round_ > 3
            if not slow:
                taken = _milliseconds(case)
                seen[name] += [taken] if round_ else []
    report(rows, seen)


def report(rows: int, seen: dict[str, list[float]]) -> None:
    """The table and the ratios."""
    middle = {name: median(taken) for name, taken in seen.items()}
    print(f"\nlists on {database.vendor}, {rows} orders; medians of {ROUNDS} rounds")
    for name, taken in middle.items():
        print(f"  {name:26} {taken:9.1f} ms   p95 {quantiles(seen[name], n=20, method='inclusive')[-1]:9.1f} ms")
    first, deep, found = middle["first page"], middle["page at 90 %"], middle["search, a number"]
    rare = middle["search, few hits"]
    worst = {name: quantiles(taken, n=20, method="inclusive")[-1] for name, taken in seen.items()}
    print(
        f"  view ÷ preformatted {middle['view alone'] / middle['values, preformatted']:.2f}, "
        f"÷ bare {middle['view alone'] / middle['ORM and a bare template']:.2f}; "
        f"page ÷ preformatted {first / middle['values, preformatted']:.2f}, "
        f"÷ bare {first / middle['ORM and a bare template']:.2f}\n"
        f"  deep ÷ first {deep / first:.2f}; admin ÷ ours: first {middle['admin, first page'] / first:.1f}×, "
        f"deep {middle['admin, page at 90 %'] / deep:.1f}×, search {middle['admin, search'] / found:.1f}×, "
        f"few hits {middle['admin, few hits'] / rare:.1f}×\n"
        f"  search p95 {worst['search, a number']:.1f} ms, raw p95 {worst['raw search']:.1f} ms"
    )


def fill(rows: int) -> None:
    """Orders with two lines each, by the database's fastest way, indexed, and swept as the database would itself."""
    connection = fresh("bench-lists")
    for start in range(0, rows, STEP):
        best_possible(connection, *ready_rows(connection, pages(min(STEP, rows - start), 500, start=start), start))
    catch_up(seconds=3600)
    with database.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if database.vendor == "postgresql" else "ANALYZE")


def preformatted() -> str:
    """The newest orders with every value as text already, in the plainest template."""
    found = list(Order.objects.order_by("-placed_at", "-id").values(*FIELDS)[: SIZE + 1])[:SIZE]
    rows = [
        {name: f"{value:%Y-%m-%d}" if hasattr(value, "year") else str(value) for name, value in row.items()}
        for row in found
    ]
    return TABLE.render({"rows": rows})


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


def _request(person: Any) -> Any:
    request = RequestFactory(headers={"host": "127.0.0.1"}).get("/orders/?view=all")
    request.user, request.session, request.htmx = person, {}, False
    return request


def _milliseconds(case: Callable[[], Any]) -> float:
    start = time.perf_counter()
    answer = case()
    taken = (time.perf_counter() - start) * 1000
    if getattr(answer, "status_code", 200) != 200:
        raise SystemExit(f"Answered {answer.status_code}.")
    return taken
