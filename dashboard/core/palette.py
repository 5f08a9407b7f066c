"""The palette: one field that finds records and starts actions. Apps register what they can offer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dashboard.core import navigation

MAX_HITS = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One line: where it leads, its words, what it is (``Order · title``), its heroicon.

    ``posts``: an action, which is posted to ``url``. ``ends_session``: it signs out, and drafts are forgotten.
    """

    url: str
    label: str
    hint: str = ""
    icon: str = "arrow-right"
    posts: bool = False
    ends_session: bool = False


Provider = Callable[[Any, str], Iterable[Hit]]
_providers: list[Provider] = []
_last: list[Provider] = []


def register_palette(provider: Provider, *, first: bool = False, last: bool = False) -> None:
    """``provider(user, q)`` yields hits, best first, only what that person may see; ``q`` may be empty.

    The hits of a ``last`` one stand behind everything, and are always shown; those of the ``first`` of either above all
    others of it.
    """
    providers = _last if last else _providers
    if provider not in providers:
        providers.insert(0 if first else len(providers), provider)


def hits(request: HttpRequest, q: str) -> list[Hit]:
    """Records and actions first, then pages whose name has the words; a sane number of them."""
    found: list[Hit] = []
    for provider in _providers:
        found.extend(provider(request.user, q))
        if len(found) >= MAX_HITS:
            break
    ending = [hit for provider in _last for hit in provider(request.user, q)]
    return [*[*found, *_pages(request, q)][: MAX_HITS - len(ending)], *ending]


def _pages(request: HttpRequest, q: str) -> list[Hit]:
    words = q.casefold()
    return [
        Hit(entry["url"], _("Go to %(page)s") % {"page": entry["label"]}, f"g {entry['key']}", entry["icon"])
        for section in navigation.Frame(request).sections
        for entry in section["entries"]
        if words in str(entry["label"]).casefold()
    ]
