"""One ticket: the conversation with the desk, replying, noting, changing, assigning."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels import capabilities as can
from dashboard.core import html, pages
from dashboard.core.navigation import forget_counts, may
from dashboard.core.walking import steps, walk_of
from dashboard.orders.links import order_link
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync import assigning, history
from dashboard.sync.forms import KeyedForm
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.sync.people import offered
from dashboard.sync.submit import why_not
from dashboard.sync.web import give
from dashboard.tickets import words
from dashboard.tickets.conversation import bubbles
from dashboard.tickets.filters import TICKETS
from dashboard.tickets.forms import NoteForm, ReplyForm, UpdateForm
from dashboard.tickets.models import Ticket, TicketNote
from dashboard.tickets.rows import with_their_order

DESK = assigning.Desk("tickets.work", "tickets.assigned", lazy("Tickets"), "tickets:list")


@require_safe
@requires("tickets.view")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """The ticket's page; for htmx what may change by itself: 304 while it has not.

    ``moved``: a command was under way when it was asked before; once none is, the form that changes it comes anew.
    """
    ticket = ticket_of(request, pk)
    if not pages.is_fragment(request):
        return _page(request, ticket)
    commands = _commands(ticket)
    parts = (tuple((one.pk, one.state) for one in commands), ticket.changed_at, ticket.gone_at, ticket.assignee_id)
    newest_note = TicketNote.objects.filter(ticket=ticket).values_list("pk", flat=True).first()
    return pages.polled(request, (*parts, newest_note), lambda: _page(request, ticket, commands=commands))


@require_POST
@requires("tickets.work")
def reply(request: StaffRequest, pk: int) -> HttpResponse:
    """Reply on the ticket."""
    return _give(request, ticket_of(request, pk), "tickets.reply", ReplyForm(request.POST))


@require_POST
@requires("tickets.work")
def note(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep a private note; no platform sees it."""
    ticket, form = ticket_of(request, pk), NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, form, status=422)
    TicketNote.objects.create(ticket=ticket, author=request.user, text=form.cleaned_data["text"])
    return _back(request, ticket)


@require_POST
@requires("tickets.work")
def update(request: StaffRequest, pk: int) -> HttpResponse:
    """Change the ticket where the platform allows it."""
    ticket = ticket_of(request, pk)
    if not ticket.connection.can(can.UpdatesTickets):
        return _page(request, ticket, status=422, refused=why_not(ticket.connection, can.UpdatesTickets))
    return _give(request, ticket, "tickets.update", UpdateForm(ticket, request.POST))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("tickets.work")
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the ticket to somebody: ``me``, or whom the form names."""
    ticket = ticket_of(request, pk)
    return assigning.assign(request, DESK, ticket, back=_url(request, ticket), done=lambda: _back(request, ticket))


@require_POST
@requires("tickets.work")
def bulk_assign(request: StaffRequest) -> HttpResponse:
    """Give the chosen tickets to somebody, or to nobody."""
    return assigning.assign_many(request, DESK, TICKETS.rows, Ticket.objects.light().visible_to(request.user))


def ticket_of(request: StaffRequest, pk: int) -> Any:
    """The ticket that a person may see, with its connection and order. 404 for a foreign one."""
    rows = Ticket.objects.visible_to(request.user).select_related("connection", "assignee").light()
    return get_object_or_404(with_their_order(rows), pk=pk)


def _give(request: StaffRequest, ticket: Any, kind: str, form: Any) -> HttpResponse:
    if form.is_valid():
        try:
            give(request, ticket.connection, kind, ticket.remote_id, form.payload())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            forget_counts(request.user)
            return _back(request, ticket)
    return _page(request, ticket, form, status=422)


def _back(request: StaffRequest, ticket: Ticket) -> HttpResponse:
    """To the ticket's page, still in the list that the person came from."""
    return redirect(_url(request, ticket))


def _url(request: StaffRequest, ticket: Ticket) -> str:
    return reverse("tickets:detail", args=[ticket.pk]) + walk_of(request)


def _commands(ticket: Ticket) -> list[Command]:
    return history.commands_about(ticket.connection_id, ticket.remote_id, "tickets.")


def _page(
    request: StaffRequest,
    ticket: Any,
    bound: KeyedForm | None = None,
    status: int = 200,
    refused: str = "",
    commands: list[Command] | None = None,
) -> HttpResponse:
    commands = _commands(ticket) if commands is None else commands
    moving = any(command.is_moving for command in commands)
    context = {
        "ticket": ticket,
        "signs": _signs(ticket),
        "conversation": bubbles(ticket, commands),
        "moving": moving,
        "told": pages.is_fragment(request),
        "renewed": "moved" in request.GET and not moving,
        "events": history.events(ticket, "tickets", commands, words.field_words),
        "walk": walk_of(request),
        "refused": refused,
        **_forms(request, ticket, bound),
        **_around(request, ticket),
    }
    return pages.render(request, "tickets/detail.html", context, status=status)


def _forms(request: StaffRequest, ticket: Any, bound: KeyedForm | None) -> dict[str, Any]:
    """What can be written and changed, or why it cannot."""
    may_work, can_update = may(request.user, "tickets.work"), ticket.connection.can(can.UpdatesTickets)
    is_note = isinstance(bound, NoteForm)
    update_form = bound if isinstance(bound, UpdateForm) else UpdateForm(ticket) if can_update and may_work else None
    return {
        "may_work": may_work,
        "composer": bound if is_note or isinstance(bound, ReplyForm) else ReplyForm(),
        "why_reply": _why_no_reply(ticket),
        "is_note": is_note,
        "update": update_form,
        "why_update": "" if can_update else why_not(ticket.connection, can.UpdatesTickets),
    }


def _around(request: StaffRequest, ticket: Any) -> dict[str, Any]:
    """The way on in the list, and whom the ticket can be given to; a poll shows neither."""
    if pages.is_fragment(request):
        return {}
    seen = Ticket.objects.visible_to(request.user)
    walk = steps(request, TICKETS, seen, ticket, index="tickets:list", page="tickets:detail")
    assignable = offered(ticket.connection, DESK.code, request.user, ticket.assignee_id)
    return {"steps": walk, "assignable": assignable}


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
        "title": words.subject(ticket) or words.kind(ticket),
        "status": html.badge(*words.status(ticket)),
        "kind": words.kind(ticket),
        "connection": html.connection(ticket.connection.mark, ticket.connection.title),
        "order": order_link(ticket, ticket.order_known),
    }
