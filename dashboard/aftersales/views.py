"""Pages of after-sales: the list by deadline, one case with all that speaks for or against it, the decision."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels import capabilities as can
from dashboard.aftersales import standing, words
from dashboard.aftersales.filters import CASES
from dashboard.aftersales.forms import ApproveForm, RejectForm
from dashboard.aftersales.models import Case
from dashboard.aftersales.rows import for_list, rows_of
from dashboard.core import formatting, html, pages
from dashboard.core.exports import export_response
from dashboard.core.matching import offered as offered_all
from dashboard.core.navigation import forget_counts, may
from dashboard.core.scope import scoped
from dashboard.core.templatetags.dash import when_at
from dashboard.core.walking import steps, walk, walk_of
from dashboard.orders import words as order_words
from dashboard.orders.links import order_link, with_order
from dashboard.orders.models import DeliveryError, DeliveryRecord, Note, Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync import approvals, assigning, history
from dashboard.sync.forms import KeyedForm
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Approval
from dashboard.sync.models.approvals import DECLINED, WAITING
from dashboard.sync.people import colleagues, offered
from dashboard.sync.reach import Reach, fresh_line
from dashboard.sync.sharing import sharer
from dashboard.sync.submit import NeedsSecond
from dashboard.sync.web import give

DESK = assigning.Desk("aftersales.decide", "aftersales.assigned", lazy("After-sales"), "aftersales:list")


@require_safe
@requires("aftersales.view")
@scoped
def index(request: StaffRequest) -> HttpResponseBase:
    """The list, its fragment, or what it shows as a file."""
    reach = Reach.of(request, "cases")
    listing = CASES.open(request, Case.objects.visible_to(request.user))
    if "format" in request.GET:
        exported = listing.queryset.select_related("connection").defer("raw")
        return export_response(request, "cases", exported.order_by(*listing.order, "pk"))
    listing.viewed = for_list(listing.viewed)
    context = {
        "listing": listing,
        "rows": rows_of(listing.page.rows, reach, walk(listing.query)),
        "fresh": reach.fresh_of(listing, "aftersales:fresh"),
        "may_export": may(request.user, "export"),
        "may_work": may(request.user, DESK.code),
        "colleagues": colleagues(DESK.code, request.user),
        "all_done": listing.tab and listing.tab.key in ("waiting", "soon"),
    }
    return pages.render(request, "aftersales/list.html", context)


@require_safe
@requires("aftersales.view")
def fresh(request: StaffRequest) -> HttpResponse:
    """The freshness line alone, which offers what came since; 304 while it says the same."""
    listing = CASES.open(request, Case.objects.visible_to(request.user))
    return fresh_line(request, listing, Reach.of(request, "cases"), "aftersales:list")


@require_safe
@requires("aftersales.decide")
def matching(request: StaffRequest) -> HttpResponse:
    """The offer to choose all cases that the list's filter matches."""
    return offered_all(request, CASES.rows, Case.objects.visible_to(request.user), assigning.MOST)


@require_safe
@requires("aftersales.view")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One case; for htmx what may change while a decision is under way."""
    return _page(request, case_of(request, pk))


@require_POST
@requires("aftersales.decide")
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Refund the buyer, after the amount was typed."""
    case = case_of(request, pk)
    return _decide(request, case, ApproveForm(case, request.POST))


