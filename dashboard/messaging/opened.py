"""One thread as it is opened: the row with its connection, assignee, draft, newest order and private notes."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from dashboard.messaging.models import Draft, Thread, ThreadNote
from dashboard.orders.models import Order
from dashboard.staff.models import User
from dashboard.sync.models.connections import SECRETS

NOTES = 100
_NOTE = {
    "note_pk": "notes__pk",
    "note_text": "notes__text",
    "note_at": "notes__created_at",
    "note_first_name": "notes__author__first_name",
    "note_last_name": "notes__author__last_name",
    "note_username": "notes__author__username",
}


def find(user: Any, **which: Any) -> Any:
    """The thread that `which` names and the person may see, else None; one query, whatever stands in the thread.

    Beside its columns it has `draft`, `draft_is_note` and `draft_at` of the person, `order_pk` and `order_name` of the
    buyer's newest order, and `kept_notes`, the newest first.
    """
    rows = Thread.objects.visible_to(user).filter(**which).select_related("connection", "assignee")
    rows = with_order(_with_draft(rows, user)).annotate(**{name: F(path) for name, path in _NOTE.items()})
    secret = (f"connection__{name}" for name in SECRETS)
    found = list(rows.defer("raw", *secret).order_by(F("note_at").desc(nulls_last=True), "-note_pk")[:NOTES])
    if not found:
        return None
    found[0].kept_notes = [_note(row) for row in found if row.note_pk is not None]
    return found[0]


def _with_draft(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    draft = Draft.objects.filter(thread=OuterRef("pk"), author=user)
    columns = {"draft": "text", "draft_is_note": "is_note", "draft_at": "saved_at"}
    return rows.annotate(**{name: Subquery(draft.values(column)[:1]) for name, column in columns.items()})


def with_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The threads with key and name of their buyer's newest order."""
    its = {"connection": OuterRef("connection"), "buyer_remote_id": OuterRef("buyer_remote_id")}
    newest = Order.objects.filter(**its).exclude(buyer_remote_id="").order_by("-placed_at", "-pk")
    nothing = Value("")
    name = Coalesce(NullIf("number", nothing), NullIf("partner_code", nothing), "remote_id", output_field=CharField())
    return rows.annotate(
        order_pk=Subquery(newest.values("pk")[:1]),
        order_name=Subquery(newest.annotate(name=name).values("name")[:1]),
    )


def _note(row: Any) -> ThreadNote:
    """The note that stands in a row of the join; not read from the database again."""
    names = {"first_name": row.note_first_name, "last_name": row.note_last_name, "username": row.note_username}
    author = User(**names) if row.note_username else None
    return ThreadNote(pk=row.note_pk, text=row.note_text, created_at=row.note_at, author=author)
