"""Handing a PDF invoice to the platform. No endpoint reads it back: what is unknown waits for a person."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels import records as r
from dashboard.orders.commands.common import OfOrders
from dashboard.orders.models import Invoice, Order
from dashboard.sync.kinds import NEVER, Context, Finding, Refused, Target, register, undecided
from dashboard.sync.models import Command, Connection

MAX_PDF = 10 * 1024 * 1024


class File(msgspec.Struct, forbid_unknown_fields=True):
    """A file; `content` is base64."""

    name: str
    content: str
    content_type: str = "application/pdf"


class UploadInvoice(msgspec.Struct, forbid_unknown_fields=True):
    """A PDF with its number; amounts in the order's currency."""

    number: str
    file: File
    total: Decimal | None = None
    vat: Decimal | None = None
    shipping_id: str = ""
    transaction_id: str = ""


@register
class UploadInvoiceKind(OfOrders):
    """Upload an invoice. Never sent a second time by itself."""

    name = "orders.upload_invoice"
    label = gettext_lazy("Upload invoice")
    capability = can.UploadsInvoices
    permission = "orders.invoice"
    Payload = UploadInvoice
    repeat = NEVER
    marker = "None: no endpoint reads an invoice."
    secret_keys = ("file",)

    def check(self, connection: Connection, target: Target, payload: UploadInvoice) -> None:
        """A number, a real PDF of at most 10 MB, amounts that are not negative."""
        if not payload.number.strip() or len(payload.number) > 120:
            raise Refused(_("Give the invoice's number."), field="number")
        pdf_of(payload)
        for name in ("total", "vat"):
            amount = getattr(payload, name)
            if amount is not None and (not amount.is_finite() or amount < 0):
                raise Refused(_("Amounts cannot be negative."), field=name)

    def summary(self, payload: UploadInvoice) -> str:
        """The number."""
        return _("Invoice %(number)s") % {"number": payload.number}

    def send(self, context: Context) -> r.Receipt:
        """Upload it."""
        p: UploadInvoice = context.payload
        receipt: r.Receipt = context.channel.upload_invoice(
            context.ref,
            r.Invoice(
                number=p.number,
                pdf=pdf_of(p),
                total=p.total,
                vat=p.vat,
                shipping_id=p.shipping_id,
                transaction_id=p.transaction_id,
            ),
        )
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Nothing to ask."""
        return undecided(_("The platform has no way to read an invoice back; look there, then settle this by hand."))

    def mirror(self, context: Context) -> None:
        """Keep the invoice with its order."""
        if context.target.row is not None:
            keep_invoice(context.target.row, context.command, context.payload.number, pdf_of(context.payload))


def pdf_of(payload: UploadInvoice) -> bytes:
    """The file's bytes. Raises `Refused` unless they are a PDF of at most 10 MB."""
    if len(payload.file.content) > MAX_PDF * 4 // 3 + 8:
        raise Refused(_("The file is larger than 10 MB."), field="file")
    try:
        pdf = base64.b64decode(payload.file.content, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(_("The file's content is not base64."), field="file") from None
    check_pdf(pdf)
    return pdf


def check_pdf(pdf: bytes) -> None:
    """Raise `Refused` unless it is a PDF of at most 10 MB."""
    if not pdf.startswith(b"%PDF-"):
        raise Refused(_("The file is not a PDF."), field="file")
    if len(pdf) > MAX_PDF:
        raise Refused(_("The file is larger than 10 MB."), field="file")


def keep_invoice(order: Order, command: Command, number: str, pdf: bytes) -> Invoice:
    """The invoice that a command carries, kept once."""
    kept, _made = Invoice.objects.get_or_create(
        command=command, defaults={"order": order, "number": number, "pdf": pdf, "made_by": command.actor}
    )
    return kept
