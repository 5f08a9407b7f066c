"""The mirror against what the database can do at best, and against what a team would else write (QUALITY T1–T3)."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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

ROUNDS = 5
LIMIT = "limit (indexed bulk load)"


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
            OrderLine.objects.filter(order__in=made).delete()
            pairs = zip(made, found, strict=True)
            OrderLine.objects.bulk_create([line for row, r in pairs for line in _line_instances(row.pk, r)])


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


class Spent(NamedTuple):
    """Seconds that something took: by the clock, and of processors here and in the database's own process."""

    wall: float
    cpu: float


def timed(action: Callable[[], None]) -> Spent:
    """What an action took. Where others work on the machine, the clock also counts how long it waited for them."""
    wall, cpu = time.perf_counter(), time.process_time() + _of_database()
    action()
    return Spent(time.perf_counter() - wall, time.process_time() + _of_database() - cpu)


def _of_database() -> float:
    """Processor seconds of this connection's process; 0 for SQLite, and for a server on another machine."""
    if database.vendor != "postgresql":
        return 0.0
    database.ensure_connection()
    told = Path(f"/proc/{database.connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.exists() else 0.0


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
    print(f"mirror on {database.vendor}, {rows} orders with two lines each, medians of {ROUNDS} rounds")
    for size in (100, 500):
        measure(rows, size)


def measure(rows: int, size: int) -> None:
    """One table: every case in turn, the median of all rounds (`update_or_create` once, on fewer rows)."""
    first, changed, few = pages(rows, size), pages(rows, size, 0.1), min(rows, 1000)
    seen: dict[str, list[Spent]] = {}

    def note(name: str, action: Callable[[], None], number: int = rows) -> None:
        spent = timed(action)
        seen.setdefault(name, []).append(Spent(spent.wall / number, spent.cpu / number))

    for round_ in range(ROUNDS):
        connection = fresh(f"bench-best-{round_}")
        wholes, lines = ready_rows(connection, first, 10_000_000 * (round_ + 1))
        triggers("DISABLE")
        note(LIMIT, lambda c=connection, a=wholes, b=lines: best_possible(c, a, b))  # type: ignore[misc]
        triggers("ENABLE")
        del wholes, lines
        for name, write in (("", ours), ("bulk_create: ", bulk_create)):
            connection = fresh(f"bench-{round_}")
            note(f"{name}first load", lambda c=connection, w=write: w(c, first))  # type: ignore[misc]
            note(f"{name}10 % changed", lambda c=connection, w=write: w(c, changed))  # type: ignore[misc]
            if write is ours:
                note("nothing changed", lambda c=connection: ours(c, changed))  # type: ignore[misc]
    connection = fresh("bench-one-by-one")
    note("update_or_create", lambda: update_or_create(connection, pages(few, size)), few)
    report(size, {name: Spent(*map(statistics.median, zip(*all_, strict=True))) for name, all_ in seen.items()})


def report(size: int, seen: dict[str, Spent]) -> None:
    """Rates by the clock, and how they stand to the limit by the clock and by processor time."""
    limit = seen[LIMIT]
    print(f"\npages of {size:<26} orders/s   of the limit   by processor time")
    for name, spent in seen.items():
        print(f"  {name:30} {1 / spent.wall:10,.0f} {limit.wall / spent.wall:14.2f} {limit.cpu / spent.cpu:19.2f}")
    for name in ("first load", "10 % changed"):
        theirs, mine = seen[f"bulk_create: {name}"], seen[name]
        print(f"  {name}: {theirs.wall / mine.wall:.1f}× bulk_create ({theirs.cpu / mine.cpu:.1f}× by processor time)")
    print(f"  first load: {seen['update_or_create'].wall / seen['first load'].wall:.0f}× update_or_create")
