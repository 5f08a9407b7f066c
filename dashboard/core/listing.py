"""One list for one request: what the address asks for, as rows, tabs, chips, sortable heads and a pager.

Everything is in the address. Unknown names are ignored, bad values are said beside their field, never a 500.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.core.cache import cache
from django.db.models import BigIntegerField, Model, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from dashboard.core import keyset, searching
from dashboard.core.chips import chips_of
from dashboard.core.counting import capped, capped_counts
from dashboard.core.models import SavedView
from dashboard.core.saved_views import NEWEST, is_edited, kept_query, own_and_shared, saved_views_key, with_id
from dashboard.core.templatetags.dash import changed_query

if TYPE_CHECKING:
    from dashboard.core.filters import Filters, ListSpec, Tab

CACHED_SECONDS = 20
MOST_NEW = 99
MOST_LETTERS = 100  # of a search


def _newest_key(model: type[Model]) -> RawSQL:
    """The newest primary key there is; written out, because a list asks it with every page."""
    return RawSQL(f'SELECT MAX(id) FROM "{model._meta.db_table}"', (), BigIntegerField())  # noqa: S608, S611


class Listing:
    """One list for one request; every part is computed when first asked for."""

    columns: tuple[str, ...] = ()  # set by a view: the page's rows are named tuples of these, not instances

    def __init__(self, spec: ListSpec, request: HttpRequest, queryset: QuerySet[Any], params: QueryDict) -> None:
        self.spec = spec
        self.request = request
        self.everything = queryset
        self.params = params

    @cached_property
    def tab(self) -> Tab | None:
        """The tab that is open: the one the address names, else the first."""
        wanted = self.params.get("view", "")
        named = (tab for tab in self.spec.tabs if tab.key == wanted)
        return next(named, self.spec.tabs[0] if self.spec.tabs else None)

    @cached_property
    def words(self) -> str:
        """What is searched for."""
        return self.params.get("q", "").strip()

    @cached_property
    def asks(self) -> bool:
        """Whether the address names any filter; a search that can be made counts as none."""
        names = self.spec.filters.base_filters
        given = [key for key, values in self.params.lists() if any(values)]
        if len(self.words) <= MOST_LETTERS and "\0" not in self.words:
            given = [key for key in given if key != "q"]
        return any(key in names or key.rpartition("_")[0] in names for key in given)

    @cached_property
    def viewed(self) -> QuerySet[Any]:
        """The rows of the open tab."""
        return self.tab.rows(self.everything, self.request.user) if self.tab else self.everything

    @cached_property
    def filterset(self) -> Filters:
        """The bound filters; ``filterset.form`` renders them."""
        found = self.spec.filters(self.params, queryset=self.viewed, request=self.request)
        found.form.auto_id = "filter_%s"  # the page may hold other forms with fields of the same name
        return found

    @cached_property
    def queryset(self) -> QuerySet[Any]:
        """All rows that match, in no order yet: what an export of this page holds."""
        if self.asks:
            return self.filterset.qs
        # Filters and forms are slow to make.
        return self.spec.filters.with_words(self.viewed, self.words, self.request.user) if self.words else self.viewed

    @cached_property
    def errors(self) -> list[str]:
        """What was wrong with the address, in sentences."""
        fields, wrong = (self.filterset.form.fields, self.filterset.form.errors) if self.asks else ({}, {})
        found = [f"{fields[name].label or name}: {text}" for name, texts in wrong.items() for text in texts]
        day = self.params.get("on", "")
        if day and self.takes_days and keyset.start_of(self.everything, self.plan, day) is None:
            found.append(_("Jump to a day: this is no date."))
        return found

    @cached_property
    def sort(self) -> tuple[str, bool]:
        """The sort key and whether it descends."""
        keys = {head.key for head in self.spec.heads if head.fields}
        wanted = self.params.get("sort", "")
        usual = (self.tab and self.tab.sort) or self.spec.sort
        text = wanted if wanted.removeprefix("-") in keys else usual
        return text.removeprefix("-"), text.startswith("-")

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The fields that order the rows."""
        key, descending = self.sort
        fields = next((head.fields for head in self.spec.heads if head.key == key), ("pk",))
        return tuple(keyset.turned(name) for name in fields) if descending else fields

    @cached_property
    def page(self) -> keyset.Page:
        """The rows of this page."""
        rows = self.queryset
        if self.spec.offers_new:  # with the rows themselves: no row can come between the two
            rows = rows.annotate(newest_key=_newest_key(self.everything.model))
        if self.columns:
            rows = rows.values_list(*self.columns, *(["newest_key"] if self.spec.offers_new else []), named=True)
        return keyset.paginate(rows, self.order, self.params, sizes=self.spec.sizes)

    @cached_property
    def plan(self) -> keyset.Order:
        """The complete order of the rows."""
        return keyset.make_order(self.everything, self.order)

    @cached_property
    def takes_days(self) -> bool:
        """Whether the list can be opened at a day: it is sorted by a time."""
        return keyset.takes_days(self.everything, self.plan)

    @cached_property
    def others(self) -> list[tuple[str, str]]:
        """Names and values of the address without its place: what a form that jumps elsewhere carries on."""
        left_out = (*keyset.PLACE_PARAMS, "format")
        return [(name, value) for name, values in self.params.lists() if name not in left_out for value in values]

    @cached_property
    def fresh_query(self) -> str:
        """The address of the freshness line after its path: this view, and the newest key that it could show."""
        rows = self.page.rows
        newest = rows[0].newest_key if rows else self.everything.order_by("-pk").values_list("pk", flat=True).first()
        return changed_query(self.params, **{NEWEST: newest or 0})

    @cached_property
    def new(self) -> int:
        """How many rows of this view came after the key in the freshness line's address; counted no further than 99."""
        newest = self.params.get(NEWEST, "")
        if not (newest.isascii() and newest.isdigit() and len(newest) < 19):
            return 0
        return len(self.queryset.filter(pk__gt=int(newest)).order_by().values_list("pk")[:MOST_NEW])

    @cached_property
    def new_url(self) -> str:
        """The address, after its path, that shows the new rows: the start of this view."""
        return changed_query(self.params, **{NEWEST: None})

    @cached_property
    def address(self) -> str:
        """The address after its path, without its place."""
        return changed_query(self.params)

    @cached_property
    def walk(self) -> dict[str, str]:
        """Addresses of the start, the page before and the page after; empty for those that do not exist."""
        before, after = self.page.before, self.page.after
        return {
            "start": self.address if before else "",
            "before": changed_query(self.params, before=before) if before else "",
            "after": changed_query(self.params, after=after) if after else "",
        }

    @cached_property
    def look(self) -> tuple[Any, ...] | None:
        """All that shows around the rows but words, in short; None with filters on, or where choices cannot be said."""
        return None if self.panel is None or self.words else (self.address, *self.panel, *self.tabs_look)

    @cached_property
    def tabs_look(self) -> tuple[Any, ...]:
        """All that the tabs show but words, in short."""
        here = self.spec.list_id, self.tab and self.tab.key, self.params.get("saved", ""), self._connection
        views = ((view.pk, view.name, view.query, view.shared) for view in self.saved_views)
        return *here, tuple(views), *self.counts.items()

    @cached_property
    def panel(self) -> tuple[Any, ...] | None:
        """What the menu of filters offers, in short; None with filters on, or where choices cannot be said."""
        offered = self.spec.filters.offers(self.request)
        return None if offered is None or self.asks else (self.request.path, offered)

    @cached_property
    def heads(self) -> list[dict[str, Any]]:
        """The table's head: label, class, address that sorts by it, and ``aria-sort`` for the current one."""
        key, descending = self.sort
        found = []
        for head in self.spec.heads:
            here = bool(head.fields) and head.key == key
            wanted = f"-{head.key}" if here and not descending else head.key
            url = changed_query(self.params, sort=wanted) if head.fields else ""
            direction = ("descending" if descending else "ascending") if here else ""
            found.append({"label": head.label, "css": head.css, "url": url, "sorted": direction})
        return found

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The program's tabs with capped counts, then the saved views."""
        counts = self.counts
        saved = self.params.get("saved", "")
        own = [
            {
                "label": tab.label,
                "url": self._start(tab.key),
                "current": tab is self.tab and not saved,
                "count": counts.get(tab.key, ""),
                "tone": tab.tone if counts.get(tab.key) not in ("", "0", None) else "",
            }
            for tab in self.spec.tabs
        ]
        return own + [
            {"label": view.name, "url": f"?{with_id(view)}", "current": saved == str(view.pk), "count": "", "tone": ""}
            for view in self.saved_views
        ]

    def _start(self, view: str) -> str:
        """The address of a view, with no filter but the connection."""
        return "?" + "&".join(f"{k}={v}" for k, v in (("view", view), ("connection", self._connection)) if v)

    @cached_property
    def _connection(self) -> str:
        slug = self.params.get("connection", "") if "connection" in self.spec.filters.base_filters else ""
        is_understood = slug and "connection" not in self.filterset.form.errors
        return slug if is_understood and re.fullmatch(r"[\w-]{1,64}", slug, re.ASCII) else ""

    @cached_property
    def counts(self) -> dict[str, str]:
        """What each counted tab holds, as shown."""
        counted = [tab for tab in self.spec.tabs if tab.counted]
        if not counted:
            return {}
        key = self._tabs_key
        found = self._kept.get(key)
        if found is None:
            seen = self.everything.filter(connection__slug=self._connection) if self._connection else self.everything
            numbers = capped_counts([tab.rows(seen, self.request.user) for tab in counted])
            found = {tab.key: number for tab, number in zip(counted, numbers, strict=True)}
            cache.set(key, found, CACHED_SECONDS)
        return {key: capped(number) for key, number in found.items()}

    @cached_property
    def _kept(self) -> dict[str, Any]:
        """What is cached of this list for this person, asked for at once."""
        return cast(
            dict[str, Any], cache.get_many([self._tabs_key, saved_views_key(self.request.user, self.spec.domain)])
        )

    @property
    def _tabs_key(self) -> str:
        return f"tabs:{self.spec.domain}:{getattr(self.request.user, 'pk', '')}:{self._connection}"

    @cached_property
    def saved_views(self) -> list[SavedView]:
        """The person's views of this list and those shared with everyone."""
        if not self.request.user.is_authenticated:
            return []
        key = saved_views_key(self.request.user, self.spec.domain)
        found = self._kept.get(key)
        if found is None:
            found = own_and_shared(self.request.user, self.spec.domain)
            cache.set(key, found, CACHED_SECONDS)
        return found

    @cached_property
    def saved_view(self) -> SavedView | None:
        """The saved view that is open."""
        wanted = self.params.get("saved", "")
        return next((view for view in self.saved_views if str(view.pk) == wanted), None)

    @property
    def owns_saved_view(self) -> bool:
        """Whether the open saved view is the person's own, to be renamed and forgotten."""
        return self.saved_view is not None and self.saved_view.owner_id == self.request.user.pk

    @cached_property
    def edited(self) -> bool:
        """Whether the open saved view was changed since."""
        return self.saved_view is not None and is_edited(self.saved_view, self.params)

    @cached_property
    def query(self) -> str:
        """What saving this view would keep."""
        return kept_query(self.params)

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """One chip for each filter that is on: its name, its value in words, the address without it."""
        return chips_of(self.filterset.form, self.params) if self.asks else []

    @cached_property
    def is_behind(self) -> bool:
        """Whether a search was made that cannot find all of the latest rows yet."""
        about = self.spec.filters.searched
        return about is not None and bool(self.words) and searching.is_behind(self.everything.db, about)

    @cached_property
    def is_filtered(self) -> bool:
        """Whether an empty page could be the doing of filters beside the connection."""
        return bool(self.words or [chip for chip in self.chips if chip["name"] != "connection"])

    @cached_property
    def clear_url(self) -> str:
        """The address of this tab without any filter but the connection."""
        return self._start(self.tab.key if self.tab else "")
