"""The list of threads: which ones, found how, formatted for the template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.core import html, keyset
from dashboard.core.filters import capped, capped_counts
from dashboard.core.searching import narrow
from dashboard.core.templatetags.dash import clock_at, when_at
from dashboard.messaging.models import Message, Thread
from dashboard.messaging.searched import MESSAGES
from dashboard.sync.models import Command
from dashboard.sync.reach import Reach
from dashboard.sync.web import TONES, latest_commands, state_word

REPLY_WITHIN = timedelta(hours=24)  # how long a buyer may wait; the house's own measure, no platform states one
SIZES = (50, 100)
COUNTED_SECONDS = 15
FOUND = 100  # messages that a search gives at most
BOXES = {
    "waiting": (lazy("Waiting"), lazy("The buyer waits for an answer")),
    "unassigned": (lazy("Free"), lazy("The buyer waits, and nobody has taken the thread")),
    "mine": (lazy("Mine"), lazy("Assigned to you")),
    "all": (lazy("All"), lazy("Every thread")),
}
COLUMNS = (
    "connection_id", "remote_id", "buyer", "buyer_remote_id", "unread", "last_message_at", "last_body",
    "last_direction", "waiting_since", "gone_at", "assignee__username", "assignee__first_name", "assignee__last_name",
)  # fmt: skip


class Inbox:
    """The threads that a request asks for: ``view`` (one of `BOXES`), ``q`` (words), ``connection``."""

    def __init__(self, request: Any) -> None:
        self.request, self.user = request, request.user
        who = request.GET.get("view", "")
        self.who = who if who in BOXES else "waiting"
        self.q = request.GET.get("q", "").strip()[:100]
        self.slug = request.GET.get("connection", "")
        self.reach = Reach.of(request, "threads")

    def threads(self) -> keyset.Page:
        """One page of threads: those that wait longest first, or the last written in first."""
        rows = self._found() if self.q else self._box(self.who)
        order = ("waiting_since",) if self.who in ("waiting", "unassigned") and not self.q else ("-last_message_at",)
        wanted = rows.select_related("assignee").only(*COLUMNS)
        return keyset.paginate(wanted, order, self.request.GET, sizes=SIZES)

    def boxes(self) -> list[dict[str, Any]]:
        """The segments above the list, with capped counts."""
        key = f"inbox:{self.user.pk}:{self.slug}"
        counts = cache.get(key)
        if counts is None:
            names = ("waiting", "unassigned", "mine")
            counts = dict(zip(names, capped_counts([self._box(name) for name in names]), strict=True))
            cache.set(key, counts, COUNTED_SECONDS)
        tail = f"&connection={self.slug}" if self._scope() is not None else ""
        return [
            {
                "label": label,
                "hint": hint,
                "url": f"{reverse('messaging:list')}?view={name}{tail}",
                "count": capped(counts[name]) if counts.get(name) else "",
                "current": name == self.who and not self.q,
            }
            for name, (label, hint) in BOXES.items()
        ]

    @property
    def query(self) -> str:
        """What keeps the list as it is, for the addresses of its threads."""
        kept = self.request.GET.copy()
        return kept.urlencode()

    def _everything(self) -> QuerySet[Any]:
        rows = Thread.objects.visible_to(self.user)
        scope = self._scope()
        return rows if scope is None else rows.filter(connection=scope)

    def _scope(self) -> int | None:
        return next((pk for pk, one in self.reach.connections.items() if one.slug == self.slug), None)

    def _box(self, who: str) -> QuerySet[Any]:
        rows: Any = self._everything()
        boxes = {"waiting": rows.waiting, "unassigned": rows.unassigned, "all": rows.present}
        found: QuerySet[Any] = rows.mine(self.user) if who == "mine" else boxes[who]()
        return found

    def _found(self) -> QuerySet[Any]:
        """The threads whose buyer or messages have the words."""
        said = narrow(Message.objects.visible_to(self.user), MESSAGES, self.q).order_by("-sent_at", "-pk")
        hits = said.values_list("connection_id", "thread_remote_id")[:FOUND]
        by_connection: dict[int, set[str]] = {}
        for connection, thread in hits:
            by_connection.setdefault(connection, set()).add(thread)
        wanted = Q(buyer__icontains=self.q) | Q(buyer_remote_id=self.q)
        for connection, threads in by_connection.items():
            wanted |= Q(connection=connection, remote_id__in=threads)
        return self._everything().filter(wanted)


def rows_of(threads: Sequence[Any], reach: Reach, user: Any, chosen: int | None, query: str) -> list[dict[str, Any]]:
    """What the list prints for each thread; one query for what we are sending."""
    now = timezone.now()
    ids, targets = {one.connection_id for one in threads}, [one.remote_id for one in threads]
    commands = latest_commands(ids, targets, ("messaging.send",)) if threads else {}
    return [_row(one, reach, user, commands.get((one.connection_id, one.remote_id)), now) | {
        "current": one.pk == chosen,
        "url": reverse("messaging:thread", args=[one.pk]) + (f"?{query}" if query else ""),
    } for one in threads]  # fmt: skip


def _row(thread: Any, reach: Reach, user: Any, command: Command | None, now: datetime) -> dict[str, Any]:
    connection = reach.connections.get(thread.connection_id)
    who = _("nobody") if thread.assignee is None else _("you") if thread.assignee == user else thread.assignee.label
    return {
        "pk": thread.pk,
        "name": str(thread),
        "unread": thread.unread,
        "sign": _sign(thread, command, now),
        "last": _("We: %(words)s") % {"words": thread.last_body}
        if thread.last_direction == "out"
        else thread.last_body,
        "mark": connection.mark if connection else "",
        "where": f"{connection.title} · {who}" if connection else who,
    }


def _sign(thread: Thread, command: Command | None, now: datetime) -> Any:
    """What is wrong with our last message, else how long the buyer may still wait, else when it last moved."""
    if command is not None and (TONES[command.state] in ("act", "unknown")):
        return html.state(TONES[command.state], state_word(command.state))
    if thread.waiting_since is not None:
        return clock_at(thread.waiting_since + REPLY_WITHIN, thread.waiting_since, now)
    return when_at(thread.last_message_at, now) if thread.last_message_at else ""


def time_left(thread: Thread) -> Any:
    """The clock of a thread that waits for us; empty otherwise."""
    if thread.waiting_since is None:
        return ""
    return clock_at(thread.waiting_since + REPLY_WITHIN, thread.waiting_since, timezone.now())
