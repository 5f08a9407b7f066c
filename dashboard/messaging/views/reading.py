"""The inbox in three panes: threads, one conversation, what is known of the buyer."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Subquery
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.core import formatting, html, pages
from dashboard.core.exports import export_response
from dashboard.core.matching import offered as offered_all
from dashboard.core.navigation import may
from dashboard.core.scope import scoped
from dashboard.messaging import canned, opened, presence, snoozing
from dashboard.messaging.buyer import order_facts, orders_of
from dashboard.messaging.conversation import Conversation
from dashboard.messaging.inbox import Inbox, forget_boxes, kept_query, listed_rows, row_of, rows_of, time_left
from dashboard.messaging.models import Thread
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.assigning import MOST
from dashboard.sync.models import Connection
from dashboard.sync.people import colleagues, offered
from dashboard.sync.reach import Reach
from dashboard.sync.submit import why_not
from dashboard.sync.web import new_form_key


@require_safe
@requires("messages.view")
@scoped
def index(request: StaffRequest) -> HttpResponseBase:
    """The threads, with none opened; or all of them as a file."""
    if "format" in request.GET:
        rows = Thread.objects.visible_to(request.user).select_related("connection").defer("raw")
        return export_response(request, "threads", rows.order_by("-last_message_at", "-pk"))
    return render(request, "messaging/inbox.html", listed(request))


@require_safe
@requires("messages.view")
@scoped
def thread(request: StaffRequest, pk: int) -> HttpResponse:
    """One thread beside the list; for htmx its pane alone, so that no row moves under the pointer."""
    found = thread_of(request, pk)
    if pages.is_fragment(request):
        return render(request, "messaging/inbox.html#opened", pane(request, found))
    return render(request, "messaging/inbox.html", listed(request, found.pk) | pane(request, found))


@require_safe
@requires("messages.view")
def messages(request: StaffRequest, pk: int) -> HttpResponse:
    """The messages alone, and who else is there; 304 while nothing was said or sent and nobody came or went."""
    found = thread_of(request, pk)
    presence.note(pk, request.user)
    said, people = Conversation(found, request.user, _limit(request)), presence.others(pk, request.user)
    state = (found.waiting_since, found.snoozed_until, found.assignee_id, found.unread, found.last_message_at)

    def build() -> HttpResponse:
        may_send = may(request.user, "messages.send")
        context = {"thread": found, "said": said, "bubbles": said.bubbles(), "people": people, "may_send": may_send}
        return render(request, "messaging/_messages.html", context | beside(request, found, said) | {"polled": True})

    return pages.polled(request, (said.parts, people, state), build)


def beside(request: StaffRequest, found: Any, said: Conversation) -> dict[str, Any]:
    """What a poll brings along of the list: the numbers above it, and the thread's own row where it stands there."""
    inbox = Inbox(request)
    forget_boxes(request.user, inbox.slug)
    found.sent = said.newest_state
    is_listed = "listed" in request.GET or "listed" in request.POST
    row = row_of(found, inbox) | {"current": True} if is_listed else None
    shown = {"row": row, "back": inbox.query, "unseen": found.is_unseen}
    return {"boxes": inbox.boxes(), **shown, **clocks(found)}


@require_safe
@requires("messages.view")
def context(request: StaffRequest, pk: int) -> HttpResponse:
    """What is known of the buyer: the panel beside the thread."""
    found = thread_of(request, pk)
    orders = order_facts(orders_of(found, request.user), timezone.now())
    return render(request, "messaging/_context.html", {"thread": found, "orders": orders})


@require_safe
@requires("messages.view")
def fresh(request: StaffRequest) -> HttpResponse:
    """When the inbox was last read, and how many threads have moved since the page was."""
    found = _fresh(request, request.GET.get("since", ""))
    parts = (found["new"], tuple((item["title"], item["age"], item["tone"]) for item in found["items"]))
    shown = {"fresh": found, "fresh_id": "inbox-fresh"}
    return pages.polled(request, parts, lambda: render(request, "components/list_fresh.html", shown))


@require_safe
@requires("messages.send")
def matching(request: StaffRequest) -> HttpResponse:
    """The offer to choose all threads of the box or the search that is shown."""
    return offered_all(request, listed_rows, Thread.objects.visible_to(request.user), MOST)


@require_safe
@requires("messages.view")
def for_order(request: StaffRequest, pk: int) -> HttpResponse:
    """The panel beside an order: the last lines with its buyer."""
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("connection").light(), pk=pk)
    newest = Thread.objects.with_buyer(order).order_by("-last_message_at").values("pk")[:1]
    found = opened.find(request.user, pk=Subquery(newest))
    shown = {
        "order": order,
        "thread": found,
        "bubbles": Conversation(found, request.user).bubbles()[-6:] if found else [],
        "can": order.connection.can(can.PullsThreads),
    }
    return render(request, "messaging/for_order.html", shown)


