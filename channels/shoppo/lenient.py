"""Reads JSON objects as the document's samples write them: with trailing commas, and keys that stand bare."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from channels.errors import WireError

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+)', re.DOTALL)


def read_object(body: bytes) -> dict[str, Any]:
    """The object in ``body``; whole numbers stay exact. Raises ``WireError`` for anything that is none."""
    try:
        text = body.decode("utf-8-sig")
        try:
            found = _loads(text)
        except json.JSONDecodeError:
            found = _loads(mended(text))
    except (ValueError, RecursionError):
        raise WireError("Not readable as JSON.") from None
    if not isinstance(found, dict):
        raise WireError("Not a JSON object.")
    return found


def mended(text: str) -> str:
    """The text without commas before a closing bracket, and with ``null`` for keys that have no value."""
    tokens = _tokens(text)
    inside: list[str] = []
    kept: list[str] = []
    for index, part in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else ""
        if part in "{[":
            inside.append(part)
        elif part in "}]" and inside:
            inside.pop()
        if part == "," and following in ("}", "]"):
            continue
        kept.append(part)
        if _is_bare_key(part, kept, following) and inside[-1:] == ["{"]:
            kept.append(":null")
    return "".join(kept)


def _is_bare_key(token: str, kept: list[str], following: str) -> bool:
    before = kept[-2] if len(kept) > 1 else ""
    return token.startswith('"') and before in ("{", ",") and following in (",", "}")


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while match := _TOKEN.match(text, place):
        tokens.append(match[1])
        place = match.end()
    if text[place:].strip():
        raise ValueError("a string that does not end")
    return tokens


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")
