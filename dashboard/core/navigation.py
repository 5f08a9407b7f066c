"""What the frame shows around every page: navigation with counts, the sync sign, the connections to choose from.

Apps register providers in their ``AppConfig.ready``; signed-out pages and fragments call none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, cast

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.core import formatting
from dashboard.core.templatetags.dash import changed_query

CACHED_SECONDS = 20
SCOPE = "scope"  # the cookie with the connection that a person keeps to
PARTS = ("counts", "sign", "scopes")
Count = tuple[int, str]  # how many, and the tone: act, wait or empty


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    section: Promise
    label: Promise
    url_name: str
    icon: str
    permission: str
    key: str
    count: str = ""


WORK, STOCK, MONEY, OPERATIONS = _("Work"), _("Stock and buying"), _("Money"), _("Operations")

NAVIGATION = (
    Entry(WORK, _("Home"), "home:index", "home", "", "h"),
    Entry(WORK, _("Orders"), "orders:list", "shopping-bag", "orders.view", "o", "orders"),
    Entry(WORK, _("After-sales"), "aftersales:list", "arrow-uturn-left", "aftersales.view", "a", "aftersales"),
    Entry(WORK, _("Messages"), "messaging:list", "chat-bubble-left-right", "messages.view", "m", "messages"),
    Entry(WORK, _("Tickets"), "tickets:list", "ticket", "tickets.view", "t", "tickets"),
    Entry(STOCK, _("Catalog"), "catalog:list", "cube", "catalog.view", "c"),
    Entry(STOCK, _("Sourcing"), "sourcing:index", "truck", "sourcing.view", "s", "sourcing"),
    Entry(MONEY, _("Finance"), "finance:index", "banknotes", "finance.view", "f"),
    Entry(OPERATIONS, _("Activity"), "sync:activity", "queue-list", "activity.view", "y", "activity"),
    Entry(OPERATIONS, _("Connections"), "sync:connections", "signal", "connections.view", "n", "connections"),
    Entry(OPERATIONS, _("Staff"), "staff:people", "users", "staff.manage", "p"),
)

_counts: dict[str, Callable[[Any, str], int | Count]] = {}
_sign: list[Callable[[Any], dict[str, Any]]] = []
_scopes: list[Callable[[Any], list[dict[str, str]]]] = []


def register_count(name: str, provider: Callable[[Any, str], int | Count]) -> None:
    """``provider(user, slug)`` gives the number beside the entry called ``name``: an int, or (int, tone).

    A slug names the one connection to count; empty: all of them.
    """
    _counts[name] = provider


def register_sync_sign(provider: Callable[[Any], dict[str, Any]]) -> None:
    """``provider(user)`` gives ``{"tone", "text", "failures", "url"}`` for the top bar; there is one."""
    _sign[:] = [provider]


def register_scopes(provider: Callable[[Any], list[dict[str, str]]]) -> None:
    """``provider(user)`` gives the connections to choose from: ``[{"slug", "title", "mark"}]``."""
    _scopes[:] = [provider]


class Frame:
    """The frame for one request; each part is computed when a template first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = request.user

    @cached_property
    def sections(self) -> list[dict[str, Any]]:
        """The navigation by section: entries the person may open and whose page exists."""
        here = self.request.path
        sections: list[dict[str, Any]] = []
        for entry, url in self._open_entries():
            if not sections or sections[-1]["title"] is not entry.section:
                sections.append({"title": entry.section, "entries": []})
            number, tone = self.counts.get(entry.count, (0, ""))
            current = here == url or (url != "/" and here.startswith(url))
            sections[-1]["entries"].append(
                {
                    "label": entry.label,
                    "url": url,
                    "icon": entry.icon,
                    "key": entry.key,
                    "current": current,
                    "count_id": entry.count,
                    "count": "999+" if number > 999 else number,
                    "tone": tone,
                }
            )
        return sections

    @cached_property
    def shown(self) -> tuple[tuple[Any, ...], ...]:
        """All that the navigation shows, in short, but for words."""
        return tuple(
            tuple(entry[part] for part in ("url", "current", "count", "tone"))
            for section in self.sections
            for entry in section["entries"]
        )

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of the entries."""
        return tuple(entry["key"] for section in self.sections for entry in section["entries"])

    def _open_entries(self) -> list[tuple[Entry, str]]:
        found = []
        for entry in NAVIGATION:
            if entry.permission and not may(self.user, entry.permission):
                continue
            if url := _address(entry.url_name, get_urlconf(), get_script_prefix()):
                found.append((entry, url))
        return found

    @cached_property
    def counts(self) -> dict[str, Count]:
        """Every registered count, at most ``CACHED_SECONDS`` old; of the one connection that the person keeps to."""
        slug = self.kept["slug"] if self.kept else ""
        kept = self._kept.get(self._key("counts")) or {}
        if slug not in kept:
            kept = {slug: {name: _pair(provider(self.user, slug)) for name, provider in _counts.items()}}
            cache.set(self._key("counts"), kept, CACHED_SECONDS)
        return cast(dict[str, Count], kept[slug])

    @cached_property
    def sync_sign(self) -> dict[str, Any]:
        """The sign in the top bar; empty when nothing is registered."""
        return self._cached("sign", lambda: _sign[0](self.user)) if _sign else {}

    @cached_property
    def scopes(self) -> list[dict[str, str]]:
        """The connections that the person may see."""
        return self._cached("scopes", lambda: _scopes[0](self.user)) if _scopes else []

    @cached_property
    def scope(self) -> dict[str, str] | None:
        """The connection that the address names, else the one that the person keeps to; None unless they may see it."""
        asked = self.request.GET.get("connection")
        return self._named(asked) if asked else self.kept

    @cached_property
    def kept(self) -> dict[str, str] | None:
        """The connection that the person keeps to, when they may see it."""
        return self._named(self.request.COOKIES.get(SCOPE, ""))

    def _named(self, slug: str) -> dict[str, str] | None:
        return next((each for each in self.scopes if each["slug"] == slug), None) if slug else None

    @cached_property
    def choice(self) -> tuple[Any, ...]:
        """All that the choice of connections shows, in short, but for words."""
        slug = self.scope["slug"] if self.scope else ""
        return changed_query(self.request.GET), slug, self.is_narrowed, *(tuple(each.values()) for each in self.scopes)

    @property
    def is_narrowed(self) -> bool:
        """Whether this page shows one connection alone."""
        return self.scope is not None and self.request.GET.get("connection") == self.scope["slug"]

    @cached_property
    def name(self) -> tuple[str, ...]:
        """All that is shown of who is signed in, in short."""
        return tuple(map(str, self.person.values()))

    @cached_property
    def person(self) -> dict[str, str]:
        """Name, initials and role of who is signed in."""
        name = self.user.get_full_name() or self.user.get_username()
        role = getattr(self.user, "get_role_display", lambda: "")()
        return {"name": name, "initials": formatting.initials(name), "role": role}

    def _cached(self, part: str, make: Callable[[], Any]) -> Any:
        found = self._kept.get(self._key(part))
        if found is None:
            found = make()
            cache.set(self._key(part), found, CACHED_SECONDS)
        return found

    @cached_property
    def _kept(self) -> dict[str, Any]:
        """All parts that are cached, asked for at once."""
        return cast(dict[str, Any], cache.get_many([self._key(part) for part in PARTS]))

    def _key(self, part: str) -> str:
        return f"frame:{part}:{self.user.pk}:{getattr(self.request, 'LANGUAGE_CODE', '')}"


@lru_cache(maxsize=64)
def _address(name: str, urlconf: str | None, prefix: str) -> str:
    """Where a page is; empty for one that does not exist. Every page asks for all of them."""
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return ""


def forget_counts(user: Any) -> None:
    """Make the next page count anew for ``user``, after something they did changed a number."""
    cache.delete_many([f"frame:counts:{user.pk}:{language}" for language in ("", "en", "zh-hans")])


def may(user: Any, permission: str) -> bool:
    """Whether the person holds the permission; people without a permission table hold none."""
    return bool(getattr(user, "may", lambda code: user.is_superuser)(permission))


def _pair(value: int | Count) -> Count:
    return value if isinstance(value, tuple) else (value, "")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``frame`` for signed-in people, the theme and the page's language for all."""
    user: Any = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "") or getattr(user, "theme", "")
    context: dict[str, Any] = {
        "theme": theme if theme in ("light", "dark") else "",
    }
    if user is not None and user.is_authenticated:
        context["frame"] = Frame(request)
    return context
