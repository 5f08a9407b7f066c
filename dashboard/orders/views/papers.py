"""Invoices and packing slips."""

from __future__ import annotations

import base64
from itertools import count
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from channels import capabilities as can
from dashboard.core import formatting
from dashboard.core.exports import plain_money
from dashboard.orders import buyers, documents
from dashboard.orders.commands.invoicing import check_pdf, keep_invoice
from dashboard.orders.forms import InvoiceForm
from dashboard.orders.models import Invoice, Order, OrderLine
from dashboard.orders.reading import chosen, order_of
from dashboard.orders.views.common import ask_or_give, given, posted, show
from dashboard.orders.views.walking import order_url
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.models.commands import DONE, FINAL
from dashboard.sync.submit import why_not
from dashboard.sync.web import give, sent_already


@ask_or_give
@requires("orders.invoice")
def invoice(request: StaffRequest, pk: int) -> HttpResponse:
    """Make an invoice or take a file, keep it, and (``do=send``) hand it to the platform."""
    order = order_of(request, pk)
    can_send = order.connection.can(can.UploadsInvoices)
    total = plain_money(order.total) if order.total is not None else None
    number = _free_number(order, _numbers(order, sends=can_send))
    form = InvoiceForm(posted(request), request.FILES or None, initial={"number": number, "total": total})
    sent = sent_already(request)
    if sent:
        return given(request, order, sent)
    if request.method == "POST" and form.is_valid():
        sends = request.POST.get("do") == "send"
        try:
            _refuse_second(form, _numbers(order, sends=sends))
            pdf = _pdf(order, form)
            return _send(request, order, form, pdf) if sends else _keep(request, order, form, pdf)
        except Refused as refusal:
            form.refuse(refusal)
    page: dict[str, Any] = {
        "title": _("Invoice for %(order)s") % {"order": order},
        "button": _("Upload invoice") if can_send else _("Keep invoice"),
        "do": "send" if can_send else "keep",
        "second": (_("Only keep it here"), "keep") if can_send else None,
        "multipart": True,
        "facts": [(_("Total"), formatting.money(order.total, order.currency))],
        "note": _("No platform endpoint reads an invoice back: an upload without answer is settled by hand."),
        "warning": "" if can_send else why_not(order.connection, can.UploadsInvoices),
    }
    return show(request, order, form, page)


def _numbers(order: Order, *, sends: bool) -> set[str]:
    """The numbers that no other invoice of the order may get: of all that stand or, to send one, of those confirmed."""
    rows = Invoice.objects.filter(order=order)
    rows = rows.filter(command__state=DONE) if sends else rows.exclude(command__state__in=FINAL - {DONE})
    return set(rows.values_list("number", flat=True))


def _free_number(order: Order, taken: set[str]) -> str:
    names = (f"INV-{order}" if n == 1 else f"INV-{order}-{n}" for n in count(1))
    return next(name for name in names if name not in taken)


def _refuse_second(form: InvoiceForm, taken: set[str]) -> None:
    number = form.cleaned_data["number"]
    if number in taken:
        words = _("This order has an invoice with the number %(number)s already. Give this one another number.")
        raise Refused(words % {"number": number}, field="number")


def _pdf(order: Order, form: InvoiceForm) -> bytes:
    """The given file, or one made from the order. Raises `Refused` unless it is a PDF."""
    given_file = form.cleaned_data["file"]
    if given_file is not None:
        pdf: bytes = given_file.read(10 * 1024 * 1024 + 1)
        check_pdf(pdf)
        return pdf
    return documents.invoice(
        order,
        list(OrderLine.objects.filter(order=order).order_by("pk")),
        number=form.cleaned_data["number"],
        seller=form.cleaned_data["seller"],
        note=form.cleaned_data["note"],
    )


def _send(request: StaffRequest, order: Order, form: InvoiceForm, pdf: bytes) -> HttpResponse:
    number = form.cleaned_data["number"]
    file = {"name": f"{number}.pdf", "content_type": "application/pdf", "content": base64.b64encode(pdf).decode()}
    payload = {"number": number, "file": file, **form.extras()}
    done = give(request, order.connection, "orders.upload_invoice", order.remote_id, payload)
    keep_invoice(order, done.command, number, pdf)
    return given(request, order, done)


def _keep(request: StaffRequest, order: Order, form: InvoiceForm, pdf: bytes) -> HttpResponse:
    number = form.cleaned_data["number"]
    Invoice.objects.create(order=order, number=number, pdf=pdf, made_by=request.user)
    messages.success(request, _("Invoice %(number)s is kept with the order.") % {"number": number})
    return redirect(order_url(request, order))


@require_safe
@requires("orders.invoice")
def invoice_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The PDF of a kept invoice."""
    row = get_object_or_404(Invoice.objects.visible_to(request.user), pk=pk)
    return pdf_response(bytes(row.pdf), f"invoice-{row.pk}.pdf")


@require_safe
@requires("buyers.view")
def packing_slips(request: StaffRequest) -> HttpResponse:
    """Packing slips of the chosen orders, to print, or (``?as=pdf``) as one PDF."""
    orders = chosen(request)
    lines: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for line in OrderLine.objects.filter(order__in=list(lines)).order_by("pk"):
        lines[line.order_id].append(line)
    if request.GET.get("as") == "pdf":
        return pdf_response(documents.packing_slips([(one, lines[one.pk]) for one in orders]), "packing-slips.pdf")
    slips = [
        {"order": one, "lines": lines[one.pk], "to": buyers.address_lines(one.address or {"name": one.buyer})}
        for one in orders
    ]
    return render(request, "orders/packing_slips.html", {"slips": slips, "pks": [one.pk for one in orders]})


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """A PDF to save."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
