"""The pages of connections: the list, and for each its parts. They read rows only; no page calls a platform."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from channels.registry import PLATFORMS
from dashboard.core.pages import is_fragment, polled, render
from dashboard.core.wording import worded
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync import clock, conformance, overview, rows
from dashboard.sync.connections import secret_mark
from dashboard.sync.describe import callback_urls
from dashboard.sync.filters import EXCHANGES
from dashboard.sync.forms import RouteForm, SecretForm
from dashboard.sync.models import Callback, Connection, Exchange, UnknownWord
from dashboard.sync.parts import BODIES
from dashboard.sync.weather import queue_clears, resting, weather


@require_safe
@requires("connections.view")
def connections(request: StaffRequest) -> HttpResponse:
    """All connections that the person may see."""
    found = overview.summaries(Connection.objects.visible_to(request.user))
    at_rest = resting([one["connection"] for one in found])
    for one in found:
        one["rest"] = at_rest.get(one["connection"].pk)
    return render(request, "sync/connections.html", {"summaries": found, "may_manage": _may_manage(request)})


@require_safe
@requires("connections.view")
def connection(request: StaffRequest, slug: str) -> HttpResponse:
    """What it can do, its limits, its sign-in."""
    found = one(request, slug)
    limits = weather(found)
    waiting, clears = queue_clears(found, limits)
    context = {
        "abilities": overview.ability_lines(found),
        "weather": limits,
        "waiting": waiting,
        "clears": clears,
        "credentials": _credentials(found),
        "options": [
            {"label": worded(field.label), "value": worded(found.options.get(field.key) or field.default)}
            for field in found.declared.options
            if field.kind != "json"
        ],
        "words": [_unknown(word) for word in found.unknown_words.order_by("-last_at")[:20]],
    }

    def build() -> HttpResponse:
        return part(request, found, "overview", context)

    return polled(request, (limits, waiting, clears), build) if is_fragment(request) else build()


def _unknown(word: UnknownWord) -> dict[str, Any]:
    return {"label": rows.feed_label(word.feed), "word": word.word, "times": word.times}


def _credentials(connection: Connection) -> list[dict[str, Any]]:
    """Names of credentials and whether they are set; values of those that are no secret."""
    return [
        {
            "label": worded(field.label),
            "is_set": bool(connection.credentials.get(field.key)),
            "value": "" if field.secret else connection.credentials.get(field.key, ""),
        }
        for field in connection.declared.credentials
    ]


@require_safe
@requires("connections.view")
def sheet(request: StaffRequest, slug: str) -> HttpResponse:
    """The conformance sheet as it was last probed."""
    found = one(request, slug)
    asked, done = found.check_asked_at, found.checked_at
    pending = asked is not None and (done is None or done < asked)
    made = conformance.sheet(found)
    if is_fragment(request) and not pending:  # what was found is told by the whole page: badge, banner, sheet
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"pending": pending, "points": _points(found.check_points)} | overview.missing_lines(found, made.missing)

    def build() -> HttpResponse:
        return part(request, found, "conformance", context)

    return polled(request, (pending, done), build) if is_fragment(request) else build()


def _points(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    words = {"ok": ("good", _("Holds")), "failed": ("act", _("Failed"))}
    found = []
    for point in points:
        tone, word = words.get(point["result"], ("", _("Not proven")))
        found.append(
            point
            | {"name": worded(point["name"]), "detail": worded(point.get("detail", ""))}
            | {"tone": "wait" if tone == "act" and not point.get("needed", True) else tone, "word": word}
        )
    return found


@require_safe
@requires("connections.view")
def feeds(request: StaffRequest, slug: str) -> HttpResponse:
    """Feeds with cursors and runs."""
    found = one(request, slug)
    lines = overview.feed_lines(found)
    if is_fragment(request):
        seen = tuple((line["name"], line["running"], line["cursor"], line["run"] and line["run"].pk) for line in lines)
        return polled(request, seen, lambda: part(request, found, "feeds", {"feeds": lines}))
    return part(request, found, "feeds", {"feeds": lines})


@require_safe
@requires("connections.view")
def routes(request: StaffRequest, slug: str) -> HttpResponse:
    """Every endpoint: documented, assumed, confirmed, bent."""
    return routes_page(request, one(request, slug))


def routes_page(
    request: StaffRequest, found: Connection, form: RouteForm | None = None, status: int = 200
) -> HttpResponse:
    """The routes; with a refused form, that form at its route."""
    lines = conformance.route_lines(found)
    wanted = request.GET.get("change", "")
    if form is None and _may_manage(request):
        given = ({"name": line.name, "address": line.address} for line in lines if line.name == wanted)
        form = next((RouteForm(initial=one) for one in given), None)
    context = {"routes": lines, "form": form, "open": sum(not line.usable for line in lines)}
    return part(request, found, "routes", context, status)


@require_safe
@requires("connections.view")
def connection_callbacks(request: StaffRequest, slug: str) -> HttpResponse:
    """The addresses to give to the platform, and the secrets in use."""
    return callbacks_page(request, one(request, slug), SecretForm())


def callbacks_page(request: StaffRequest, found: Connection, form: SecretForm, status: int = 200) -> HttpResponse:
    """Addresses, marks of secrets, the last pushes."""
    declared = found.declared.callbacks
    events = {event.event: event for event in (declared.events if declared else ())}
    latest = Callback.objects.filter(connection=found).select_related("connection").defer("body", "headers")
    context = {
        "addresses": [
            {
                "label": worded(events[event].label),
                "signed": events[event].signed,
                "url": request.build_absolute_uri(path),
            }
            for event, path in callback_urls(found).items()
        ]
        if _may_manage(request)
        else [],
        "takes_callbacks": declared is not None,
        "secrets": _secrets(found),
        "latest": rows.callback_rows(list(latest.order_by("-received_at", "-id")[:10])),
        "form": form,
    }
    return part(request, found, "callbacks", context, status)


def _secrets(found: Connection) -> list[dict[str, Any]]:
    """The mark of each secret in use, and when a push last carried it."""
    marks = [secret_mark(secret) for secret in found.callback_secrets]
    pushes = Callback.objects.filter(connection=found, is_hint=False).order_by()
    if len(marks) == 1:  # the only one proved them all
        return [{"mark": marks[0], "last_at": pushes.aggregate(at=Max("received_at"))["at"]}]
    last = dict(pushes.filter(secret_mark__in=marks).values_list("secret_mark").annotate(at=Max("received_at")))
    return [{"mark": mark, "last_at": last.get(mark)} for mark in marks]


@require_safe
@requires("connections.view")
def exchanges(request: StaffRequest, slug: str) -> HttpResponse:
    """The last requests and answers, secrets removed."""
    found = one(request, slug)
    listing = EXCHANGES.open(request, Exchange.objects.filter(connection=found).defer(*BODIES))
    context = {"listing": listing, "rows": rows.exchange_rows(listing.page.rows)}
    return part(request, found, "exchanges", context)


def one(request: StaffRequest, slug: str) -> Connection:
    """The connection, if the person may see it."""
    return get_object_or_404(Connection.objects.visible_to(request.user), slug=slug)


def part(
    request: StaffRequest, found: Connection, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """One part of a connection's page, with what all parts share."""
    labels = {
        "overview": (_("Overview"), "connection"),
        "conformance": (_("Conformance"), "connection_sheet"),
        "feeds": (_("Feeds"), "connection_feeds"),
        "routes": (_("Routes"), "connection_routes"),
        "callbacks": (_("Callbacks"), "connection_callbacks"),
        "exchanges": (_("Exchanges"), "connection_exchanges"),
    }
    shared = {
        "connection": found,
        "platform": PLATFORMS[found.platform],
        "sign": overview.state_sign(found, was_read=is_fragment(request) or overview.was_read(found)),
        "rest": None if is_fragment(request) else resting([found]).get(found.pk),
        "clock": clock.sentence(found),
        "parts": [
            {"label": label, "url": reverse(f"sync:{view}", args=[found.slug]), "current": key == name}
            for key, (label, view) in labels.items()
        ],
        "may_manage": _may_manage(request),
    }
    return render(request, f"sync/connection_{name}.html", shared | context, status=status)


def _may_manage(request: StaffRequest) -> bool:
    return request.user.may("connections.manage")
