"""Countries by their names in the reader's language."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.utils import translation

NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "XK", "ZZ"})


def choices(codes: Collection[str] = ()) -> list[tuple[str, str]]:
    """Codes of two letters with their names, in the order of the names; of `codes` alone where they are given."""
    names = _names(translation.get_language() or "en")
    found = [(code, name) for code, name in names if not codes or code in codes]
    known = {code for code, _name in found}
    return [("", ""), *found, *((code, code) for code in sorted(set(codes) - known))]


def named(code: str) -> str:
    """The name of a country in the reader's language; what is no known code of two letters, as it is."""
    known = _territories(translation.get_language() or "en")
    return str(known.get(code.strip().upper(), code)) if len(code.strip()) == 2 else code


@functools.cache
def _names(language: str) -> list[tuple[str, str]]:
    found = _territories(language).items()
    return sorted(((code, name) for code, name in found if len(code) == 2 and code not in NO_COUNTRIES), key=_by_name)


def _by_name(one: tuple[str, str]) -> str:
    return one[1]


@functools.cache
def _territories(language: str) -> Any:
    try:
        return Locale.parse(language.replace("-", "_")).territories
    except (ValueError, UnknownLocaleError):
        return Locale("en").territories


class CountrySelect(forms.Select):
    """A choice of countries that also shows a code which it does not know: none is changed by being looked at."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        """The options, with what is chosen among them."""
        known = {code for code, _label in self.choices}
        given = [one for one in value if one and one not in known]
        self.choices = [*self.choices, *((one, one) for one in given)]
        return super().optgroups(name, value, attrs)


class CountryField(forms.ChoiceField):
    """A country by its code of two letters."""

    widget = CountrySelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=choices, **kwargs)

    def to_python(self, value: Any) -> str:
        """The code in capitals."""
        return super().to_python(value).strip().upper()

    def valid_value(self, value: Any) -> bool:
        """Any two letters: the platform knows which countries there are."""
        return len(value) == 2 and value.isascii() and value.isalpha()
