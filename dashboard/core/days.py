"""Filters by day, in the reader's zone, as ranges of time: a cast to a date would read every row."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(1900, 1, 1), dt.date(9999, 12, 1)


class _ByDay(django_filters.DateFilter):
    lookup = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": forms.DateInput(attrs={"type": "date"}), **kwargs})

    def filter(self, qs: QuerySet[Any], value: dt.date | None) -> QuerySet[Any]:
        """The rows on this side of the day's edge."""
        return qs if value is None else qs.filter(**{f"{self.field_name}__{self.lookup}": self.edge(value)})

    def edge(self, day: dt.date) -> dt.datetime:
        """The moment at which the day begins."""
        return timezone.make_aware(dt.datetime.combine(max(FIRST, min(day, LAST)), dt.time.min))


class SinceDay(_ByDay):
    """From a day on."""

    lookup = "gte"


class UntilDay(_ByDay):
    """Up to a day, with all of it."""

    lookup = "lt"

    def edge(self, day: dt.date) -> dt.datetime:
        """The moment at which the day ends."""
        return super().edge(min(day, LAST) + DAY)
