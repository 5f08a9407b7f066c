"""What the pages of buying share: giving a command, the strip of sub-pages, open commands, lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render as template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.core import exports, formatting
from dashboard.core.filters import ListSpec
from dashboard.core.navigation import may
from dashboard.core.pages import is_fragment, key_of, redirect, render
from dashboard.core.templatetags.dash import when_at
from dashboard.orders.models import Order
from dashboard.sourcing.reach import Reach, chosen
from dashboard.staff.access import StaffRequest
from dashboard.sync import history
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE, FAILED, NEEDS_REVIEW, QUEUED, REJECTED, SENDING, UNKNOWN
from dashboard.sync.web import give, new_form_key, shown

SHOWN_FOR = timedelta(hours=12)
CONFIRMED_FOR = timedelta(minutes=2)  # one's own, so that going back to a page shows what became of it
SETTLING = timedelta(seconds=15)  # a command is done a moment before the mirror is read again
MATTERS = (QUEUED, SENDING, UNKNOWN, NEEDS_REVIEW, REJECTED, FAILED)
PLACES = ("index", "cart", "purchases", "warehouse", "shipments", "favourites", "addresses", "profile")


def act(
    request: StaffRequest, connection: Connection, kind: str, target: str, payload: dict[str, Any], back: str
) -> HttpResponse:
    """Give a command: its own row for htmx, else back to the page. A refusal is a 422 that says why."""
    try:
        made = give(request, connection, kind, target, payload)
    except Refused as refused:
        return refusal(request, refused.words, back)
    if not is_fragment(request):
        return redirect(request, back)
    key = new_form_key() if request.POST.get("form_key") else ""
    return template(request, "sourcing/_given.html", {"command": shown(made.command), "form_key": key}, status=202)


def refusal(request: StaffRequest, words: str, back: str) -> HttpResponse:
    """Nothing was sent, and why: for htmx in its own place, which the next command empties."""
    context = {"words": words, "back": back, "places": places(request, "")}
    response = render(request, "sourcing/refused.html", context, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#refused", "innerHTML"
    return response


def places(request: StaffRequest, here: str) -> list[dict[str, Any]]:
    """The strip of sub-pages."""
    words = {
        "index": _("Search"),
        "cart": _("Cart"),
        "purchases": _("Purchase orders"),
        "warehouse": _("Warehouse"),
        "shipments": _("Shipments"),
        "favourites": _("Favourites"),
        "addresses": _("Addresses"),
        "profile": _("Profile"),
    }
    urls = {name: onward(request, reverse(f"sourcing:{name}")) for name in PLACES}
    return [{"label": words[name], "url": urls[name], "current": name == here} for name in PLACES]


def goal_of(request: StaffRequest) -> Order | None:
    """The buyer's order that the person is buying for, while the address names one (`for`)."""
    kept = request.__dict__
    if "sourcing_goal" not in kept:
        pk = key_of(request.POST.get("for") or request.GET.get("for", ""))
        rows = Order.objects.visible_to(request.user).only("number", "remote_id", "items")
        kept["sourcing_goal"] = rows.filter(pk=pk).first() if pk and may(request.user, "orders.view") else None
    found: Order | None = kept["sourcing_goal"]
    return found


def onward(request: StaffRequest, url: str, **more: str) -> str:
    """An address of buying that keeps in mind for which order it is."""
    goal = goal_of(request)
    query = more | ({"for": str(goal.pk)} if goal else {})
    return f"{url}?{urlencode(query)}" if query else url


def page(request: StaffRequest, here: str, feed: str, **more: Any) -> dict[str, Any]:
    """What every page of buying shows: sub-pages, connection, how fresh the feed is, commands under way."""
    reach, one = Reach.of(request, feed), chosen(request, feed)
    return {
        "places": places(request, here),
        "goal": goal_of(request),
        "reach": reach,
        "connection": one,
        "connection_sign": reach.sign(one.pk) if one else "",
        "connections": list(reach.connections.values()),
        "form_key": new_form_key(),
        "fresh": reach.fresh(""),
        "may_buy": request.user.may("sourcing.buy"),
        "may_organise": request.user.may("sourcing.organise"),
        "may_export": request.user.may("export"),
        **more,
    }


def under_way(request: StaffRequest, *kinds: str) -> list[dict[str, Any]]:
    """The newest commands of these kinds that still matter, and what the person was just confirmed."""
    now = timezone.now()
    rows = Command.objects.visible_to(request.user).select_related("connection", "actor")
    rows = rows.filter(kind__in=[f"sourcing.{kind}" for kind in kinds], created_at__gte=now - SHOWN_FOR)
    mine = Q(state=DONE, actor=request.user.pk, finished_at__gte=now - CONFIRMED_FOR)
    return [shown(one) for one in rows.filter(Q(state__in=MATTERS) | mine).order_by("-id")[:8]]


def history_of(
    row: Any, domain: str, commands: list[Command], words: Callable[[str, Any], tuple[str, str]]
) -> list[dict[str, Any]]:
    """What was given to a purchase or shipment and what changed, newest first, down to when it was placed."""
    told = [event | {"id": ""} for event in history.events(row, domain, commands, words)]  # its row above has the id
    if row.placed_at:
        told.append({"at": when_at(row.placed_at, timezone.now()), "title": pgettext("event", "Placed")})
    return told


def settling(commands: list[Command]) -> list[Command]:
    """Those that move, or ended so lately that the mirror may not show it yet."""
    since = timezone.now() - SETTLING
    return [one for one in commands if one.is_moving or (one.finished_at and one.finished_at >= since)]


def watched(request: StaffRequest, row: Any, commands: list[Command]) -> HttpResponse | None:
    """The answer to a page that asks whether it is still true (`seen`): the page anew, nothing, or to ask no more."""
    seen = request.GET.get("seen")
    if seen is None or not is_fragment(request):
        return None
    if seen != sight(row, commands):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return HttpResponse(status=204 if settling(commands) else 286)


def sight(row: Any, commands: list[Command]) -> str:
    """Tells what a page showed: when its row last changed, and the newest of what was given, with its state."""
    newest = [f"{one.pk}.{one.state}" for one in commands[:3]]
    return "-".join([f"{row.changed_at.timestamp():.6f}", *newest])


def download(request: StaffRequest, spec: ListSpec) -> Any:
    """What the list's filter shows, all pages, as a file; `None` when no file was asked for."""
    if not request.GET.get("format"):
        return None
    rows = exports.discover()[spec.domain].queryset(request.user)
    return exports.export_response(request, spec.domain, spec.open(request, rows).queryset)


def figure(amount: Any, currency: str) -> str:
    """An amount with its currency; a dash where none was stated."""
    return formatting.money(amount, currency) if amount is not None else "–"
