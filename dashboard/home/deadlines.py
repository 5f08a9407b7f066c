"""What is due next, of all kinds in one order, each with what happens if nobody acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db.models import DateTimeField, F, IntegerField, Value
from django.db.models.functions import Cast
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
from dashboard.sync.kinds import kind_label
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


class Key(NamedTuple):
    """A line that is only counted: which one it is, and its deadline."""

    key: str
    at: datetime | None


Line = TypeVar("Line", Due, Key)


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of work: who may see it, its rows with the most urgent first, and how one of them reads.

    The deadline is counted from the column `moment`, with `allowed` more, or `days` of storage; some have none.
    """

    permission: str
    key: str
    rows: Callable[[Reach, bool], Any]
    due: Callable[[Any], Due]
    moment: str = ""
    days: str = ""
    allowed: timedelta = timedelta()

    def keys(self, reach: Reach, mine: bool) -> Any:
        """The few most urgent, for one query over all kinds. SQLite takes no LIMIT there but in a query within."""
        rows = self.rows(reach, mine)
        few = rows.model.objects.filter(pk__in=rows.values("pk")[:OF_A_KIND]).order_by()
        moment = F(self.moment) if self.moment else Cast(Value(None), DateTimeField())
        days = F(self.days) if self.days else Cast(Value(None), IntegerField())
        named = few.annotate(of_kind=Value(self.key), due_moment=moment, due_days=days)
        return named.values_list("of_kind", "pk", "due_moment", "due_days")

    def at(self, moment: datetime | None, days: int | None) -> datetime | None:
        """The deadline of a row of `keys`."""
        return _storage_ends(days) if days is not None else moment + self.allowed if moment else None


def due_next(reach: Reach, *, mine: bool = False) -> list[Due]:
    """The most urgent of every kind, merged; one query a kind. `mine`: only what is assigned to the person."""
    kinds = [[source.due(row) for row in source.rows(reach, mine)[:OF_A_KIND]] for source in _open(reach)]
    return _merged([*kinds, [*_sign_ins(reach, mine)]])


def keys_next(reach: Reach, *, mine: bool = False) -> list[str]:
    """The keys of `due_next`, by one query."""
    found: dict[str, list[Key]] = {source.key: [] for source in _open(reach)}
    queries = [source.keys(reach, mine) for source in _open(reach)]
    for kind, pk, moment, days in queries[0].union(*queries[1:], all=True) if queries else ():
        found[kind].append(Key(f"{kind}-{pk}", BY_KEY[kind].at(moment, days)))
    sign_ins = [Key(each.key, each.at) for each in _sign_ins(reach, mine)]
    return [each.key for each in _merged([*found.values(), sign_ins])]


def _open(reach: Reach) -> list[Source]:
    return [source for source in SOURCES if reach.user.may(source.permission)]


def _merged(kinds: list[list[Line]]) -> list[Line]:
    """A few of every kind are there whatever the others do; the rest of the places go to what is most urgent."""
    no_limit = timezone.now() + NO_LIMIT_RANK

    def urgent(each: Line) -> tuple[datetime, str]:
        return each.at or no_limit, each.key

    ordered = [sorted(kind, key=urgent) for kind in kinds]
    always: list[Line] = [each for kind in ordered for each in kind[:ALWAYS]]
    others: list[Line] = sorted((each for kind in ordered for each in kind[ALWAYS:]), key=urgent)
    return sorted(always + others[: max(0, SHOWN - len(always))], key=urgent)


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


def _whose(rows: Any, reach: Reach, mine: bool) -> Any:
    return rows.filter(assignee=reach.user) if mine else rows


def _orders(reach: Reach, mine: bool) -> Any:
    rows = _whose(reach.rows(Order).to_deliver().open_deadlines(), reach, mine).order_by("ship_by", "pk")
    return rows.only("connection_id", "number", "partner_code", "remote_id", "items", "ship_by", "placed_at")


def _order(order: Order) -> Due:
    return Due(
        f"order-{order.pk}", "shopping-bag", _("Deliver"), str(order), order.items,
        _("Counts as late; the buyer may cancel"), address("orders:detail", order.pk), order.connection_id,
        order.ship_by, order.placed_at,
    )  # fmt: skip


def _cases(reach: Reach, mine: bool) -> Any:
    rows = _whose(reach.rows(Case).waiting(), reach, mine).filter(decide_by__isnull=False)
    return rows.order_by("decide_by", "pk").defer("raw")


