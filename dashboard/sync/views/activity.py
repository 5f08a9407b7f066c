"""The activity pages: commands, batches, runs, callbacks, quarantine. Filters live in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from dashboard.core.exports import export_response
from dashboard.core.filters import ListSpec
from dashboard.core.pages import render
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync import rows
from dashboard.sync.filters import APPROVALS, BATCHES, CALLBACKS, COMMANDS, QUARANTINE, RUNS
from dashboard.sync.models import Approval, Batch, Callback, Command, Exchange, Quarantined, Run
from dashboard.sync.progress import counts_of
from dashboard.sync.reach import fresh_line, unread

SECTIONS = (
    ("sync:activity", gettext_lazy("Commands")),
    ("sync:approvals", gettext_lazy("Approvals")),
    ("sync:batches", gettext_lazy("Batches")),
    ("sync:runs", gettext_lazy("Runs")),
    ("sync:callbacks", gettext_lazy("Callbacks")),
    ("sync:quarantine", gettext_lazy("Quarantine")),
)
_OWNERS = ("connection", "connection__platform", "connection__title", "connection__slug")


@require_safe
@requires("activity.view")
def commands(request: StaffRequest) -> HttpResponseBase:
    """What staff gave, newest first."""
    fields = ("kind", "target", "target_label", "summary", "state", "error", "created_at", "actor")
    names = ("actor__username", "actor__first_name", "actor__last_name")
    found = Command.objects.visible_to(request.user).select_related("connection", "actor")
    words = (_("Nothing was given yet"), _("Whatever staff send to a platform is kept here, with what became of it."))
    return page(request, COMMANDS, found.only(*fields, *names, *_OWNERS), rows.command_rows, "sync:activity", words)


@require_safe
@requires("activity.view")
def commands_fresh(request: StaffRequest) -> HttpResponse:
    """Alone the line that offers the commands that came since; 304 while it says the same."""
    listing = COMMANDS.open(request, Command.objects.visible_to(request.user))
    return fresh_line(request, listing, None, "sync:activity")


@require_safe
@requires("activity.view")
def approvals(request: StaffRequest) -> HttpResponseBase:
    """What waits, or waited, for a second person."""
    found = Approval.objects.visible_to(request.user).select_related("connection", "asked_by", "decided_by")
    words = (_("Nothing waits for a second person"), _("A refund above the limit is kept here until another agrees."))
    left_out = found.defer("payload", "connection__credentials")
    return page(request, APPROVALS, left_out, rows.approval_rows, "sync:approvals", words)


@require_safe
@requires("activity.view")
def batches(request: StaffRequest) -> HttpResponseBase:
    """Bulk edits."""
    found = Batch.objects.visible_to(request.user).select_related("actor")
    words = (_("No bulk edit yet"), _("A change of many products at once is kept here, with its progress."))

    def made(batches: list[Batch]) -> list[rows.Row]:
        return rows.batch_rows(batches, counts_of(batches, request.user))

    return page(request, BATCHES, found, made, "sync:batches", words)


@require_safe
@requires("activity.view")
def runs(request: StaffRequest) -> HttpResponseBase:
    """Executions of feeds."""
    found = Run.objects.visible_to(request.user).select_related("connection").defer("connection__credentials")
    words = (_("No feed has run yet"), _("Every reading of a platform is kept here for 30 days."))
    return page(request, RUNS, found, rows.run_rows, "sync:runs", words)


@require_safe
@requires("activity.view")
def callbacks(request: StaffRequest) -> HttpResponseBase:
    """Pushes from platforms."""
    found = Callback.objects.visible_to(request.user).select_related("connection").defer("body", "headers")
    words = (_("No platform has pushed yet"), _("The addresses to give to a platform stand on its connection's page."))
    return page(request, CALLBACKS, found, rows.callback_rows, "sync:callbacks", words)


@require_safe
@requires("activity.view")
def quarantine(request: StaffRequest) -> HttpResponseBase:
    """Records that could not be understood."""
    found = Quarantined.objects.visible_to(request.user).select_related("connection").defer("payload")
    words = (
        _("Everything was understood"),
        _("A record unlike its document is kept here; the rest of its page is stored."),
    )
    return page(request, QUARANTINE, found, rows.quarantine_rows, "sync:quarantine", words)


def page(
    request: StaffRequest,
    spec: ListSpec,
    queryset: QuerySet[Any],
    make: Callable[[list[Any]], list[rows.Row]],
    section: str,
    nothing: tuple[str, str],
) -> HttpResponseBase:
    """A list of the activity section as a page, its fragment, or a file."""
    listing = spec.open(request, queryset)
    if request.GET.get("format"):
        return export_response(request, spec.domain, listing.queryset)
    sections = [{"url": name, "label": label, "current": name == section} for name, label in SECTIONS]
    context = {
        "listing": listing,
        "rows": make(listing.page.rows),
        "fresh": unread(reverse("sync:activity_fresh") + listing.fresh_query) if spec.offers_new else None,
        "sections": sections,
        "title": next(each["label"] for each in sections if each["current"]),
        "nothing_title": nothing[0],
        "nothing_text": nothing[1],
        "can_export": request.user.may("export") and spec.domain not in ("approvals", "batches"),
    }
    return render(request, "sync/activity.html", context)


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
    bodies = ("request_body", "response_body", "request_headers", "response_headers")
    return rows.exchange_rows(list(found.defer(*bodies)[:20]))
