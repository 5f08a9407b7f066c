"""The English words that the channels declare or raise, found in their sources. Nothing is imported.

The channels know no Django: their words stay English there, in rows and in logs, and are worded for the reader when
they are shown (`dashboard.core.wording`). What is collected: labels and hints of fields and callbacks, a platform's
summary, a route's quirk, and every sentence that is no docstring. A platform's own words are in none of these.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_FRAGMENTS = {"_lost", "_one", "_TooMuch"}  # calls whose words are put into a sentence elsewhere
_LABELLED = {"Field", "CallbackEvent"}
_SPOKEN = {"hint", "summary", "quirk", "reason", "words", "excess"}
_SENTENCE = re.compile(r"^[A-Za-z%“].* .*(?:[.…?!)]|: %\(\w+\)s)$", re.DOTALL)
_CLAUSE = re.compile(r"^[A-Z].* .")


def phrases(folder: Path) -> Iterator[tuple[Path, int, str]]:
    """File, line and words of everything that the modules below `folder` may say; sandboxes speak for platforms."""
    for path in sorted(folder.rglob("*.py")):
        if not any(part.startswith("sandbox") for part in path.relative_to(folder).with_suffix("").parts):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for line, words in sorted(set(_of_module(tree))):
                yield path, line, words


def _of_module(tree: ast.Module) -> Iterator[tuple[int, str]]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Constant, ast.JoinedStr)):
            spoken = getattr(node.targets[0], "id", "") in _SPOKEN
            yield from _spoken(node.value, re.compile(".* ") if spoken else _CLAUSE)
        elif isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in docstrings | parts:
            yield from _spoken(node, _SENTENCE)


def _of_call(node: ast.Call) -> Iterator[tuple[int, str]]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    for each in node.args if name in _FRAGMENTS else ():
        yield from _spoken(each, re.compile(".* "))
    for keyword in node.keywords:
        if keyword.arg in _SPOKEN or (keyword.arg == "label" and name in _LABELLED):
            yield from _spoken(keyword.value, re.compile("."))
        elif keyword.arg == "choices" and isinstance(keyword.value, ast.Tuple):
            for each in keyword.value.elts:
                yield from _spoken(each, re.compile("."))


def _spoken(node: ast.expr, like: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    words = _template(node)
    if like.match(words) and "\\" not in words and re.search("[A-Za-z]{2}", re.sub(r"%\(\w+\)s", "", words)):
        yield node.lineno, words


def _template(node: ast.expr) -> str:
    """The text of a literal, with `%(name)s` where an f-string puts a value; empty for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    made, names = "", dict[str, str]()
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            made += f"%({_name(part.value, names)})s"
        else:
            made += _template(part).replace("%", "%%")
    return made


def _name(value: ast.expr, names: dict[str, str]) -> str:
    """A name for a value: the last word of its expression, numbered where another value has it already."""
    said = ast.unparse(value)
    if said not in names:
        plain = re.fullmatch(r"[\w.]*?_*(\w+)", said)
        name = plain[1].lower() if plain else f"value{len(names) + 1}"
        names[said] = f"{name}{len(names) + 1}" if name in names.values() else name
    return names[said]
