"""One ticket: the conversation with the desk, replying, changing, assigning."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels import capabilities as can
from dashboard.core import html, pages
from dashboard.core.navigation import forget_counts, may
from dashboard.core.templatetags.dash import when_at
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.audit import audit
from dashboard.sync import history
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.sync.models.commands import CANCELLED, DONE, NEEDS_REVIEW, SUPERSEDED, UNKNOWN
from dashboard.sync.retry import WITHOUT_EFFECT
from dashboard.sync.submit import why_not
from dashboard.sync.web import give, shown
from dashboard.tickets import words
from dashboard.tickets.forms import AssignForm, ReplyForm, TicketForm, UpdateForm
from dashboard.tickets.models import Ticket
from dashboard.tickets.rows import order_link, with_order

IN_DOUBT = (UNKNOWN, NEEDS_REVIEW)
WITHDRAWN = (CANCELLED, SUPERSEDED)


@require_safe
@requires("tickets.view")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """The ticket's page; for htmx what may change while a command is under way."""
    return _page(request, ticket_of(request, pk))


@require_POST
@requires("tickets.work")
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    """Reply on the ticket."""
    return _give(request, ticket_of(request, pk), "tickets.reply", ReplyForm(request.POST))


@require_POST
@requires("tickets.work")
def update(request: StaffRequest, pk: int) -> HttpResponse:
    """Change status, subject or text."""
    ticket = ticket_of(request, pk)
    if not ticket.connection.can(can.UpdatesTickets):
        return _page(request, ticket, status=422, refused=why_not(ticket.connection, can.UpdatesTickets))
    return _give(request, ticket, "tickets.update", UpdateForm(ticket, request.POST))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("tickets.work")
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the ticket to somebody: ``me``, or whom the form names."""
    ticket = ticket_of(request, pk)
    if request.POST.get("person") == "me":
        return _assigned(request, ticket, request.user)
    form = AssignForm(request.POST if request.method == "POST" else None, initial={"person": ticket.assignee_id})
    if request.method == "POST" and form.is_valid():
        return _assigned(request, ticket, form.cleaned_data["person"])
    context = {"ticket": ticket, "form": form}
    return render(request, "tickets/assign.html", context, status=422 if request.method == "POST" else 200)


def ticket_of(request: StaffRequest, pk: int) -> Any:
    """The ticket that a person may see, with its connection and order. 404 for a foreign one."""
    rows = Ticket.objects.visible_to(request.user).select_related("connection", "assignee").light()
    return get_object_or_404(with_order(rows), pk=pk)


def _assigned(request: StaffRequest, ticket: Ticket, person: Any) -> HttpResponse:
    Ticket.objects.filter(pk=ticket.pk).update(assignee=person)
    name = getattr(person, "username", "")
    audit(request.user, "tickets.assigned", ticket, {"to": name}, connection=ticket.connection.slug)
    return redirect("tickets:detail", pk=ticket.pk)


def _give(request: StaffRequest, ticket: Any, kind: str, form: Any) -> HttpResponse:
    if form.is_valid():
        try:
            give(request, ticket.connection, kind, ticket.remote_id, form.payload())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            forget_counts(request.user)
            return redirect("tickets:detail", pk=ticket.pk)
    return _page(request, ticket, form, status=422)


def _page(
    request: StaffRequest, ticket: Any, bound: TicketForm | None = None, status: int = 200, refused: str = ""
) -> HttpResponse:
    commands = history.commands_about(ticket.connection_id, ticket.remote_id, "tickets.")
    may_work = may(request.user, "tickets.work")
    can_update = ticket.connection.can(can.UpdatesTickets)
    context = {
        "ticket": ticket,
        "signs": _signs(ticket),
        "conversation": _conversation(ticket, commands),
        "moving": any(command.is_moving for command in commands),
        "events": history.events(ticket, "tickets", commands, words.field_words),
        "may_work": may_work,
        "reply": bound if isinstance(bound, ReplyForm) else ReplyForm(),
        "why_reply": _why_no_reply(ticket),
        "update": (bound if isinstance(bound, UpdateForm) else UpdateForm(ticket)) if can_update and may_work else None,
        "why_update": "" if can_update else why_not(ticket.connection, can.UpdatesTickets),
        "refused": refused,
    }
    return pages.render(request, "tickets/detail.html", context, status=status)


def _why_no_reply(ticket: Any) -> str:
    if not ticket.connection.can(can.RepliesToTickets):
        return why_not(ticket.connection, can.RepliesToTickets)
    if ticket.gone_at is not None:
        return _("This ticket is no longer on the platform.")
    if ticket.status == "closed":
        return _("This ticket is closed for good; open a new one.")
    return ""


def _signs(ticket: Any) -> dict[str, Any]:
    return {
        "status": html.badge(*words.status(ticket)),
        "kind": words.kind(ticket),
        "connection": html.connection(ticket.connection.mark, ticket.connection.title),
        "order": order_link(ticket),
    }


def _conversation(ticket: Any, commands: list[Command]) -> list[dict[str, Any]]:
    """What was said, oldest first; then our replies that the platform has not confirmed, where they failed or wait."""
    now = timezone.now()
    said = [
        {"direction": "", "body": _readable(ticket.body), "at": ticket.placed_at and when_at(ticket.placed_at, now)}
    ]
    for reply_ in ticket.replies.order_by("position"):
        at = reply_.sent_at and when_at(reply_.sent_at, now)
        said.append({"direction": reply_.direction, "body": _readable(reply_.body), "at": at})
    told = [one.pk for one in reversed(commands) if one.kind == "tickets.reply" and one.state not in WITHDRAWN]
    full = Command.objects.in_bulk(told) if told else {}
    for command in (one for one in reversed(commands) if one.pk in full and one.state != DONE):
        text, at = full[command.pk].payload["text"], when_at(command.created_at, now)
        is_repeated = any(pk > command.pk and other.payload["text"] == text for pk, other in full.items())
        may_repeat = command.state in WITHOUT_EFFECT and not is_repeated
        step = "prove" if command.state in IN_DOUBT else "again" if may_repeat else ""
        body = html.with_links(text)
        said.append({"direction": "out", "body": body, "at": at, "command": shown(command), "step": step})
    return said if ticket.body else said[1:]


def _readable(text: str) -> Any:
    """A platform's HTML sanitised, plain text with its line breaks and links."""
    return html.sanitised(text) if "</" in text or "<br" in text else html.with_links(text)
