"""What waits for a second person: its page, agreeing, declining."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard.core import formatting, pages
from dashboard.core.navigation import forget_counts
from dashboard.staff.access import StaffRequest, confirmed, requires
from dashboard.sync import approvals
from dashboard.sync.forms import DeclineForm
from dashboard.sync.kinds import KINDS, Refused, kind_label
from dashboard.sync.models import Approval
from dashboard.sync.models.approvals import WAITING
from dashboard.sync.rows import approval_sign, target_link


@require_safe
@requires("activity.view")
def approval(request: StaffRequest, pk: int) -> HttpResponse:
    """What is asked, by whom, and the two answers for who may give them."""
    return _page(request, _one(request, pk))


@require_POST
@requires("activity.view")
@confirmed
def approve(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Agree, after the password: the command is queued. Never for who asked."""
    found = _one(request, pk)
    try:
        done = approvals.approve(found, request.user)
    except Refused as refusal:
        return _page(request, _one(request, pk), refused=refusal.words, status=_status(request, found))
    forget_counts(request.user)
    return pages.redirect(request, reverse("sync:command", args=[done.command.pk]))


@require_POST
@requires("activity.view")
def decline(request: StaffRequest, pk: int) -> HttpResponseBase:
    """End it with a reason; nothing is queued. Who asked takes it back in the same way."""
    found = _one(request, pk)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            approvals.decline(found, request.user, form.cleaned_data["reason"])
        except Refused as refusal:
            return _page(request, _one(request, pk), refused=refusal.words, status=_status(request, found))
        forget_counts(request.user)
        messages.info(request, _("Declined. Nothing was queued."))
        return pages.redirect(request, reverse("sync:approval", args=[pk]))
    return _page(request, found, form=form, status=422)


def _status(request: StaffRequest, found: Approval) -> int:
    """403 for a role that may not decide this, 422 for what can be corrected or has been decided."""
    kind = KINDS.get(found.kind)
    return 422 if kind and request.user.may(kind.permission) else 403


def _page(
    request: StaffRequest, found: Approval, *, form: DeclineForm | None = None, refused: str = "", status: int = 200
) -> HttpResponse:
    why = approvals.why_not_approve(found, request.user)
    kind = KINDS.get(found.kind)
    own = found.asked_by_id == request.user.pk
    context = {
        "approval": found,
        "label": kind_label(found.kind),
        "target": target_link(found),
        "sign": approval_sign(found),
        "amount": formatting.money(found.amount, found.currency),
        "why": why,
        "own": own,
        "may_decline": found.state == WAITING and (own or (kind is not None and request.user.may(kind.permission))),
        "form": form or DeclineForm(),
        "refused": refused,
    }
    return render(request, "sync/approval.html", context, status=status)


def _one(request: StaffRequest, pk: int) -> Approval:
    rows = Approval.objects.visible_to(request.user).select_related("connection", "asked_by", "decided_by")
    found: Approval = get_object_or_404(rows, pk=pk)
    return found
