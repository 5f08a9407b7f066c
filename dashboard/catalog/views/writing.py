"""Making, changing and deleting products; filling delivery pools; storing images."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.shortcuts import render as render_part
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels import capabilities as can
from dashboard.catalog.commands.images import MAX_IMAGE
from dashboard.catalog.models import Product
from dashboard.catalog.product_forms import AccountsForm, ImageForm, ProductForm, can_upload
from dashboard.catalog.reading import connection_of, product_of
from dashboard.catalog.uploads import names_of, uploads_of
from dashboard.core.forms import lines_of
from dashboard.core.html import is_web_address
from dashboard.core.pages import is_fragment, redirect, render
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.forms import CommandForm
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE
from dashboard.sync.reach import reason
from dashboard.sync.submit import Submitted
from dashboard.sync.web import give, new_form_key, shown

ask_or_send = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters("accounts")
@ask_or_send
@requires("catalog.edit")
def new(request: StaffRequest, slug: str) -> HttpResponse:
    """Make a product on a connection."""
    connection = connection_of(request, slug)
    why = reason(connection, can.CreatesProducts)
    if why:
        return _cannot(request, _("New product"), why)
    form = ProductForm(_posted(request)[0], connection=connection, secrets=request.user.may("catalog.secrets"))
    made = _sent(request, form, connection, "catalog.create_product", "-")
    if made:
        return redirect(request, reverse("catalog:sent", args=[made.command.pk]))
    title = _("New product on %(where)s") % {"where": connection.title}
    return _form_page(request, form, title, reverse("catalog:list"), connection, _("Create product"))


@sensitive_post_parameters("accounts")
@ask_or_send
@requires("catalog.edit")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a product; only what differs is sent."""
    row = product_of(request, pk)
    why = reason(row.connection, can.UpdatesProducts) or (_("No longer on the platform.") if row.gone_at else "")
    if why:
        return _cannot(request, str(row), why)
    may = request.user.may("catalog.secrets")
    form = ProductForm(_posted(request)[0], connection=row.connection, product=row, secrets=may)
    made = _sent(request, form, row.connection, "catalog.update_product", row.remote_id)
    back = reverse("catalog:product", args=[pk])
    if made:
        return redirect(request, back)
    title = _("Edit %(name)s") % {"name": row}
    return _form_page(request, form, title, back, row.connection, _("Send changes"), about=str(row), here=_("Edit"))


@require_POST
@requires("catalog.edit")
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a product on its platform."""
    row = product_of(request, pk)
    try:
        give(request, row.connection, "catalog.delete_product", row.remote_id, {})
    except Refused as refused:
        messages.error(request, refused.words)
    return redirect(request, reverse("catalog:product", args=[pk]))


@sensitive_post_parameters("accounts")
@ask_or_send
@requires("catalog.secrets")
def accounts(request: StaffRequest, pk: int) -> HttpResponse:
    """Add accounts to a product's delivery pool."""
    row = product_of(request, pk)
    why = reason(row.connection, can.AppendsAccounts) or (_("No longer on the platform.") if row.gone_at else "")
    if why:
        return _cannot(request, str(row), why)
    form = AccountsForm(*_posted(request))
    back = reverse("catalog:product", args=[pk])
    if form.is_bound and form.is_valid():
        given = {"accounts": form.cleaned_data["accounts"]}
        if _given(request, form, row.connection, "catalog.append_accounts", row.remote_id, given):
            return redirect(request, back)
    title = _("Add accounts to %(name)s") % {"name": row}
    return _form_page(request, form, title, back, row.connection, _("Add accounts"), about=str(row))


@ask_or_send
@requires("catalog.edit")
def image(request: StaffRequest, slug: str) -> HttpResponse:
    """Store an image on a connection; the next page names it."""
    connection = connection_of(request, slug)
    why = reason(connection, can.UploadsImages)
    if why:
        return _cannot(request, _("Upload image"), why)
    form = ImageForm(*_posted(request))
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        content = base64.b64encode(file.read(MAX_IMAGE + 1)).decode()
        given = {"file": {"name": file.name[:200], "content": content}}
        made = _given(request, form, connection, "catalog.upload_image", "-", given)
        if made and is_fragment(request):
            return render_part(request, "catalog/_upload.html", {"command": shown(made.command)}, status=202)
        if made:
            return redirect(request, reverse("catalog:sent", args=[made.command.pk]))
    if form.errors and is_fragment(request):
        return render_part(request, "catalog/_upload.html", {"errors": form.errors["file"]}, status=422)
    title = _("Upload an image to %(where)s") % {"where": connection.title}
    return _form_page(request, form, title, reverse("catalog:list"), connection, _("Upload image"))


@require_safe
@requires("catalog.view")
def sent(request: StaffRequest, pk: int) -> HttpResponse:
    """What became of a command that makes something, and the name of what it made; polled until it is final."""
    rows = Command.objects.visible_to(request.user).filter(kind__startswith="catalog.")
    command = get_object_or_404(rows.select_related("connection", "actor").defer("payload"), pk=pk)
    made = command.receipt.get("remote_id", "")
    context = {"command": shown(command), "made": made, "product": _made(command, made)}
    return render(request, "catalog/sent.html", context)


def _made(command: Command, remote_id: str) -> Product | None:
    """The product that a command made: by the platform's name for it, else by the SKU that we gave it."""
    rows = Product.objects.filter(connection=command.connection_id, gone_at=None).only("pk")
    if remote_id:
        return rows.filter(remote_id=remote_id).first()
    sku = (command.payload or {}).get("sku") if command.state == DONE else ""
    return rows.filter(sku=sku).order_by("-pk").first() if sku else None


def _posted(request: StaffRequest) -> tuple[Any, Any]:
    """What a form is bound to; nothing for a form that is only asked for."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _sent(request: StaffRequest, form: ProductForm, connection: Connection, kind: str, target: str) -> Submitted | None:
    """Give the command of a valid form; `None` when the form must be shown (again)."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        payload = form.payload()
        stored = names_of(_uploads(request, connection))
    except forms.ValidationError as error:
        form.add_error(None, error)
        return None
    if stored:
        payload["images"] = [*lines_of(form.cleaned_data["images"]), *stored]
    return _given(request, form, connection, kind, target, payload)


def _uploads(request: StaffRequest, connection: Connection) -> list[Command]:
    """The images that were stored while the form was filled."""
    return uploads_of(request.user, connection, request.POST.getlist("uploaded"))


def _given(
    request: StaffRequest, form: CommandForm, connection: Connection, kind: str, target: str, payload: dict[str, Any]
) -> Submitted | None:
    """Give a command; a refusal goes to its field."""
    try:
        return give(request, connection, kind, target, payload)
    except Refused as refused:
        form.refuse(refused)
        return None


def _form_page(
    request: StaffRequest,
    form: Any,
    title: str,
    back: str,
    connection: Connection,
    verb: str,
    about: str = "",
    here: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "back": back,
        "about": about,
        "connection": connection,
        "verb": verb,
        "here": here or verb,
        "form_key": new_form_key(),
        "takes_images": can_upload(connection) and "images" in form.fields,
        "uploads": [shown(one) for one in _uploads(request, connection)],
        "pictures": [url for url in lines_of(form["images"].value() or "") if is_web_address(url)]
        if "images" in form.fields
        else [],
    }
    return render(request, "catalog/form.html", context, status=422 if form.errors else 200)


def _cannot(request: StaffRequest, title: str, why: str) -> HttpResponse:
    """The page of a verb that the connection cannot do."""
    return render(request, "catalog/cannot.html", {"title": title, "why": why}, status=409)
