"""From record to record of the list that somebody came from.

The address carries that list (``?list=<its query>``), so every browser tab walks its own; a record that has left the
list since still has its place in it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from dashboard.core import keyset
from dashboard.core.filters import ListSpec

LONGEST = 1000


def walk_of(request: HttpRequest) -> str:
    """``?list=…`` as every address of a record's pages carries it on; empty for who came from no list."""
    return walk(request.GET["list"][:LONGEST]) if "list" in request.GET else ""


def walk(query: str) -> str:
    """What the addresses of a list's rows carry of it."""
    return f"?{urlencode({'list': query})}"


def steps(
    request: HttpRequest, spec: ListSpec, everything: QuerySet[Any], row: Any, *, index: str, page: str
) -> dict[str, Any] | None:
    """The list, and the records before and after this one in it (empty at an end). None for who came from no list.

    ``index`` and ``page`` name the addresses of the list and of a record; ``everything`` holds what the person may see.
    One query; a list that was searched asks the search index besides.
    """
    carried = walk_of(request)
    if not carried:
        return None
    came_from = QueryDict(request.GET["list"][:LONGEST])
    listing = spec.open(request, everything, came_from)
    back, on = keyset.neighbours(listing.queryset, listing.order, row)
    return {
        "list": f"{reverse(index)}?{came_from.urlencode()}",
        "back": reverse(page, args=[back]) + carried if back else "",
        "on": reverse(page, args=[on]) + carried if on else "",
    }
