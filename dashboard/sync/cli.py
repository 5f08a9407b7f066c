"""What the management commands share: finding connections, reading KEY=VALUE, printing tables and JSON."""

from __future__ import annotations

import argparse
import base64
import json
import mimetypes
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from dashboard.sync.models import Connection

MAX_FILE = 20 * 1024 * 1024


class VerbParser(CommandParser):
    """The parser of one verb of a command: takes `--traceback` behind the verb as well as before it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.add_argument("--traceback", action="store_true", default=argparse.SUPPRESS, help="show where it failed")


def connection_named(slug: str) -> Connection:
    """The connection by slug. Raises `CommandError` naming the known ones."""
    found = Connection.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Connection.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no connection “{slug}”. Known: {known}.")
    return found


def connections_named(slugs: Sequence[str]) -> list[Connection]:
    """Connections by slug; without slugs all that are at work."""
    if slugs:
        return [connection_named(slug) for slug in slugs]
    return list(Connection.objects.at_work().order_by("slug"))


def secret_value(text: str) -> str:
    """A value as it stands, `env:NAME` from the environment, or `-` from standard input."""
    if text == "-":
        return sys.stdin.readline().rstrip("\n")
    if text.startswith("env:"):
        name = text.removeprefix("env:")
        if name not in os.environ:
            raise CommandError(f"The environment has no {name}.")
        return os.environ[name]
    return text


def key_values(pairs: Iterable[str]) -> dict[str, str]:
    """`KEY=VALUE` words as a dictionary, values through :func:`secret_value`."""
    found = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise CommandError(f"“{pair}” is not KEY=VALUE.")
        found[key] = secret_value(value)
    return found


def payload_words(words: Iterable[str]) -> dict[str, Any]:
    """`KEY=VALUE` and `KEY:=JSON` words as a payload. A `file` is read from its path."""
    payload: dict[str, Any] = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or not key.rstrip(":"):
            raise CommandError(f"“{word}” is neither KEY=VALUE nor KEY:=JSON.")
        if key.endswith(":"):
            try:
                payload[key[:-1]] = json.loads(value)
            except ValueError as error:
                raise CommandError(f"{key[:-1]} is not JSON: {error}.") from None
        else:
            payload[key] = file_part(value) if key == "file" else secret_value(value)
    return payload


def file_part(path: str) -> dict[str, str]:
    """A local file as a payload carries it: name, content type, base64 content. Raises `CommandError`."""
    source = Path(path)
    try:
        if source.stat().st_size > MAX_FILE:
            raise CommandError(f"{path} is larger than {MAX_FILE // 1024 // 1024} MiB.")
        content = source.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    kind = mimetypes.guess_type(source.name)[0] or "application/octet-stream"
    return {"name": source.name, "content_type": kind, "content": base64.b64encode(content).decode()}


def as_json(value: Any) -> str:
    """JSON with readable letters; times and other foreign things as text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def table(rows: Sequence[Sequence[Any]], head: Sequence[str]) -> str:
    """Columns aligned by spaces."""
    text = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in text) for i in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in text)
    return "\n".join(line.rstrip() for line in lines)
