"""Keyset pages: any depth costs what the first page costs. No COUNT, no OFFSET.

A page is asked for by ``?after=<cursor>`` or ``?before=<cursor>`` and ``?size=25|50|100``; rows in the order of a time
also by ``?on=2026-11-21``. A cursor is the signed position of one row together with the filters it was made under, so
that it cannot be forged or carried elsewhere.
NULLs stay where the database itself sorts them (first or last, by engine), because only then an index serves the order.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.signing import BadSignature, Signer
from django.db import connections
from django.db.models import DateTimeField, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

SIZES = (25, 50, 100)
PLACE_PARAMS = ("after", "before", "on")
POSITION_PARAMS = frozenset({*PLACE_PARAMS, "size", "format"})
_signer = Signer(salt="keyset")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows in display order, with the cursors to its neighbours (empty when there is none)."""

    rows: list[Any]
    after: str
    before: str
    size: int
    sizes: tuple[int, ...] = SIZES
    lost: bool = False  # the cursor was not ours, or not for these filters: this is the first page instead

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Step:
    """One column of the order: its path, its direction, and whether it can be NULL."""

    path: str
    descending: bool
    nullable: bool

    def turned(self) -> "Step":
        """The same column the other way round."""
        return Step(self.path, not self.descending, self.nullable)


@dataclass(frozen=True)
class Order:
    """An order that names every row's place: the given columns, ended by the primary key."""

    steps: tuple[Step, ...]
    nulls_are_smallest: bool
    text: str = field(default="")

    def by(self) -> list[str]:
        """The columns for ``order_by``."""
        return [f"-{step.path}" if step.descending else step.path for step in self.steps]

    def turned(self) -> "Order":
        """The same order backwards."""
        return Order(tuple(step.turned() for step in self.steps), self.nulls_are_smallest, self.text)

    def beyond(self, place: Sequence[Any]) -> list[Q]:
        """The rows strictly after ``place``, as one or two stretches in order.

        NULLs of the leading column are a stretch of their own: with an OR the database would read and sort them all.
        """
        step, value, rest = self.steps[0], place[0], self.steps[1:]
        nulls, nulls_last = Q(**{f"{step.path}__isnull": True}), step.descending == self.nulls_are_smallest
        if value is None:
            here = nulls & self._after(rest, place[1:])
            return [here] if nulls_last else [here, ~nulls]
        some = self._reach(step, value, rest, place[1:])
        return [some, nulls] if step.nullable and nulls_last else [some]

    def _reach(self, step: Step, value: Any, rest: Sequence[Step], place: Sequence[Any]) -> Q:
        """One range on the leading column, then its ties: a plain index scan on every engine."""
        reach = Q(**{f"{step.path}__{'lte' if step.descending else 'gte'}": value})
        if not rest:
            return Q(**{f"{step.path}__{'lt' if step.descending else 'gt'}": value})
        if len(rest) == 1 and not rest[0].nullable:
            tied = Q(**{rest[0].path + ("__gte" if rest[0].descending else "__lte"): place[0]})
            return reach & ~(Q(**{step.path: value}) & tied)
        past = Q(**{f"{step.path}__{'lt' if step.descending else 'gt'}": value})
        return reach & (past | (Q(**{step.path: value}) & self._after(rest, place)))

    def _after(self, steps: Sequence[Step], place: Sequence[Any]) -> Q:
        """The general form, for the columns behind the leading one: few rows tie there."""
        step, value = steps[0], place[0]
        nulls, nulls_last = Q(**{f"{step.path}__isnull": True}), step.descending == self.nulls_are_smallest
        if value is None:
            past, same = (Q(pk__in=[]) if nulls_last else ~nulls), nulls
        else:
            past, same = Q(**{f"{step.path}__{'lt' if step.descending else 'gt'}": value}), Q(**{step.path: value})
            past = past | nulls if step.nullable and nulls_last else past
        return past | (same & self._after(steps[1:], place[1:])) if len(steps) > 1 else past


def paginate(
    queryset: QuerySet[Any],
    order: Sequence[str],
    params: Mapping[str, str],
    *,
    sizes: tuple[int, ...] = SIZES,
    scope: str = "",
) -> Page:
    """The page of ``queryset`` that ``params`` (request.GET) ask for, ordered by ``order`` such as ``("-placed_at",)``.

    With ``.values()`` the order's columns and the primary key must be among the values. One query for ``size + 1``
    rows; a second where the page reaches the rows without a value in the leading column.
    """
    plan = make_order(queryset, order)
    size = _size(params, sizes)
    binding = _binding(queryset, plan, params, scope)
    given = params.get("after") or params.get("before") or ""
    day = None if given else start_of(queryset, plan, params.get("on") or "")
    place = _read(given, binding, len(plan.steps)) if given else day
    walk = plan.turned() if place and given and not params.get("after") else plan
    found, more = _take(queryset, walk, place, size)
    if day and not found:  # nothing lies beyond that day: the end of the list instead
        walk, place = plan.turned(), None
        found, more = _take(queryset, walk, place, size)
    if walk is not plan:
        found.reverse()
    has_next, has_previous = (bool(place), more) if walk is not plan else (more, bool(place))
    if day and walk is plan:
        has_previous = _take(queryset, plan.turned(), day, 0)[1]
    return Page(
        rows=found,
        after=_write(found[-1], plan, binding) if found and has_next else "",
        before=_write(found[0], plan, binding) if found and has_previous else "",
        size=size,
        sizes=sizes,
        lost=bool(given) and place is None,
    )


