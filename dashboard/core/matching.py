"""All that a list's filter matches, chosen at once: what is offered beside a whole page, and what a form then means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from dashboard.core import formatting
from dashboard.core.counting import CAP, capped, capped_counts
from dashboard.core.pages import keys_of

if TYPE_CHECKING:
    from dashboard.core.filters import ListSpec
    from dashboard.core.listing import Listing

ALL = "all"  # a form's field: the address, from its question mark, of the list whose rows are meant


class Chosen(NamedTuple):
    """The keys that a bulk form means, cut at its bound; `total` is how many it means, as far as that is counted."""

    keys: list[int]
    total: int


def offered(request: HttpRequest, listing: Listing, most: int) -> HttpResponse:
    """The offer to choose all that match; `most` of them take part at once, which it says where there can be more."""
    n = 0 if listing.errors else capped_counts([listing.queryset])[0]
    bound = formatting.count(most) if n > min(most, CAP) else ""
    return render(request, "components/list_matching.html", {"n": capped(n) if n else "", "most": bound})


def matched(request: HttpRequest, spec: ListSpec, seen: QuerySet[Any]) -> QuerySet[Any] | None:
    """Of the rows that may be `seen` those of the list that the form names, in its order; None when it names rows.

    The filter is judged anew: of a list that would leave a part of it out, nothing is meant.
    """
    address = _given(request).get(ALL, "")
    if not address.startswith("?"):
        return None
    listing = spec.open(request, seen, QueryDict(address[1:]))
    return seen.none() if listing.errors else listing.queryset.order_by(*listing.order, "pk")


def chosen(request: HttpRequest, seen: QuerySet[Any], most: int, spec: ListSpec | None = None) -> Chosen:
    """What a bulk form means: the rows that `pk` names, or the first of a list of this kind; no more than `most`."""
    rows = matched(request, spec, seen) if spec else None
    if rows is None:
        named = keys_of(_given(request).getlist("pk"))
        return Chosen(named[:most], len(named))
    keys = list(rows.values_list("pk", flat=True)[: most + 1])
    return Chosen(keys[:most], len(keys) if len(keys) <= most else capped_counts([rows])[0])


def _given(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET
