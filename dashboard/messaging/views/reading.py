"""The inbox in three panes: threads, one conversation, what is known of the buyer."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.core import html, pages
from dashboard.core.exports import export_response
from dashboard.core.navigation import may
from dashboard.messaging.conversation import Conversation, filled, order_facts, orders_of
from dashboard.messaging.inbox import Inbox, rows_of, time_left
from dashboard.messaging.models import CannedReply, Draft, Thread
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.models import Connection
from dashboard.sync.reach import SECRETS, Reach
from dashboard.sync.submit import why_not
from dashboard.sync.web import new_form_key


@require_safe
@requires("messages.view")
def index(request: StaffRequest) -> HttpResponseBase:
    """The threads, with none opened; or all of them as a file."""
    inbox = Inbox(request)
    if "format" in request.GET:
        rows = Thread.objects.visible_to(request.user).select_related("connection").defer("raw")
        return export_response(request, "threads", rows.order_by("-last_message_at", "-pk"))
    return render(request, "messaging/inbox.html", listed(request, inbox))


@require_safe
@requires("messages.view")
def thread(request: StaffRequest, pk: int) -> HttpResponse:
    """One thread beside the list; for htmx its pane, and the list and the context as they are with it."""
    return opened(request, thread_of(request, pk))


@require_safe
@requires("messages.view")
def messages(request: StaffRequest, pk: int) -> HttpResponse:
    """The messages alone; 304 while nothing was said or sent."""
    found = thread_of(request, pk)
    said = Conversation(found, request.user, _limit(request))
    context = {"thread": found, "said": said, "bubbles": said.bubbles(), "may_send": may(request.user, "messages.send")}
    return pages.polled(request, said.parts, lambda: render(request, "messaging/_messages.html", context))


@require_safe
@requires("messages.view")
def fresh(request: StaffRequest) -> HttpResponse:
    """When the inbox was last read, and how many threads have moved since the page was."""
    found = _fresh(request, request.GET.get("since", ""))
    parts = (found["new"], tuple((item["title"], item["age"], item["tone"]) for item in found["items"]))
    context = {"fresh": found, "fresh_id": "inbox-fresh"}
    return pages.polled(request, parts, lambda: render(request, "components/list_fresh.html", context))


@require_safe
@requires("messages.view")
def for_order(request: StaffRequest, pk: int) -> HttpResponse:
    """The panel beside an order: the last lines with its buyer."""
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("connection").light(), pk=pk)
    rows = Thread.objects.visible_to(request.user).with_buyer(order).select_related("connection").light()
    found = rows.order_by("-last_message_at").first()
    said = Conversation(found, request.user) if found else None
    context = {
        "order": order,
        "thread": found,
        "bubbles": said.bubbles()[-6:] if said else [],
        "can": order.connection.can(can.PullsThreads),
    }
    return render(request, "messaging/for_order.html", context)


def thread_of(request: StaffRequest, pk: int) -> Any:
    """The thread that a person may see, with its connection, assignee and the person's draft. 404 for a foreign one."""
    draft = Draft.objects.filter(thread=OuterRef("pk"), author=request.user)
    rows = Thread.objects.visible_to(request.user).select_related("connection", "assignee").light()
    secret = (f"connection__{name}" for name in SECRETS)
    kept = rows.defer("raw", *secret).annotate(
        draft=Subquery(draft.values("text")[:1]), draft_at=Subquery(draft.values("saved_at")[:1])
    )
    return get_object_or_404(kept, pk=pk)


def opened(
    request: StaffRequest, found: Any, *, text: str | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    """The page with one thread open. `text` takes the place of the draft; `error` says why nothing was sent."""
    said = Conversation(found, request.user, _limit(request))
    orders = orders_of(found, request.user)
    context = {
        **listed(request, Inbox(request), found),
        "said": said,
        "bubbles": said.bubbles(),
        "left": time_left(found),
        "where": html.connection(found.connection.mark, found.connection.title),
        "orders": order_facts(orders, timezone.now()),
        "text": found.draft or "" if text is None else text,
        "error": error,
        "form_key": new_form_key(),
        "canned": _canned(request, found, orders),
        "why": _why_silent(found),
        "oob": pages.is_fragment(request),
    }
    return pages.render(request, "messaging/inbox.html", context, fragment="thread", status=status)


def listed(request: StaffRequest, inbox: Inbox, chosen: Thread | None = None) -> dict[str, Any]:
    """What the list of threads shows."""
    page = inbox.threads()
    return {
        "inbox": inbox,
        "page": page,
        "rows": rows_of(page.rows, inbox.reach, request.user, chosen.pk if chosen else None, inbox.query),
        "boxes": inbox.boxes(),
        "thread": chosen,
        "stale": inbox.reach.stale_words(),
        "fresh": _fresh(request, timezone.now().isoformat()),
        "may_send": may(request.user, "messages.send"),
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
        found["show_url"] = reverse("messaging:list")
    return found


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is None or found.tzinfo else None


def _limit(request: StaffRequest) -> int:
    given = request.GET.get("show", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0


def _canned(request: StaffRequest, found: Thread, orders: list[Order]) -> list[dict[str, str]]:
    if not may(request.user, "messages.send"):
        return []
    return [{"name": str(one), "text": filled(one.text, found, orders)} for one in CannedReply.objects.all()[:50]]


def _why_silent(found: Any) -> str:
    """Why nothing can be sent in this thread; empty when it can."""
    if not found.connection.can(can.SendsMessages):
        return why_not(found.connection, can.SendsMessages)
    if found.connection.state == Connection.DISABLED:
        return _("This connection is disabled.")
    return _("This thread is no longer on the platform.") if found.gone_at is not None else ""
