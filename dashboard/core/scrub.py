"""Removing secrets from whatever is logged, stored as evidence or shown: by name, by known value, by shape."""

import re
import threading
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

MASK = "•••"
MAX_TEXT = 4000
MAX_ITEMS = 200
MAX_DEPTH = 12

_PARTS = ("password", "passwd", "secret", "token", "credential", "authorization", "cookie", "signature", "apikey")
_WHOLE = """
key keys xapikey secretkey privatekey callbackkey accesskey signingkey otp pin auth jwt sessionid csrf
deliveredinfo deliveredcontent accounts accountpool accountlist cardcode redeemcode
"""
_NAMES = frozenset(_WHOLE.split())
_HARMLESS = frozenset({"tokentype", "tokenexpires", "tokenexpiresat", "expirestoken"})

_SHAPES = re.compile(
    r"(?P<bearer>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{6,}"
    r"|\bsk-[A-Za-z0-9_-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"
    r"|\bgAAAA[A-Za-z0-9_=-]{40,}"
    r"|(?P<url>://[^/\s:@]{1,200}:)[^/\s@]{1,200}(?=@)",
    re.IGNORECASE,
)
_HEADERS = re.compile(r"""(?i)\b(?P<name>(?:set-)?cookie|authorization)(?P<sep>\s{0,3}[:=]\s{0,3})[^\s"'][^\r\n"']*""")
_NAMED = re.compile(r"""(?P<name>["']?(?<![\w-])[\w-]{2,60}["']?)\s{0,3}[=:]\s{0,3}""")
_VALUE = re.compile(r""""(?:[^"\\]|\\.){0,4000}"|'[^']{0,4000}'|[^\s&,;}"'\]\[{]{1,4000}""")


class _Known:
    """The values registered in this process, as one pattern."""

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.pattern: re.Pattern[str] | None = None
        self.lock = threading.Lock()

    def add(self, values: Iterable[str]) -> None:
        fresh = {value for value in values if isinstance(value, str) and len(value) >= 6} - self.values
        if not fresh:
            return
        with self.lock:
            self.values |= fresh
            longest_first = sorted(self.values, key=len, reverse=True)
            self.pattern = re.compile("|".join(map(re.escape, longest_first)))


_known = _Known()


def register_secret(*values: str) -> None:
    """From now on these values are removed wherever they appear. Shorter than six characters: ignored."""
    _known.add(values)


def is_secret_name(name: object, also: Collection[str] = ()) -> bool:
    """Whether a value under this name is a secret; case, ``_``, ``-`` and ``.`` do not matter."""
    return str(name) in also or _is_secret(str(name))


@lru_cache(4096)  # the names of a platform's fields come again with every answer
def _is_secret(name: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain not in _HARMLESS and (plain in _NAMES or any(part in plain for part in _PARTS))


def scrub_text(text: str, limit: int = MAX_TEXT) -> str:
    """``text`` without secrets, at most ``limit`` characters; what was cut is counted at the end."""
    # Cut generously first: a secret that the cut would halve must still be seen whole by the patterns.
    clean = _masked(text[: limit * 2 + 4000])
    return clean if len(clean) <= limit else f"{clean[:limit]}… ({len(text)} characters)"


def scrub_traceback(text: str, limit: int = MAX_TEXT) -> str:
    """The same for what says the most important last: of a long one the end stays, from the start of a line."""
    clean = _masked(text[-limit * 2 - 4000 :])
    if len(text) <= limit * 2 + 4000 and len(clean) <= limit:
        return clean
    end = clean[-limit:]
    return f"({len(text)} characters) …\n{end.partition(chr(10))[2] or end}"


def _masked(text: str) -> str:
    text = text.replace("\x00", "\ufffd")
    if _known.pattern is not None:
        text = _known.pattern.sub(MASK, text)
    text = _SHAPES.sub(lambda found: (found["bearer"] or found["url"] or "") + MASK, text)
    text = _HEADERS.sub(lambda found: f"{found['name']}{found['sep']}{MASK}", text)
    return _mask_pairs(text)


def _mask_pairs(text: str) -> str:
    """What follows a secret name is masked, also where the pair itself is another name's value."""
    parts, at = [], 0
    for found in _NAMED.finditer(text):
        if found.start() < at or not is_secret_name(found["name"]):
            continue
        value = _VALUE.match(text, found.end())
        if value is None or value[0] in ("null", "true", "false", '""'):
            continue
        quote = value[0][0] if value[0][0] in "\"'" else ""
        parts.append(f"{text[at : found.end()]}{quote}{MASK}{quote}")
        at = value.end()
    return "".join([*parts, text[at:]])


def scrub(
    value: Any, *, also: Collection[str] = (), keep: Collection[str] = (), limit: int = MAX_TEXT, depth: int = MAX_DEPTH
) -> Any:
    """A copy of nested data without secrets, capped in depth, items and text.

    ``also`` names further secret keys (``content`` of a delivery), ``keep`` keys that only look secret (an id
    that a platform calls ``token``). Values that are no plain data become their scrubbed ``str``.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return scrub_text(value, limit)
    if isinstance(value, (bytes, bytearray)):
        return scrub_text(bytes(value).decode("utf-8", "replace"), limit)
    if depth <= 0:
        return "…"
    deeper: dict[str, Any] = {"also": also, "keep": keep, "limit": limit, "depth": depth - 1}
    if isinstance(value, Mapping):
        return _scrub_mapping(value, deeper)
    if isinstance(value, (list, tuple, set, frozenset)):
        items = list(value)
        kept = [scrub(item, **deeper) for item in items[:MAX_ITEMS]]
        return kept if len(items) <= MAX_ITEMS else [*kept, f"… ({len(items)} items)"]
    return scrub_text(str(value), limit)


def _scrub_mapping(value: Mapping[Any, Any], deeper: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for number, (name, inner) in enumerate(value.items()):
        if number == MAX_ITEMS:
            clean["…"] = f"({len(value)} keys)"
            break
        secret = is_secret_name(name, deeper["also"]) and name not in deeper["keep"]
        empty = inner is None or inner == "" or isinstance(inner, bool)
        clean[scrub_text(str(name), 200)] = MASK if secret and not empty else scrub(inner, **deeper)
    return clean
