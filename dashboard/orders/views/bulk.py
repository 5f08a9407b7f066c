"""Many orders at once: who can take part and why not, then one batch of commands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from dashboard.core import html, pages
from dashboard.core.navigation import forget_counts
from dashboard.orders import counting, words
from dashboard.orders.actions import BY_KEY, why_closed
from dashboard.orders.commands.states import offered_statuses
from dashboard.orders.forms import BulkDeliverForm, StatusForm
from dashboard.orders.models import Order
from dashboard.orders.reading import chosen
from dashboard.orders.views.common import ask_or_give, posted, put_cursor
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.audit import audit
from dashboard.sync.batches import made_with, once, skip
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Batch, Command
from dashboard.sync.models.commands import FINAL
from dashboard.sync.submit import submit
from dashboard.sync.web import form_key


@sensitive_post_parameters("content")
@ask_or_give
@requires("orders.fulfil")
def deliver(request: StaffRequest) -> HttpResponse:
    """Hand codes out to the chosen orders, from top to bottom."""
    sent = _sent_already(request)
    if sent is not None:
        return _to_batch(sent)
    orders = chosen(request)
    left = counting.left_of(orders)
    reasons = _reasons(orders, "deliver")
    rows = [_row(one, reasons[one.pk] or _why_not_counted(one, left), left.get(one.pk, 0)) for one in orders]
    part = [row for row in rows if not row["why"]]
    needed = _count_lines(part)
    form = BulkDeliverForm(needed, _delivered_to(part), posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        codes = iter(form.cleaned_data["content"])
        plan = [(row, {"rows": [next(codes) for _n in range(row["needs"])]} | _append(row["order"])) for row in part]
        return _send(request, "orders.deliver", _("Deliver to %(n)s orders"), plan, rows)
    context = {
        "title": _("Deliver to several orders"),
        "button": ngettext("Deliver %(n)s unit", "Deliver %(n)s units", needed) % {"n": needed},
        "note": _("Each order is read once more just before; cancelled and refunded ones are stopped."),
        "has_needs": True,
        "needed": needed,
        "may_choose": bool(part) or request.method == "POST",  # what was typed stays
    }
    return _page(request, form, rows, context)


def _count_lines(part: list[dict[str, Any]]) -> int:
    """How many lines of codes these rows take; each row is told which of them are its own."""
    last = 0
    for row in part:
        first, last = last + 1, last + row["needs"]
        row["lines"] = str(first) if first == last else f"{first}–{last}"
    return last


def _delivered_to(part: list[dict[str, Any]]) -> set[str]:
    """The codes that these orders have been given before."""
    begun = [row["order"] for row in part if row["needs"] < row["order"].quantity]
    return {code for order in begun for code in counting.known_rows(order)}


@ask_or_give
@requires("orders.fulfil")
def set_status(request: StaffRequest) -> HttpResponse:
    """Set the chosen orders to one of the platform's words."""
    sent = _sent_already(request)
    if sent is not None:
        return _to_batch(sent)
    orders = chosen(request)
    able = _reasons(orders, "set_status")
    settable = _words_of(one for one in orders if not able[one.pk])
    wanted = request.GET.get("status", "") if request.method != "POST" else request.POST.get("status", "")
    rows = [_status_row(one, able[one.pk] or _why_not_set(one, wanted, _seen(request))) for one in orders]
    part = [row for row in rows if not row["why"]]
    form = StatusForm(settable, posted(request), initial={"status": wanted})
    form.fields["status"].widget.attrs |= {
        "data-hx-get": request.path,
        "data-hx-include": "#bulk-chosen",
        "data-hx-target": "#bulk",
        "data-hx-swap": "outerHTML",
    }
    if request.method == "POST" and part and form.is_valid():
        plan = [(row, form.payload()) for row in part]
        return _send(request, "orders.set_status", _("Set the status of %(n)s orders"), plan, rows)
    context = {
        "title": _("Set the status of several orders"),
        "button": ngettext("Set status of %(n)s order", "Set status of %(n)s orders", len(part)) % {"n": len(part)},
        "note": _("An order that moves meanwhile is left alone, and the result says so."),
        "has_needs": False,
        "may_choose": bool(settable),
    }
    return _page(request, form, rows, context)


def _seen(request: StaffRequest) -> dict[str, str]:
    """The platform's word of each order as the page showed it, by the order's key."""
    return dict(pair.split(" ", 1) for pair in request.POST.getlist("seen") if " " in pair)


