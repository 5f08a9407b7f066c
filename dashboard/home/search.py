"""Search over everything: the newest few of every kind that hold the words, and the one that was meant exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.core import searching
from dashboard.core.palette import Hit, register_palette
from dashboard.core.search_words import TRIGRAM
from dashboard.core.searching import SHORTEST
from dashboard.home.kinds import KINDS_OF_RECORDS, SAID, Kind, threads_of
from dashboard.home.places import Reach, address

SHOWN = 6
OFFERED = 3


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: its name, what stands behind it, where it leads. `exact`: it is the number that was typed."""

    label: str
    detail: str
    url: str
    sign: Any
    at: datetime | None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `more` is the list that shows all of them, when there are more."""

    key: str
    name: Promise
    icon: str
    hits: list[Found]
    more: str


def find(reach: Reach, q: str) -> list[Group]:
    """Every kind that has hits and that the person may see, exact ones first; what is too short finds nothing."""
    q = q.strip()
    if len(q) < SHORTEST:
        return []
    open_to = [kind for kind in KINDS_OF_RECORDS if reach.user.may(kind.permission)]
    groups = [_connections(reach, q), *(_group(kind, reach, q) for kind in open_to)]
    return [group for group in groups if group.hits]


def is_behind(user: Any) -> bool:
    """Whether some of the latest records of any kind cannot be found yet."""
    return any(searching.is_behind("default", kind.about) for kind in KINDS_OF_RECORDS if user.may(kind.permission))


def exactly(groups: list[Group]) -> str:
    """The address of the first record with exactly that number, in the order of the groups; empty for none."""
    return next((hit.url for group in groups for hit in group.hits if hit.exact and hit.url), "")


def _group(kind: Kind, reach: Reach, q: str) -> Group:
    rows = searching.narrow(reach.rows(kind.model), kind.about, q, private=reach.user.may("buyers.view"))
    columns = {"connection_id", *kind.about.numbers, *kind.about.columns, *kind.columns} | ({kind.about.newest} - {""})
    found = list(rows.only(*columns).order_by(*kind.about.order)[: SHOWN + 1])
    hits = [*_said(found[:SHOWN], reach)] if kind is SAID else [_found(kind, row, reach, q) for row in found[:SHOWN]]
    hits.sort(key=lambda hit: not hit.exact)
    more = address(kind.list_page, **reach.query(q=q, view="all")) if len(found) > SHOWN else ""
    return Group(kind.key, kind.name, kind.icon, hits, more)


def _found(kind: Kind, row: Any, reach: Reach, q: str) -> Found:
    sign = reach.sign(row.connection_id)
    return Found(kind.label(row), kind.detail(row), kind.url(row), sign, kind.at(row), kind.is_exactly(row, q))


def _said(messages: list[Any], reach: Reach) -> Iterator[Found]:
    threads = threads_of(messages) if messages else {}
    for each in messages:
        thread = threads.get((each.connection_id, each.thread_remote_id))
        detail = " · ".join(filter(None, (str(thread or ""), SAID.detail(each))))
        url = SAID.url(thread) if thread else ""
        yield Found(SAID.label(each), detail, url, reach.sign(each.connection_id), each.sent_at)


def _connections(reach: Reach, q: str) -> Group:
    words = q.casefold()
    hits = [
        Found(each.title, each.slug, address("sync:connection", each.slug), reach.sign(each.pk), None, each.slug == q)
        for each in reach.connections.values()
        if words in each.title.casefold() or words in each.slug
    ]
    return Group("connections", lazy("Connections"), "signal", hits[:SHOWN], "")


def records(user: Any, q: str) -> Iterator[Hit]:
    """For the palette: records of the kinds whose own apps offer none."""
    q = q.strip()
    if len(q) < TRIGRAM:
        return
    reach = Reach(user)
    for kind in KINDS_OF_RECORDS:
        if kind.one and user.may(kind.permission):
            for hit in _group(kind, reach, q).hits[:OFFERED]:
                if hit.url:
                    hint = " · ".join(filter(None, (str(kind.one), hit.detail)))
                    yield Hit(hit.url, hit.label, hint, kind.icon)


def everything(user: Any, q: str) -> Iterator[Hit]:
    """For the palette: the way to the search page with the same words."""
    if len(q.strip()) >= SHORTEST:
        url = address("home:search", q=q.strip(), stay="1")
        yield Hit(
            url, _("Search everything for “%(words)s”") % {"words": q.strip()}, _("All kinds"), "magnifying-glass"
        )


def register() -> None:
    """Offer the search in the palette."""
    register_palette(records)
    register_palette(everything, first=True, last=True)
