"""What the verbs share: a page with a form, 422 with what was typed, and the way back to the order."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import messages
from django.forms import Form, Textarea, TextInput
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dashboard.core.navigation import forget_counts
from dashboard.core.pages import is_fragment
from dashboard.orders.actions import BY_KEY, why_closed
from dashboard.orders.forms import VerbForm
from dashboard.orders.models import Order
from dashboard.orders.views.walking import order_url
from dashboard.staff.access import StaffRequest
from dashboard.sync import approvals
from dashboard.sync.kinds import Refused
from dashboard.sync.submit import NeedsSecond, Submitted
from dashboard.sync.web import command_response, give, sent_already

ask_or_give = require_http_methods(["GET", "HEAD", "POST"])


def posted(request: StaffRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, also when that is nothing."""
    return request.POST if request.method == "POST" else None


def verb(
    request: StaffRequest,
    order: Order,
    key: str,
    form: VerbForm,
    *,
    kind: str,
    target: str = "",
    page: dict[str, Any],
) -> HttpResponse:
    """Give the command of a verb, or show its form: the first time, and with 422 when something is to be corrected."""
    sent = sent_already(request)
    if sent:
        return given(request, order, sent)
    if request.method == "POST" and form.is_valid():
        try:
            done = give(request, order.connection, kind, target or order.remote_id, form.payload())
        except NeedsSecond:
            return asked(request, order, form, kind=kind, target=target, page=page)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return given(request, order, done)
    return show(request, order, form, page | {"why": why_closed(order, BY_KEY[key]) if key in BY_KEY else ""})


def asked(
    request: StaffRequest, order: Order, form: VerbForm, *, kind: str, target: str, page: dict[str, Any]
) -> HttpResponse:
    """Keep the command until a second person agrees, and say so on the order's page; 422 where that is refused."""
    try:
        approvals.ask(order.connection, kind, target or order.remote_id, form.payload(), request.user)
    except Refused as refusal:
        form.refuse(refusal)
        return show(request, order, form, page)
    forget_counts(request.user)
    messages.info(request, _("So much money needs a second person: it waits for one. Nothing has been sent."))
    return redirect(order_url(request, order, "#history"))


def show(request: StaffRequest, order: Order, form: Form, page: dict[str, Any]) -> HttpResponse:
    """The page of a verb: title, button, note, facts, warning. The cursor stands in what is typed first."""
    put_cursor(form)
    context = {"order": order, "form": form, "danger": False, "order_url": order_url(request, order), **page}
    return render(request, "orders/verb.html", context, status=422 if request.method == "POST" else 200)


def given(request: StaffRequest, order: Order, done: Submitted) -> HttpResponse:
    """The command's own row for htmx; otherwise back to the order, which shows it."""
    forget_counts(request.user)
    if is_fragment(request):
        return command_response(request, done.command)
    if not done.is_new:
        messages.info(request, _("This was queued already: “%(what)s”.") % {"what": done.command.summary})
    return redirect(order_url(request, order, "#history"))


def put_cursor(form: Form) -> None:
    """Into the first field that is typed into, while nothing has to be corrected."""
    if not form.is_bound:
        typed = (
            one.field.widget for one in form.visible_fields() if isinstance(one.field.widget, TextInput | Textarea)
        )
        for widget in islice(typed, 1):
            widget.attrs["autofocus"] = True
