"""What every export of mirrored rows begins with: which rows somebody may take along, and the first columns of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.core.exports import Column


def mirrored(model: Any, *left_out: str) -> Callable[[Any], Any]:
    """The rows that a person may see, without raw payloads and `left_out`; all of them for the command line."""
    return seen(lambda: model.objects.light().defer(*left_out).select_related("connection"))


def parts(model: Any, owner: str, *left_out: str) -> Callable[[Any], Any]:
    """The same for rows that hang on the mirrored row `owner`; `left_out` are fields of that row."""
    names = [f"{owner}__{name}" for name in ("raw", *left_out)]
    return seen(lambda: model.objects.select_related(f"{owner}__connection").defer(*names))


def seen(rows: Callable[[], Any]) -> Callable[[Any], Any]:
    """What a person may see of the rows; all of them for the command line."""

    def of(user: Any) -> Any:
        return rows() if user is None else rows().visible_to(user)

    return of


def whose(owner: str = "") -> tuple[Column, Column]:
    """The columns `connection platform`, through `owner` where the row itself has no connection."""
    before = f"{owner}." if owner else ""
    return Column("connection", f"{before}connection.slug"), Column("platform", f"{before}connection.platform")


def head(owner: str = "") -> tuple[Column, ...]:
    """The columns that every export of mirrored rows begins with: `connection platform remote_id`."""
    return (*whose(owner), Column("remote_id"))


NUMBER, CURRENCY = Column("number"), Column("currency")
STATUS = (Column("status"), Column("remote_status"))
PLACED, UPDATED, GONE = (Column(name, kind="time") for name in ("placed_at", "updated_at", "gone_at"))
