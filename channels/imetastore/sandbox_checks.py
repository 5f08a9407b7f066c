"""What the simulator demands of a request, and how it refuses. Codes that no document states begin with ``SIM-``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from channels.sandbox import Refusal, Reply, Request

URL_ERROR = "10001"
JSON_ERROR = "10002"
TOO_MANY_ROWS = "SIM-TOO-MANY"
NOT_FOUND = "SIM-NOT-FOUND"
NOT_ALLOWED = "SIM-STATE"
NOT_VALID = "SIM-PARAM"
NO_LOGIN = "SIM-LOGIN"
NO_TOKEN = "SIM-TOKEN"  # noqa: S105 - an error code

MAX_ROWS = 100
MAX_INT64 = 2**63 - 1


def refuse(code: str, words: str, status: int = 200) -> Refusal:
    """A business refusal: an envelope with a code, inside HTTP 200."""
    return Refusal(Reply(status, {"code": code, "msg": words, "time": None, "data": None}))


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise refuse(JSON_ERROR, "Content-Type must be application/json")
    try:
        body = request.json()
    except (ValueError, RecursionError):
        raise refuse(JSON_ERROR, "JSON parsing error") from None
    if not isinstance(body, dict):
        raise refuse(JSON_ERROR, "The body must be a JSON object")
    return body


def integer(body: dict[str, Any], key: str, low: int, high: int, default: int | None = None) -> int:
    """An integer within bounds; without a default it is required."""
    value = body.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise refuse(JSON_ERROR, f"{key} must be an integer")
    if not low <= value <= high:
        raise refuse(NOT_VALID, f"{key} must be between {low} and {high}")
    return value


def identifier(body: dict[str, Any], key: str) -> int:
    """A required 64-bit id."""
    return integer(body, key, 1, MAX_INT64)


def optional(body: dict[str, Any], key: str, kind: type | tuple[type, ...], name: str) -> Any:
    """A value of a type, or nothing."""
    value = body.get(key)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)):
        raise refuse(JSON_ERROR, f"{key} must be {name}")
    return value


def text(body: dict[str, Any], key: str) -> str | None:
    """A text, or nothing."""
    found: str | None = optional(body, key, str, "a string")
    return found


def number(body: dict[str, Any], key: str) -> Decimal | None:
    """A JSON number, or nothing."""
    found = optional(body, key, (int, Decimal), "a number")
    return None if found is None else Decimal(found)


def strings(body: dict[str, Any], key: str) -> list[str]:
    """A list of texts, or nothing."""
    found = optional(body, key, list, "an array") or []
    if not all(isinstance(item, str) and item for item in found):
        raise refuse(JSON_ERROR, f"{key} must be an array of strings")
    return list(found)


def addresses(body: dict[str, Any], key: str) -> list[str]:
    """A list of web addresses."""
    found = strings(body, key)
    if not all(item.startswith(("https://", "http://")) for item in found):
        raise refuse(NOT_VALID, f"{key} must hold image addresses")
    return found


def rows(body: dict[str, Any], key: str) -> list[Any]:
    """A required list of 1 to 100 rows."""
    found = body.get(key)
    if not isinstance(found, list) or not found:
        raise refuse(JSON_ERROR, f"{key} must be an array that is not empty")
    if len(found) > MAX_ROWS:
        raise refuse(TOO_MANY_ROWS, f"{key} takes at most {MAX_ROWS} rows")
    return found


def objects(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """A required list of 1 to 100 objects with different ids."""
    found = rows(body, key)
    if not all(isinstance(row, dict) for row in found):
        raise refuse(JSON_ERROR, f"{key} must be an array of objects")
    ids = [identifier(row, "id") for row in found]
    if len(set(ids)) != len(ids):
        raise refuse(NOT_VALID, f"{key} holds the same id twice")
    return found


def time_filter(body: dict[str, Any], key: str) -> datetime | None:
    """An ISO 8601 time; without a zone it is UTC."""
    value = text(body, key)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise refuse(NOT_VALID, f"{key} must be an ISO 8601 time") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_within(value: datetime, start: datetime | None, end: datetime | None) -> bool:
    """Whether a time lies in a stretch whose ends belong to it."""
    return (start is None or value >= start) and (end is None or value <= end)


def paged(found: Iterable[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    """One page of rows, without what they keep for themselves (keys with a leading underscore)."""
    everything = list(found)
    page, size = integer(body, "pageIndex", 1, 100, 1), integer(body, "pageSize", 1, 100, 20)
    shown = everything[(page - 1) * size : page * size]
    return {
        "pageIndex": page,
        "pageSize": size,
        "totalCount": len(everything),
        "pageCount": -(-len(everything) // size),
        "list": [public(row) for row in shown],
    }


def public(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it goes out."""
    return {key: value for key, value in row.items() if not key.startswith("_")}


def iso(value: datetime) -> str:
    """``2025-12-17T13:44:16.000Z``."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def plain_iso(value: datetime) -> str:
    """``2025-12-17T13:44:16``: UTC, and it does not say so."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
