"""Exports: every list as CSV, JSON, NDJSON or XLSX, streamed row by row.

An app fills the registry from its ``exports.py``; ``manage.py export`` and ``?format=csv`` both read it. JSON is never
altered. In CSV and XLSX a text that a spreadsheet would run as a formula gets a leading apostrophe.
"""

import csv
import datetime as dt
import io
import json
import operator
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import openpyxl
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from dashboard.core.navigation import may

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 1000
_FORMULA_STARTS = frozenset("=+-@\t\r\n\0|%＝＋－＠")
_SKIPPED = " \u00a0\u200b\u200c\u200d\u2060\u3000\ufeff\"'"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its source (a path such as ``connection.slug``, or a function of the row), its kind.

    Kinds: text, money (Decimal), time (aware datetime), int, bool, json (lists and objects).
    """

    name: str
    source: str | Callable[[Any], Any] = ""
    kind: str = "text"

    def reader(self) -> Callable[[Any], Any]:
        """The function that takes the plain value out of a row."""
        convert = _CONVERT[self.kind]
        get = self.source if callable(self.source) else _path(self.source or self.name)
        return lambda row: None if (value := get(row)) is None else convert(value)


@dataclass(frozen=True, slots=True)
class Export:
    """One domain's export. ``queryset(user)`` holds what that person may see; ``user`` is None for the command line.

    ``since``: the time by which ``--since`` asks for what is new here, which every row must have.
    """

    domain: str
    queryset: Callable[[Any], QuerySet[Any]]
    columns: Sequence[Column]
    connection: str = "connection__slug"
    since: str = "changed_at"
    order: tuple[str, ...] = ("pk",)


EXPORTS: dict[str, Export] = {}


def register_export(export: Export) -> None:
    """Make a domain exportable; the names are those of the public surface."""
    EXPORTS[export.domain] = export


def discover() -> dict[str, Export]:
    """All exports, after every app's ``exports.py`` was read."""
    autodiscover_modules("exports")
    return EXPORTS


def rows(export: Export, queryset: QuerySet[Any]) -> Iterator[list[Any]]:
    """The plain values (str, int, bool, None, list, dict) of every row, a chunk of the table in memory at a time."""
    readers = [column.reader() for column in export.columns]
    for row in queryset.iterator(chunk_size=CHUNK):
        yield [read(row) for read in readers]


def export_response(request: HttpRequest, domain: str, queryset: QuerySet[Any]) -> HttpResponseBase:
    """The rows of ``queryset`` (model instances) in the format that ``?format=`` names, as a file to save.

    400 for an unknown format; PermissionDenied (a 403 page) without the permission ``export``.
    """
    if not may(request.user, "export"):
        raise PermissionDenied(_("Your role may read this list, not export it."))
    wanted = request.GET.get("format", "csv")
    if wanted not in FORMATS:
        return HttpResponse("unknown format", status=400, content_type="text/plain")
    export = discover()[domain]
    found = queryset if queryset.ordered else queryset.order_by(*export.order)
    name = f"{domain}-{timezone.now():%Y-%m-%d}.{wanted}"
    if wanted == "xlsx":
        spool = tempfile.SpooledTemporaryFile(max_size=4_000_000)  # noqa: SIM115 (FileResponse closes it)
        write_xlsx(export, rows(export, found), spool)
        spool.seek(0)
        return FileResponse(spool, as_attachment=True, filename=name, content_type=FORMATS[wanted])
    response = StreamingHttpResponse(_batched(text(export, found, wanted)), content_type=FORMATS[wanted])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def text(export: Export, queryset: QuerySet[Any], wanted: str) -> Iterator[str]:
    """The export in pieces of text: ``csv``, ``json`` or ``ndjson``."""
    names = [column.name for column in export.columns]
    values = rows(export, queryset)
    if wanted == "csv":
        return csv_lines(names, values, typed(export))
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    objects = (encode(dict(zip(names, row, strict=True))) for row in values)
    return (f"{each}\n" for each in objects) if wanted == "ndjson" else _array(objects)


def typed(export: Export) -> list[bool]:
    """For each column, whether its values come from a type that cannot hold a formula."""
    return [column.kind not in ("text", "json") for column in export.columns]


def _array(objects: Iterable[str]) -> Iterator[str]:
    before = "["
    for each in objects:
        yield f"{before}\n{each}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def csv_lines(names: Sequence[str], values: Iterable[list[Any]], safe: Sequence[bool]) -> Iterator[str]:
    """RFC 4180 lines, every field quoted, formulas neutralised."""
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(names)
    for row in values:
        yield _taken(line)
        writer.writerow(
            [_cell(value) if sure else neutral(_cell(value)) for value, sure in zip(row, safe, strict=True)]
        )
    yield _taken(line)


def _taken(line: io.StringIO) -> str:
    text = line.getvalue()
    line.seek(0)
    line.truncate()
    return text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def neutral(text: str) -> str:
    """``text`` with a leading apostrophe when a spreadsheet might take it for a formula."""
    bare = text.lstrip(_SKIPPED)
    return f"'{text}" if text[:1] in _FORMULA_STARTS or bare[:1] in _FORMULA_STARTS else text


def write_xlsx(export: Export, values: Iterable[list[Any]], target: IO[bytes] | str) -> None:
    """A workbook with one sheet; text cells are text, whatever they begin with."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(export.domain[:31])
    safe = typed(export)
    sheet.append([column.name for column in export.columns])
    for row in values:
        sheet.append([_xlsx(sheet, value, sure) for value, sure in zip(row, safe, strict=True)])
    book.save(target)


def _xlsx(sheet: Any, value: Any, sure: bool) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    text = _cell(value) if sure else neutral(_cell(value))
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    return cell


def _batched(pieces: Iterator[str], size: int = 32_768) -> Iterator[str]:
    held: list[str] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= size:
            yield "".join(held)
            held, length = [], 0
    yield "".join(held)


def plain_money(value: Decimal) -> str:
    """A decimal string with at least two decimals and no zeros beyond: ``12.00``, ``0.005``."""
    exponent = Decimal(value).normalize().as_tuple().exponent
    return f"{Decimal(value):.{max(2, -exponent if isinstance(exponent, int) else 2)}f}"


def plain_time(value: dt.datetime) -> str:
    """ISO 8601 in UTC with Z; microseconds only where there are some."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _path(path: str) -> Callable[[Any], Any]:
    names = path.replace("__", ".").split(".")
    if len(names) == 1:
        return lambda row: row[path] if isinstance(row, dict) else getattr(row, path)
    get = operator.attrgetter(".".join(names))

    def read(row: Any) -> Any:
        try:
            return row[path] if isinstance(row, dict) else get(row)
        except AttributeError:
            return None  # a relation on the way is empty

    return read


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "text": str,
    "money": plain_money,
    "time": plain_time,
    "int": int,
    "bool": bool,
    "json": lambda value: value,
}
