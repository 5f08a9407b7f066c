"""The simulator's reading of a request body: each field as the parameter tables demand it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from channels.sandbox import Refusal, Request

Refuse = Callable[[int, str], Refusal]

_MONEY = re.compile(r"\d{1,9}(\.\d{1,2})?\Z")
MAX_ACCOUNTS = 1000


class Fields:
    """The fields of one JSON body. Every getter gives ``None`` for a field that is absent, or refuses it with 400."""

    def __init__(self, request: Request, refuse: Refuse) -> None:
        self._refuse = refuse
        self._found = self._parse(request)

    def __contains__(self, key: str) -> bool:
        return self._found.get(key) is not None

    def _parse(self, request: Request) -> dict[str, Any]:
        if not request.body:
            return {}
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise self._refuse(415, "Content-Type must be application/json.")
        try:
            found = request.json()
        except (ValueError, RecursionError):
            raise self._refuse(400, "Request body is not valid JSON.") from None
        if not isinstance(found, dict):
            raise self._refuse(400, "Request body must be a JSON object.")
        return found

    def wrong(self, words: str) -> Refusal:
        """A field is not as it must be."""
        return self._refuse(400, words)

    def value(self, key: str) -> Any:
        """A field as it came."""
        return self._found.get(key)

    def text(self, key: str, *, required: bool = False, longest: int | None = None) -> str | None:
        """A String."""
        value = self._found.get(key)
        if value is None or value == "":
            if required or value == "":
                raise self.wrong(f"{key} is required.")
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"{key} must be a string.")
        if longest is not None and len(value) > longest:
            raise self.wrong(f"{key} must have at most {longest} characters.")
        return value

    def choice(self, key: str, choices: tuple[str, ...], *, required: bool = False) -> str | None:
        """A String out of a few."""
        value = self.text(key, required=required)
        if value is not None and value not in choices:
            raise self.wrong(f"{key} must be one of: {', '.join(choices)}.")
        return value

    def money(self, key: str, *, required: bool = False) -> str | None:
        """A String with a price of at most two decimals."""
        value = self.text(key, required=required)
        if value is None:
            return None
        if not _MONEY.match(value) or Decimal(value) <= 0:
            raise self.wrong(f"{key} must be a positive amount with at most two decimals.")
        return f"{Decimal(value):.2f}"

    def whole(self, key: str, *, least: int = 0) -> int | None:
        """A Number without decimals."""
        value = self._found.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 2_147_483_647:
            raise self.wrong(f"{key} must be a whole number, {least} or more.")
        return value

    def flag(self, key: str) -> bool:
        """A boolean, or the words true and false."""
        value = self._found.get(key, False)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise self.wrong(f"{key} must be true or false.")
        return value

    def paths(self, key: str) -> list[str] | None:
        """An Array of image paths within the site."""
        value = self._found.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(p, str) and p.startswith("/media/") for p in value):
            raise self.wrong(f"{key} must be a list of image paths.")
        return value

    def accounts(self) -> list[tuple[str, str]]:
        """``accounts`` and ``accounts_text`` together, as username and password."""
        pairs = self._account_objects() + self._account_lines()
        if len(pairs) > MAX_ACCOUNTS:
            raise self.wrong(f"At most {MAX_ACCOUNTS} accounts per request.")
        return pairs

    def _account_objects(self) -> list[tuple[str, str]]:
        value = self._found.get("accounts") or []
        if not isinstance(value, list):
            raise self.wrong("accounts must be a list.")
        return [self._account_object(n, one) for n, one in enumerate(value, start=1)]

    def _account_object(self, n: int, one: Any) -> tuple[str, str]:
        name, secret = (one.get("username"), one.get("password")) if isinstance(one, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(secret, str) or not name.strip() or not secret:
            raise self.wrong(f"accounts[{n}] must have username and password.")
        return name, secret

    def _account_lines(self) -> list[tuple[str, str]]:
        value = self._found.get("accounts_text") or ""
        if not isinstance(value, str):
            raise self.wrong("accounts_text must be a string.")
        pairs = []
        for n, line in enumerate(value.splitlines(), start=1):
            found = re.match(r"([^:|]+)[:|](.+)", line.strip())
            if found:
                pairs.append((found[1], found[2]))
            elif line.strip():
                raise self.wrong(f"accounts_text line {n} must be username:password.")
        return pairs

    def delivered_rows(self, *, must_be_list: bool) -> tuple[list[str], bool]:
        """``delivered_info``: rows, and whether it was a JSON array; plain text is one row."""
        info = self.text("delivered_info", required=True) or ""
        try:
            rows = json.loads(info)
        except (ValueError, RecursionError):
            rows = None
        if isinstance(rows, list):
            if not rows or not all(isinstance(row, str) and row.strip() for row in rows):
                raise self.wrong("delivered_info rows must be non-empty strings.")
            return rows, True
        if must_be_list:
            raise self.wrong("delivered_info must be a JSON array when append_delivered_info is true.")
        return [info], False
