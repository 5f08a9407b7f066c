"""What somebody typed, as words, and each word as an index is asked for it."""

from __future__ import annotations

import re

CLUE = 10
TRIGRAM = 3
MAX_WORDS = 6
CHINESE_NAME = re.compile(r"[㐀-鿿]{2,4}")


def words_of(q: str) -> list[str]:
    """The words that somebody typed; at most `MAX_WORDS`."""
    return q.replace("\0", "").split()[:MAX_WORDS]


def turned(words: list[str]) -> str:
    """A Chinese name as forms of two fields have it, the given name first: 伟 王 for 王伟; empty for anything else."""
    name = words[0] if len(words) == 1 and CHINESE_NAME.fullmatch(words[0]) else ""
    family = max(1, len(name) - 2)  # of four letters two are the family's
    return name and f"{name[family:]} {name[:family]}"


def escaped(word: str) -> str:
    """A word as LIKE takes it, its signs escaped."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def phrases(words: list[str]) -> str:
    """Words as FTS5 takes them: each a phrase."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in words)


def clue(word: str) -> str:
    """The part of a long word that its index is asked for: a trigram that all rows have costs as much as a rare one.

    Of addresses what stands before the @, else the end, by which numbers differ. The rows found are compared in full.
    """
    name, at, _domain = word.partition("@")
    return (name + at)[-CLUE:] if len(name) >= TRIGRAM else word[-CLUE:]
