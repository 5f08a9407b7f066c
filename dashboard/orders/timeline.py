"""One history of an order: staff's commands and notes, the platform's changes, callbacks and deliveries, newest first.

All of it is one query: a union of what the six tables tell.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import CharField, DateTimeField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.core.wording import worded
from dashboard.orders import words
from dashboard.orders.models import DeliveryRecord, Note, Order, OrderLine
from dashboard.sync.kinds import kind_label
from dashboard.sync.models import Approval, Callback, Change, Command
from dashboard.sync.models.approvals import APPROVED, DECLINED, WAITING
from dashboard.sync.models.commands import FINAL, NEEDS_REVIEW
from dashboard.sync.web import TONES, state_word, states_so_far

SHOWN = 100
SHOWS = ("all", "commands", "notes")


class Told(NamedTuple):
    """One row of the union. `title`, `text`, `state` and `more` mean what the source makes of them."""

    source: str
    pk: int
    at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    title: str
    text: str
    state: str
    more: str
    who: str

    @property
    def place(self) -> str:
        """Where a command stands in its order's history."""
        return f"#command-{self.pk}"


def history(order: Order) -> list[Told]:
    """What happened, newest first; at most a hundred."""
    first, *parts = _commands(order)
    parts += [_approvals(order), _callbacks(order), _changes(order), _notes(order), _deliveries(order)]
    rows = first.union(*parts, all=True).order_by("-told_at", "-pk")[:SHOWN]
    return [Told(*row) for row in rows]


def is_moving(rows: list[Told]) -> bool:
    """Whether a command is still under way by itself."""
    return any(one.source == "command" and one.state not in FINAL | {NEEDS_REVIEW} for one in rows)


def unsettled(rows: list[Told]) -> list[Told]:
    """Commands of which nobody knows the outcome."""
    return [one for one in rows if one.source == "command" and one.state in ("unknown", NEEDS_REVIEW)]


def undecided(rows: list[Told]) -> list[Told]:
    """What waits for a second person."""
    return [one for one in rows if one.source == "approval" and one.state == WAITING]


def events(order: Order, rows: list[Told], show: str = "all") -> list[dict[str, Any]]:
    """The rows as ``components/timeline.html`` prints them; the last of all is the placing of the order."""
    now = timezone.now()
    wanted = {"commands": {"command", "approval"}, "notes": {"note"}}.get(show)
    found = [
        _EVENTS[one.source](one) | {"at": when_at(one.at, now)} for one in rows if not wanted or one.source in wanted
    ]
    if order.placed_at and not wanted and len(rows) < SHOWN:
        found.append({"at": when_at(order.placed_at, now), "title": pgettext("event", "Placed"), "by": order.buyer})
    return found


# -- the union -------------------------------------------------------------------------------------------------------


def _columns(rows: QuerySet[Any], source: str, at: str, **given: Any) -> QuerySet[Any]:
    """The same columns from every table, in the order of `Told`."""
    empty, never = Value("", output_field=TextField()), Value(None, output_field=DateTimeField())
    names = ("title", "text", "state", "more", "who")
    told = {f"told_{name}": Cast(given.get(name, empty), TextField()) for name in names}
    times = {f"told_{name}": given.get(name, never) for name in ("sent", "ended")}
    annotated = rows.order_by().annotate(
        told_source=Value(source, output_field=CharField()), told_at=F(at), **times, **told
    )
    return annotated.values_list(
        "told_source", "pk", "told_at", "told_sent", "told_ended", *(f"told_{name}" for name in names)
    )


def _who(path: str) -> Any:
    whole = Trim(Concat(f"{path}__first_name", Value(" "), f"{path}__last_name"))
    return Coalesce(NullIf(whole, Value("")), f"{path}__username", Value(""), output_field=TextField())


def _commands(order: Order) -> list[QuerySet[Any]]:
    """Those about the order, about its lines, and the one that made it: apart, so that each is found by its target."""
    rows = Command.objects.filter(connection=order.connection_id)
    lines = OrderLine.objects.filter(order=order).exclude(remote_id=order.remote_id).values("remote_id")
    about = [
        rows.filter(target=order.remote_id, kind__startswith="orders."),
        rows.filter(target__in=lines, kind="orders.cancel_item"),
    ]
    if order.partner_code:
        about.append(rows.filter(target="-", kind="orders.create", summary__startswith=f"{order.partner_code}, "))
    told = {"title": "kind", "text": "summary", "state": "state", "more": "error", "sent": "sent_at"}
    columns = {name: F(column) for name, column in told.items()} | {"ended": F("finished_at"), "who": _who("actor")}
    return [_columns(each, "command", "created_at", **columns) for each in about]


