"""Invoices and packing slips are real PDFs, the same for the same order, with every script that we can show."""

import base64
import re
import unicodedata
import zlib

import pytest
from reportlab.graphics.barcode.code128 import Code128

from dashboard.orders import documents
from dashboard.orders.models import Order, OrderLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(stores):
    found = Order.objects.get(connection=stores.connection, source_order_id="0000073")
    found.buyer, found.address = "王小明", {"name": "王小明 & Söhne <GmbH>", "city": "北京", "country": "CN"}
    return found


def lines(order):
    return list(OrderLine.objects.filter(order=order).order_by("pk"))


def test_an_invoice_holds_the_platforms_own_total(order):
    made = documents.invoice(order, lines(order), number="INV-1", seller="我们 GmbH")
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    assert b"STSong-Light" in made
    assert made == documents.invoice(order, lines(order), number="INV-1", seller="我们 GmbH")


def test_slips_are_one_page_each_and_hold_no_money(order):
    made = documents.packing_slips([(order, lines(order))] * 3)
    assert made.count(b"/Type /Page\n") == 3
    text = b"".join(inflated(made))
    assert b"Packing slip" in text
    assert b"174.29" not in text


TOLD = b"stands for a letter"


@pytest.mark.parametrize(
    ("name", "boxes"),
    [
        ("Zoë Müller", 0),
        ("王小明 Привет", 0),
        ("Cafe\u0301", 0),
        ("a\u200db", 0),
        ("Łukasz", 1),
        ("سماعات", 6),
        ("🎧 한", 2),
    ],
)
def test_a_letter_that_no_font_has_is_a_box_and_the_paper_says_so(order, name, boxes):
    order.address = {"name": name, "country": "DE"}
    shown = [documents._shown(letter) for letter in unicodedata.normalize("NFC", name)]
    assert shown.count(documents.BOX) == boxes
    assert (TOLD in b"".join(inflated(documents.packing_slips([(order, [])])))) == bool(boxes)
    assert (TOLD in b"".join(inflated(documents.invoice(order, [], number="1", seller="We")))) == bool(boxes)


def inflated(pdf):
    """What the pages say, without their encodings."""
    pages = [zlib.decompress(base64.a85decode(piece)) for piece in re.findall(rb"stream\n(.+?)~>endstream", pdf, re.S)]
    assert pages
    return pages


@pytest.mark.parametrize(("number", "scanned"), [("SO-1689", True), ("заказ-1", False), ("9" * 41, False)])
def test_a_slip_carries_its_number_for_a_scanner_that_can_read_it(order, number, scanned):
    codes = [part.value for part in documents._barcode(number) if isinstance(part, Code128)]
    assert codes == ([number] if scanned else [])
    order.number = number
    assert documents.packing_slips([(order, lines(order))]).startswith(b"%PDF-")
