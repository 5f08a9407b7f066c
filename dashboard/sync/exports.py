"""Exports of the machinery (SURFACE §2)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from dashboard.core.exports import Column, Export, register_export
from dashboard.sync.exporting import seen, whose
from dashboard.sync.models import Callback, Command, Quarantined, Run


def _rows(model: Any, *left_out: str, with_actor: bool = False) -> Any:
    names = ("connection", "actor") if with_actor else ("connection",)
    return seen(lambda: model.objects.select_related(*names).defer("connection__credentials", *left_out))


def _commands(user: Any) -> QuerySet[Any]:
    """Commands with when each moved last: made, or come to its end."""
    rows = _rows(Command, "payload", "evidence", "before", "receipt", with_actor=True)(user)
    return rows.annotate(moved_at=Coalesce("finished_at", "created_at"))


register_export(
    Export(
        domain="commands",
        queryset=_commands,
        since="moved_at",
        columns=[
            *whose(),
            Column("remote_id", "target"),
            Column("id", kind="int"),
            Column("kind"),
            Column("target"),
            Column("state"),
            Column("attempts", kind="int"),
            Column("actor", "actor.username"),
            Column("error"),
            Column("created_at", kind="time"),
            Column("finished_at", kind="time"),
        ],
    )
)
register_export(
    Export(
        domain="runs",
        queryset=_rows(Run),
        since="started_at",
        columns=[
            *whose(),
            Column("remote_id", lambda row: str(row.pk)),
            Column("feed"),
            Column("started_at", kind="time"),
            Column("finished_at", kind="time"),
            *(Column(name, kind="int") for name in ("seen", "created", "changed", "unchanged", "gone", "quarantined")),
            Column("error"),
        ],
    )
)
register_export(
    Export(
        domain="callbacks",
        queryset=_rows(Callback, "body", "headers"),
        since="received_at",
        columns=[
            *whose(),
            Column("remote_id", "dedupe_key"),
            Column("event"),
            Column("received_at", kind="time"),
            Column("state"),
            Column("error"),
        ],
    )
)
register_export(
    Export(
        domain="quarantine",
        queryset=_rows(Quarantined, "payload"),
        since="at",
        columns=[
            *whose(),
            Column("remote_id", "record_remote_id"),
            Column("feed"),
            Column("record_remote_id"),
            Column("path"),
            Column("reason"),
            Column("at", kind="time"),
        ],
    )
)
