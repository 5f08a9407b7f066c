"""What is stored of rows that came again, read without the ORM: one statement for a page, one for each kind of part.

The database compares the content hashes itself: of a page that brought nothing new it gives nothing back. PostgreSQL
looks each row up by its key, because a plan that is made from old statistics reads every row of the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

import msgspec
from django.db import connection as database
from django.db import models

from dashboard.sync.writers import Row, names_of, table_of


def differing(
    model: type[models.Model], connection: models.Model, digests: dict[str, bytes], columns: tuple[str, ...]
) -> dict[str, Row | None]:
    """The remote ids whose row has another content hash or is gone, with its `columns`; `None` where there is no row.

    The first of `columns` is the key.
    """
    wanted = msgspec.json.encode({remote_id: digest.hex() for remote_id, digest in digests.items()}).decode()
    with database.cursor() as cursor:
        cursor.execute(_differing(model, columns, database.vendor), [wanted, connection.pk])
        found = cursor.fetchall()
    rows = as_python(model, columns, [row[1:] for row in found])
    return {one[0]: row if row[0] is not None else None for one, row in zip(found, rows, strict=True)}


def parts_of(model: type[models.Model], whole: str, pks: Collection[int], columns: tuple[str, ...]) -> list[Row]:
    """`columns` of every part whose attribute `whole` is one of `pks`."""
    if not pks:
        return []
    wanted = ",".join(map(str, pks))
    with database.cursor() as cursor:
        cursor.execute(
            _parts(model, whole, columns, database.vendor),
            [f"{{{wanted}}}" if database.vendor == "postgresql" else f"[{wanted}]"],
        )
        return as_python(model, columns, cursor.fetchall())


@cache
def _differing(model: type[models.Model], columns: tuple[str, ...], vendor: str) -> str:
    table, names = table_of(model), names_of(model, columns)
    if vendor == "postgresql":
        # The planner must not see which connection it is: of one that its statistics do not know it expects one row,
        # and then reads all of them by another index.
        return (
            f"SELECT k, {names} FROM json_each_text(%s::json) AS w (k, v) LEFT JOIN LATERAL (SELECT * FROM {table} "
            "WHERE connection_id = (SELECT %s::bigint) AND remote_id = k LIMIT 1) AS stored ON true "
            "WHERE content_hash IS DISTINCT FROM decode(v, 'hex') OR gone_at IS NOT NULL"
        )
    return (
        f"SELECT k, {names} FROM (SELECT key AS k, value AS v FROM json_each(%s)) LEFT JOIN {table} "
        "ON connection_id = %s AND remote_id = k "
        "WHERE content_hash IS NULL OR lower(hex(content_hash)) <> v OR gone_at IS NOT NULL"
    )


@cache
def _parts(model: type[models.Model], whole: str, columns: tuple[str, ...], vendor: str) -> str:
    among = "= ANY(%s::bigint[])" if vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    names = names_of(model, columns)
    return f"SELECT {names} FROM {table_of(model)} WHERE {names_of(model, (whole,))} {among}"


# -- values ----------------------------------------------------------------------------------------------------------


def as_python(model: type[models.Model], columns: tuple[str, ...], rows: Sequence[Row]) -> list[Row]:
    """Values as the fields give them: what a database stores in another type becomes what was written."""
    reading = _readers(model, columns, database.vendor)
    if not rows or not any(reading):
        return list(rows)
    by_column = zip(reading, zip(*rows, strict=True), strict=True)
    return list(zip(*([read(one) for one in values] if read else values for read, values in by_column), strict=True))


@cache
def _readers(
    model: type[models.Model], columns: tuple[str, ...], vendor: str
) -> tuple[Callable[[Any], Any] | None, ...]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(_reader(fields[name]) for name in columns)


def _reader(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    column = field.get_col("")
    converters = [*database.ops.get_db_converters(column), *column.get_db_converters(database)]
    if not converters:
        return None

    def read(value: Any) -> Any:
        for convert in converters:
            value = convert(value, column, database)
        return value

    return read