def _case(case: Case) -> Due:
    about = [f"“{case.reason}”" if case.reason else "", formatting.money(case.amount, case.currency)]
    return Due(
        f"case-{case.pk}", "arrow-uturn-left", _("Decide a refund"), str(case), " · ".join(filter(None, about)),
        _("The platform decides by itself, for the buyer"), address("aftersales:detail", case.pk),
        case.connection_id, case.decide_by, case.placed_at,
    )  # fmt: skip


def _threads(reach: Reach, mine: bool) -> Any:
    rows = _whose(reach.rows(Thread).waiting(), reach, mine).order_by("waiting_since", "pk")
    return rows.only("connection_id", "buyer", "buyer_remote_id", "remote_id", "last_body", "waiting_since")


def _thread(thread: Thread) -> Due:
    since = thread.waiting_since
    return Due(
        f"thread-{thread.pk}", "chat-bubble-left-right", _("Answer a buyer"), str(thread), line(thread.last_body),
        _("The buyer goes on waiting"), address("messaging:thread", thread.pk), thread.connection_id,
        since and since + REPLY_WITHIN, since,
    )  # fmt: skip


def _tickets(reach: Reach, mine: bool) -> Any:
    rows = _whose(reach.rows(Ticket).waiting(), reach, mine).order_by("moved_at", "pk")
    return rows.only("connection_id", "number", "remote_id", "subject", "moved_at")


def _ticket(ticket: Ticket) -> Due:
    return Due(
        f"ticket-{ticket.pk}", "ticket", _("Answer a ticket"), str(ticket), ticket.subject,
        _("It stays open on the desk"), address("tickets:detail", ticket.pk), ticket.connection_id,
    )  # fmt: skip


def _commands(reach: Reach, mine: bool) -> Any:
    rows = reach.rows(Command).filter(state=NEEDS_REVIEW).order_by("pk")
    rows = rows.filter(actor=reach.user) if mine else rows
    return rows.only("connection_id", "kind", "target", "target_label", "summary")


def _command(command: Command) -> Due:
    label = kind_label(command.kind)
    about = " · ".join(filter(None, (command.target_label or command.target, worded(command.summary))))
    return Due(
        f"command-{command.pk}", "question-mark-circle", _("Settle"), label, about, _("It waits for a person"),
        address("sync:command", command.pk), command.connection_id, loud=True,
    )  # fmt: skip


def _packages(reach: Reach, mine: bool) -> Any:
    rows = reach.rows(Package).overdue().order_by("-storage_days", "pk").defer("raw")
    return rows.none() if mine else rows


def _storage_ends(days: int) -> datetime:
    """By the hour, so that packages of one day are due at one time."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    return hour + timedelta(days=STORAGE_FREE_DAYS - days)


def _package(package: Package) -> Due:
    at = _storage_ends(package.storage_days or 0)
    return Due(
        f"package-{package.pk}", "truck", _("Ship from the warehouse"), package.remote_id, package.title,
        _("Storage is charged from then on"), address("sourcing:warehouse"), package.connection_id,
        at, at - timedelta(days=STORAGE_FREE_DAYS),
    )  # fmt: skip


def _sign_ins(reach: Reach, mine: bool) -> Iterable[Due]:
    """Of the connections that are known already; no query."""
    for connection in () if mine or not reach.user.may("connections.view") else reach.connections.values():
        if connection.state == Connection.REAUTH_NEEDED:
            yield Due(
                f"connection-{connection.pk}", "lock-closed", _("Give new credentials"), connection.title,
                worded(connection.state_reason), _("Nothing is read from it or sent to it"),
                address("sync:connection", connection.slug), connection.pk, loud=True,
            )  # fmt: skip


SOURCES = (
    Source("orders.view", "order", _orders, _order, moment="ship_by"),
    Source("aftersales.view", "case", _cases, _case, moment="decide_by"),
    Source("messages.view", "thread", _threads, _thread, moment="waiting_since", allowed=REPLY_WITHIN),
    Source("tickets.view", "ticket", _tickets, _ticket),
    Source("activity.view", "command", _commands, _command),
    Source("sourcing.view", "package", _packages, _package, days="storage_days"),
)
BY_KEY = {source.key: source for source in SOURCES}
