"""Exports: exact text in every format, no live formula in CSV and XLSX, JSON never altered."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from dashboard.core import exports
from dashboard.core.exports import Column, Export
from dashboard.core.management.commands import export as command
from dashboard.staff.models import User

BASE = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
SAMPLE = Export(
    domain="people",
    queryset=lambda user: User.objects.all(),
    columns=[
        Column("name", "first_name"),
        Column("amount", lambda row: Decimal(row.last_name or "0"), kind="money"),
        Column("joined_at", "date_joined", kind="time"),
        Column("active", "is_active", kind="bool"),
        Column("seen_at", "last_login", kind="time"),
    ],
    connection="username",
    since="date_joined",
    order=("username",),
)
BAD = ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%", "＝", "＋", "－", "＠"]
AROUND = ["", " ", "\u00a0", "\u200b", "\ufeff", '"', "'", "\u3000"]
PREFIXES = [f"{around}{bad}" for around in AROUND for bad in BAD]


@pytest.fixture
def people(db, monkeypatch):
    monkeypatch.setitem(exports.EXPORTS, "people", SAMPLE)

    def make(*names):
        for number, name in enumerate(names):
            User.objects.create(
                username=f"u{number:03}",
                first_name=name,
                last_name="-5.5000",
                date_joined=BASE + dt.timedelta(days=number),
            )

    return make


def asked(wanted, superuser=True):
    request = RequestFactory().get("/", {"format": wanted})
    request.user = User(username="asks", is_superuser=superuser)
    return request


def get(wanted):
    request = asked(wanted)
    response = exports.export_response(request, "people", User.objects.all())
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_csv_exactly(people):
    people('Mei "M" Chen', "李, 雷")
    assert get("csv").decode() == (
        '"name","amount","joined_at","active","seen_at"\r\n'
        '"Mei ""M"" Chen","-5.50","2026-01-02T03:04:05Z","true",""\r\n'
        '"李, 雷","-5.50","2026-01-03T03:04:05Z","true",""\r\n'
    )


def test_json_and_ndjson_are_unaltered(people):
    people("=1+1", "李")
    rows = json.loads(get("json"))
    assert [row["name"] for row in rows] == ["=1+1", "李"]
    assert rows[0] == {
        "name": "=1+1", "amount": "-5.50", "joined_at": "2026-01-02T03:04:05Z", "active": True, "seen_at": None,
    }  # fmt: skip
    assert [json.loads(line) for line in get("ndjson").decode().splitlines()] == rows


@pytest.mark.usefixtures("people")
def test_empty_exports():
    assert get("csv").decode() == '"name","amount","joined_at","active","seen_at"\r\n'
    assert json.loads(get("json")) == []
    assert get("ndjson") == b""


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_live_formula_in_csv_or_xlsx(prefix):
    text = f"{prefix}cmd|' /C calc'!A0"
    (line,) = list(exports.csv_lines(["a"], [[text]], [False]))[1:]
    (cell,) = next(csv.reader(io.StringIO(line, newline=""), strict=True))
    assert cell == f"'{text}"
    book = io.BytesIO()
    exports.write_xlsx(Export("x", None, [Column("a")]), iter([[text]]), book)
    sheet = openpyxl.load_workbook(book).active
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).startswith("'")


@pytest.mark.parametrize("text", ["a=1", "1+1", "x@example.com", "", "a-b", "李", "#1"])
def test_harmless_text_stays(text):
    assert exports.neutral(text) == text


def test_there_are_more_than_sixty_prefixes():
    assert len(PREFIXES) >= 60


def test_xlsx_round_trip(people):
    people("=1+1", "Bad \x07 bell")
    sheet = openpyxl.load_workbook(io.BytesIO(get("xlsx"))).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["name", "amount", "joined_at", "active", "seen_at"],
        ["'=1+1", "-5.50", "2026-01-02T03:04:05Z", True, None],
        ["Bad  bell", "-5.50", "2026-01-03T03:04:05Z", True, None],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [("12", "12.00"), ("12.5000", "12.50"), ("0.0050", "0.005"), ("1E+3", "1000.00"), ("-0.1", "-0.10"), ("0", "0.00")],
)
def test_money(value, text):
    assert exports.plain_money(Decimal(value)) == text


def test_times_are_utc():
    zone = dt.timezone(dt.timedelta(hours=8))
    assert exports.plain_time(dt.datetime(2026, 1, 1, 8, tzinfo=zone)) == "2026-01-01T00:00:00Z"


@pytest.mark.usefixtures("people")
def test_an_unknown_format_is_refused():
    response = exports.export_response(asked("exe"), "people", User.objects.all())
    assert (response.status_code, response.content) == (400, b"unknown format")


@pytest.mark.usefixtures("people")
def test_reading_is_not_exporting():
    with pytest.raises(PermissionDenied, match="not export it"):
        exports.export_response(asked("csv", superuser=False), "people", User.objects.all())


def test_command(people, tmp_path, capsys):
    people("a", "b", "c")
    call_command("export", "people", format="ndjson", since="2026-01-03")
    assert [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()] == ["b", "c"]
    target = tmp_path / "out.csv"
    call_command("export", "people", connection="u001", output=str(target))
    assert target.read_bytes().decode().splitlines()[1:] == ['"b","-5.50","2026-01-03T03:04:05Z","true",""']
    book = tmp_path / "out.xlsx"
    call_command("export", "people", format="xlsx", output=str(book))
    assert openpyxl.load_workbook(book).active.max_row == 4


def test_command_refusals(people):
    people("a")
    with pytest.raises(CommandError, match="unknown domain nothing; known: "):
        call_command("export", "nothing")
    with pytest.raises(CommandError, match="expected 2025-11-20"):
        call_command("export", "people", since="soon")
    with pytest.raises(CommandError, match="--since 2026-02-31"):
        call_command("export", "people", since="2026-02-31")


def test_since(time_machine):
    time_machine.move_to(BASE, tick=False)
    assert command.moment("24h") == BASE - dt.timedelta(days=1)
    assert command.moment("2026-01-01T00:00Z") == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert command.moment("2026-01-01") == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
