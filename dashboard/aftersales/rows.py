"""The rows of the list, formatted once in Python: the template only prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from dashboard.aftersales import words
from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import clock_at, when_at
from dashboard.orders.links import order_link, with_order
from dashboard.sync.kinds import kinds_of
from dashboard.sync.models import Command
from dashboard.sync.reach import Reach
from dashboard.sync.web import latest_commands, sync_sign

COLUMNS = (
    "connection_id", "remote_id", "number", "order_remote_id", "decision", "remote_status", "reason", "buyer",
    "amount", "currency", "decide_by", "placed_at", "gone_at",
    "assignee__username", "assignee__first_name", "assignee__last_name",
)  # fmt: skip


def for_list(rows: QuerySet[Any]) -> QuerySet[Any]:
    """What the list reads, in one query."""
    return with_order(rows.select_related("assignee").only(*COLUMNS))


def rows_of(cases: Sequence[Any], reach: Reach, carried: str = "") -> list[dict[str, Any]]:
    """What the list prints for each case; one query for all their commands. `carried`: the list, for who walks on."""
    now = timezone.now()
    ids, targets = {one.connection_id for one in cases}, [one.remote_id for one in cases]
    commands = latest_commands(ids, targets, kinds_of("aftersales"))
    return [_row(one, reach, commands.get((one.connection_id, one.remote_id)), now, carried) for one in cases]


def _row(case: Any, reach: Reach, command: Command | None, now: datetime, carried: str) -> dict[str, Any]:
    is_open = case.decision == "pending" and case.gone_at is None
    tone = formatting.urgency(case.decide_by, now) if is_open and case.decide_by else ""
    return {
        "pk": case.pk,
        "url": reverse("aftersales:detail", args=[case.pk]) + carried,
        "name": str(case),
        "urgency": html.attribute("data-tone", tone),
        "due": _due(case, now) if is_open else _opened(case, now),
        "lapse": html.attribute("title", words.lapse(case, now)),
        "connection": reach.sign(case.connection_id),
        "buyer": case.buyer,
        "order": order_link(case, case.order_remote_id),
        "reason": case.reason,
        "currency": case.currency,
        "amount": formatting.number(case.amount, case.currency) if case.amount is not None else "",
        "decision": html.state(*words.decision(case)),
        "assignee": case.assignee.label if case.assignee else "",
        "sync": html.state(*sync_sign(case, command)),
    }


def _due(case: Any, now: datetime) -> Any:
    """The clock of an undecided case."""
    return clock_at(case.decide_by, case.placed_at, now) if case.decide_by else _opened(case, now)


def _opened(case: Any, now: datetime) -> Any:
    """When it was opened."""
    if case.placed_at is None:
        return ""
    return format_html('<span class="quiet">{} {}</span>', _("opened"), when_at(case.placed_at, now))
