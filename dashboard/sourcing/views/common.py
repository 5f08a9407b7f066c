"""What the pages of buying share: giving a command, the strip of sub-pages, open commands, lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core import exports, formatting, html
from dashboard.core.filters import ListSpec
from dashboard.core.pages import is_fragment, redirect, render
from dashboard.sourcing.reach import Reach
from dashboard.staff.access import StaffRequest
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import FAILED, NEEDS_REVIEW, QUEUED, REJECTED, SENDING, UNKNOWN
from dashboard.sync.web import command_response, freshness, give, new_form_key, shown

SHOWN_FOR = timedelta(hours=12)
MATTERS = (QUEUED, SENDING, UNKNOWN, NEEDS_REVIEW, REJECTED, FAILED)
PLACES = ("index", "cart", "purchases", "warehouse", "shipments", "favourites", "addresses", "profile")


def act(
    request: StaffRequest, connection: Connection, kind: str, target: str, payload: dict[str, Any], back: str
) -> HttpResponse:
    """Give a command: its own row for htmx, else back to the page. A refusal is a 422 that says why."""
    try:
        made = give(request, connection, kind, target, payload)
    except Refused as refused:
        context = {"words": refused.words, "back": back, "places": places("")}
        return render(request, "sourcing/refused.html", context, status=422)
    return command_response(request, made.command) if is_fragment(request) else redirect(request, back)


def places(here: str) -> list[dict[str, Any]]:
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
    return [{"label": words[name], "url": reverse(f"sourcing:{name}"), "current": name == here} for name in PLACES]


def page(request: StaffRequest, here: str, feeds: Sequence[str], **more: Any) -> dict[str, Any]:
    """What every page of buying shows: sub-pages, connection, freshness, commands under way."""
    reach = Reach.of(request)
    return {
        "places": places(here),
        "reach": reach,
        "connection": reach.chosen,
        "connection_sign": conn(reach, reach.chosen.pk) if reach.chosen else "",
        "connections": list(reach.connections.values()),
        "form_key": new_form_key(),
        "fresh": freshness(reach.connections.values(), feeds),
        "may_buy": request.user.may("sourcing.buy"),
        "may_organise": request.user.may("sourcing.organise"),
        **more,
    }


def under_way(request: StaffRequest, *kinds: str) -> list[dict[str, Any]]:
    """The newest commands of these kinds that still matter."""
    rows = Command.objects.visible_to(request.user).select_related("connection", "actor")
    rows = rows.filter(kind__in=[f"sourcing.{kind}" for kind in kinds], state__in=MATTERS)
    return [shown(one) for one in rows.filter(created_at__gte=timezone.now() - SHOWN_FOR).order_by("-id")[:8]]


def download(request: StaffRequest, spec: ListSpec) -> Any:
    """What the list's filter shows, all pages, as a file; `None` when no file was asked for."""
    if not request.GET.get("format"):
        return None
    rows = exports.discover()[spec.domain].queryset(request.user)
    return exports.export_response(request, spec.domain, spec.open(request, rows).queryset)


def conn(reach: Reach, pk: int) -> Any:
    """A connection's letters and title in a table."""
    one = reach.connections.get(pk)
    return html.connection(one.mark, one.title) if one else ""


def figure(amount: Any, currency: str) -> str:
    """An amount with its currency; a dash where none was stated."""
    return formatting.money(amount, currency) if amount is not None else "–"
