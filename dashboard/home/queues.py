"""The tiles: how much work waits, one number a queue, each a link to the list of that number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from dashboard.aftersales.models import Case
from dashboard.core import formatting
from dashboard.core.counting import CAP, capped, capped_counts
from dashboard.home.places import Reach, address
from dashboard.messaging.inbox import REPLY_WITHIN
from dashboard.messaging.models import Thread
from dashboard.orders.models import Order
from dashboard.sourcing.models import Package
from dashboard.staff.models import User
from dashboard.sync.models import Approval, Command, Quarantined
from dashboard.sync.models.commands import FAILED, NEEDS_REVIEW, REJECTED, UNKNOWN
from dashboard.tickets.models import Ticket

Note = tuple[str, str]  # the words under the number, and their tone


@dataclass(frozen=True, slots=True)
class Tile:
    """One number: its name, how it is shown, where it leads, what must be known about it.

    `numbers` and `first` are what that was made of: see `Queue`.
    """

    key: str
    name: Promise
    value: str
    url: str
    note: str
    tone: str
    numbers: tuple[int, ...] = ()
    first: datetime | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: whom it concerns, its list (name of the address and query), its rows.

    `counts(reach)` gives querysets: the first is the tile's number. `note(reach, numbers, first)` words the others;
    `first` is the earliest time of the queue, where `at` names the column that it stands in.
    """

    key: str
    permission: str
    name: Promise
    page: str
    query: Callable[[], dict[str, Any]]
    counts: Callable[[Reach], Sequence[Any]]
    note: Callable[[Reach, Sequence[int], datetime | None], Note]
    at: str = ""
    is_used: Callable[[], bool] = lambda: True


def tiles(reach: Reach) -> list[Tile]:
    """All queues that the person may see: one query for the numbers, one for what is earliest."""
    open_to = [queue for queue in QUEUES if reach.user.may(queue.permission) and queue.is_used()]
    asked = [list(queue.counts(reach)) for queue in open_to]
    numbers = iter(capped_counts([rows for queue in asked for rows in queue]))
    firsts = _firsts(reach, {queue: rows[0] for queue, rows in zip(open_to, asked, strict=True) if queue.at})
    return [
        _tile(reach, queue, [next(numbers) for _each in rows], firsts.get(queue.key))
        for queue, rows in zip(open_to, asked, strict=True)
    ]


def _firsts(reach: Reach, queues: dict[Queue, Any]) -> dict[str, Any]:
    """The earliest time of each of these queues' rows; asked beside the person, whose one row is always there."""
    if not queues:
        return {}
    asked = {
        queue.key: Subquery(rows.filter(**{f"{queue.at}__isnull": False}).order_by(queue.at).values(queue.at)[:1])
        for queue, rows in queues.items()
    }
    return dict(User.objects.filter(pk=reach.user.pk).values(**asked).get())


def _tile(reach: Reach, queue: Queue, numbers: list[int], first: datetime | None) -> Tile:
    note, tone = queue.note(reach, numbers, first)
    url = address(queue.page, **reach.query(**queue.query()))
    return Tile(queue.key, queue.name, capped(numbers[0], CAP), url, note, tone, tuple(numbers), first)


def _orders(reach: Reach) -> Sequence[Any]:
    orders = reach.rows(Order)
    return orders.to_deliver(), orders.late(), orders.late_soon()


def _orders_note(reach: Reach, numbers: Sequence[int], first: datetime | None) -> Note:
    late, soon = numbers[1], numbers[2] - numbers[1]
    if late and soon > 0:
        return _("%(late)s late, %(soon)s within 24 h") % {"late": capped(late), "soon": capped(soon)}, "act"
    if late:
        return _("%(late)s late") % {"late": capped(late)}, "act"
    return (_("%(soon)s due within 24 h") % {"soon": capped(soon)}, "wait") if soon > 0 else (_("none late"), "")


def _cases(reach: Reach) -> Sequence[Any]:
    return (reach.rows(Case).waiting(),)


def _cases_note(reach: Reach, numbers: Sequence[int], first: datetime | None) -> Note:
    if first is None:
        return (_("no deadline stated"), "") if numbers[0] else (_("none open"), "")
    if first <= timezone.now():
        return _("one is past its deadline"), "act"
    words = _("next lapses in %(time)s") % {"time": formatting.time_left(first)}
    return words, formatting.urgency(first)


def _threads(reach: Reach) -> Sequence[Any]:
    return (reach.rows(Thread).waiting(),)


