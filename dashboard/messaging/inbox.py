"""The list of threads: which ones, found how, formatted for the template."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.core import html, keyset
from dashboard.core.counting import capped, capped_counts
from dashboard.core.formatting import moment
from dashboard.core.templatetags.dash import changed_query, clock_at, when_at
from dashboard.messaging import presence
from dashboard.messaging.conversation import SIGN_SHOWN
from dashboard.messaging.models import Message, Thread
from dashboard.messaging.opened import with_order
from dashboard.messaging.search import found, lines_with
from dashboard.messaging.words import line
from dashboard.sync.models import Command
from dashboard.sync.models.commands import CANCELLED, SUPERSEDED
from dashboard.sync.reach import Reach
from dashboard.sync.web import TONES, state_sign

REPLY_WITHIN = timedelta(hours=24)  # how long a buyer may wait; the house's own measure, no platform states one
SIZES = (50, 100)
COUNTED_SECONDS = 15
BOXES = {
    "waiting": (lazy("Waiting"), lazy("The buyer waits for an answer")),
    "unassigned": (lazy("Free"), lazy("The buyer waits, and nobody has taken the thread")),
    "mine": (lazy("Mine"), lazy("Assigned to you")),
    "later": (lazy("Later"), lazy("Snoozed until a time, or until the buyer writes again")),
    "all": (lazy("All"), lazy("Every thread")),
}
BY_WAITING = ("waiting", "unassigned")
COLUMNS = (
    "connection_id", "remote_id", "buyer", "buyer_remote_id", "unread", "last_message_at", "last_body",
    "last_direction", "waiting_since", "snoozed_until", "seen_at", "gone_at", "assignee__username",
    "assignee__first_name", "assignee__last_name",
)  # fmt: skip


def asked(request: Any) -> QueryDict:
    """What the address of the list says; after a verb that of the page on which it was given."""
    if request.method in ("GET", "HEAD"):
        return QueryDict(request.META.get("QUERY_STRING", ""))
    try:
        return QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    except ValueError:
        return QueryDict()


def listed_rows(request: Any, seen: QuerySet[Any], params: QueryDict) -> QuerySet[Any]:
    """Of the threads that may be `seen` those of the list that `params` ask for, in its order, all pages."""
    inbox = Inbox(request, seen, params)
    return inbox.rows.order_by(*inbox.order, "pk")


def kept_query(request: Any) -> str:
    """What leads from a thread back to the list as it was."""
    return _kept(asked(request))


def _kept(params: QueryDict) -> str:
    kept = params.copy()
    for name in ("show", "listed"):
        kept.pop(name, None)
    return kept.urlencode()


class Inbox:
    """The threads that a request asks for: ``view`` (one of `BOXES`), ``q`` (words), ``connection``.

    `seen` holds all that the person may see; `params` take the place of the address.
    """

    def __init__(self, request: Any, seen: QuerySet[Any] | None = None, params: QueryDict | None = None) -> None:
        self.user, self.params = request.user, asked(request) if params is None else params
        self._seen = Thread.objects.visible_to(request.user) if seen is None else seen
        who = self.params.get("view", "")
        self.who = who if who in BOXES else "waiting"
        self.q = self.params.get("q", "").strip()[:100]
        self.slug = self.params.get("connection", "")
        self.reach = Reach.of(request, "threads")
        self.reach.asked = self.slug

    @cached_property
    def page(self) -> keyset.Page:
        """One page of threads."""
        wanted = with_order(self.rows.select_related("assignee").only(*COLUMNS).annotate(sent=Subquery(_last_sent())))
        return keyset.paginate(wanted, self.order, self.params, sizes=SIZES)

    @property
    def rows(self) -> QuerySet[Any]:
        """All threads that are asked for."""
        return self._found() if self.q else self._box(self.who)

    @property
    def order(self) -> tuple[str, ...]:
        """Those that wait longest first, or the last written in first."""
        return ("waiting_since",) if self.by_waiting else ("-last_message_at",)

    @property
    def by_waiting(self) -> bool:
        """Whether those that wait longest come first."""
        return self.who in BY_WAITING and not self.q

    @property
    def before_url(self) -> str:
        """Where the page before this one is; empty for the first."""
        return self._turned(before=self.page.before) if self.page.before else ""

    @property
    def after_url(self) -> str:
        """Where the next page is; empty for the last."""
        return self._turned(after=self.page.after) if self.page.after else ""

    def _turned(self, **place: str) -> str:
        return reverse("messaging:list") + changed_query(self.params, **place)

    def boxes(self) -> list[dict[str, Any]]:
        """The segments above the list, with capped counts."""
        key, read = counts_key(self.user, self.slug), [one.read_at for one in self.reach.connections.values()]
        known, counts = cache.get(key) or (read, None)
        counts = counts if known == read else None  # what was read since may have changed them
        if counts is None:
            names = [name for name in BOXES if name != "all"]
            counts = dict(zip(names, capped_counts([self._box(name) for name in names]), strict=True))
            cache.set(key, (read, counts), COUNTED_SECONDS)
        tail = f"&connection={self.slug}" if self._scope() is not None or self.reach.lacks else ""
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
        return _kept(self.params)

    @property
    def address(self) -> str:
        """The same from its question mark: the list whose threads are meant when all that match are chosen."""
        return f"?{self.query}"

    def _found(self) -> QuerySet[Any]:
        scope, messages = self._scope(), Message.objects.visible_to(self.user)
        return found(self._everything(), messages if scope is None else messages.filter(connection=scope), self.q)

    def _everything(self) -> QuerySet[Any]:
        rows, scope = self._seen, self._scope()
        if self.reach.lacks:
            return rows.none()
        return rows if scope is None else rows.filter(connection=scope)

    def _scope(self) -> int | None:
        return next((pk for pk, one in self.reach.connections.items() if one.slug == self.slug), None)

    def _box(self, who: str) -> QuerySet[Any]:
        rows: Any = self._everything()
        boxes = {"waiting": rows.waiting, "unassigned": rows.unassigned, "later": rows.snoozed, "all": rows.present}
        box: QuerySet[Any] = rows.mine(self.user) if who == "mine" else boxes[who]()
        return box


def counts_key(user: Any, slug: str = "") -> str:
    """Where the counts of the boxes are kept for a short time."""
    return f"inbox:{user.pk}:{slug}"


def forget_boxes(user: Any, slug: str) -> None:
    """Count the boxes of all connections and of this one anew: the person has changed a number."""
    cache.delete_many([counts_key(user), counts_key(user, slug)])


def _last_sent() -> QuerySet[Any]:
    """The state of our newest message of the last days, as a column of a thread."""
    its = {"connection": OuterRef("connection"), "target": OuterRef("remote_id"), "kind": "messaging.send"}
    rows = Command.objects.filter(**its, created_at__gte=timezone.now() - SIGN_SHOWN)
    return rows.exclude(state__in=[CANCELLED, SUPERSEDED]).order_by("-pk").values("state")[:1]


def rows_of(inbox: Inbox, chosen: int | None) -> list[dict[str, Any]]:
    """What the list prints for each thread; one that was searched for shows the line that has the words."""
    threads = inbox.page.rows
    writers = presence.writers([one.pk for one in threads], inbox.user)
    said = lines_with(inbox.q, Message.objects.visible_to(inbox.user), threads) if inbox.q else {}
    rows = [row_of(one, inbox, writers.get(one.pk, "")) for one in threads]
    for row in rows:
        row["current"], row["last"] = row["pk"] == chosen, said.get(row["pk"], row["last"])
    return rows


def row_of(thread: Any, inbox: Inbox, writer: str = "") -> dict[str, Any]:
    """What the list prints for one thread that has `sent` and `order_name`."""
    now, query = timezone.now(), inbox.query
    connection = inbox.reach.connections.get(thread.connection_id)
    mine = thread.assignee == inbox.user
    who = _("nobody") if thread.assignee is None else _("you") if mine else thread.assignee.label
    shop = connection.title if connection and (len(inbox.reach.connections) > 1 or not thread.order_name) else ""
    return {
        "pk": thread.pk,
        "url": reverse("messaging:thread", args=[thread.pk]) + (f"?{query}" if query else ""),
        "name": str(thread),
        "unread": thread.unread if thread.is_unseen else 0,
        "sign": _sign(thread, writer, now),
        "last": _("We: %(words)s") % {"words": line(thread.last_body)}
        if thread.last_direction == "out"
        else line(thread.last_body),
        "mark": connection.mark if connection else "",
        "shop": connection.title if connection else "",
        "where": " · ".join(filter(None, (shop, thread.order_name, who))),
    }


def _sign(thread: Any, writer: str, now: datetime) -> Any:
    """What is wrong with our last message, else who writes, until when it rests, how long the buyer may wait."""
    if thread.sent and TONES[thread.sent] in ("act", "unknown"):
        return html.state(*state_sign(thread.sent))
    if writer:
        return html.state("wait", _("%(name)s writes") % {"name": writer})
    if thread.waiting_since is None:
        return when_at(thread.last_message_at, now)
    if thread.snoozed_until is not None and thread.snoozed_until > now:
        return html.state("", _("Snoozed: %(until)s") % {"until": moment(thread.snoozed_until, now)})
    return clock_at(thread.waiting_since + REPLY_WITHIN, thread.waiting_since, now)


def time_left(thread: Thread) -> Any:
    """The clock of a thread that waits for us; empty otherwise."""
    if thread.waiting_since is None:
        return ""
    due, now = thread.waiting_since + REPLY_WITHIN, timezone.now()
    clock = clock_at(due, thread.waiting_since, now)
    return clock if due < now else format_html("{} {}", clock, _("to answer"))
