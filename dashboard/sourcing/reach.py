"""What every page of buying reads first: the connections that a person may see, and which of them it speaks of."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from dashboard.sync import reach
from dashboard.sync.models import Connection
from dashboard.sync.reach import Reach


def named(request: Any, feed: str) -> Connection | None:
    """The connection that the address or the form names."""
    wanted = request.POST.get("connection") or request.GET.get("connection", "")
    return next((one for one in Reach.of(request, feed).connections.values() if one.slug == wanted), None)


def chosen(request: Any, feed: str) -> Connection | None:
    """The connection that is named, or the first that has the feed."""
    return named(request, feed) or next(iter(Reach.of(request, feed).connections.values()), None)


def chosen_or_404(request: Any, feed: str) -> Connection:
    """The chosen connection. 404 without one."""
    found = chosen(request, feed)
    if found is None:
        raise Http404
    return found


def reason(connection: Connection | None, capability: type) -> str:
    """Why something cannot be done, in one sentence; empty when it can."""
    return reach.reason(connection, capability) if connection else ""
