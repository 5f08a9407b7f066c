"""Saved views: an address that is kept under a name, for oneself or as a tab for everyone."""

from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from dashboard.core import keyset
from dashboard.core.models import SavedView

NEWEST = "newest"  # in the freshness line's address: the newest key when the page was built
MOST = 20


def own_and_shared(user: Any, domain: str) -> list[SavedView]:
    """The person's views of a list and those shared with everyone."""
    return list(SavedView.objects.visible_to(user).filter(domain=domain)[:MOST])


def kept_query(params: QueryDict) -> str:
    """The part of an address that a saved view keeps: everything but positions and the view's own id."""
    left_out = (*keyset.PLACE_PARAMS, "format", "saved", NEWEST)
    pairs = [(name, value) for name, values in params.lists() if name not in left_out for value in values if value]
    return "&".join(sorted(urlencode([pair]) for pair in pairs))


def is_edited(view: SavedView, params: QueryDict) -> bool:
    """Whether an address says something else than a view; a connection that the view leaves open is no change."""
    here = params.copy()
    if "connection" not in QueryDict(view.query):
        here.pop("connection", None)
    return kept_query(here) != view.query


def saved_views_key(user: Any, domain: str) -> str:
    """Where the person's saved views of a list are cached."""
    return f"views:{domain}:{user.pk}"


def with_id(view: SavedView) -> str:
    """The address of a view, after the list's path, with the view's own id."""
    return f"{view.query}&saved={view.pk}" if view.query else f"saved={view.pk}"
