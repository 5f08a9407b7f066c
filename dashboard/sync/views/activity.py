"""The activity pages: its parts as lists, whose filters live in the address, and one run and one exchange."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.core.exports import export_response
from dashboard.core.listing import Listing
from dashboard.core.pages import keys_of, render
from dashboard.core.scope import scoped
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync import rows
from dashboard.sync.models import Exchange, Run
from dashboard.sync.parts import BODIES, BY_NAME, PARTS, Part
from dashboard.sync.reach import fresh_line, unread

EXPORTED = frozenset({"commands", "runs", "callbacks", "quarantine"})
MOST_MOVING = 50


@require_safe
@requires("activity.view")
@scoped
def part(request: StaffRequest, name: str) -> HttpResponseBase:
    """One part as a page, its fragment, or a file."""
    shown = BY_NAME[name]
    listing = shown.spec.open(request, shown.found(request.user))
    if request.GET.get("format"):
        if name not in EXPORTED:
            raise Http404
        return export_response(request, name, listing.queryset)
    good = shown.good.get(listing.tab.key if listing.tab else "")
    context = {
        "listing": listing,
        "rows": shown.make(listing.page.rows, request.user),
        "fresh": unread(_fresh_url(shown, listing)) | {"seconds": 3 if _moving(listing) else 20},
        "sections": [{"url": each.page, "label": each.label, "current": each is shown} for each in PARTS],
        "title": shown.label,
        "hint": shown.hint,
        "nothing_title": shown.nothing[0],
        "nothing_text": shown.nothing[1],
        "done_title": good and good[0],
        "done_text": good and good[1],
        "can_export": name in EXPORTED and request.user.may("export"),
        "verb": _verb(shown) if request.user.may("connections.manage") else None,
    }
    return render(request, "sync/activity.html", context)


def _verb(shown: Part) -> dict[str, Any] | None:
    """What may be done with chosen rows of a part."""
    return {"url": reverse(shown.verb[0]), "word": shown.verb[1]} if shown.verb else None


@require_safe
@requires("activity.view")
def fresh(request: StaffRequest, name: str) -> HttpResponse:
    """The line that offers what came since, with the rows of commands that were on their way; 304 while both stand.

    ``?moving=`` names the commands whose rows may change where they stand.
    """
    shown = BY_NAME.get(name)
    if shown is None:
        raise Http404
    listing = shown.spec.open(request, shown.found(request.user))
    asked = keys_of(request.GET.getlist("moving")[:MOST_MOVING])
    found = list(listing.everything.filter(pk__in=asked)) if asked and name == "commands" else []
    more = {"seconds": 3 if any(one.is_moving for one in found) else 20, "rows": rows.command_rows(found)}
    return fresh_line(request, listing, None, shown.page, more)


def _fresh_url(shown: Part, listing: Listing) -> str:
    query = QueryDict(listing.fresh_query.removeprefix("?"), mutable=True)
    query.setlist("moving", _moving(listing))
    return f"{reverse('sync:activity_fresh', args=[shown.spec.domain])}?{query.urlencode()}"


def _moving(listing: Listing) -> list[str]:
    """The keys of the commands on this page that are on their way."""
    found = listing.page.rows if listing.spec.domain == "commands" else []
    return [str(one.pk) for one in found if one.is_moving][:MOST_MOVING]


@require_safe
@requires("activity.view")
def run(request: StaffRequest, pk: int) -> HttpResponseBase:
    """One run with its counts and the last things it exchanged."""
    found = get_object_or_404(Run.objects.visible_to(request.user).select_related("connection"), pk=pk)
    context = {
        "run": found,
        "label": rows.feed_label(found.feed),
        "sign": rows.run_sign(found),
        "exchanges": exchanges_of(run=found),
    }
    return render(request, "sync/run.html", context)


@require_safe
@requires("activity.view")
def exchange(request: StaffRequest, pk: int) -> HttpResponseBase:
    """One request and its answer, scrubbed; bodies may name buyers."""
    rows_ = Exchange.objects.visible_to(request.user).select_related("connection")
    found = get_object_or_404(rows_, pk=pk)
    context = {"exchange": found, "made_by": rows.made_by(found), "took": rows.took(found.milliseconds)}
    return render(request, "sync/exchange.html", context | {"shows_bodies": request.user.may("buyers.view")})


def exchanges_of(**origin: Any) -> list[rows.Row]:
    """The last exchanges of a run, command or callback, without bodies."""
    found = Exchange.objects.filter(**origin).order_by("-at", "-id")
    return rows.exchange_rows(list(found.defer(*BODIES)[:20]))
