"""Two hundred odd values in every parameter of every list: none is an error, and none lets a question grow (S14)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection as database
from django.test import RequestFactory

from dashboard import urls
from dashboard.core.filters import ListSpec
from tests.core.test_filters import FUZZ
from tests.security.payloads import PAYLOADS, SYNTAX

pytestmark = pytest.mark.django_db
EVERYWHERE = ("q", "sort", "view", "size", "after", "before", "day", "saved", "connection", "newest")
ODD = list(dict.fromkeys([*FUZZ, *SYNTAX, *PAYLOADS[::5]]))[:200]


def lists() -> Iterator[ListSpec]:
    """Every list of the site."""
    assert urls.urlpatterns
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("dashboard.") and module]
    found = {id(value): value for module in modules for value in vars(module).values() if isinstance(value, ListSpec)}
    yield from found.values()


def parameters(spec: ListSpec) -> list[str]:
    """What the list may be asked by; a range has two ends."""
    names = list(spec.filters.base_filters)
    ends = [f"{name}_{end}" for name in names for end in ("after", "before", "min", "max")]
    return [*EVERYWHERE, *names, *ends]


def test_there_are_two_hundred_of_them_and_twenty_lists():
    assert (len(ODD) >= 200, len(list(lists())) >= 20) == (True, True)


@pytest.mark.parametrize("spec", list(lists()), ids=lambda spec: spec.domain)
def test_no_value_of_any_parameter_is_an_error(user_for: Any, spec: ListSpec):
    """Each request has another value in each parameter, so that every parameter has met every value at the end."""
    person, names, factory = user_for("superuser"), parameters(spec), RequestFactory()
    rows: Any = spec.filters._meta.model._default_manager.all()
    asked: list[str] = []
    most = 0

    def count(execute: Any, sql: str, *given: Any) -> Any:
        asked.append(sql)
        return execute(sql, *given)

    for shift in range(len(ODD)):
        query = urlencode([(name, ODD[(shift + at) % len(ODD)]) for at, name in enumerate(names)])
        request: WSGIRequest = factory.get(f"/?{query}")
        request.user = person
        with database.execute_wrapper(count):
            listing = spec.open(request, rows)
            assert listing.page.rows == []
            assert all(isinstance(words, str) for words in listing.errors)
            assert isinstance(listing.chips, list)
        most, asked[:] = max(most, len(asked)), []
    assert most <= 8
