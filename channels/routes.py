"""A platform's endpoints as data, and how a connection may bend them.

A route whose path no document states is *assumed*: it can be overridden per connection, and against the platform's
production host it is refused until an operator has confirmed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from string import Formatter
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from channels.errors import RouteUnconfirmed

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint. ``path`` is appended to the base URL; ``{name}`` parts are filled with percent-encoded ids.

    ``writes``: a call may change something. ``bucket``: which rate limit it counts against. ``secret``: bodies are
    never recorded. ``scope``: the permission that it needs. ``quirk``: what an integrator should know, one sentence.
    ``loose``: ids that an override's path leaves out; they travel in the body, or in the query of a read.
    """

    name: str
    method: str
    path: str
    documented: bool = True
    writes: bool = False
    bucket: str = "default"
    secret: bool = False
    scope: str = ""
    quirk: str = ""
    loose: frozenset[str] = frozenset()

    @property
    def params(self) -> frozenset[str]:
        """Names of the ``{…}`` parts of the path."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.path) if name)

    def fill(self, params: Mapping[str, str]) -> str:
        """The path with its ids, each one segment whatever characters it holds."""
        return self.path.format_map({key: segment(value) for key, value in params.items()})


class Routes:
    """The route table of one connection: the platform's routes with the connection's overrides and confirmations."""

    def __init__(
        self,
        routes: tuple[Route, ...],
        *,
        production_hosts: frozenset[str] = frozenset(),
        base_url: str = "",
        overrides: Mapping[str, str] | None = None,
        confirmed: frozenset[str] = frozenset(),
    ) -> None:
        known = {route.name: route for route in routes}
        self._routes = {**known, **{n: override(known, n, value) for n, value in (overrides or {}).items()}}
        self._confirmed = confirmed
        self._is_production = (urlsplit(base_url).hostname or "") in production_hosts

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes.values())

    def is_usable(self, name: str) -> bool:
        """Whether calls may go there: documented, confirmed, or not the production host."""
        return self._routes[name].documented or name in self._confirmed or not self._is_production

    def get(self, name: str) -> Route:
        """The route by name. Raises ``RouteUnconfirmed`` when it is assumed and may not be used yet."""
        if not self.is_usable(name):
            route = self._routes[name]
            raise RouteUnconfirmed(
                f"No document states the address of “{name}”; {route.method} {route.path} is assumed. "
                "Nothing was sent. Confirm it, or set the right one, on the connection's conformance sheet.",
                route=name,
            )
        return self._routes[name]


def override(known: Mapping[str, Route], name: str, value: str) -> Route:
    """The route ``name`` with ``METHOD /path`` in place of its own. Raises ``ValueError`` for what cannot be one."""
    if name not in known:
        raise ValueError(f"There is no route “{name}”. Known: {', '.join(sorted(known))}.")
    method, _, path = value.strip().partition(" ")
    if method.upper() not in METHODS or not path.startswith("/") or set("?# \r\n\t") & set(path):
        raise ValueError(f"“{value}” is not METHOD /path (methods: {', '.join(sorted(METHODS))}).")
    try:
        changed = msgspec.structs.replace(known[name], method=method.upper(), path=path)
        ours, theirs = known[name].params, changed.params
    except ValueError:
        raise ValueError(f"“{path}” has a brace that does not close.") from None
    if theirs - ours:
        strange, ids = ", ".join(sorted(theirs - ours)), ", ".join(sorted(ours)) or "–"
        raise ValueError(f"“{path}” may hold these ids: {ids}; not: {strange}.")
    return msgspec.structs.replace(changed, loose=ours - theirs)


def carry_loose_ids(call: Any) -> Any:
    """A call with the ids that its route's path leaves out: in the form or body where there is one, else the query."""
    ids = {name: call.params[name] for name in call.route.loose}
    if not ids:
        return call
    if call.files:
        return msgspec.structs.replace(call, form={**call.form, **ids})
    if call.json is msgspec.UNSET or call.route.method == "GET":
        return msgspec.structs.replace(call, query={**call.query, **ids})
    given = msgspec.to_builtins(call.json, builtin_types=(Decimal,))
    return msgspec.structs.replace(call, json={**given, **ids})


def segment(value: object) -> str:
    """One path segment: everything but letters, digits and ``-_.~`` percent-encoded; dots alone cannot climb."""
    found = quote(str(value), safe="")
    return found.replace(".", "%2E") if not found.strip(".") else found
