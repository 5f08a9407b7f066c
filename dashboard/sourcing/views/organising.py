"""Favourites, addresses, profile."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels import capabilities as can
from dashboard.core import html, pages
from dashboard.core.pages import redirect
from dashboard.core.templatetags.dash import when_at
from dashboard.sourcing.filters import FAVOURITES
from dashboard.sourcing.forms import ProfileForm, SaveAddressForm
from dashboard.sourcing.models import AddressEntry, Favourite, Profile
from dashboard.sourcing.reach import Reach, chosen, chosen_or_404, named, reason
from dashboard.sourcing.views.common import act, download, figure, page, under_way
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.kinds import Refused
from dashboard.sync.web import give

ADDRESS = ("name", "phone", "country", "state", "city", "address", "postcode", "is_default")


@require_safe
@requires("sourcing.view")
def favourites(request: StaffRequest) -> HttpResponse:
    """What was put aside."""
    file = download(request, FAVOURITES)
    if file is not None:
        return file
    listing = FAVOURITES.open(request, Favourite.objects.visible_to(request.user).light())
    now, reach = timezone.now(), Reach.of(request, "favourites")
    rows = [_favourite(one, reach, now) for one in listing.page.rows]
    context = page(request, "favourites", "favourites", listing=listing, rows=rows)
    context |= {
        "commands": under_way(request, "add_favourite", "remove_favourite"),
        "why_edit": reason(context["connection"], can.EditsFavourites),
    }
    return pages.render(request, "sourcing/favourites.html", context)


def _favourite(row: Favourite, reach: Reach, now: Any) -> dict[str, Any]:
    slug = reach.connections[row.connection_id].slug if row.connection_id in reach.connections else ""
    return {
        "pk": row.pk,
        "image": html.thumb(row.image, row),
        "title": str(row),
        "product": row.product_remote_id,
        "url": reverse("sourcing:product", args=[slug, row.product_remote_id])
        if slug and row.product_remote_id
        else "",
        "connection": reach.sign(row.connection_id),
        "price": figure(row.price, row.currency),
        "added": when_at(row.added_at, now),
    }


@require_POST
@requires("sourcing.organise")
def remove_favourite(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a favourite out."""
    row = get_object_or_404(Favourite.objects.visible_to(request.user).select_related("connection"), pk=pk)
    back = reverse("sourcing:favourites")
    return act(request, row.connection, "sourcing.remove_favourite", row.remote_id, {}, back)


@require_safe
@requires("sourcing.view")
def addresses(request: StaffRequest) -> HttpResponse:
    """The saved addresses; streets and phones only for those who may see buyers."""
    reach, one = Reach.of(request, "addresses"), named(request, "addresses")
    rows = AddressEntry.objects.visible_to(request.user).present().light()
    rows = rows.filter(connection=one) if one else rows
    context = page(
        request,
        "addresses",
        "addresses",
        rows=[(each, reach.sign(each.connection_id)) for each in rows[:200]],
        may_see=request.user.may("buyers.view"),
        commands=under_way(request, "save_address", "delete_address"),
        why_save=reason(chosen(request, "addresses"), can.SavesAddresses),
    )
    return pages.render(request, "sourcing/addresses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sourcing.organise")
def new_address(request: StaffRequest) -> HttpResponse:
    """A new address."""
    return _save(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sourcing.organise")
def edit_address(request: StaffRequest, pk: int) -> HttpResponse:
    """An address replaced whole."""
    rows = AddressEntry.objects.visible_to(request.user).select_related("connection")
    return _save(request, get_object_or_404(rows, pk=pk))


def _save(request: StaffRequest, row: AddressEntry | None) -> HttpResponse:
    connection = row.connection if row else chosen(request, "addresses")
    initial = {name: getattr(row, name) for name in ADDRESS} if row else {}
    form = SaveAddressForm(request.POST or None, initial=initial)
    if request.method == "POST" and connection and form.is_valid():
        payload = dict(form.cleaned_data)
        if not payload["is_default"]:
            del payload["is_default"]
        try:
            give(request, connection, "sourcing.save_address", row.remote_id if row else "-", payload)
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(request, reverse("sourcing:addresses"))
    context = page(request, "addresses", "addresses", form=form, address=row)
    context["why_save"] = reason(connection, can.SavesAddresses)
    return render(request, "sourcing/address.html", context, status=422 if form.errors else 200)


@require_POST
@requires("sourcing.organise")
def delete_address(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete an address."""
    row = get_object_or_404(AddressEntry.objects.visible_to(request.user).select_related("connection"), pk=pk)
    back = reverse("sourcing:addresses")
    return act(request, row.connection, "sourcing.delete_address", row.remote_id, {}, back)


@require_safe
@requires("sourcing.view")
def profile(request: StaffRequest) -> HttpResponse:
    """Who the credentials belong to."""
    return _profile(request, None)


@require_POST
@requires("sourcing.organise")
def update_profile(request: StaffRequest) -> HttpResponse:
    """Change fields of the profile."""
    connection = chosen_or_404(request, "profile")
    row = Profile.objects.filter(connection=connection, gone_at=None).first()
    form = _profile_form(connection, row, request.POST)
    if form.is_valid() and not form.changed_data:
        form.add_error(None, _("Nothing differs from what the platform has."))
    if form.is_valid():
        try:
            give(request, connection, "sourcing.update_profile", "-", form.changed())
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect(request, f"{reverse('sourcing:profile')}?connection={connection.slug}")
    return _profile(request, form)


def _profile(request: StaffRequest, form: ProfileForm | None) -> HttpResponse:
    connection = chosen(request, "profile")
    row = Profile.objects.filter(connection=connection, gone_at=None).light().first() if connection else None
    form = form or _profile_form(connection, row, None)
    context = page(request, "profile", "profile", form=form, profile=row)
    context |= {
        "commands": under_way(request, "update_profile"),
        "why_update": reason(connection, can.UpdatesProfile),
    }
    return render(request, "sourcing/profile.html", context, status=422 if form.errors else 200)


def _profile_form(connection: Any, row: Profile | None, given: Any) -> ProfileForm:
    known = getattr(connection.declared.channel, "profile_fields", ()) if connection else ()
    start = {"username": row.name, "email": row.email, "avatar": row.avatar, "language": row.language} if row else {}
    return ProfileForm(given, initial=start, known=known)
