"""Every address of the site, found in the resolver, each with arguments that name nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

NOBODY = {
    "int": 999999,
    "uuid": "00000000-0000-0000-0000-000000000000",
    "slug": "nothing",
    "str": "nothing",
    "path": "no/thing",
}
SKIPPED = {"admin"}


@dataclass(frozen=True)
class Address:
    """One URL pattern: its full name and its view."""

    name: str
    view: Any
    arguments: tuple[tuple[str, Any], ...]

    def url(self, **known: Any) -> str:
        """The address; `known` replaces arguments that would name nothing."""
        return reverse(self.name, kwargs=dict(self.arguments) | known)


def addresses() -> list[Address]:
    """All but Django's admin, which has its own tests."""
    return list(_walk(get_resolver().url_patterns, "", {}))


def _walk(patterns: list[Any], prefix: str, converters: dict[str, Any]) -> Iterator[Address]:
    for pattern in patterns:
        found = converters | getattr(pattern.pattern, "converters", {})
        if isinstance(pattern, URLResolver):
            if pattern.app_name not in SKIPPED:
                namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from _walk(pattern.url_patterns, namespace, found)
        elif isinstance(pattern, URLPattern):
            name = f"{prefix}{pattern.name or pattern.pattern.describe()}"
            yield Address(name, pattern.callback, tuple((key, _value(each)) for key, each in found.items()))


def _value(converter: Any) -> Any:
    kind = type(converter).__name__.removesuffix("Converter").lower()
    return NOBODY.get("str" if kind == "string" else kind, "nothing")
