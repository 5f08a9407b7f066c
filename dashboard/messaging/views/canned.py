"""Canned replies: written once, offered in every composer."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.core import pages
from dashboard.messaging import canned
from dashboard.messaging.forms import CannedForm
from dashboard.messaging.models import CannedReply
from dashboard.orders.models import Order
from dashboard.staff.access import StaffRequest, requires
from dashboard.staff.audit import audit
from dashboard.sync.models import Connection


@require_safe
@requires("messages.view")
def index(request: StaffRequest) -> HttpResponse:
    """All of them."""
    rows = CannedReply.objects.select_related("changed_by")[:200]
    return render(request, "messaging/canned.html", {"rows": rows, "may_edit": request.user.may("messages.send")})


@require_safe
@requires("messages.send")
def offered(request: StaffRequest) -> HttpResponse:
    """What the composer of another room offers, filled in for its ``order``, or for its ``connection`` alone."""
    user, key, slug = request.user, request.GET.get("order", ""), request.GET.get("connection", "")
    if keys := pages.keys_of([key]):
        rows = Order.objects.light().visible_to(user).select_related("connection")
        values = canned.of_order(get_object_or_404(rows, pk=keys[0]), user)
    else:
        values = canned.of_connection(get_object_or_404(Connection.objects.visible_to(user), slug=slug), user)
    return render(request, "messaging/_canned.html", {"canned": canned.offered(values)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("messages.send")
def new(request: StaffRequest) -> HttpResponse:
    """Write one."""
    return _edit(request, CannedReply())


@require_http_methods(["GET", "HEAD", "POST"])
@requires("messages.send")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one."""
    return _edit(request, get_object_or_404(CannedReply, pk=pk))


@require_POST
@requires("messages.send")
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget one."""
    reply = get_object_or_404(CannedReply, pk=pk)
    audit(request.user, "messages.canned_deleted", reply, {"text": reply.text})
    reply.delete()
    canned.forget()
    return redirect("messaging:canned")


def _edit(request: StaffRequest, reply: CannedReply) -> HttpResponse:
    form = CannedForm(request.POST if request.method == "POST" else None, instance=reply)
    if request.method == "POST" and form.is_valid():
        reply = form.save(commit=False)
        reply.changed_by = request.user
        reply.save()
        canned.forget()
        audit(request.user, "messages.canned_saved", reply, {"text": reply.text})
        return redirect("messaging:canned")
    context = {"form": form, "reply": reply}
    return render(request, "messaging/canned_form.html", context, status=422 if request.method == "POST" else 200)
