"""No export of any domain holds a live formula, whatever stands in whichever text of its rows (S6)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
from django.db import models

from dashboard.core import exports
from dashboard.staff.models import User
from tests.connected import Connect
from tests.core.test_exports import PREFIXES
from tests.security.furnished import furnish

pytestmark = pytest.mark.django_db
STARTS = tuple("=+-@\t\r\n\0|%＝＋－＠")
# What only a number, a time or a yes can look like; a minus before digits is no formula.
TYPED = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|true|false|")


def poisoned(row: models.Model, text: str, depth: int = 3) -> None:
    """Put the text into every text of a row, and of the rows that it leads to."""
    for field in row._meta.concrete_fields:
        if isinstance(field, models.CharField | models.TextField):
            setattr(row, field.attname, text)
        elif isinstance(field, models.JSONField):
            setattr(row, field.attname, {text: text})
        elif field.is_relation and depth and getattr(row, field.attname) is not None:
            poisoned(getattr(row, field.name), text, depth - 1)


def values(export: exports.Export, row: models.Model, texts: list[str]) -> Iterator[list[Any]]:
    """The row's values as they are exported, once for each text."""
    readers = [column.reader() for column in export.columns]
    for text in texts:
        poisoned(row, text)
        yield [read(row) for read in readers]


def live(cells: list[str], export: exports.Export) -> list[tuple[str, str]]:
    """Cells that a spreadsheet would run, with the names of their columns."""
    bare = [cell.lstrip(' \u00a0\u200b\u3000\ufeff"') for cell in cells]
    return [
        (column.name, cell)
        for column, cell, start in zip(export.columns, cells, bare, strict=True)
        if start.startswith(STARTS) and not TYPED.fullmatch(cell)
    ]


def test_no_export_holds_a_live_formula(connect: Connect, user_for: Callable[[str], User]):
    furnish(connect, user_for("admin"))
    texts = [f"{prefix}cmd|' /C calc'!A0" for prefix in PREFIXES]
    assert len(texts) >= 60
    poisonable = 0
    for domain, export in exports.discover().items():
        row = export.queryset(None).first()
        assert row is not None, domain
        found = list(values(export, row, texts))
        names = [column.name for column in export.columns]
        written = "".join(exports.csv_lines(names, iter(found), exports.typed(export)))
        lines = list(csv.reader(io.StringIO(written, newline=""), strict=True))[1:]
        assert len(lines) == len(texts), domain
        assert [hit for line in lines for hit in live(line, export)] == [], domain
        book = io.BytesIO()
        exports.write_xlsx(export, iter(found), book)
        sheet = openpyxl.load_workbook(book).active
        cells = [cell for line in sheet.iter_rows(min_row=2) for cell in line]
        assert {cell.data_type for cell in cells} <= {"s", "n", "b"}, domain
        shown = [
            ["" if cell.value is None else str(cell.value) for cell in line] for line in sheet.iter_rows(min_row=2)
        ]
        assert [hit for line in shown for hit in live(line, export)] == [], domain
        poisonable += sum(text in line[at] for text, line in zip(texts, lines, strict=True) for at in range(len(line)))
    assert poisonable > 100 * len(texts)
