"""Records of after-sales → rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels.records import CaseRecord
from dashboard.aftersales.models import AskedOrder, Case
from dashboard.sync.models import Connection
from dashboard.sync.runner import release
from dashboard.sync.upsert import Counts, Mirror, chunks, upsert

FEED = "cases"
COLUMNS = (
    "order_remote_id",
    "number",
    "decision",
    "reason",
    "description",
    "buyer",
    "amount",
    "currency",
    "image_urls",
    "reject_reason",
    "reject_image_urls",
    "decide_by",
    "decided_at",
    "placed_at",
    "updated_at",
)
_LISTS = {"image_urls", "reject_image_urls"}


def _case(r: CaseRecord) -> Sequence[Any]:
    return tuple(list(getattr(r, name)) if name in _LISTS else getattr(r, name) for name in COLUMNS)


CASES = Mirror(
    domain="cases",
    model=Case,
    columns=COLUMNS,
    values=_case,
    tracked=("decision", "status", "remote_status", "amount", "decide_by"),
    clock="updated_at",
)


def upsert_cases(connection: Connection, records: Iterable[CaseRecord], read_at: datetime | None = None) -> Counts:
    """Bring cases in step. A platform shows the newest case of an order only: older ones of that order are gone."""
    found, read_at = list(records), read_at or timezone.now()
    with transaction.atomic():
        counts = upsert(CASES, connection, found, read_at=read_at)
        older = Q(pk__in=[])
        for record in found:
            older |= Q(order_remote_id=record.order_remote_id) & ~Q(remote_id=record.remote_id)
        Case.objects.filter(older, connection=connection).call_gone(read_at)
        _answered(connection, [record.order_remote_id for record in found], timezone.now())
    return counts


def no_case(connection: Connection, order_remote_ids: Iterable[str], read_at: datetime) -> None:
    """These orders have no case (any more)."""
    ids = list(order_remote_ids)
    Case.objects.filter(connection=connection, order_remote_id__in=ids).call_gone(read_at)
    _answered(connection, ids, read_at)


def note_asked(connection: Connection, order_remote_ids: Iterable[str], at: datetime) -> None:
    """These orders were asked for their case."""
    for ids in chunks(order_remote_ids, 500):
        AskedOrder.objects.bulk_create(
            [AskedOrder(connection=connection, order_remote_id=one, asked_at=at) for one in dict.fromkeys(ids)],
            update_conflicts=True,
            unique_fields=["connection", "order_remote_id"],
            update_fields=["asked_at"],
        )


def _answered(connection: Connection, order_remote_ids: list[str], at: datetime) -> None:
    note_asked(connection, order_remote_ids, at)
    release(connection, FEED, order_remote_ids)
