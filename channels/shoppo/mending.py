"""Query documents made to fit a schema that differs from ours in what no document states. Pure.

Nobody publishes the schema: some fields are known from a picture only, and names of types are inferred. A server
refuses a document that does not fit before it does anything, and names each place; what it says is taken at its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from channels.errors import Rejected

_NO_FIELD = re.compile(r"cannot query field|field ?undefined|field .{1,200} does(?:n['’]t| not) exist", re.IGNORECASE)
_NO_TYPE = re.compile(r"unknown type [\"'“`]?(\w+)", re.IGNORECASE)
_OTHER_TYPE = re.compile(
    r"variable [\"'“`]?\$(\w+)[\"'”`]? of type [\"'“`]?([\w!\[\]]+)[\"'”`]? used in position expecting type "
    r"[\"'“`]?([\w!\[\]]+)",
    re.IGNORECASE,
)
_NO_INPUT = re.compile(r"not defined by type|unknown field|unknown input field", re.IGNORECASE)


class Said(Protocol):
    """One error of the server: its words, and the lines of the document that it names."""

    @property
    def words(self) -> str:
        """Its message."""

    @property
    def lines(self) -> tuple[int, ...]:
        """Counted from 1."""


class Misfit(Rejected):
    """The document, or the names inside its variables, do not fit the platform's schema: nothing was done."""

    def __init__(self, words: str, *, status: int | None, code: str, faults: tuple[Said, ...]) -> None:
        super().__init__(words, status=status, code=code)
        self.faults = faults

    @property
    def is_of_input(self) -> bool:
        """Whether a key inside a variable is one that the platform does not have."""
        return any(_NO_INPUT.search(fault.words) for fault in self.faults)


def is_misfit(words: str) -> bool:
    """Whether a message speaks of the document and not of what was wanted."""
    return any(pattern.search(words) for pattern in (_NO_FIELD, _NO_TYPE, _OTHER_TYPE, _NO_INPUT))


def mended(document: str, faults: Iterable[Said]) -> str:
    """The document without the fields that are not there, its variables of the types that are. May be the same."""
    lines: set[int] = set()
    for fault in faults:
        if _NO_FIELD.search(fault.words):
            lines.update(fault.lines)
        elif found := _OTHER_TYPE.search(fault.words):
            document = _retyped(
                document, f"\\${re.escape(found[1])}: {re.escape(found[2])}", f"${found[1]}: {found[3]}"
            )
        elif found := _NO_TYPE.search(fault.words):
            document = _retyped(document, rf"(\$\w+: ){re.escape(found[1])}\b", r"\1String")
    return _without(document, lines)


def _retyped(document: str, old: str, new: str) -> str:
    """With another type for a variable, on the line that stands."""
    return re.sub(old if old.endswith(r"\b") else rf"{old}(?!\w)", new, document)


def _without(document: str, lines: set[int]) -> str:
    """Without the fields that begin on these lines, each with the block behind it: a field has a line of its own."""
    kept, depth = [], 0
    for number, line in enumerate(document.split("\n"), 1):
        if depth or number in lines:
            depth += line.count("{") - line.count("}")
        else:
            kept.append(line)
    return "\n".join(kept)