def thread_of(request: StaffRequest, pk: int) -> Any:
    """The thread that a person may see, as `opened.find` gives it. 404 for a foreign one."""
    found = opened.find(request.user, pk=pk)
    if found is None:
        raise Http404
    return found


def answer(
    request: StaffRequest,
    found: Any,
    *,
    text: str | None = None,
    is_note: bool = False,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The thread after a verb: for htmx its pane and the list, else the page.

    `text`, of a private note where `is_note` says so, takes the place of the draft; `error` says why nothing was sent.
    """
    shown = listed(request, found.pk) | pane(request, found, text=text, is_note=is_note, error=error)
    template = "messaging/inbox.html#answer" if pages.is_fragment(request) else "messaging/inbox.html"
    return render(request, template, shown, status=status)


def moved(request: StaffRequest, told: HttpResponse) -> HttpResponse:
    """The list after a verb about many threads, with what `told` makes the page say; else `told` as it is."""
    if not pages.is_fragment(request):
        return told
    forget_boxes(request.user, Inbox(request).slug)
    opened_one = re.search(r"/(\d+)/$", urlsplit(request.headers.get("HX-Current-URL", "")).path)
    shown = listed(request, int(opened_one[1]) if opened_one else None)
    response = render(request, "messaging/inbox.html#moved", shown)
    response["HX-Trigger"] = told["HX-Trigger"]
    return response


def pane(
    request: StaffRequest, found: Any, *, text: str | None = None, is_note: bool = False, error: str = ""
) -> dict[str, Any]:
    """What the pane of one thread shows. Whoever reads it is seen there."""
    presence.note(found.pk, request.user)
    said = Conversation(found, request.user, _limit(request))
    may_send, now = may(request.user, "messages.send"), timezone.now()
    return {
        "thread": found,
        "said": said,
        "bubbles": said.bubbles(),
        "people": presence.others(found.pk, request.user),
        **clocks(found),
        "snooze": [(key, label) for key, label, _at in snoozing.choices(now)],
        "assignable": offered(found.connection, "messages.send", request.user, found.assignee_id),
        "where": html.connection(found.connection.mark, found.connection.title),
        "text": found.draft or "" if text is None else text,
        "is_note": bool(found.draft_is_note) if text is None else is_note,
        "error": error,
        "form_key": new_form_key(),
        "canned": canned.offered(canned.of_thread(found, request.user)) if may_send else [],
        "why": _why_silent(found),
        "may_send": may_send,
        "back": kept_query(request),
        "unseen": found.is_unseen,
        "kept_at": formatting.clock_time(found.draft_at) if found.draft_at else "",
    }


def clocks(found: Any) -> dict[str, Any]:
    """How long the buyer may still wait, and whether the thread rests."""
    resting = found.snoozed_until is not None and found.snoozed_until > timezone.now()
    return {"left": time_left(found), "snoozed": resting}


def listed(request: StaffRequest, chosen: int | None = None) -> dict[str, Any]:
    """What the list of threads shows; `chosen` is the one beside it."""
    inbox = Inbox(request)
    rows = rows_of(inbox, chosen)
    return {
        "inbox": inbox,
        "rows": rows,
        "boxes": inbox.boxes(),
        "stale": inbox.reach.stale_words(),
        "may_export": may(request.user, "export"),
        "may_send": may(request.user, "messages.send"),
        "colleagues": colleagues("messages.send", request.user),
        "fresh": _fresh(request, timezone.now().isoformat()),
    }


def _fresh(request: StaffRequest, since: str) -> dict[str, Any]:
    """The freshness line; `new` counts the threads that moved after `since`."""
    reach = Reach.of(request, "threads")
    query = f"?since={since.replace('+', '%2B')}" if since else ""
    found = reach.fresh(reverse("messaging:fresh") + query)
    at = _moment(since)
    if at is not None and request.path == reverse("messaging:fresh"):
        moved = Thread.objects.visible_to(request.user).filter(last_message_at__gt=at, last_direction="in")
        found["new"] = len(moved.values_list("pk", flat=True)[:100])
        found["show_url"] = _here(request)
    return found


def _here(request: StaffRequest) -> str:
    """The page of the inbox that asks, with its thread and its view: to be built anew."""
    home = reverse("messaging:list")
    asked = urlsplit(request.headers.get("HX-Current-URL", ""))
    if not re.fullmatch(rf"{home}(\d+/)?", asked.path):
        return home
    return asked.path + (f"?{asked.query}" if asked.query else "")


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is None or found.tzinfo else None


def _limit(request: StaffRequest) -> int:
    given = request.GET.get("show", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0


def _why_silent(found: Any) -> str:
    """Why nothing can be sent in this thread; empty when it can."""
    if not found.connection.can(can.SendsMessages):
        return why_not(found.connection, can.SendsMessages)
    if found.connection.state == Connection.DISABLED:
        return _("This connection is disabled.")
    return _("This thread is no longer on the platform.") if found.gone_at is not None else ""
