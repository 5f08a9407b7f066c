"""A platform's words may repeat what a command was sent with: its secret values are taken out before they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dashboard.core.scrub import scrub_text
from dashboard.sync.kinds import KINDS
from dashboard.sync.models import Command

HIDDEN = "•••"
SHORTEST, LONGEST = 4, 2_000  # shorter ones are ordinary words, longer ones (files) nobody repeats


def hide(command: Command, words: str) -> str:
    """The words without credentials, and without any value, line or part of the payload's secret keys."""
    kind = KINDS.get(command.kind)
    keys = kind.secret_keys if kind else ()
    found = {part for key in keys for text in _texts(command.payload.get(key)) for part in _parts(text)}
    for secret in sorted(found, key=len, reverse=True):
        words = words.replace(secret, HIDDEN)
    return scrub_text(words)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _parts(text: str) -> Iterator[str]:
    """The whole, its lines, and what stands between the delimiters of an account."""
    if len(text) > LONGEST:
        text = text[:LONGEST]
    lines = [line for line in text.splitlines() if line]
    pieces = (piece.strip() for line in lines for piece in (line, *re.split(r"[:|]", line)))
    yield from (piece for piece in (text.strip(), *pieces) if len(piece) >= SHORTEST)
