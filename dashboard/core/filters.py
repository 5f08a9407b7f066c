"""How an app describes a list: filters, heads and tabs in one ``ListSpec``, which is opened for each request."""

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import django_filters
from django.core.validators import MaxLengthValidator
from django.db.models import Q, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

from dashboard.core import keyset
from dashboard.core.listing import MOST_LETTERS, Listing
from dashboard.core.navigation import may
from dashboard.core.searching import Searched, narrow

Words = str | Promise
Narrow = Callable[..., Any]


class Filters(django_filters.FilterSet):
    """The base of every list's filters: a search box ``q`` and whatever the list adds."""

    q = django_filters.CharFilter(method="search", validators=[MaxLengthValidator(MOST_LETTERS)])
    search_fields: tuple[str, ...] = ()
    searched: Searched | None = None

    @classmethod
    def offers(cls, request: Any) -> Any:
        """Whatever of the choices is not the same for everybody, as a hashable value; None where it cannot be said."""
        return None

    @classmethod
    def with_words(cls, queryset: QuerySet[Any], words: str, user: Any) -> QuerySet[Any]:
        """Rows that contain the words: by the index where ``searched`` names one, else in any of ``search_fields``."""
        if cls.searched:
            return narrow(queryset, cls.searched, words, private=may(user, "buyers.view"))
        if not cls.search_fields:
            return queryset
        anywhere = (Q(**{f"{path}__icontains": words.strip()}) for path in cls.search_fields)
        return queryset.filter(functools.reduce(operator.or_, anywhere))

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """What the search box asks."""
        return self.with_words(queryset, value, self.request.user)


class AnyOf(django_filters.MultipleChoiceFilter):
    """Several words of a list, as boxes: a list box hides its second choice behind a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=CheckboxSelectMultiple, **kwargs)


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the table: its words, its sort key and the fields that sort it (none: not sortable), its class."""

    label: Words
    key: str = ""
    fields: tuple[str, ...] = ()
    css: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the list that the program offers; ``narrow`` is applied before the filters.

    ``own``: the view is the person's, and ``narrow`` takes them too. ``sort`` is the view's own default.
    """

    key: str
    label: Words
    narrow: Narrow | None = None
    tone: str = ""
    counted: bool = True
    own: bool = False
    sort: str = ""

    def rows(self, everything: QuerySet[Any], user: Any) -> QuerySet[Any]:
        """Those of the rows that the tab shows to somebody."""
        if self.narrow is None:
            return everything
        found: QuerySet[Any] = self.narrow(everything, user) if self.own else self.narrow(everything)
        return found


@dataclass(frozen=True)
class ListSpec:
    """One list of the product. ``sort`` is the default sort key, with ``-`` for descending.

    A list that ``offers_new`` counts what came since its page was built; its primary key must grow with time.
    """

    domain: str
    filters: type[Filters]
    heads: Sequence[Head]
    sort: str
    tabs: Sequence[Tab] = ()
    sizes: tuple[int, ...] = field(default=keyset.SIZES)
    offers_new: bool = False

    @property
    def list_id(self) -> str:
        """The id of the list's sheet: what its links and forms replace."""
        return f"{self.domain}-list"

    def open(self, request: HttpRequest, queryset: QuerySet[Any], params: QueryDict | None = None) -> Listing:
        """The list as this request asks for it; ``queryset`` holds all that the person may see.

        ``params`` takes the place of the address: the list that somebody came from.
        """
        return Listing(self, request, queryset, request.GET if params is None else params)

    def rows(self, request: HttpRequest, seen: QuerySet[Any], params: QueryDict) -> QuerySet[Any]:
        """Of the rows that may be ``seen`` those of the list that ``params`` ask for, in its order, all pages.

        Of a list that would leave a part of its filter out, none.
        """
        listing = self.open(request, seen, params)
        return seen.none() if listing.errors else listing.queryset.order_by(*listing.order, "pk")
