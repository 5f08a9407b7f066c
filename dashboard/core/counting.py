"""Counting no further than a page can use: what lies beyond is only said to be more."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from dashboard.core import formatting

CAP = 1000


def capped_counts(querysets: Iterable[QuerySet[Any]], cap: int = CAP) -> list[int]:
    """How many rows each has, none counted further than ``cap + 1``; one query for all."""
    pieces: list[str] = []
    values: list[Any] = []
    database = "default"
    for queryset in querysets:
        database = queryset.db
        try:
            sql, given = queryset.order_by().values("pk")[: cap + 1].query.sql_with_params()
        except EmptyResultSet:
            pieces.append("0")
            continue
        pieces.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 (the ORM's own SQL)
        values += given
    if not pieces:
        return []
    with connections[database].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(pieces)}", values)
        return list(cursor.fetchone())


def capped(number: int, cap: int = CAP) -> str:
    """The number as shown: ``1,000+`` beyond the cap."""
    return f"{formatting.count(cap)}+" if number > cap else formatting.count(number)
