"""The words of the chips that show which filters are on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.core import formatting
from dashboard.core.templatetags.dash import changed_query


def chips_of(form: Any, params: QueryDict) -> list[dict[str, str]]:
    """One chip for each filter of a bound form that is on: its name, its value in words, the address without it."""
    form.is_valid()
    found = []
    for name, value in form.cleaned_data.items():
        if name == "q" or value in (None, "", [], ()) or is_empty(value):
            continue
        label = str(form.fields[name].label or name)
        names = [key for key in params if key == name or key.startswith(f"{name}_")]
        url = changed_query(params, **dict.fromkeys(names))
        found.append({"name": name, "label": label, "value": in_words(form.fields[name], value), "url": url})
    return found


def is_empty(value: Any) -> bool:
    """Whether a filter with this value is off: nothing, or a range without ends."""
    if isinstance(value, slice):
        return value.start is None and value.stop is None
    return hasattr(value, "__len__") and len(value) == 0


def in_words(form_field: Any, value: Any) -> str:
    """A filter's value as its chip says it: the labels of choices, at most three of them."""
    if isinstance(value, slice):
        start, stop = (formatting.day(each) if hasattr(each, "year") else each for each in (value.start, value.stop))
        return f"{'…' if start is None else start} – {'…' if stop is None else stop}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = getattr(form_field, "choices", None)
    labels = dict(_flat(() if choices is None else choices))  # a lazy list of choices may not know its length
    several = value if isinstance(value, (list, tuple, set, QuerySet)) else [value]
    words = [str(labels.get(each, labels.get(str(each), each))) for each in several]
    return ", ".join(words[:3]) + (f" +{len(words) - 3}" if len(words) > 3 else "")


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield getattr(value, "value", value), label