def _why_not_set(order: Order, wanted: str, seen: dict[str, str]) -> str:
    if seen.get(str(order.pk), order.remote_status) != order.remote_status:
        return _("Now “%(word)s”, changed since it was shown.") % {"word": order.remote_status}
    return _("Already so.") if wanted and order.remote_status == wanted else ""


def _status_row(order: Order, why: str) -> dict[str, Any]:
    tone, word = words.STATUS.get(order.status, words.STATUS["unknown"])
    return _row(order, why) | {"state": html.state(tone, word), "own_word": order.remote_status}


def _sent_already(request: StaffRequest) -> Batch | None:
    """The batch that this very form has made before: a double click is one batch."""
    return made_with(form_key(request)) if request.method == "POST" else None


def _reasons(orders: list[Order], key: str) -> dict[int, str]:
    """Why each order cannot take part, or nothing; one with a command of that kind under way cannot."""
    about = Command.objects.filter(
        connection__in={order.connection_id for order in orders},
        target__in=[order.remote_id for order in orders],
        kind=f"orders.{key}",
    )
    busy = set(about.exclude(state__in=FINAL).values_list("connection_id", "target"))
    under_way = _("One is under way already.")
    return {
        order.pk: under_way if (order.connection_id, order.remote_id) in busy else why_closed(order, BY_KEY[key])
        for order in orders
    }


def _why_not_counted(order: Order, left: dict[int, int]) -> str:
    if not getattr(order.connection.declared.channel, "delivers_rows", False):
        return _("This platform takes a text, not rows.")
    if order.pk not in left:
        return _("The platform does not say how many units are to be delivered.")
    return "" if left[order.pk] else _("Everything is delivered.")


def _append(order: Order) -> dict[str, Any]:
    """Where a channel can append and something was delivered, the rest is added to it."""
    appends = getattr(order.connection.declared.channel, "appends_deliveries", False)
    return {"append": True} if appends and order.delivered_units else {}


def _words_of(orders: Iterable[Order]) -> tuple[str, ...]:
    """The words that all of them can be set to."""
    sets = [offered_statuses(one.connection) for one in orders]
    return tuple(word for word in sets[0] if all(word in other for other in sets)) if sets else ()


def _row(order: Order, why: str, needs: int = 0) -> dict[str, Any]:
    return {
        "order": order,
        "name": str(order),
        "connection": html.connection(order.connection.mark, order.connection.title),
        "items": order.items,
        "state": html.state(*words.fulfilment(order)),
        "needs": needs,
        "why": why,
    }


def _page(request: StaffRequest, form: Any, rows: list[dict[str, Any]], context: dict[str, Any]) -> HttpResponse:
    sent = _sent_already(request)
    if sent is not None:  # the same form, a moment earlier, is why nothing can take part any more
        return _to_batch(sent)
    put_cursor(form)
    part = [row for row in rows if not row["why"]]
    context |= {"form": form, "rows": rows, "taking_part": len(part), "left_out": len(rows) - len(part)}
    context.setdefault("may_choose", bool(part))
    return pages.render(request, "orders/bulk.html", context, status=422 if request.method == "POST" else 200)


def _send(
    request: StaffRequest, kind: str, title: str, plan: list[tuple[dict[str, Any], dict[str, Any]]], rows: list[Any]
) -> HttpResponse:
    """One batch, one command an order; what is refused now is kept with its reason."""
    skipped = [_skip(row, row["why"]) for row in rows if row["why"]]
    batch = once(form_key(request), lambda: _queue(request, kind, title, plan, skipped))
    forget_counts(request.user)
    queued = batch.commands.count()
    messages.info(request, ngettext("%(n)s command is queued.", "%(n)s commands are queued.", queued) % {"n": queued})
    return _to_batch(batch)


def _queue(
    request: StaffRequest, kind: str, title: str, plan: list[tuple[dict[str, Any], dict[str, Any]]], skipped: list[Any]
) -> Batch:
    named = title % {"n": len(plan)}
    batch = Batch.objects.create(kind=kind, title=named, actor=request.user, form_key=form_key(request))
    for row, payload in plan:
        order = row["order"]
        try:
            submit(order.connection, kind, order.remote_id, payload, request.user, batch=batch)
        except Refused as refusal:
            skipped.append(_skip(row, refusal.words))
    batch.skipped = skipped
    batch.save(update_fields=["skipped"])
    audit(request.user, "orders.batch_submitted", batch, {"kind": kind, "orders": len(plan)})
    return batch


def _to_batch(batch: Batch) -> HttpResponse:
    return redirect("sync:batch", batch.pk)


def _skip(row: dict[str, Any], why: str) -> dict[str, Any]:
    return skip(row["order"].connection, row["order"].remote_id, row["name"], why)
