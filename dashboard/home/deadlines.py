"""What is due next, of all kinds in one order, each with what happens if nobody acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.aftersales.models import Case
from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import clock_at
from dashboard.core.wording import worded
from dashboard.home.places import Reach, address
from dashboard.messaging.inbox import REPLY_WITHIN
from dashboard.messaging.models import Thread
from dashboard.messaging.words import line
from dashboard.orders.models import Order
from dashboard.sourcing.models import Package
from dashboard.sourcing.querysets import STORAGE_FREE_DAYS
from dashboard.sync.kinds import KINDS
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import NEEDS_REVIEW
from dashboard.tickets.models import Ticket

SHOWN = 12
OF_A_KIND = 6  # so that a pile of one kind does not hide the others,
ALWAYS = 2  # and these of every kind are there however late the others are
NO_LIMIT_RANK = timedelta(hours=6)  # what has no deadline stands behind what is due within this


@dataclass(frozen=True, slots=True)
class Due:
    """One line. `at` is the deadline, None without one; `since` begins the time that was allowed."""

    key: str
    icon: str
    verb: str
    title: str
    detail: str
    otherwise: str
    url: str
    connection_id: int
    at: datetime | None = None
    since: datetime | None = None
    loud: bool = False


def due_next(reach: Reach, *, mine: bool = False) -> list[Due]:
    """The most urgent of every kind, merged; one query a kind. `mine`: only what is assigned to the person.

    A few of every kind are there whatever the others do; the rest of the places go to what is most urgent.
    """
    now = timezone.now()

    def urgent(each: Due) -> tuple[datetime, str]:
        return each.at or now + NO_LIMIT_RANK, each.key

    kinds = [sorted(find(reach, mine), key=urgent) for code, find in SOURCES if reach.user.may(code)]
    always = [each for kind in kinds for each in kind[:ALWAYS]]
    others = sorted((each for kind in kinds for each in kind[ALWAYS:]), key=urgent)
    return sorted([*always, *others[: max(0, SHOWN - len(always))]], key=urgent)


def shown(dues: Iterable[Due], reach: Reach) -> list[dict[str, Any]]:
    """The lines as the template prints them."""
    now = timezone.now()
    return [
        {
            "due": each,
            "tone": _tone(each, now),
            "connection": reach.sign(each.connection_id),
            "clock": clock_at(each.at, each.since, now) if each.at else html.clock(_("No limit")),
        }
        for each in dues
    ]


def _tone(due: Due, now: datetime) -> str:
    if due.at is None:
        return "act" if due.loud else ""
    return formatting.urgency(due.at, now)


def _orders(reach: Reach, mine: bool) -> Iterable[Due]:
    rows = reach.rows(Order).to_deliver().open_deadlines().order_by("ship_by", "pk")
    rows = rows.filter(assignee=reach.user) if mine else rows
    columns = ("connection_id", "number", "partner_code", "remote_id", "items", "ship_by", "placed_at")
    for order in rows.only(*columns)[:OF_A_KIND]:
        yield Due(
            f"order-{order.pk}", "shopping-bag", _("Deliver"), str(order), order.items,
            _("Counts as late; the buyer may cancel"), address("orders:detail", order.pk), order.connection_id,
            order.ship_by, order.placed_at,
        )  # fmt: skip


def _cases(reach: Reach, mine: bool) -> Iterable[Due]:
    rows = reach.rows(Case).waiting().order_by("decide_by", "pk")
    rows = rows.filter(assignee=reach.user) if mine else rows
    for case in rows.filter(decide_by__isnull=False).defer("raw")[:OF_A_KIND]:
        about = [f"“{case.reason}”" if case.reason else "", formatting.money(case.amount, case.currency)]
        yield Due(
            f"case-{case.pk}", "arrow-uturn-left", _("Decide a refund"), str(case), " · ".join(filter(None, about)),
            _("The platform decides by itself, for the buyer"), address("aftersales:detail", case.pk),
            case.connection_id, case.decide_by, case.placed_at,
        )  # fmt: skip


def _threads(reach: Reach, mine: bool) -> Iterable[Due]:
    rows = reach.rows(Thread).waiting().order_by("waiting_since", "pk")
    rows = rows.filter(assignee=reach.user) if mine else rows
    columns = ("connection_id", "buyer", "buyer_remote_id", "remote_id", "last_body", "waiting_since")
    for thread in rows.only(*columns)[:OF_A_KIND]:
        yield Due(
            f"thread-{thread.pk}", "chat-bubble-left-right", _("Answer a buyer"), str(thread), line(thread.last_body),
            _("The buyer goes on waiting"), address("messaging:thread", thread.pk), thread.connection_id,
            thread.waiting_since + REPLY_WITHIN, thread.waiting_since,
        )  # fmt: skip


def _tickets(reach: Reach, mine: bool) -> Iterable[Due]:
    rows = reach.rows(Ticket).waiting()
    rows = rows.filter(assignee=reach.user) if mine else rows
    columns = ("connection_id", "number", "remote_id", "subject", "moved_at")
    for ticket in rows.only(*columns).order_by("moved_at", "pk")[:OF_A_KIND]:
        yield Due(
            f"ticket-{ticket.pk}", "ticket", _("Answer a ticket"), str(ticket), ticket.subject,
            _("It stays open on the desk"), address("tickets:detail", ticket.pk), ticket.connection_id,
        )  # fmt: skip


def _commands(reach: Reach, mine: bool) -> Iterable[Due]:
    rows = reach.rows(Command).filter(state=NEEDS_REVIEW).order_by("pk")
    rows = rows.filter(actor=reach.user) if mine else rows
    columns = ("connection_id", "kind", "target", "target_label", "summary")
    for command in rows.only(*columns)[:OF_A_KIND]:
        label = str(KINDS[command.kind].label) if command.kind in KINDS else command.kind
        about = " · ".join(filter(None, (command.target_label or command.target, worded(command.summary))))
        yield Due(
            f"command-{command.pk}", "question-mark-circle", _("Settle"), label, about, _("It waits for a person"),
            address("sync:command", command.pk), command.connection_id, loud=True,
        )  # fmt: skip


def _packages(reach: Reach, mine: bool) -> Iterable[Due]:
    if mine:
        return
    rows = reach.rows(Package).overdue().order_by("-storage_days", "pk").defer("raw")
    now = timezone.now()
    for package in rows[:OF_A_KIND]:
        at = now + timedelta(days=STORAGE_FREE_DAYS - package.storage_days)
        yield Due(
            f"package-{package.pk}", "truck", _("Ship from the warehouse"), package.remote_id, package.title,
            _("Storage is charged from then on"), address("sourcing:warehouse"), package.connection_id,
            at, at - timedelta(days=STORAGE_FREE_DAYS),
        )  # fmt: skip


def _sign_ins(reach: Reach, mine: bool) -> Iterable[Due]:
    for connection in () if mine else reach.connections.values():
        if connection.state == Connection.REAUTH_NEEDED:
            yield Due(
                f"connection-{connection.pk}", "lock-closed", _("Give new credentials"), connection.title,
                worded(connection.state_reason), _("Nothing is read from it or sent to it"),
                address("sync:connection", connection.slug), connection.pk, loud=True,
            )  # fmt: skip


SOURCES: tuple[tuple[str, Callable[[Reach, bool], Iterable[Due]]], ...] = (
    ("orders.view", _orders),
    ("aftersales.view", _cases),
    ("messages.view", _threads),
    ("tickets.view", _tickets),
    ("activity.view", _commands),
    ("sourcing.view", _packages),
    ("connections.view", _sign_ins),
)
