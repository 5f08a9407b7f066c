"""Invoices and packing slips as PDF, in every script that some font shows (`dashboard.orders.fonts`).

A letter that none has (an emoji on a bare machine, Devanagari) is printed as a box, and the paper says so.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from dashboard.core import formatting
from dashboard.core.wording import spelled, worded
from dashboard.orders import fonts
from dashboard.orders.buyers import address_lines
from dashboard.orders.models import Order, OrderLine

SCANNED = 40  # letters of a number that a bar code still holds on a line

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=11, textColor=colors.HexColor("#555555"))
TITLE = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", fontSize=17, leading=22, spaceAfter=3 * mm)
RIGHT = ParagraphStyle("right", parent=BODY, alignment=2)
SMALL_RIGHT = ParagraphStyle("small-right", parent=SMALL, alignment=2)
ADDRESS = ParagraphStyle("address", parent=BODY, fontSize=12, leading=16)
MARGIN = 18 * mm
RULES = [
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
    ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.HexColor("#bbbbbb")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
]


def invoice(order: Order, lines: Sequence[OrderLine], *, number: str, seller: str, note: str = "") -> bytes:
    """An invoice in the order's currency, with the amounts as the platform states them; none is recomputed."""
    to = address_lines(order.address or {"name": order.buyer})
    head = [
        _text(_("Invoice %(number)s") % {"number": number}, TITLE),
        _text(_lines([seller, "", _("Order %(number)s") % {"number": order}, formatting.day(order.placed_at)])),
        Spacer(0, 6 * mm),
        _text(_lines([_("Bill to"), *to])),
        Spacer(0, 8 * mm),
    ]
    rows = [_heads(_("Item"), _("SKU"), numbers=(_("Quantity"), _("Price")))]
    for line in lines:
        price = formatting.money(line.unit_price, order.currency)
        rows.append([_text(str(line)), _text(line.sku, SMALL), _text(str(line.quantity), RIGHT), _text(price, RIGHT)])
    table = Table(rows, colWidths=[88 * mm, 40 * mm, 18 * mm, 28 * mm], repeatRows=1, style=TableStyle(RULES))
    foot = [Spacer(0, 5 * mm), KeepTogether([_sums(order)]), Spacer(0, 8 * mm), _text(note, SMALL)]
    foot += _boxes(seller, note, *to, *map(str, lines))
    return _pdf([*head, table, *foot], title=_("Invoice %(number)s") % {"number": number})


def _heads(*words: str, numbers: Sequence[str]) -> list[Any]:
    """The first row of a table; heads of numbers stand over their numbers."""
    return [*(_text(word, SMALL) for word in words), *(_text(word, SMALL_RIGHT) for word in numbers)]


def _sums(order: Order) -> Table:
    """The platform's own amounts and the total."""
    rows = [[_text(worded(spelled(str(name))), RIGHT), _text(str(value), RIGHT)] for name, value in order.totals]
    rows.append([_text(_("Total"), RIGHT), _text(formatting.money(order.total, order.currency), RIGHT)])
    style = [("LINEABOVE", (0, -1), (-1, -1), 0.8, colors.black), ("RIGHTPADDING", (-1, 0), (-1, -1), 0)]
    return Table(rows, colWidths=[40 * mm, 40 * mm], hAlign="RIGHT", style=TableStyle(style))


def packing_slips(orders: Sequence[tuple[Order, Sequence[OrderLine]]]) -> bytes:
    """One page for each order: where it goes and what is in it. Never money, notes or delivered content."""
    story: list[Any] = []
    for order, lines in orders:
        story += [PageBreak()] if story else []
        story += _slip(order, lines)
    return _pdf(story, title=_("Packing slip"))


def _slip(order: Order, lines: Sequence[OrderLine]) -> list[Any]:
    rows = [_heads(_("Item"), _("SKU"), _("Barcode"), numbers=(_("Quantity"),))]
    for line in lines:
        cells = (str(line), line.sku, line.barcode)
        rows.append([*(_text(cell) for cell in cells), _text(str(line.quantity), RIGHT)])
    table = Table(rows, colWidths=[86 * mm, 38 * mm, 32 * mm, 18 * mm], repeatRows=1, style=TableStyle(RULES))
    to = address_lines(order.address or {"name": order.buyer})
    return [
        _text(_("Packing slip"), TITLE),
        _text(_lines([_("Order %(number)s") % {"number": order}, formatting.day(order.placed_at)])),
        *_barcode(str(order)),
        Spacer(0, 6 * mm),
        _text(_("Ship to"), SMALL),
        _text(_lines(to), ADDRESS),
        Spacer(0, 8 * mm),
        table,
        *_boxes(*to, *map(str, lines)),
    ]


def _barcode(number: str) -> list[Any]:
    """The order's number for a scanner; nothing for a number that no scanner reads."""
    if not number.isascii() or len(number) > SCANNED:
        return []
    return [Spacer(0, 3 * mm), Code128(number, barHeight=9 * mm, barWidth=0.28 * mm, quiet=False, hAlign="LEFT")]


def _pdf(story: list[Any], *, title: str) -> bytes:
    target = io.BytesIO()
    document = BaseDocTemplate(target, pagesize=A4, title=title, invariant=1)
    width, height = A4
    frame = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(story)
    return target.getvalue()


def _boxes(*words: str) -> list[Any]:
    """What the boxes mean, where there are any."""
    if not fonts.has_boxes("".join(words)):
        return []
    told = _("□ stands for a letter that this file's fonts lack. Print the page from the browser to have all of them.")
    return [Spacer(0, 6 * mm), _text(told, SMALL)]


def _lines(words: Sequence[str]) -> str:
    return "\n".join(words)


def _text(words: str, style: ParagraphStyle = BODY) -> Paragraph:
    """A paragraph in which every run of text has a font that can show it."""
    return Paragraph("".join(_run(*run) for run in fonts.runs(words, style.fontName, style.fontSize)), style)


def _run(font: str, text: str) -> str:
    safe = escape(text).replace("\n", "<br/>")
    return f'<font name="{font}">{safe}</font>' if font else safe
