"""Bulk changes from a file: upload, look at the dry run, send as one batch."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from dashboard.catalog import bulk, imports
from dashboard.catalog.forms import FileForm
from dashboard.catalog.views.bulk import plan_page
from dashboard.core.pages import render
from dashboard.core.tables import BadFile, read_table
from dashboard.staff.access import StaffRequest, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires("catalog.edit")
def page(request: StaffRequest) -> HttpResponse:
    """The file to upload, and once it is there the dry run of its rows; nothing is sent."""
    if request.method != "POST":
        return _file_page(request, FileForm(initial={"what": request.GET.get("what", imports.BOTH)}))
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _file_page(request, form)
    try:
        rows = read_table(form.cleaned_data["file"])
        found, unusable = imports.matched(rows, form.cleaned_data["what"], request.user)
    except BadFile as bad:
        form.add_error("file", str(bad))
        return _file_page(request, form)
    return plan_page(request, [bulk.make_plan(*one) for one in found], unusable=unusable)


def _file_page(request: StaffRequest, form: FileForm) -> HttpResponse:
    context = {"form": form, "may_export": request.user.may("export")}
    return render(request, "catalog/bulk_file.html", context, status=422 if form.errors else 200)
