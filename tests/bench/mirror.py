"""The mirror against what the database can do at best, and against what a team would else write (QUALITY T1–T3)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from channels.m2e import mapping
from channels.m2e import wire as w
from channels.wire import decode, each
from dashboard.orders.mirror import ORDERS
from dashboard.orders.models import Order, OrderLine
from dashboard.sync.models import Connection
from dashboard.sync.upsert import BASE, content_hash, upsert
from dashboard.sync.writers import columns_of, converters, ready

ROUNDS = 3


def pages(
    rows: int, size: int, changed: float = 0.0, start: int = 0, make: Callable[[int, str], dict[str, Any]] | None = None
) -> list[bytes]:
    """JSON pages of orders with two lines each, numbered from `start`; `changed` of them carry another status."""
    numbers, make = range(start, start + rows), make or order
    made = [make(n, "completed" if changed and n % int(1 / changed) == 0 else "unshipped") for n in numbers]
    return [json.dumps({"list": made[at : at + size], "total": rows}).encode() for at in range(0, rows, size)]


def order(n: int, status: str) -> dict[str, Any]:
    """One order as the aggregator states it."""
    return {
        "token": f"00000000-0000-4000-8000-{n:012d}",
        "order_id": f"{n:03d}-{n:07d}-{n % 9999999:07d}",
        "source_order_id": f"S{n}",
        "buyer_name": f"Buyer {n % 997}",
        "buyer_email": f"buyer{n % 997}@example.com",
        "status": status,
        "is_archived": False,
        "sale_date": f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}T{n % 24:02d}:00:00Z",
        "ship_date": None,
        "ship_by_date": f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}T23:00:00Z",
        "shipping_address": {"name": f"Buyer {n % 997}", "city": "Sixi", "country_code": "US", "postal_code": "10001"},
        "country_code": "US",
        "total": {"total": 44.55, "shipping": 5.55, "subtotal": 40.0, "tax": 0.55, "discount": 1.0, "currency": "USD"},
        "items": [
            {
                "title": f"Thing {n % 311}", "sku": f"SKU-{n % 311}", "barcode": "0704990337892",
                "item_id": f"{n}-{line}", "quantity": 2, "price": 59.99, "tracking_service": None,
                "tracking_numbers": [],
            }
            for line in (1, 2)
        ],
    }  # fmt: skip


def records(page: bytes) -> Sequence[Any]:
    """Parse and map one page, as the channel does."""
    found = decode(page, w.Found)
    return each(found.items, w.Order, _order, id_of="token", at="$.list")[0]


def _order(wire: w.Order, raw: bytes) -> Any:
    return mapping.order(wire, raw, marketplace="ebay", account_token="a", currency="USD")


# -- the ways to write -----------------------------------------------------------------------------------------------


def ours(connection: Connection, batch: list[bytes]) -> None:
    """Parse → commit through the mirror."""
    for page in batch:
        upsert(ORDERS, connection, records(page))


def best_possible(
    connection: Connection, batch: list[list[tuple[Any, ...]]], lines: list[list[tuple[Any, ...]]]
) -> None:
    """The database's own fastest way, with the indexes there, one page a transaction; rows ready beforehand."""
    columns = BASE + ORDERS.columns
    line_columns = ("order_id", "remote_id", *ORDERS.parts[0].columns)
    for rows, parts in zip(batch, lines, strict=True):
        with transaction.atomic():
            _bulk(Order, ("id", *columns), rows)
            _bulk(OrderLine, line_columns, parts)