def _take(queryset: QuerySet[Any], walk: Order, place: Sequence[Any] | None, size: int) -> tuple[list[Any], bool]:
    """The next ``size`` rows of a walk from a place (or the start), and whether there are more."""
    rows = queryset.order_by(*walk.by())
    found: list[Any] = []
    for stretch in walk.beyond(place) if place else [Q()]:
        if len(found) <= size:
            found += rows.filter(stretch)[: size + 1 - len(found)]
    return found[:size], len(found) > size


def neighbours(queryset: QuerySet[Any], order: Sequence[str], row: Any) -> tuple[Any, Any]:
    """The keys of the rows just before and just after ``row`` in this order, None at an end; one query.

    ``row`` is a model instance; it may have left ``queryset`` since: its place is what its columns say.
    """
    plan = make_order(queryset, order)
    place = [_value(row, step.path) for step in plan.steps]
    found = {"walk_back": _first(queryset, plan.turned(), place), "walk_on": _first(queryset, plan, place)}
    own = queryset.model._base_manager.using(queryset.db).filter(pk=row.pk).annotate(**found)
    return own.values_list("walk_back", "walk_on").get()


def _first(queryset: QuerySet[Any], walk: Order, place: Sequence[Any]) -> Any:
    rows = queryset.order_by(*walk.by())
    keys = [Subquery(rows.filter(stretch).values("pk")[:1]) for stretch in walk.beyond(place)]
    return Coalesce(*keys) if len(keys) > 1 else keys[0]


def turned(name: str) -> str:
    """The name of a column that orders rows the other way round."""
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def takes_days(queryset: QuerySet[Any], plan: Order) -> bool:
    """Whether a day names a place: a time leads the order, and the primary key alone settles ties."""
    column = _column(queryset.model, plan.steps[0].path)
    return isinstance(column, DateTimeField) and len(plan.steps) == 2


def start_of(queryset: QuerySet[Any], plan: Order, text: str) -> list[Any] | None:
    """The place where a day (``2026-11-21``, in the person's zone) begins for who walks in this order, or None."""
    if not text or not takes_days(queryset, plan):
        return None
    try:
        day = parse_date(text)
        if day is None:
            return None
        edge = day + dt.timedelta(days=1) if plan.steps[0].descending else day
        at = timezone.make_aware(dt.datetime.combine(edge, dt.time.min)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return [at, 0]


def make_order(queryset: QuerySet[Any], order: Sequence[str]) -> Order:
    """The complete order of ``queryset``: ``order`` and, when it lacks it, the primary key in the first direction."""
    key = queryset.model._meta.pk.name
    names = [name.replace("pk", key) if name.lstrip("-") == "pk" else name for name in order]
    if key not in (name.lstrip("-") for name in names):
        names.append(f"-{key}" if names and names[0].startswith("-") else key)
    steps = tuple(
        Step(name.lstrip("-"), name.startswith("-"), _nullable(queryset.model, name.lstrip("-"))) for name in names
    )
    vendor = connections[queryset.db].vendor
    return Order(steps, nulls_are_smallest=vendor in ("sqlite", "mysql"), text=",".join(names))


def _column(model: Any, path: str) -> Any:
    """The model's field at the end of a path; None for an annotation."""
    column = None
    for name in path.split("__"):
        try:
            column = model._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return None
        model = getattr(column, "related_model", None)
    return column


def _nullable(model: Any, path: str) -> bool:
    nullable = False
    for name in path.split("__"):
        try:
            column = model._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return True  # an annotation: assume the worst
        nullable = nullable or column.null
        model = getattr(column, "related_model", None) or model
    return nullable


def _size(params: Mapping[str, str], sizes: tuple[int, ...]) -> int:
    wanted = params.get("size") or ""
    return int(wanted) if wanted.isascii() and wanted.isdigit() and int(wanted[:6]) in sizes else sizes[0]


def _binding(queryset: QuerySet[Any], plan: Order, params: Mapping[str, str], scope: str) -> str:
    pairs: Iterable[tuple[str, Any]] = params.lists() if isinstance(params, QueryDict) else params.items()
    filters = sorted((name, value) for name, value in pairs if name not in POSITION_PARAMS and any(value))
    text = repr((queryset.model._meta.label, plan.text, scope, filters))
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def _write(row: Any, plan: Order, binding: str) -> str:
    return _signer.sign_object([binding, *(_pack(_value(row, step.path)) for step in plan.steps)])


def _read(cursor: str, binding: str, length: int) -> list[Any] | None:
    if len(cursor) > 2000:
        return None
    try:
        found, *place = _signer.unsign_object(cursor)
        values = [_unpack(each) for each in place]
    except (BadSignature, ValueError, TypeError, KeyError):
        return None
    return values if found == binding and len(values) == length else None


def _value(row: Any, path: str) -> Any:
    if isinstance(row, Mapping):
        return row[path]
    for name in path.split("__"):
        row = getattr(row, name) if row is not None else None
    return row


_PACK: dict[type, str] = {dt.datetime: "t", dt.date: "d", Decimal: "n", uuid.UUID: "u"}
_UNPACK: dict[str, Callable[[str], Any]] = {
    "t": dt.datetime.fromisoformat,
    "d": dt.date.fromisoformat,
    "n": Decimal,
    "u": uuid.UUID,
}


def _pack(value: Any) -> Any:
    kind = _PACK.get(type(value))
    if kind is None:
        return value
    return [kind, str(value) if kind in "nu" else value.isoformat()]


def _unpack(value: Any) -> Any:
    return _UNPACK[value[0]](value[1]) if isinstance(value, list) else value
