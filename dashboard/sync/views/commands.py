"""One command: its row, its page with the evidence, proving, settling, trying again. And its batch."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard.core.pages import is_fragment, polled, redirect, render
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync import tasks, verify
from dashboard.sync.describe import EMPTY, payload_lines, shown_payload
from dashboard.sync.evidence import last_asked_at, shown_evidence, states_so_far
from dashboard.sync.forms import SettleForm
from dashboard.sync.kinds import KINDS, NEVER, Refused, kind_label
from dashboard.sync.models import Batch, Command, Connection
from dashboard.sync.models.commands import NEEDS_REVIEW, QUEUED, UNKNOWN
from dashboard.sync.progress import Progress, counts_of
from dashboard.sync.retry import WITHOUT_EFFECT, given_since, retry, retry_batch
from dashboard.sync.rows import batch_label, command_rows, target_link
from dashboard.sync.submit import tell
from dashboard.sync.views.activity import exchanges_of
from dashboard.sync.web import TONES, command_response, form_key, new_form_key, page_url, state_sentence, state_word

IN_DOUBT = (UNKNOWN, NEEDS_REVIEW)


@require_safe
@requires("activity.view")
def command_row(request: StaffRequest, pk: int) -> HttpResponse:
    """One command's row; polled until it is final, which the page hears as `settled`."""
    found = _one(request, pk)
    response = command_response(request, found, status=200)
    if not found.is_moving:
        response["HX-Trigger"] = "settled"
    return response


@require_safe
@requires("activity.view")
def command(request: StaffRequest, pk: int) -> HttpResponse:
    """The page of a command; its state polls itself, and a new state brings the whole page anew."""
    found = _one(request, pk)
    known = request.GET.get("state")
    if is_fragment(request) and known is not None:
        if known != found.state or (request.GET.get("asked") == "1" and _answered(request, found)):
            return HttpResponse(status=200, headers={"HX-Refresh": "true"})
        parts = (found.state, found.attempts, found.checks, len(found.evidence), found.not_before)
        return polled(request, parts, lambda: _page(request, found))
    return _page(request, found)


@require_safe
@requires("activity.view")
def target(request: StaffRequest, slug: str, kind: str) -> HttpResponse:
    """On to the page of the record that commands of a kind are about (``id``), as long as the mirror has it."""
    connection = get_object_or_404(Connection.objects.visible_to(request.user), slug=slug)
    page, remote_id = KINDS[kind].page if kind in KINDS else None, request.GET.get("id", "")
    url = page.url(connection, remote_id) if page else ""
    if not url:
        messages.warning(request, _("“%(id)s” is not in the mirror, so it has no page.") % {"id": remote_id[:200]})
    return redirect(request, url or reverse("sync:activity") + f"?{urlencode({'q': remote_id[:100]})}")


def _answered(request: StaffRequest, found: Command) -> bool:
    """Whether evidence has come since the person asked for it."""
    return last_asked_at(found) != request.GET.get("last", "")


def _page(
    request: StaffRequest, found: Command, *, form: SettleForm | None = None, refused: str = "", status: int = 200
) -> HttpResponse:
    kind = KINDS.get(found.kind)
    asking = request.GET.get("asked") == "1" or (request.method == "POST" and not (form or refused))
    failed = found.state in WITHOUT_EFFECT
    since = given_since(found) if failed else None
    context = {
        "command": found,
        "label": kind_label(found.kind),
        "target": target_link(found),
        "made": _made(found),
        "tone": TONES[found.state],
        "word": state_word(found.state),
        "sentence": state_sentence(found),
        "path": states_so_far(found),
        "evidence": shown_evidence(found),
        "poll_url": _poll_url(found, asking) if found.is_moving or asking else "",
        "asking": asking,
        "exchanges": exchanges_of(command=found),
        "payload": _given(found) if request.user.may("buyers.view") else None,
        "marker": kind.marker if kind else "",
        "may_prove": found.state in IN_DOUBT and _can_be_proven(found) and _may_work(request, found),
        "says_more": bool(found.error) and not any(found.error in one["sentence"] for one in found.evidence),
        "again_at": _again_at(found),
        "settle_form": form or _settle_form(request, found),
        "since": since,
        "may_retry": failed and since is None and kind is not None and request.user.may(kind.permission),
        "may_cancel": found.state == QUEUED and request.user.may("activity.settle"),
        "form_key": new_form_key(),
        "refused": refused,
    }
    return render(request, "sync/command.html", context, status=status)


def _again_at(found: Command) -> datetime | None:
    """When a command that did not arrive is sent again; none while it does not wait for that."""
    return found.not_before if found.state == QUEUED and found.error and found.not_before > timezone.now() else None


def _made(found: Command) -> str:
    """Where the page is of what it made on the platform; empty when it made nothing that has one."""
    return page_url(found.kind, found.connection, str(found.receipt.get("remote_id", ""))) if found.receipt else ""


def _given(found: Command) -> list[tuple[str, list[str]]]:
    """The payload in lines, without secrets and what was left empty; pairs, for a payload may have a key `items`."""
    return [(name, payload_lines(value)) for name, value in shown_payload(found).items() if value not in EMPTY]


def _can_be_proven(found: Command) -> bool:
    """Whether any endpoint could tell."""
    kind = KINDS.get(found.kind)
    return kind is not None and kind.repeat != NEVER