def _bulk(model: Any, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(database.ops.quote_name(name) for name in columns_of(model, columns))
    table = database.ops.quote_name(model._meta.db_table)
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def bulk_create(connection: Connection, batch: list[bytes]) -> None:
    """What a careful team writes: `bulk_create(update_conflicts=True)`, lines deleted and made anew."""
    for page in batch:
        found = records(page)
        with transaction.atomic():
            made = Order.objects.bulk_create(
                [_instance(connection, r) for r in found],
                update_conflicts=True,
                unique_fields=["connection", "remote_id"],
                update_fields=list(BASE[2:] + ORDERS.columns),
            )
            pks = dict(
                Order.objects.filter(connection=connection, remote_id__in=[r.remote_id for r in found]).values_list(
                    "remote_id", "pk"
                )
            )
            OrderLine.objects.filter(order__in=pks.values()).delete()
            OrderLine.objects.bulk_create([line for r in found for line in _line_instances(pks[r.remote_id], r)])
            del made


def update_or_create(connection: Connection, batch: list[bytes]) -> None:
    """What most teams write."""
    for page in batch:
        for r in records(page):
            with transaction.atomic():
                values = dict(zip(ORDERS.columns, ORDERS.values(r), strict=True))
                row, _ = Order.objects.update_or_create(
                    connection=connection,
                    remote_id=r.remote_id,
                    defaults={
                        **values,
                        "status": r.status,
                        "remote_status": r.remote_status,
                        "changed_at": timezone.now(),
                        "content_hash": content_hash(r),
                        "raw": r.raw.decode(),
                    },
                )
                for line in ORDERS.parts[0].rows(r):
                    defaults = dict(zip(ORDERS.parts[0].columns, list(line)[1:], strict=True))
                    OrderLine.objects.update_or_create(order=row, remote_id=line[0], defaults=defaults)


def _instance(connection: Connection, r: Any) -> Order:
    values = dict(zip(ORDERS.columns, ORDERS.values(r), strict=True))
    return Order(
        connection=connection, remote_id=r.remote_id, status=r.status, remote_status=r.remote_status,
        content_hash=content_hash(r), changed_at=timezone.now(), raw=r.raw.decode(), **values,
    )  # fmt: skip


def _line_instances(pk: int, r: Any) -> Iterator[OrderLine]:
    for line in ORDERS.parts[0].rows(r):
        yield OrderLine(
            order_id=pk, remote_id=line[0], **dict(zip(ORDERS.parts[0].columns, list(line)[1:], strict=True))
        )


# -- measuring -------------------------------------------------------------------------------------------------------


def ready_rows(connection: Connection, batch: list[bytes], offset: int) -> tuple[list[list[Any]], list[list[Any]]]:
    """Rows for `best_possible`, converted beforehand, with ids of their own."""
    columns, part = BASE + ORDERS.columns, ORDERS.parts[0]
    line_columns = ("order_id", "remote_id", *part.columns)
    convert, convert_line = converters(Order, columns), converters(OrderLine, line_columns)
    wholes, lines, pk, now = [], [], offset, timezone.now()
    for page in batch:
        keys, rows, parts = [], [], []
        for r in records(page):
            pk += 1
            base = (connection.pk, r.remote_id, r.status, r.remote_status, content_hash(r), now, None, r.raw.decode())
            rows.append((*base, *ORDERS.values(r)))
            keys.append(pk)
            parts.extend((pk, *line) for line in part.rows(r))
        wholes.append([(key, *row) for key, row in zip(keys, ready(convert, rows), strict=True)])
        lines.append(ready(convert_line, parts))
    return wholes, lines


def triggers(are: str) -> None:
    """`DISABLE` or `ENABLE` what notes rows for the search index: the limit does without."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            for model in (Order, OrderLine):
                cursor.execute(f"ALTER TABLE {model._meta.db_table} {are} TRIGGER USER")


def timed(action: Callable[[], None]) -> float:
    """Seconds of wall time."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def fresh(name: str) -> Connection:
    """An empty connection, and no orders at all."""
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute(f"TRUNCATE {Order._meta.db_table} CASCADE")
    Order.objects.all().delete()
    Connection.objects.filter(slug=name).delete()
    return Connection.objects.create(platform="m2e", slug=name, title=name, base_url="https://m2e.cloud/api/v1/api")


def run(rows: int) -> None:
    """Print rates and ratios for pages of 100 and of 500 orders."""
    print(f"mirror on {database.vendor}, {rows} orders with two lines each; rates in orders a second")
    for size in (100, 500):
        measure(rows, size)


def measure(rows: int, size: int) -> None:
    """One table: every case interleaved, the median of three rounds."""
    first, changed, slow = pages(rows, size), pages(rows, size, 0.1), pages(min(rows, 1000), size)
    seen: dict[str, list[float]] = {}
    for round_ in range(ROUNDS):
        connection = fresh(f"bench-best-{round_}")
        wholes, lines = ready_rows(connection, first, 10_000_000 * (round_ + 1))
        triggers("DISABLE")
        best = timed(lambda c=connection, a=wholes, b=lines: best_possible(c, a, b))
        triggers("ENABLE")
        del wholes, lines
        seen.setdefault("limit (indexed bulk load)", []).append(rows / best)
        connection = fresh(f"bench-ours-{round_}")
        seen.setdefault("first load", []).append(rows / timed(lambda c=connection: ours(c, first)))
        seen.setdefault("re-sync, 10 % changed", []).append(rows / timed(lambda c=connection: ours(c, changed)))
        seen.setdefault("re-sync, nothing changed", []).append(rows / timed(lambda c=connection: ours(c, changed)))
        connection = fresh(f"bench-bulk-{round_}")
        seen.setdefault("bulk_create", []).append(rows / timed(lambda c=connection: bulk_create(c, first)))
        seen.setdefault("bulk_create, 10 % changed", []).append(
            rows / timed(lambda c=connection: bulk_create(c, changed))
        )
        connection = fresh(f"bench-uoc-{round_}")
        seen.setdefault("update_or_create", []).append(
            min(rows, 1000) / timed(lambda c=connection: update_or_create(c, slow))
        )
    middle = {name: sorted(rates)[len(rates) // 2] for name, rates in seen.items()}
    limit = middle["limit (indexed bulk load)"]
    print(f"\npages of {size}")
    for name, rate in middle.items():
        print(f"  {name:28} {rate:10,.0f}/s   {rate / limit:5.2f} of the limit")
    print(
        f"  first load: {middle['first load'] / middle['bulk_create']:.2f}× bulk_create, "
        f"{middle['first load'] / middle['update_or_create']:.0f}× update_or_create; "
        f"re-sync: {middle['re-sync, 10 % changed'] / middle['bulk_create, 10 % changed']:.1f}× bulk_create"
    )
