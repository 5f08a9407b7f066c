"""The query documents: one file per operation, shared fields as fragments in files that begin with ``_``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"
_SPREAD = re.compile(r"\.\.\.(\w+Fields)\b")


@cache
def document(operation: str) -> str:
    """The GraphQL document of an operation: its own file and every fragment that it spreads, each once."""
    parts = [_file(operation)]
    names: list[str] = []
    for text in parts:
        fresh = [name for name in dict.fromkeys(_SPREAD.findall(text)) if name not in names]
        names += fresh
        parts += [_file(f"_{name}") for name in fresh]
    return "\n".join(parts)


def operations() -> tuple[str, ...]:
    """The names of all operations that there is a file for."""
    return tuple(sorted(file.stem for file in FOLDER.glob("[!_]*.graphql")))


def _file(name: str) -> str:
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
