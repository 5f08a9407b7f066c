"""Invoices and packing slips are real PDFs, the same for the same order, with every script that we can show."""

import base64
import re
import unicodedata
import zlib
from pathlib import Path

import pytest
from reportlab.graphics.barcode.code128 import Code128

from dashboard.orders import documents, fonts
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
VIETNAMESE = "Nguyễn Thị Ánh Hồng"


@pytest.fixture
def bare(monkeypatch):
    """A machine without fonts of its own."""

    def forget():
        fonts.font_of.cache_clear()
        fonts._of_the_machine.cache_clear()

    monkeypatch.setattr(fonts, "FOLDERS", ())
    forget()
    yield
    forget()


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("name", "boxes"),
    [
        ("Zoë Müller", 0),
        ("王小明 Привет", 0),
        ("Cafe\u0301", 0),
        ("a\u200db", 0),
        ("Łukasz Wójcik-Żądło, Kraków", 0),
        ("Přemysl Dvořák, Kroměříž", 0),
        ("Erdoğan Şükrü İçli", 0),
        ("Őze Győző, Hódmezővásárhely", 0),
        ("Ștefan Ionuț Bălăceanu", 0),
        (VIETNAMESE, 0),
        (unicodedata.normalize("NFD", VIETNAMESE), 0),
        ("سماعات", 0),
        ("🎧 한", 2),
        ("שלום", 4),
        ("नमस्ते", 6),
    ],
)
def test_a_letter_that_no_font_has_is_a_box_and_the_paper_says_so(order, name, boxes):
    order.address = {"name": name, "country": "DE"}
    shown = "".join(text for _font, text in fonts.runs(name, "Helvetica", 9.5))
    assert shown.count(fonts.BOX) == boxes
    assert fonts.has_boxes(name) == bool(boxes)
    made = documents.packing_slips([(order, [])]), documents.invoice(order, [], number="1", seller="We")
    assert [TOLD in b"".join(inflated(paper)) for paper in made] == [bool(boxes)] * 2
    assert made[0] == documents.packing_slips([(order, [])])


@pytest.mark.usefixtures("bare")
def test_every_piece_of_a_text_has_one_font():
    def runs(words):
        return fonts.runs(words, "Helvetica", 9.5)

    assert runs("Zoë") == [("", "Zoë")]
    assert runs("Łódź 王") == [("Noto Sans", "Łódź "), ("STSong-Light", "王")]
    assert runs("王 Zoë") == [("STSong-Light", "王"), ("", " Zoë")]
    assert runs("Привет\n−5") == [("Noto Sans", "Привет\n–5")]


@pytest.mark.usefixtures("bare")
def test_what_is_read_from_the_right_is_joined_turned_and_broken_from_its_beginning():
    [(font, text)] = fonts.runs("سلام", "Helvetica", 9.5)
    assert (font, text) == ("Noto Sans Arabic", "\ufee1\ufefc\ufeb3")  # meem, lam-alef, seen: the end stands left
    turned = "".join(text for _font, text in fonts.runs("طلب رقم 1234", "Helvetica", 9.5))
    assert turned.startswith("1234 ")
    lines = "".join(text for _font, text in fonts.runs("سلام " * 30 + "1234", "Helvetica", 9.5)).split("\n")
    assert len(lines) > 1
    assert ["1234" in line for line in lines] == [False] * (len(lines) - 1) + [True]


def test_letters_are_embedded_and_what_helvetica_shows_needs_no_font(order):
    order.buyer, order.address = "Zoë", {"name": "Zoë", "country": "DE"}
    plain = documents.packing_slips([(order, [])])
    order.address = {"name": "Łukasz", "country": "PL"}
    embedded = documents.packing_slips([(order, [])])
    assert (b"/FontFile2" in plain, b"/FontFile2" in embedded) == (False, True)
    assert len(embedded) < len(plain) + 40_000


@pytest.mark.skipif(not Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists(), reason="No such font here")
def test_a_font_of_the_machine_shows_what_ours_lack():
    assert fonts.runs("שלום", "Helvetica", 9.5) == [("DejaVuSans.ttf", "םולש")]
    assert fonts.font_of("न") is None  # DejaVu or not: it would stand unshaped


def inflated(pdf):
    """What the pages say, without their encodings."""
    pages = [zlib.decompress(base64.a85decode(piece)) for piece in re.findall(rb"stream\n([!-u\nz]+?)~>endstream", pdf)]
    assert pages
    return pages


@pytest.mark.parametrize(("number", "scanned"), [("SO-1689", True), ("заказ-1", False), ("9" * 41, False)])
def test_a_slip_carries_its_number_for_a_scanner_that_can_read_it(order, number, scanned):
    codes = [part.value for part in documents._barcode(number) if isinstance(part, Code128)]
    assert codes == ([number] if scanned else [])
    order.number = number
    assert documents.packing_slips([(order, lines(order))]).startswith(b"%PDF-")
