"""Scrubbing of exchanges: by header name, by JSON key and by the value of every known secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

HIDDEN = "•••"
MAX_BODY = 16 * 1024

SECRET_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "access-token", "accesstoken",
        "viewerid", "x-signature",
    }
)  # fmt: skip
SECRET_KEYS = (
    "password", "passwd", "secret", "secretkey", "token", "accesstoken", "access_token", "refreshtoken",
    "refresh_token", "apikey", "api_key", "key", "authorization", "delivered_info", "accounts", "accounts_text",
    "content", "invoice_data", "account_token",
)  # fmt: skip
_TEXT = r'"(?:[^"\\]|\\.)*+"?'
_LIST, _OBJECT = rf"\[(?:[^\]\"]|{_TEXT})*+\]?", rf"\{{(?:[^}}\"]|{_TEXT})*+\}}?"
_KEYED = re.compile(rf'("(?:{"|".join(SECRET_KEYS)})"\s*:\s*)({_TEXT}|{_LIST}|{_OBJECT}|-?\d[\d.eE+-]*)', re.IGNORECASE)
_QUERIED = re.compile(r"([?&](?:" + "|".join(SECRET_KEYS) + r")=)[^&\s\"]*", re.IGNORECASE)


def redact_headers(headers: Mapping[str, str], secrets: tuple[str, ...]) -> dict[str, str]:
    """Headers with the credential ones hidden."""
    return {k: HIDDEN if k.lower() in SECRET_HEADERS else redact_text(v, secrets) for k, v in headers.items()}


def redact_text(text: str, secrets: tuple[str, ...]) -> str:
    """Text without the values of known secrets and without secret query parameters.

    NUL, which no text column of PostgreSQL holds, becomes a replacement character.
    """
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    text = text.replace("\x00", "\ufffd")
    return _QUERIED.sub(rf"\1{HIDDEN}", text)


def redact_body(body: bytes, secrets: tuple[str, ...], *, hide: bool = False) -> str:
    """A body fit to show: capped at 16 KiB, secret keys and values hidden; ``hide`` leaves only its size."""
    if not body:
        return ""
    if hide:
        return f"(hidden: {len(body)} bytes)"
    text = body[: 4 * MAX_BODY].decode("utf-8", "replace")
    shown = _KEYED.sub(rf'\1"{HIDDEN}"', redact_text(text, secrets))
    if len(shown) <= MAX_BODY and len(body) <= 4 * MAX_BODY:
        return shown
    return f"{shown[:MAX_BODY]}… ({len(body)} bytes in all)"
