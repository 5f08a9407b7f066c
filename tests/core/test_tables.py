"""Uploaded tables: what is read from them, and what is refused."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from dashboard.core import tables
from dashboard.core.tables import BadFile, read_table


def workbook(*rows):
    """An XLSX of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def read(content):
    with translation.override("en"):
        return read_table(SimpleUploadedFile("../../any name", content))


@pytest.mark.parametrize("parted", [b",", b";", b"\t"])
def test_csv(parted):
    content = b"\xef\xbb\xbfSKU,Remote id,price\r\n a-1 ,'=x,12.50\r\n,,\r\n\"b\n2\",'7,\r\n".replace(b",", parted)
    assert read(content) == [
        (2, {"sku": "a-1", "remote_id": "=x", "price": "12.50"}),
        (4, {"sku": "b\n2", "remote_id": "'7", "price": ""}),
    ]


def test_xlsx():
    content = workbook(["sku", "price", "quantity"], ["a-1", 12.5, 3.0], [None, None, None], [4006381333931, "=1+1", 0])
    assert read(content) == [
        (2, {"sku": "a-1", "price": "12.5", "quantity": "3"}),
        (4, {"sku": "4006381333931", "price": "=1+1", "quantity": "0"}),
    ]


def test_a_row_may_leave_out_its_last_cells():
    content = b"sku,price,quantity\r\na,1\r\nb\r\nc,2,3,,\r\n"
    assert read(content) == [
        (2, {"sku": "a", "price": "1", "quantity": ""}),
        (3, {"sku": "b", "price": "", "quantity": ""}),
        (4, {"sku": "c", "price": "2", "quantity": "3"}),
    ]


def test_a_row_that_is_longer_than_the_head_is_refused():
    with pytest.raises(BadFile) as refused:
        read(b"sku,price\r\na,1\r\nb,12,50\r\n")
    words = "Row 3 has more cells than the first row has names: put a value with a comma into quotes."
    assert str(refused.value) == words


def test_what_is_no_table_is_refused():
    for content, words in (
        (b"sku,price\r\n", "The file has no rows below its head."),
        (b" ", "The file has no rows below its head."),
        (b"sku,Sku\r\na,b\r\n", "A column stands twice: sku."),
        (b"sku,price\r\n\xff\xfe,1\r\n", "The file is neither CSV in UTF-8 nor XLSX."),
        (b"sku\n" + b"x" * 200_000, "The file is neither CSV in UTF-8 nor XLSX."),
        (b"PK\x03\x04 and no more", "The workbook cannot be read."),
        (workbook(["sku"], ["a"])[:-30], "The workbook cannot be read."),
    ):
        with pytest.raises(BadFile) as refused:
            read(content)
        assert str(refused.value) == words


def test_what_is_too_large_is_refused(monkeypatch):
    with pytest.raises(BadFile, match="larger than 5 MB"):
        read(b"sku\n" + b"x\n" * 2_700_000)
    with pytest.raises(BadFile, match="more than 10,000 rows"):
        read(b"sku\n" + b"x\n" * 10_001)
    assert len(read(b"sku\n" + b"x\n" * 10_000)) == 10_000
    monkeypatch.setattr(tables, "MOST_LINES", 3)
    with pytest.raises(BadFile, match="more than 10,000 rows"):
        read(workbook(["sku"], ["a"], ["b"], ["c"]))


def repacked(content, **parts):
    """The workbook with parts put in or replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, text in parts.items():
            new.writestr(name, text)
    return made.getvalue()


def test_bombs_are_refused():
    honest = workbook(["sku"], ["a"])
    with pytest.raises(BadFile, match="unpacks to more than 50 MB"):
        read(repacked(honest, **{"xl/sharedStrings.xml": b" " * (51 * 1024 * 1024)}))
    with pytest.raises(BadFile, match="unpacks to more than 50 MB"):
        read(repacked(honest, **{f"xl/{n}.xml": b"" for n in range(1001)}))
    doubling = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    for text in (doubling.encode(), doubling.encode("utf-16")):
        with pytest.raises(BadFile, match="cannot be read"):
            read(repacked(honest, **{"xl/workbook.xml": text}))
    assert read(repacked(honest)) == [(2, {"sku": "a"})]
