"""How the agent's simulator checks what it is given: keys, scopes, bodies and queries, in a validator's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from channels.sandbox import Refusal, Reply, Request, endpoint

H = TypeVar("H", bound=Callable[..., Reply])

MAX_LIMIT = 100


def problem(status: int, message: str | list[str]) -> Reply:
    """The one shape of every error."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
    return Reply(status, {"statusCode": status, "message": message, "error": phrase})


def refuse(status: int, message: str | list[str]) -> Refusal:
    """An error to raise."""
    return Refusal(problem(status, message))


def api(method: str, path: str, name: str, scope: str) -> Callable[[H], H]:
    """An endpoint that demands a scope of the key."""

    def mark(handler: H) -> H:
        @wraps(handler)
        def scoped(self: Any, request: Request) -> Reply:
            held = self.scopes_of(request)
            if scope not in held:
                raise refuse(403, f"Insufficient scope. Required: {scope}. Your key has: {', '.join(held)}")
            return handler(self, request)

        return endpoint(method, path, name)(scoped)  # type: ignore[return-value]

    return mark


def data(value: Any, status: int = 200) -> Reply:
    """A success. Keys that begin with an underscore are the simulator's own and stay inside."""
    return Reply(status, {"data": public(value)})


def public(value: Any) -> Any:
    """Without the simulator's own keys."""
    if isinstance(value, dict):
        return {key: public(one) for key, one in value.items() if not key.startswith("_")}
    return [public(one) for one in value] if isinstance(value, list | tuple) else value


def paged(request: Request, rows: list[Any]) -> Reply:
    """One page of rows by ``page`` (from 1) and ``limit`` (default 20, at most 100)."""
    query = Given(request.query, of_query=True)
    page = query.whole("page", least=1) or 1
    limit = query.whole("limit", least=1, most=MAX_LIMIT) or 20
    query.check()
    start = (page - 1) * limit
    return data({"items": rows[start : start + limit], "total": len(rows), "page": page, "limit": limit})


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request; another content type counts as no body, as with the usual parser."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not request.body or (kind != "application/json" and request.method != "PATCH"):
        return {}
    try:
        found = request.json()
    except (ValueError, RecursionError):
        raise refuse(400, "Unexpected token in JSON") from None
    if not isinstance(found, dict):
        raise refuse(400, ["body must be an object"])
    return found


def whole_id(request: Request) -> int:
    """The integer id in a path."""
    value = request.params["id"]
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise refuse(400, "Validation failed (numeric string is expected)")
    return int(value)


def iso(at: datetime) -> str:
    """ISO 8601, seconds, Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Given:
    """Fields of a body or query, read by type; ``check()`` refuses with every fault found."""

    def __init__(
        self, values: dict[str, Any], prefix: str = "", faults: list[str] | None = None, *, of_query: bool = False
    ) -> None:
        self.values, self.prefix, self.of_query = values, prefix, of_query
        self.faults = [] if faults is None else faults

    def check(self) -> None:
        """Raise the 400 where there are faults."""
        if self.faults:
            raise refuse(400, self.faults)

    def _fault(self, name: str, words: str) -> None:
        self.faults.append(f"{self.prefix}{name} {words}")

    def _missing(self, name: str, required: bool, words: str) -> bool:
        if self.values.get(name) is not None:
            return False
        if required:
            self._fault(name, words)
        return True

    def text(self, name: str, *, required: bool = False, among: tuple[str, ...] = ()) -> str:
        """A string; not empty when required."""
        if self._missing(name, required, "must be a string"):
            return ""
        value = self.values[name]
        if not isinstance(value, str):
            self._fault(name, "must be a string")
            return ""
        if required and not value.strip():
            self._fault(name, "should not be empty")
        if among and value not in among:
            self._fault(name, f"must be one of the following values: {', '.join(among)}")
        return value

    def whole(self, name: str, *, required: bool = False, least: int | None = None, most: int | None = None) -> int:
        """An integer within bounds; 0 where it is missing or wrong."""
        if self._missing(name, required, "must be an integer number"):
            return 0
        value = self.values[name]
        if self.of_query and re.fullmatch(r"-?[0-9]{1,9}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            self._fault(name, "must be an integer number")
            return 0
        if least is not None and value < least:
            self._fault(name, f"must not be less than {least}")
        if most is not None and value > most:
            self._fault(name, f"must not be greater than {most}")
        return value

    def number(self, name: str) -> Decimal | None:
        """A positive number, optional."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value <= 0:
            self._fault(name, "must be a positive number")
            return None
        return Decimal(value)

    def flag(self, name: str) -> bool | None:
        """A boolean, optional."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            self._fault(name, "must be a boolean value")
            return None
        return value

    def several(self, name: str) -> list[Given]:
        """A required list of objects that is not empty."""
        value = self.values.get(name)
        if not isinstance(value, list):
            self._fault(name, "must be an array")
            return []
        if not value:
            self._fault(name, "should not be empty")
        if not all(isinstance(one, dict) for one in value):
            self._fault(name, "must be an array of objects")
            return []
        return [Given(one, f"{self.prefix}{name}.{index}.", self.faults) for index, one in enumerate(value)]
