"""Writes many rows at once: rows that are new by COPY, others by one INSERT … ON CONFLICT; executemany on SQLite.

On PostgreSQL a handful of new rows is one INSERT. A large set of rows that may exist goes through COPY into a staging
table there, a small one as a single JSON parameter: below a hundred rows the staging table costs more than it saves.

The mirror's hot path. Values go from records to the database column by column, by converters that are made once per
model, never through model instances.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any

import msgspec
from django.db import connection as database
from django.db import models

from dashboard.core.crypto import EncryptedTextField

Row = Sequence[Any]
# All values of one column → those that the database takes.
Converter = Callable[[Sequence[Any]], Sequence[Any]]
MAX_PARAMETERS = 500
COPY_FROM = 100
INSERT_BELOW = 10  # COPY asks the server once more than one statement does

_json = msgspec.json.Encoder(decimal_format="number")
# The escape of NUL, which no text of PostgreSQL can hold, but not a backslash that is written before “u0000”.
_NUL = re.compile(rb"((?:^|[^\\])(?:\\\\)*)\\u0000")


def reserve_keys(model: type[models.Model], number: int) -> list[int]:
    """Primary keys for rows that the caller inserts in the transaction that is open."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass OFFSET 0) AS s (name), "
                "generate_series(1, %s)",
                [model._meta.db_table, number],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        last = cursor.fetchone()
    first = last[0] + 1 if last else 1
    return list(range(first, first + number))


def insert_rows(model: type[models.Model], columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert `rows` (values in the order of `columns`, which are attribute names), as they are sorted.

    Raises ``IntegrityError`` when one of them exists. Runs in the caller's transaction.
    """
    if not rows:
        return
    prepared = ready(converters(model, columns), rows)
    table, names = table_of(model), names_of(model, columns)
    with database.cursor() as cursor:
        if database.vendor != "postgresql":
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({_marks(columns)})", prepared)
        elif len(prepared) < INSERT_BELOW:
            marks = ", ".join([f"({_marks(columns)})"] * len(prepared))
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES {marks}", list(chain.from_iterable(prepared)))
        else:
            _copy_into(cursor, table, names, prepared)


def write_rows(model: type[models.Model], columns: tuple[str, ...], key: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert `rows` (values in the order of `columns`, which are attribute names); where `key` exists, update.

    Rows must be unique by `key`; they are written in its order, so that two writers never wait for each other in a
    circle. Runs in the caller's transaction.
    """
    if not rows:
        return
    positions = [columns.index(name) for name in key]
    ordered = sorted(rows, key=lambda row: tuple(row[at] for at in positions))
    if database.vendor != "postgresql":
        _executemany(model, columns, key, ready(converters(model, columns), ordered))
    elif len(ordered) < COPY_FROM:
        _as_json(model, columns, key, ready(json_converters(model, columns), ordered))
    else:
        _copy(model, columns, key, ready(converters(model, columns), ordered))


def ready(convert: Sequence[Converter | None], rows: Sequence[Row]) -> list[Row]:
    """Rows as the database takes them."""
    by_column = zip(convert, zip(*rows, strict=True), strict=True)
    return list(zip(*(c(values) if c else values for c, values in by_column), strict=True))


def _copy_into(cursor: Any, table: str, names: str, rows: Sequence[Row]) -> None:
    with database.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _as_json(model: type[models.Model], columns: tuple[str, ...], key: tuple[str, ...], rows: Sequence[Row]) -> None:
    table, named, names = table_of(model), columns_of(model, columns), names_of(model, columns)
    body = _json.encode([dict(zip(named, row, strict=True)) for row in rows])
    with database.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s::json) "
            f"{_on_conflict(model, columns, key)}",
            [(_NUL.sub(rb"\1", body) if rb"\u0000" in body else body).decode()],
        )


def _copy(model: type[models.Model], columns: tuple[str, ...], key: tuple[str, ...], rows: Sequence[Row]) -> None:
    table, names = table_of(model), names_of(model, columns)
    staging = database.ops.quote_name(_staging_name(model, columns))
    with database.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS "
            f"AS SELECT {names} FROM {table} WITH NO DATA"
        )
        _copy_into(cursor, staging, names, rows)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {staging} {_on_conflict(model, columns, key)}"
        )
        cursor.execute(f"TRUNCATE {staging}")


