"""Giving work to people: one row or many, to oneself, to a colleague who may do it there, or to nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django_htmx.http import trigger_client_event

from dashboard.core import matching, pages
from dashboard.core.counting import CAP, capped
from dashboard.core.navigation import forget_counts
from dashboard.staff.audit import audit
from dashboard.staff.models import User
from dashboard.sync.models import Connection
from dashboard.sync.people import able

MOST = 300  # rows given away at once


@dataclass(frozen=True, slots=True)
class Desk:
    """A room whose rows are given to people: the permission they need, what the trail calls it, the room's list."""

    code: str
    verb: str
    label: str | Promise
    index: str


class AssignForm(forms.Form):
    """Who works on it: somebody who may, and who sees its connection."""

    person = forms.ModelChoiceField(
        label=lazy("Person"), queryset=User.objects.none(), required=False, empty_label=lazy("Nobody")
    )

    def __init__(self, connection: Connection, code: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"use_required_attribute": False, **kwargs})
        self.fields["person"].queryset = able(connection, code)  # type: ignore[attr-defined]


class Assigned(django_filters.ChoiceFilter):
    """Filters a list by who works on a row: the person who asks, or nobody."""

    def __init__(self) -> None:
        super().__init__(label=lazy("Assigned"), choices=[("me", lazy("to me")), ("nobody", lazy("to nobody"))])

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Those that are mine, or nobody's."""
        return qs.filter(assignee=self.parent.request.user if value == "me" else None) if value else qs


def assign(request: Any, desk: Desk, row: Any, *, back: str, done: Callable[[], HttpResponse]) -> HttpResponse:
    """Give a row to ``me``, or to whom the form names; `done` answers then. GET asks, and leads `back`."""
    given = request.POST if request.method == "POST" else None
    form = AssignForm(row.connection, desk.code, given, initial={"person": row.assignee_id})
    is_mine = given is not None and given.get("person") == "me"
    if is_mine or form.is_valid():
        hand_over(desk, [row], request.user if is_mine else form.cleaned_data["person"], by=request.user)
        return done()
    context = {"row": row, "desk": desk, "form": form, "back": back}
    return render(request, "sync/assign.html", context, status=200 if given is None else 422)


def assign_many(request: Any, desk: Desk, rows_of: matching.Rows, seen: QuerySet[Any]) -> HttpResponse:
    """Give the chosen rows to ``me``, to the colleague of that key, or with an empty ``person`` to nobody.

    Rows on connections where the colleague may not work stay as they are, as do those beyond `MOST`, and the toast says
    so. `seen` holds what the person who asks may see, `rows_of` is the list that a form may mean as a whole. 404
    without a row, or without a known person.
    """
    keys, total = matching.chosen(request, rows_of, seen, MOST)
    rows = list(seen.filter(pk__in=keys).select_related("connection").order_by("pk"))
    if not rows or "person" not in request.POST:
        raise Http404
    person = _person(request)
    reach = _reach(desk, person, rows)
    given = [row for row in rows if row.connection_id in reach]
    with transaction.atomic():
        hand_over(desk, given, person, by=request.user)
    forget_counts(request.user)
    left, beyond = len(rows) - len(given), max(0, total - MOST)
    words = _words(len(given), person, request.user)
    note = " ".join(filter(None, (_left(left, person), _beyond(beyond))))
    if not pages.is_fragment(request):
        (messages.warning if note else messages.success)(request, f"{words} {note}".strip())
        return redirect(desk.index)
    answer = pages.toast(HttpResponse(status=204), words, tone="wait" if note else "good", note=note)
    return trigger_client_event(answer, "settled")


def hand_over(desk: Desk, rows: Sequence[Any], person: Any, *, by: Any) -> None:
    """Write down whose the rows of one model are from now on, each with its event in the trail."""
    if rows:
        type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows]).update(assignee=person)
    for row in rows:
        audit(by, desk.verb, row, {"to": getattr(person, "username", "")}, connection=row.connection.slug)


def _person(request: HttpRequest) -> Any:
    wanted = request.POST["person"]
    if wanted in ("", "me"):
        return request.user if wanted else None
    return get_object_or_404(User, pk=pages.key_of(wanted), is_active=True)


def _reach(desk: Desk, person: Any, rows: Iterable[Any]) -> set[int]:
    """On which of the rows' connections the person may work; nobody may have all."""
    theirs = {row.connection_id for row in rows}
    if person is None:
        return theirs
    if not person.may(desk.code):
        return set()
    return set(Connection.objects.visible_to(person).filter(pk__in=theirs).values_list("pk", flat=True))


def _words(n: int, person: Any, by: Any) -> str:
    if not n:
        return _("Nothing was assigned.")
    if person is None:
        return ngettext("%(n)s is nobody's now.", "%(n)s are nobody's now.", n) % {"n": n}
    if person == by:
        return ngettext("%(n)s is yours now.", "%(n)s are yours now.", n) % {"n": n}
    said = ngettext("%(n)s is given to %(name)s.", "%(n)s are given to %(name)s.", n)
    return said % {"n": n, "name": person.label}


def _left(n: int, person: Any) -> str:
    if not n:
        return ""
    said = ngettext(
        "%(n)s stays as it was: %(name)s may not work on its connection.",
        "%(n)s stay as they were: %(name)s may not work on their connections.",
        n,
    )
    return said % {"n": n, "name": person.label}


def _beyond(n: int) -> str:
    if not n:
        return ""
    said = ngettext(
        "%(n)s more stays as it was: at most %(most)s are given away at once.",
        "%(n)s more stay as they were: at most %(most)s are given away at once.",
        n,
    )
    return said % {"n": capped(n, CAP - MOST), "most": MOST}
