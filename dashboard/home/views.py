"""The day's work, the parts of it that refresh themselves, and the search over everything."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from dashboard.core import formatting, pages
from dashboard.core.navigation import Frame
from dashboard.core.scope import scoped
from dashboard.core.search_words import TRIGRAM
from dashboard.home import arrivals, deadlines
from dashboard.home import health as connection_health
from dashboard.home import queues as work_queues
from dashboard.home import search as searching
from dashboard.home.headline import headline
from dashboard.home.places import Reach
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.reading import read_now


@require_GET
@scoped
def index(request: StaffRequest) -> HttpResponse:
    """What must be done next, how well the connections are read, what came in."""
    reach = _reach(request)
    health, tiles = _health(reach), work_queues.tiles(reach)
    behind = [each for each in health["connections"] if each["is_behind"]]
    context = {
        "tiles": tiles,
        "headline": _headline(reach, tiles, behind=[each["slug"] for each in behind]),
        "only": reach.title,
        **_due(request, reach),
        **health,
        "behind": ", ".join(each["title"] for each in behind),
        "came": arrivals.came_in(reach),
        "has_connections": bool(reach.every),
        "today": formatting.today(),
        "may_refresh": request.user.may("connections.manage"),
    }
    return render(request, "home/index.html", context)


@require_POST
@requires("connections.manage")
def refresh(request: StaffRequest) -> HttpResponse:
    """Read every connection that the page is about, all feeds, now; the page shows what comes in by itself."""
    connections = [each for each in _reach(request).connections.values() if read_now(each)]
    if connections:
        words = ngettext("%(n)s connection is read now.", "%(n)s connections are read now.", len(connections))
        messages.success(request, words % {"n": len(connections)})
    else:
        messages.error(request, _("No connection is at work. Nothing is read."))
    return pages.redirect(request, pages.safe_next(request, reverse("home:index")))


@require_GET
def queues(request: StaffRequest) -> HttpResponse:
    """The tiles alone, as the page polls them, with the line at its head, which goes by the frame's sync sign here."""
    reach = _reach(request)
    tiles = work_queues.tiles(reach)
    line = _headline(reach, tiles, behind=Frame(request).sync_sign["behind"])
    context = {"tiles": tiles, "scope": reach.slug, "headline": line, "only": reach.title, "told": True}
    return pages.polled(request, (*tiles, line), lambda: render(request, "home/_queues.html", context))


@require_GET
def health(request: StaffRequest) -> HttpResponse:
    """The connections alone, as the page polls them."""
    context = _health(_reach(request))
    parts = tuple((each["title"], each["words"], each["age"], each["again_at"]) for each in context["connections"])
    return pages.polled(request, (parts, context["engine"]), lambda: render(request, "home/_health.html", context))


@require_GET
def due_news(request: StaffRequest) -> HttpResponse:
    """The foot of the deadlines: offers to show the list anew when it is no longer what ``?known=`` says."""
    reach, mine = _reach(request), request.GET.get("whose") == "me"
    keys = deadlines.keys_next(reach, mine=mine)
    context = {"due_n": len(keys), "mine": mine, "known": _digest(keys), "scope": reach.slug}
    context["has_changed"] = request.GET.get("known", "") != context["known"]
    return pages.polled(request, (context["known"],), lambda: render(request, "home/_due_foot.html", context))


@require_GET
def search(request: StaffRequest) -> HttpResponse:
    """Everything that holds ``?q=``; a number that is exactly one record's opens it, unless ``?stay=`` is set."""
    q = request.GET.get("q", "")[:100].strip()
    groups = searching.find(_reach(request), q)
    exact = "" if request.GET.get("stay") or pages.is_fragment(request) else searching.exactly(groups)
    if exact:
        return HttpResponseRedirect(exact)
    context = {"q": q, "groups": groups, "is_short": len(q) < searching.SHORTEST, "shown": searching.SHOWN}
    context["is_start"] = not context["is_short"] and len(q) < TRIGRAM
    context["is_ascii"] = q.isascii()
    context["is_behind"] = not context["is_short"] and searching.is_behind(request.user)
    return pages.render(request, "home/search.html", context)


def _headline(reach: Reach, tiles: Sequence[work_queues.Tile], behind: Collection[str]) -> str:
    """What matters now on the connections that the page is about. `behind`: slugs of some that are not up to date."""
    here = {each.slug for each in reach.connections.values()}
    return headline(tiles, is_behind=not here.isdisjoint(behind)) if reach.every else ""


def _reach(request: HttpRequest) -> Reach:
    return Reach(request.user, request.GET.get("connection", ""))


def _due(request: HttpRequest, reach: Reach) -> dict[str, Any]:
    mine = request.GET.get("whose") == "me"
    found = deadlines.due_next(reach, mine=mine)
    known = _digest([each.key for each in found])
    due = deadlines.shown(found, reach)
    return {"due": due, "due_n": len(due), "mine": mine, "known": known, "scope": reach.slug}


def _digest(keys: list[str]) -> str:
    """What the page knows of the deadlines: which ones, in which order."""
    return hashlib.blake2b(repr(keys).encode(), digest_size=9).hexdigest()


def _health(reach: Reach) -> dict[str, Any]:
    words, tone = connection_health.engine_line(reach)
    return {
        "connections": connection_health.connections(reach),
        "engine": words,
        "engine_tone": tone,
        "as_of": formatting.exact(timezone.now()),
        "scope": reach.slug,
    }