@require_POST
@requires("aftersales.decide")
def reject(request: StaffRequest, pk: int) -> HttpResponse:
    """Refuse the refund, with a reason."""
    return _decide(request, case_of(request, pk), RejectForm(request.POST, request.FILES, share=sharer(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("aftersales.decide")
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the case to somebody: ``me``, or whom the form names."""
    case = case_of(request, pk)
    back = _url(request, case)
    return assigning.assign(request, DESK, case, back=back, done=lambda: redirect(back))


@require_POST
@requires("aftersales.decide")
def bulk_assign(request: StaffRequest) -> HttpResponse:
    """Give the chosen cases to somebody, or to nobody."""
    return assigning.assign_many(request, DESK, CASES.rows, Case.objects.light().visible_to(request.user))


@require_safe
@requires("aftersales.view")
def for_order(request: StaffRequest, pk: int) -> HttpResponse:
    """The panel beside an order: its cases."""
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("connection").light(), pk=pk)
    rows = for_list(Case.objects.visible_to(request.user).of(order))[:5]
    reach = Reach.of(request, "cases")
    context = {"order": order, "rows": rows_of(list(rows), reach), "can": order.connection.can(can.ReadsCases)}
    return render(request, "aftersales/for_order.html", context)


def case_of(request: StaffRequest, pk: int) -> Any:
    """The case that a person may see, with its connection, assignee, order and purchase. 404 for a foreign one."""
    rows = Case.objects.visible_to(request.user).select_related("connection", "assignee").light()
    its = ("items", "payment_status", "fulfilment_status", "status", "buyer_remote_id")
    return get_object_or_404(with_order(rows, *its), pk=pk)


def _url(request: StaffRequest, case: Case) -> str:
    """The case's page, still in the list that the person came from."""
    return reverse("aftersales:detail", args=[case.pk]) + walk_of(request)


def _decide(request: StaffRequest, case: Any, form: Any) -> HttpResponse:
    if form.is_valid():
        try:
            give(request, case.connection, "aftersales.decide", case.remote_id, form.payload())
        except NeedsSecond:
            return _ask_second(request, case, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            forget_counts(request.user)
            return redirect(_url(request, case))
    return _page(request, case, form, status=422)


def _ask_second(request: StaffRequest, case: Any, form: Any) -> HttpResponse:
    """Keep the decision until a second person agrees; its page says who must."""
    try:
        asked = approvals.ask(case.connection, "aftersales.decide", case.remote_id, form.payload(), request.user)
    except Refused as refusal:
        form.refuse(refusal)
        return _page(request, case, form, status=422)
    forget_counts(request.user)
    return redirect("sync:approval", pk=asked.pk)


def _page(request: StaffRequest, case: Any, bound: KeyedForm | None = None, status: int = 200) -> HttpResponse:
    commands = history.commands_about(case.connection_id, case.remote_id, "aftersales.")
    moving = any(command.is_moving for command in commands)
    now, asked, last = timezone.now(), _asked(case), standing.tried(case, commands)
    why = standing.why_closed(case, moving=moving)
    context = {
        "case": case,
        "approve": bound if isinstance(bound, ApproveForm) else ApproveForm(case),
        "reject": bound if isinstance(bound, RejectForm) else RejectForm(initial=last["again"] if last else {}),
        "why": why,
        "last": last,
        "refused": bound.non_field_errors() if bound is not None and why else [],
        "may_decide": may(request.user, "aftersales.decide"),
        "assignable": offered(case.connection, DESK.code, request.user, case.assignee_id),
        "moving": moving,
        "told": pages.is_fragment(request),
        "given": standing.given(case, commands),
        "steps": _steps(request, case),
        "walk": walk_of(request),
        "asked": asked,
        "asked_url": reverse("sync:approval", args=[asked.pk]) if asked and may(request.user, "activity.view") else "",
        "signs": _signs(case, now),
        "pictures": _pictures(case.image_urls),
        "counter": _pictures(case.reject_image_urls),
        "events": history.events(case, "cases", commands, words.field_words),
        "deliveries": _deliveries(case, now),
        "messages_url": _messages_url(request, case),
        "notes": _notes(case, now),
    }
    return pages.render(request, "aftersales/detail.html", context, status=status)


def _steps(request: StaffRequest, case: Any) -> dict[str, Any] | None:
    """The cases before and after this one in the list that the person came from."""
    seen = Case.objects.visible_to(request.user)
    return steps(request, CASES, seen, case, index="aftersales:list", page="aftersales:detail")


def _asked(case: Any) -> Approval | None:
    """The refund that waits for a second person, or that one declined while the case is open."""
    asked = approvals.last_about(case.connection, "aftersales.decide", case.remote_id)
    shown = (WAITING, DECLINED) if case.decision == "pending" else (WAITING,)
    return asked if asked and asked.state in shown else None


def _signs(case: Any, now: Any) -> dict[str, Any]:
    return {
        "decision": html.badge(*words.decision(case)),
        "connection": html.connection(case.connection.mark, case.connection.title),
        "amount": formatting.money(case.amount, case.currency),
        "order": order_link(case, case.order_remote_id),
        "lapse": words.lapse(case, now),
        "is_open": case.decision == "pending" and case.gone_at is None,
        "purchase": _purchase(case),
    }


def _purchase(case: Any) -> dict[str, Any] | None:
    """How the order stands that the case is about; None where the mirror does not have it."""
    if not case.order_pk:
        return None
    its = {name: getattr(case, f"order_{name}") for name in ("status", "payment_status", "fulfilment_status")}
    order = SimpleNamespace(**its)
    return {
        "items": case.order_items,
        "payment": html.badge(*order_words.payment(order)),
        "fulfilment": html.badge(*order_words.fulfilment(order)),
    }


def _pictures(urls: list[str]) -> list[Any]:
    return [html.picture(url, _("Picture %(n)s") % {"n": n}) for n, url in enumerate(urls, 1)]


def _messages_url(request: StaffRequest, case: Any) -> str:
    """Where the messages with the buyer come from, when the mirror has the order and the person may read them."""
    if not case.order_pk or not may(request.user, "messages.view"):
        return ""
    return reverse("messaging:for_order", args=[case.order_pk])


def _notes(case: Any, now: Any) -> list[dict[str, Any]]:
    """What staff wrote to each other about the order, the newest first."""
    if not case.order_pk:
        return []
    rows = Note.objects.filter(order=case.order_pk).select_related("author")[:10]
    return [
        {
            "text": html.with_links(row.text),
            "by": row.author.label if row.author else "–",
            "at": when_at(row.created_at, now),
        }
        for row in rows
    ]


def _deliveries(case: Any, now: Any) -> list[dict[str, Any]]:
    """What the platform says was delivered for the order, and which errors it was told of; never the content."""
    its = {"connection": case.connection_id, "order_remote_id": case.order_remote_id}
    rows = DeliveryRecord.objects.filter(**its).defer("raw", "content").order_by("created_at", "pk")[:20]
    told = [
        {
            "at": when_at(row.created_at, now),
            "units": row.quantity,
            "how": " ".join(filter(None, (row.carrier, row.tracking_number))),
        }
        for row in rows
    ]
    errors = DeliveryError.objects.filter(**its).defer("raw").order_by("created_at", "pk")[:20]
    return told + [{"at": when_at(row.created_at, now), "error": row.remark or _("Error reported")} for row in errors]