def _poll_url(found: Command, asking: bool) -> str:
    url = f"{reverse('sync:command', args=[found.pk])}?state={found.state}"
    return f"{url}&asked=1&last={last_asked_at(found)}" if asking else url


def _settle_form(request: StaffRequest, found: Command) -> SettleForm | None:
    if found.state in IN_DOUBT and request.user.may("activity.settle"):
        return SettleForm(command=found)
    return None


@require_POST
@requires("activity.view")
def prove(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the platform now what became of it. A worker asks; the page shows its answer when it comes."""
    found = _one(request, pk)
    if not _may_work(request, found):
        raise PermissionDenied(_("Your role may read this, not ask the platform. Nothing was asked."))
    if not _can_be_proven(found):
        return _page(request, found, refused=_("No endpoint of the platform tells. A person settles it."), status=422)
    if found.state == UNKNOWN:
        Command.objects.filter(pk=pk, state=UNKNOWN).update(not_before=timezone.now())
        tell(tasks.verify_command, pk)
    elif found.state == NEEDS_REVIEW:
        tell(tasks.prove_command, pk)
    else:
        return _page(request, found, refused=_("This command is not in doubt any more. Nothing was asked."), status=422)
    if is_fragment(request):
        return _page(request, found)
    return redirect(request, f"{reverse('sync:command', args=[pk])}?asked=1&last={last_asked_at(found)}")


@require_POST
@requires("activity.settle")
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    """A person decides what cannot be proven, with a reason; audited."""
    found = _one(request, pk)
    form = SettleForm(request.POST, command=found)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        verify.settle(found, form.cleaned_data["outcome"], form.cleaned_data["why"], request.user)
    except Refused as error:
        form.add_error(error.field or None, error.words)
        return _page(request, found, form=form, status=422)
    messages.success(request, _("Settled: %(state)s.") % {"state": state_word(found.state)})
    return redirect(request, reverse("sync:command", args=[pk]))


@require_POST
@requires("activity.view")
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Try again what was refused or failed: a new command with the same payload."""
    found = _one(request, pk)
    try:
        made = retry(found, request.user, form_key=form_key(request))
    except Refused as error:
        return _page(request, found, refused=error.words, status=422)
    return redirect(request, reverse("sync:command", args=[made.command.pk]))


@require_safe
@requires("activity.view")
def batch(request: StaffRequest, pk: int) -> HttpResponse:
    """The progress of a bulk edit, on an address of its own that outlives the page which gave it."""
    found = _batch(request, pk)
    progress = Progress.of(counts_of([found], request.user).get(found.pk, {}), len(found.skipped))
    if is_fragment(request):
        return polled(request, (progress,), lambda: _batch_page(request, found, progress))
    return _batch_page(request, found, progress)


def _batch_page(
    request: StaffRequest, found: Batch, progress: Progress, *, refused: str = "", status: int = 200
) -> HttpResponse:
    looked = Command.objects.visible_to(request.user).filter(batch=found).select_related("connection", "actor")
    shown_all = request.GET.get("rows") == "all"
    wrong = looked if shown_all else looked.filter(state__in=[*WITHOUT_EFFECT, *IN_DOUBT])
    context: dict[str, Any] = {
        "batch": found,
        "label": batch_label(found),
        "progress": progress,
        "rows": command_rows(list(wrong.defer("payload", "evidence", "before", "receipt").order_by("id")[:200])),
        "shown_all": shown_all,
        "skipped": _skipped(found.skipped[:200]),
        "may_retry": progress.rejected > 0 and _may_give(request, found),
        "form_key": new_form_key(),
        "refused": refused,
    }
    return render(request, "sync/batch.html", context, status=status)


def _may_give(request: StaffRequest, found: Batch) -> bool:
    """Whether the person may give commands of all the batch's kinds."""
    return all(name in KINDS and request.user.may(KINDS[name].permission) for name in found.kinds)


def _skipped(items: list[dict[str, str]]) -> list[dict[str, str]]:
    """What was left out, with the connections' titles; a slug stays where its connection was removed."""
    slugs = {item.get("connection", "") for item in items}
    titles = dict(Connection.objects.filter(slug__in=slugs).values_list("slug", "title")) if items else {}
    return [
        {
            "name": item.get("label") or item.get("target", ""),
            "connection": titles.get(slug := item.get("connection", ""), slug),
            "reason": item.get("reason", ""),
        }
        for item in items
    ]


@require_POST
@requires("activity.view")
def batch_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Try the refused and failed ones of a batch again, as a new batch."""
    found = _batch(request, pk)
    try:
        if not _may_give(request, found):
            raise Refused(_("Your role does not allow this."))
        made = retry_batch(found, request.user, form_key=form_key(request))
    except Refused as error:
        progress = Progress.of(counts_of([found], request.user).get(found.pk, {}), len(found.skipped))
        return _batch_page(request, found, progress, refused=error.words, status=422)
    return redirect(request, reverse("sync:batch", args=[made.pk]))


def _one(request: StaffRequest, pk: int) -> Command:
    rows = Command.objects.visible_to(request.user).select_related("connection", "actor", "batch")
    return get_object_or_404(rows, pk=pk)


def _batch(request: StaffRequest, pk: int) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.user).select_related("actor"), pk=pk)


def _may_work(request: StaffRequest, found: Command) -> bool:
    """Whether the person may have given this command, or settles commands."""
    kind = KINDS.get(found.kind)
    return request.user.may("activity.settle") or (kind is not None and request.user.may(kind.permission))