def _executemany(
    model: type[models.Model], columns: tuple[str, ...], key: tuple[str, ...], rows: Sequence[Row]
) -> None:
    names = names_of(model, columns)
    with database.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table_of(model)} ({names}) VALUES ({_marks(columns)}) {_on_conflict(model, columns, key)}",
            rows,
        )


@cache
def _on_conflict(model: type[models.Model], columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    changed = [names_of(model, (name,)) for name in columns if name not in key]
    sets = ", ".join(f"{name} = excluded.{name}" for name in changed)
    return f"ON CONFLICT ({names_of(model, key)}) DO " + (f"UPDATE SET {sets}" if sets else "NOTHING")


def _marks(columns: tuple[str, ...]) -> str:
    return ", ".join(["%s"] * len(columns))


def table_of(model: type[models.Model]) -> str:
    """A model's table as SQL names it."""
    return database.ops.quote_name(model._meta.db_table)


@cache
def names_of(model: type[models.Model], attributes: tuple[str, ...]) -> str:
    """Database columns of attribute names, as a list of SQL."""
    return ", ".join(database.ops.quote_name(name) for name in columns_of(model, attributes))


@cache
def columns_of(model: type[models.Model], attributes: tuple[str, ...]) -> tuple[str, ...]:
    """Database columns of attribute names."""
    by_attribute = {field.attname: field.column for field in model._meta.concrete_fields}
    return tuple(str(by_attribute[name]) for name in attributes)


@cache
def _staging_name(model: type[models.Model], columns: tuple[str, ...]) -> str:
    """A name of its own for each set of columns, so that an upgrade never meets an old shape."""
    digest = hashlib.blake2b(",".join(columns).encode(), digest_size=4).hexdigest()
    return f"staging_{model._meta.db_table}_{digest}"[:60]


# -- values ----------------------------------------------------------------------------------------------------------


def converters(model: type[models.Model], columns: tuple[str, ...]) -> tuple[Converter | None, ...]:
    """For each column the function that makes its database values; `None` where they go as they are."""
    return _converters(model, columns, database.vendor)


@cache
def _converters(model: type[models.Model], columns: tuple[str, ...], vendor: str) -> tuple[Converter | None, ...]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(_converter(fields[name], vendor) for name in columns)


@cache
def json_converters(model: type[models.Model], columns: tuple[str, ...]) -> tuple[Converter | None, ...]:
    """The same for rows that travel as JSON: JSON stays as it is, bytes are written as PostgreSQL reads them."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    special: dict[type, Converter | None] = {
        models.JSONField: None,
        models.BinaryField: lambda values: [f"\\x{value.hex()}" for value in values],
    }
    usual = converters(model, columns)
    return tuple(special.get(type(fields[name]), usual[at]) for at, name in enumerate(columns))


def _converter(field: models.Field[Any, Any], vendor: str) -> Converter | None:
    if isinstance(field, EncryptedTextField):
        return lambda values: [field.get_prep_value(value) for value in values]
    if isinstance(field, models.JSONField):
        return lambda values: [msgspec.json.encode(value).decode().replace("\\u0000", "") for value in values]
    if isinstance(field, models.CharField | models.TextField):
        limit = field.max_length
        return lambda values: _texts(values, limit)
    if vendor == "sqlite":
        if isinstance(field, models.DateTimeField):
            return lambda values: [_sqlite_time(value) for value in values]
        if isinstance(field, models.DecimalField):
            return lambda values: [value if value is None else str(value) for value in values]
    return None


def _texts(values: Sequence[str | None], limit: int | None) -> Sequence[str | None]:
    """What a text column can hold: no NUL, no more than its length (the whole stays in `raw`)."""
    given = [value for value in values if value]
    if not given or ("\x00" not in "".join(given) and (limit is None or max(map(len, given)) <= limit)):
        return values
    return [value if value is None else _text(value.replace("\x00", ""), limit) for value in values]


def _text(value: str, limit: int | None) -> str:
    return value if limit is None or len(value) <= limit else value[: limit - 1] + "…"


def _sqlite_time(value: datetime | None) -> str | None:
    """As Django writes times on SQLite: UTC without zone."""
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def same(old: Any, new: Any) -> bool:
    """Whether a stored value and a new one are the same, whatever decimals they were written with."""
    if isinstance(old, Decimal) and isinstance(new, Decimal | int):
        return old == new
    return bool(old == new or (old in (None, "") and new in (None, "")))
