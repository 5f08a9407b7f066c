"""Reads an uploaded table, CSV or XLSX, as rows of text; what is too large, or is not a table, is refused."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

import openpyxl
from django.utils.translation import gettext as _

from dashboard.core.exports import neutral

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024  # an honest workbook of five megabytes stays below it
MOST_PARTS = 1000
MOST_ROWS = 10_000
MOST_LINES = 100_000  # with blank ones
MOST_COLUMNS = 50

Row = tuple[int, dict[str, str]]


class BadFile(Exception):
    """A file that cannot be taken; its text says why."""


def read_table(file: Any) -> list[Row]:
    """The rows below the head, each with its number in the file and its cells by column name; blank rows are left out.

    Names are in lower case, with underscores for spaces. Formulas stay the text that they are. Raises `BadFile`.
    """
    if file.size > MOST_BYTES:
        raise BadFile(_("The file is larger than 5 MB."))
    content = file.read()
    lines = _sheet_lines(content) if content[:4] == b"PK\x03\x04" else _text_lines(content)
    filled = ((number, cells) for number, cells in enumerate(lines, 1) if any(cells))
    _number, head = next(filled, (0, []))
    names = [name.lower().replace(" ", "_") for name in head]
    if doubled := {name for name in names if name and names.count(name) > 1}:
        raise BadFile(_("A column stands twice: %(names)s.") % {"names": ", ".join(sorted(doubled))})
    return _capped((number, _named(number, names, cells)) for number, cells in filled)


def _named(number: int, names: list[str], cells: list[str]) -> dict[str, str]:
    """The cells of a row by column name, those that it leaves out as empty ones.

    Raises `BadFile` for a row longer than the head: a value was cut in two, and no cell after it can be trusted.
    """
    if any(cells[len(names) :]):
        words = _("Row %(n)s has more cells than the first row has names: put a value with a comma into quotes.")
        raise BadFile(words % {"n": number})
    return {name: cell for name, cell in zip_longest(names, cells[: len(names)], fillvalue="") if name}


def _capped(rows: Iterable[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if len(found) == MOST_ROWS:
            raise _too_many()
        found.append(row)
    if not found:
        raise BadFile(_("The file has no rows below its head."))
    return found


def _too_many() -> BadFile:
    return BadFile(_("The file has more than %(most)s rows.") % {"most": f"{MOST_ROWS:,}"})


def _text_lines(content: bytes) -> Iterator[list[str]]:
    """The lines of a CSV; whichever of comma, semicolon and tab its head has most of is what parts its columns."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(_("The file is neither CSV in UTF-8 nor XLSX.")) from None
    head = text.lstrip().split("\n", 1)[0]
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)):
            yield [_bare(cell) for cell in cells[:MOST_COLUMNS]]
    except csv.Error:
        raise BadFile(_("The file is neither CSV in UTF-8 nor XLSX.")) from None


def _sheet_lines(content: bytes) -> Iterator[list[str]]:
    """The lines of a workbook's first sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _refuse_bomb(packed)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(max_row=MOST_LINES + 1, max_col=MOST_COLUMNS, values_only=True)
        for number, cells in enumerate(lines, 1):
            if number > MOST_LINES:
                raise _too_many()
            yield [_bare(_words(cell)) for cell in cells]
    except BadFile:
        raise
    except Exception as error:  # whatever openpyxl stumbles over: a broken workbook has no one error
        raise BadFile(_("The workbook cannot be read.")) from error


def _refuse_bomb(packed: zipfile.ZipFile) -> None:
    """Raise `BadFile` for an archive that unpacks to much more than it should, or whose XML defines entities."""
    parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadFile(_("The workbook unpacks to more than 50 MB."))
    if any(b"<!DOCTYPE" in packed.read(part).replace(b"\0", b"") for part in parts):
        raise BadFile(_("The workbook cannot be read."))


def _words(cell: Any) -> str:
    """A cell as a person reads it: 12, not 12.0."""
    return "" if cell is None else str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _bare(text: str) -> str:
    """Without the blanks around it, and without the apostrophe that an export puts before what looks like a formula."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and neutral(text[1:]) == text else text
