"""Notes, tags and assignment: ours alone, no platform sees them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from dashboard.core import pages
from dashboard.orders.filters import ORDERS
from dashboard.orders.forms import NoteForm, TagForm
from dashboard.orders.models import Note, Order, Tag
from dashboard.orders.reading import chosen, order_of
from dashboard.orders.views.common import ask_or_give, show
from dashboard.orders.views.walking import order_url
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync import assigning

DESK = assigning.Desk("orders.annotate", "orders.assigned", lazy("Orders"), "orders:list")
OFFERED = 200


@require_POST
@requires("orders.annotate")
def note(request: StaffRequest, pk: int) -> HttpResponse:
    """Write a private note."""
    order = order_of(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return show(request, order, form, {"title": _("Private note"), "button": _("Keep note"), "note": ""})
    Note.objects.create(order=order, author=request.user, text=form.cleaned_data["text"])
    return redirect(order_url(request, order, "#history"))


@require_POST
@requires("orders.annotate")
def tag(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a tag on an order, or take the one that ``remove`` names away."""
    order = order_of(request, pk)
    gone = request.POST.get("remove", "")
    if gone:
        order.tags.remove(*Tag.objects.filter(name=gone))
        return redirect(order_url(request, order, "#tags"))
    form = TagForm(request.POST)
    if not form.is_valid():
        return show(request, order, form, {"title": _("Tag"), "button": _("Add tag"), "note": ""})
    order.tags.add(tag_named(form.cleaned_data["tag"]))
    return redirect(order_url(request, order, "#tags"))


@require_safe
@requires("orders.view")
def tags(request: StaffRequest) -> HttpResponse:
    """The tags that a person's orders have, to choose from while one is typed."""
    tagged = Order.objects.visible_to(request.user).filter(tags=OuterRef("pk"))
    names = Tag.objects.filter(Exists(tagged)).values_list("name", flat=True)[:OFFERED]
    return render(request, "orders/_tag_names.html", {"names": names})


def tag_named(name: str) -> Tag:
    """The tag of that name, whatever its case; made when there is none."""
    return Tag.objects.filter(name__iexact=name.strip()).first() or Tag.objects.create(name=name.strip())


@ask_or_give
@requires("orders.annotate")
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an order to somebody: ``me``, or whom the form names."""
    order = order_of(request, pk)
    back = order_url(request, order)
    return assigning.assign(request, DESK, order, back=back, done=lambda: redirect(back))


@require_POST
@requires("orders.annotate")
def bulk_tag(request: StaffRequest) -> HttpResponse:
    """Put a tag on the chosen orders."""
    orders = chosen(request)
    form = TagForm(request.POST)
    if not form.is_valid():
        return pages.toast(HttpResponse(status=204), _("Give the tag a name."), tone="act")
    tag_named(form.cleaned_data["tag"]).orders.add(*orders)
    words = ngettext("%(n)s order is tagged.", "%(n)s orders are tagged.", len(orders)) % {"n": len(orders)}
    return _told(request, words)


@require_POST
@requires("orders.annotate")
def bulk_assign(request: StaffRequest) -> HttpResponse:
    """Give the chosen orders to somebody, or to nobody."""
    return assigning.assign_many(request, DESK, ORDERS.rows, Order.objects.light().visible_to(request.user))


def _told(request: StaffRequest, words: str) -> HttpResponse:
    """A toast for htmx, and the list anew; a message and the list otherwise."""
    if pages.is_fragment(request):
        return trigger_client_event(pages.toast(HttpResponse(status=204), words, tone="good"), "settled")
    messages.success(request, words)
    return redirect("orders:list")