def _threads_note(reach: Reach, numbers: Sequence[int], first: datetime | None) -> Note:
    if first is None:
        return _("all answered"), ""
    late = first <= timezone.now() - REPLY_WITHIN
    return _("oldest %(age)s") % {"age": formatting.age(first)}, "act" if late else "wait"


def _tickets(reach: Reach) -> Sequence[Any]:
    return reach.rows(Ticket).unsolved(), reach.rows(Ticket).waiting()


def _tickets_note(reach: Reach, numbers: Sequence[int], first: datetime | None) -> Note:
    for_us = numbers[1]
    if not for_us:
        return _("none waits for us"), ""
    return ngettext("%(n)s waits for us", "%(n)s wait for us", for_us) % {"n": capped(for_us)}, "wait"


def _unknown(reach: Reach) -> Sequence[Any]:
    commands = reach.rows(Command)
    return commands.filter(state__in=(UNKNOWN, NEEDS_REVIEW)), commands.filter(state=NEEDS_REVIEW)


def _unknown_note(reach: Reach, numbers: Sequence[int], first: datetime | None) -> Note:
    waiting = numbers[1]
    if waiting:
        words = ngettext("%(n)s needs a person", "%(n)s need a person", waiting) % {"n": capped(waiting)}
        return words, "act"
    return (_("none may be sent again yet"), "wait") if numbers[0] else (_("all proven"), "")


def _approvals(reach: Reach) -> Sequence[Any]:
    waiting = reach.rows(Approval).waiting()
    return waiting, waiting.exclude(asked_by=reach.user)


def _approvals_note(reach: Reach, numbers: Sequence[int], first: datetime | None) -> Note:
    if not numbers[0]:
        return _("nobody waits"), ""
    for_you = numbers[1]
    if not for_you:
        return _("somebody else must agree"), ""
    return ngettext("%(n)s asked by others", "%(n)s asked by others", for_you) % {"n": capped(for_you)}, "wait"


def _refused(reach: Reach) -> Sequence[Any]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    refused = reach.rows(Command).filter(state__in=(REJECTED, FAILED), created_at__gte=midnight)
    return refused, refused.filter(state=FAILED)


def _refused_note(reach: Reach, numbers: Sequence[int], first: datetime | None) -> Note:
    if not numbers[0]:
        return _("none today"), ""
    if not numbers[1]:
        return _("all were refused"), "act"
    words = ngettext("%(n)s of them never arrived", "%(n)s of them never arrived", numbers[1])
    return words % {"n": capped(numbers[1])}, "act"


def _quarantine(reach: Reach) -> Sequence[Any]:
    return (reach.rows(Quarantined),)


def _packages(reach: Reach) -> Sequence[Any]:
    return reach.rows(Package).shippable(), reach.rows(Package).overdue()


def _packages_note(reach: Reach, numbers: Sequence[int], first: datetime | None) -> Note:
    due = numbers[1]
    if not due:
        return _("no storage fee soon"), ""
    words = ngettext("%(n)s pays a storage fee soon", "%(n)s pay a storage fee soon", due) % {"n": capped(due)}
    return words, "wait"


QUEUES = (
    Queue("orders", "orders.view", lazy("Orders to deliver"), "orders:list", lambda: {"view": "to-deliver"},
          _orders, _orders_note),
    Queue("cases", "aftersales.view", lazy("Refund decisions"), "aftersales:list", dict,
          _cases, _cases_note, "decide_by"),
    Queue("messages", "messages.view", lazy("Messages waiting"), "messaging:list", lambda: {"view": "waiting"},
          _threads, _threads_note, "waiting_since"),
    Queue("tickets", "tickets.view", lazy("Unsolved tickets"), "tickets:list", dict, _tickets, _tickets_note),
    Queue("approvals", "orders.refund", lazy("For a second person"), "sync:approvals", dict,
          _approvals, _approvals_note, is_used=lambda: bool(settings.REFUND_SECOND_PERSON_ABOVE)),
    Queue("unknown", "activity.view", lazy("Outcome unknown"), "sync:activity",
          lambda: {"state": [UNKNOWN, NEEDS_REVIEW]}, _unknown, _unknown_note),
    Queue("refused", "activity.view", lazy("Refused or failed today"), "sync:activity",
          lambda: {"view": "wrong", "since": timezone.localdate().isoformat()},
          _refused, _refused_note),
    Queue("quarantine", "activity.view", lazy("Quarantine"), "sync:quarantine", dict,
          _quarantine, lambda _reach, _numbers, _first: (_("blocks nothing"), "")),
    Queue("packages", "sourcing.view", lazy("In the warehouse"), "sourcing:warehouse", dict,
          _packages, _packages_note),
)  # fmt: skip
