"""The connection that a person keeps to, as the top bar's cookie says: lists entered without one are asked for it.

What a list shows is in its address, so the address says it too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from dashboard.core.navigation import SCOPE, Frame
from dashboard.core.pages import is_fragment
from dashboard.core.templatetags.dash import changed_query

View = Callable[..., HttpResponseBase]


def scoped(view: View) -> View:
    """Lead a page that shows connections together to the one that the person keeps to, unless its address names one."""

    @wraps(view)
    def narrowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kept = _kept(request)
        if kept is None:
            return view(request, *args, **kwargs)
        return HttpResponseRedirect(request.path + changed_query(request.GET, connection=kept["slug"]))

    return narrowed


def _kept(request: HttpRequest) -> dict[str, str] | None:
    """The connection to put into the address; None where it says one, and for parts of pages and files."""
    asks = request.method == "GET" and not is_fragment(request) and not {"connection", "format"} & set(request.GET)
    return Frame(request).kept if asks and SCOPE in request.COOKIES else None
