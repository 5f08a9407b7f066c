"""The feed of cases: platforms without a list of cases are asked for the case of one order after another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import capabilities as can
from channels.errors import Rejected, WireError
from channels.records import Bad, CaseRecord, Page, Ref
from dashboard.aftersales.mirror import CASES, FEED, no_case, note_asked, upsert_cases
from dashboard.aftersales.models import AskedOrder, Case
from dashboard.orders.feeds import ref_of
from dashboard.orders.models import Order
from dashboard.sync.feeds import Feed, Pull, register
from dashboard.sync.models import Connection

ASKED_A_PAGE = 30
ASKED_A_RUN = 120
NEVER_HAVE_ONE = ("unpaid", "cancelled", "expired")
ENDED = ("completed", "refunded")
ENDED_AGE = timedelta(days=180)  # an ended order is asked once when it is younger than this
RECENT = timedelta(days=45)  # and again and again while it is younger than this


def to_ask(connection: Connection, started: datetime) -> QuerySet[Order]:
    """The orders worth a call that were not asked since `started`, the most promising first.

    Those with an undecided case, then those never asked or changed since, then the rest in turn.
    """
    its = {"connection": OuterRef("connection"), "order_remote_id": OuterRef("remote_id")}
    rows = Order.objects.light().filter(connection=connection, gone_at=None)
    rows = rows.annotate(
        asked_at=Subquery(AskedOrder.objects.filter(**its).values("asked_at")[:1]),
        is_undecided=Exists(Case.objects.waiting().filter(**its)),
    ).filter(Q(asked_at=None) | Q(asked_at__lt=started))
    changed = Q(asked_at=None) | Q(changed_at__gte=F("asked_at"))
    young = Q(placed_at=None) | Q(placed_at__gte=started - ENDED_AGE)
    recent = Q(placed_at=None) | Q(placed_at__gte=started - RECENT)
    worth = ~Q(status__in=NEVER_HAVE_ONE) & (~Q(status__in=ENDED) | (changed & young) | recent)
    rank = models.Case(When(is_undecided=True, then=0), When(changed, then=1), default=2)
    return (
        rows.filter(worth | Q(is_undecided=True))
        .annotate(rank=rank)
        .order_by("rank", F("asked_at").asc(nulls_first=True), "-placed_at", "-pk")
    )


def pull_cases(context: Pull) -> Page[CaseRecord]:
    """The cases of the next few orders; the cursor is when the run began and how many were asked since.

    A full sweep asks all; other runs at most `ASKED_A_RUN`, so that the orders take turns.
    """
    started, asked = _place(context.after)
    room = ASKED_A_PAGE if context.is_full else min(ASKED_A_PAGE, ASKED_A_RUN - asked)
    orders = list(to_ask(context.connection, started)[: max(room, 0)])
    page = _ask(context, orders)
    asked += len(orders)
    ended = len(orders) < ASKED_A_PAGE or (not context.is_full and asked >= ASKED_A_RUN)
    following = None if ended else f"{started.isoformat()}|{asked}"
    return Page(records=page.records, bad=page.bad, unseen=page.unseen, next=following)


def _place(after: str | None) -> tuple[datetime, int]:
    if not after:
        return timezone.now(), 0
    started, _, asked = after.partition("|")
    return datetime.fromisoformat(started), int(asked)


def _ask(context: Pull, orders: list[Order]) -> Page[CaseRecord]:
    """Ask for each; an answer that cannot be read is kept as such, a refusal is told, the others go on."""
    records: list[CaseRecord] = []
    none: list[str] = []
    bad, unseen = [], []
    for order in orders:
        try:
            record = context.channel.read_case(ref_of(order))
        except Rejected as error:
            unseen.append(f"{order}: {error.words}")
        except WireError as error:
            bad.append(Bad(remote_id=order.remote_id, path=error.path, reason=error.words, raw=b""))
        else:
            if record is None:
                none.append(order.remote_id)
            else:
                records.append(record)
    now = timezone.now()
    no_case(context.connection, none, now)
    _turned_away(context.connection, orders, {*none, *(r.order_remote_id for r in records)}, now)
    return Page(records=tuple(records), bad=tuple(bad), unseen=tuple(unseen))


def _turned_away(connection: Connection, orders: list[Order], answered: set[str], at: datetime) -> None:
    """Orders without a usable answer wait for their next turn, too."""
    rest = [order.remote_id for order in orders if order.remote_id not in answered]
    note_asked(connection, rest, at)


register(
    Feed(
        name=FEED,
        label=gettext_noop("After-sales cases"),
        capability=can.ReadsCases,
        mirror=CASES,
        own_upsert=upsert_cases,
        pull=pull_cases,
        every=timedelta(minutes=3),
        marks_gone=False,
        rank=30,
        after="orders",
    )
)


def read_again(connection: Connection, channel: Any, order: Ref) -> CaseRecord | None:
    """Read the case of an order and bring the mirror in step. Raises the channel's errors."""
    read_at = timezone.now()
    record: CaseRecord | None = channel.read_case(order)
    if record is None:
        no_case(connection, [order.remote_id], read_at)
    else:
        upsert_cases(connection, [record], read_at)
    return record