def _approvals(order: Order) -> QuerySet[Any]:
    rows = Approval.objects.filter(connection=order.connection_id, target=order.remote_id, kind__startswith="orders.")
    return _columns(
        rows,
        "approval",
        "asked_at",
        ended=F("decided_at"),
        title=F("kind"),
        text=F("reason"),
        state=F("state"),
        more=_who("decided_by"),
        who=_who("asked_by"),
    )


def _callbacks(order: Order) -> QuerySet[Any]:
    named = Q(outcome__startswith=f"Read order {order.remote_id}.")
    for name in filter(None, (order.number, order.partner_code)):
        named |= Q(outcome__startswith=f"Read order {name}.")
    rows = Callback.objects.filter(named, connection=order.connection_id)
    if order.placed_at:
        rows = rows.filter(received_at__gte=order.placed_at)
    return _columns(rows, "callback", "received_at", title=F("event"), text=F("outcome"), state=F("state"))


def _changes(order: Order) -> QuerySet[Any]:
    rows = Change.objects.filter(connection=order.connection_id, domain="orders", remote_id=order.remote_id)
    return _columns(rows, "change", "at", text=F("fields"))


def _notes(order: Order) -> QuerySet[Any]:
    return _columns(Note.objects.filter(order=order), "note", "created_at", text=F("text"), who=_who("author"))


def _deliveries(order: Order) -> QuerySet[Any]:
    rows = DeliveryRecord.objects.of(order).filter(created_at__isnull=False)
    return _columns(rows, "delivery", "created_at", text=F("quantity"), more=F("tracking_number"), title=F("carrier"))


# -- what each source says -------------------------------------------------------------------------------------------


def _command(one: Told) -> dict[str, Any]:
    label = kind_label(one.title)
    said = worded(one.text)
    tone = TONES[one.state]
    return {
        "id": f"command-{one.pk}",
        "title": f"{label}: {said}" if said not in ("", label) else label,
        "tone": "wait" if tone == "unknown" else tone,
        "badge": html.badge(tone, state_word(one.state)),
        "by": one.who or _("the system"),
        "path": states_so_far(one.at, one.sent_at, one.ended_at, one.state),
        "text": worded(one.more),
        "evidence": _link(reverse("sync:command", args=[one.pk]), _("Evidence and exchanges")),
    }


def _approval(one: Told) -> dict[str, Any]:
    said = {
        WAITING: ("wait", _("Waits for a second person")),
        APPROVED: ("good", _("Approved by %(name)s") % {"name": one.more}),
        DECLINED: ("", _("Declined by %(name)s") % {"name": one.more}),
    }
    tone, word = said[one.state]
    return {
        "title": _("Asked: %(what)s") % {"what": kind_label(one.title)},
        "tone": tone,
        "badge": html.badge(tone, word),
        "by": one.who,
        "text": one.text,
        "evidence": _link(reverse("sync:approval", args=[one.pk]), _("Open")),
    }


def _link(url: str, words: str) -> SafeString:
    return format_html('<p class="small"><a class="link" href="{}">{}</a></p>', url, words)


def _callback(one: Told) -> dict[str, Any]:
    return {"title": _("Callback “%(event)s”") % {"event": one.title}, "text": one.text}


def _change(one: Told) -> dict[str, Any]:
    fields = json.loads(one.text or "{}")
    lines = [f"{_field(name)}: {_value(name, old)} → {_value(name, new)}" for name, (old, new) in fields.items()]
    return {"title": _("Changed on the platform"), "text": "; ".join(lines)}


def _field(name: str) -> str:
    return {
        "status": _("Status"),
        "remote_status": _("The platform's word"),
        "payment_status": _("Payment"),
        "fulfilment_status": _("Fulfilment"),
        "total": _("Total"),
        "ship_by": _("Ship by"),
        "delivered_units": _("Delivered units"),
    }.get(name, name)


def _value(name: str, value: Any) -> str:
    table = {"status": words.STATUS, "payment_status": words.PAYMENT, "fulfilment_status": words.FULFILMENT}.get(name)
    if table and value in table:
        return str(table[value][1])
    if name == "ship_by" and value:
        return formatting.exact(datetime.fromisoformat(value), seconds=False)
    return "–" if value in (None, "") else str(value)


def _note(one: Told) -> dict[str, Any]:
    return {"title": _("Private note"), "by": one.who, "text": one.text}


def _delivery(one: Told) -> dict[str, Any]:
    units = int(one.text or 0)
    how = " ".join(filter(None, (one.title, one.more)))
    text = ngettext("%(n)s unit", "%(n)s units", units) % {"n": units} if units else ""
    return {"title": _("Delivered, says the platform"), "tone": "good", "text": ", ".join(filter(None, (text, how)))}


_EVENTS = {
    "command": _command,
    "approval": _approval,
    "callback": _callback,
    "change": _change,
    "note": _note,
    "delivery": _delivery,
}
