"""All that a list's filter matches, chosen at once: what is offered beside a whole page, and what a form then means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from dashboard.core import formatting
from dashboard.core.counting import CAP, capped, capped_counts
from dashboard.core.pages import keys_of

Rows = Callable[[HttpRequest, QuerySet[Any], QueryDict], QuerySet[Any]]  # of those seen, a list's rows in its order
ALL = "all"  # a form's field: the address, from its question mark, of the list whose rows are meant


class Chosen(NamedTuple):
    """The keys that a bulk form means, cut at its bound; `total` is how many it means, as far as that is counted."""

    keys: list[int]
    total: int


def offered(request: HttpRequest, rows: Rows, seen: QuerySet[Any], most: int) -> HttpResponse:
    """The offer to choose all that match; `most` of them take part at once, which it says where there can be more."""
    n = capped_counts([rows(request, seen, request.GET)])[0]
    bound = formatting.count(most) if n > min(most, CAP) else ""
    return render(request, "components/list_matching.html", {"n": capped(n) if n else "", "most": bound})


def matched(request: HttpRequest, rows: Rows, seen: QuerySet[Any]) -> QuerySet[Any] | None:
    """Of the rows that may be `seen` those of the list that the form names, judged anew; None when it names rows."""
    address = _given(request).get(ALL, "")
    return rows(request, seen, QueryDict(address[1:])) if address.startswith("?") else None


def chosen(request: HttpRequest, rows: Rows, seen: QuerySet[Any], most: int) -> Chosen:
    """What a bulk form means: the rows that `pk` names, or the first of a list of this kind; no more than `most`."""
    found = matched(request, rows, seen)
    if found is None:
        named = keys_of(_given(request).getlist("pk"))
        return Chosen(named[:most], len(named))
    keys = list(found.values_list("pk", flat=True)[: most + 1])
    return Chosen(keys[:most], len(keys) if len(keys) <= most else capped_counts([found])[0])


def _given(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET
