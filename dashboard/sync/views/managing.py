"""What people with `connections.manage` do to connections: one POST address for each verb. Secrets are write-only."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from channels.registry import PLATFORMS
from dashboard.core.pages import redirect, render, safe_next
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync import connections as service
from dashboard.sync import overview, tasks
from dashboard.sync.feeds import feeds_of
from dashboard.sync.forms import ConnectionForm, RouteForm, SecretForm
from dashboard.sync.models import Connection
from dashboard.sync.reading import read_now
from dashboard.sync.submit import tell
from dashboard.sync.trial import Trial, tried
from dashboard.sync.views.connections import callbacks_page, one, routes_page

ask_or_save = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters()
@ask_or_save
@requires("connections.manage")
def add(request: StaffRequest) -> HttpResponse:
    """Choose a platform, then give what it declares."""
    if not request.user.has_every_connection:
        raise PermissionDenied(_("Only people who see all connections may add one. Nothing was added."))
    key = request.POST.get("platform") or request.GET.get("platform") or ""
    if key not in PLATFORMS:
        return render(request, "sync/connection_add.html", {"platforms": PLATFORMS.values()})
    form = ConnectionForm(request.POST or None, platform=PLATFORMS[key])
    if form.is_valid():
        try:
            made = service.add(
                key, form.cleaned_data["slug"], form.given(), trusted=request.user.is_superuser, by=request.user
            )
        except service.Invalid as error:
            _at_field(form, error)
        else:
            _ask_for_check(made)
            messages.success(request, _("%(title)s is added and is being checked.") % {"title": made.title})
            return redirect(request, _url("sheet", made))
    return _form_page(request, form, None)


@sensitive_post_parameters()
@ask_or_save
@requires("connections.manage")
def settings(request: StaffRequest, slug: str) -> HttpResponse:
    """Title, credentials, options, address. Empty secrets stay, and new ones are tried before they are saved."""
    found = one(request, slug)
    form, trial = ConnectionForm(request.POST or None, platform=found.declared, connection=found), None
    if form.is_valid():
        given, trusted = form.given(), request.user.is_superuser
        try:
            trial = None if given.get("untested") else tried(found, given, trusted=trusted)
            if trial is None:
                found.refresh_from_db()  # a trial takes its time
                service.change(found, given, trusted=trusted, by=request.user)
        except service.Invalid as error:
            found.refresh_from_db()
            _at_field(form, error)
        else:
            if trial is None:
                _ask_for_check(found)
                messages.success(request, _("%(title)s is saved and is being checked.") % {"title": found.title})
                return redirect(request, _url("sheet", found))
            form.offer_untested()
    return _form_page(request, form, found, trial)


def _form_page(
    request: StaffRequest, form: ConnectionForm, found: Connection | None, trial: Trial | None = None
) -> HttpResponse:
    context = {"form": form, "platform": form.platform, "connection": found, "trial": trial}
    return render(request, "sync/connection_form.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@requires("connections.manage")
def check(request: StaffRequest, slug: str) -> HttpResponse:
    """Ask a worker to probe it live; the sheet shows what it finds."""
    found = one(request, slug)
    _ask_for_check(found)
    return redirect(request, _url("sheet", found))


@require_POST
@requires("connections.manage")
def refresh(request: StaffRequest, slug: str) -> HttpResponse:
    """Make one feed, or all, due at once; `full` sweeps everything."""
    found = one(request, slug)
    name, full = request.POST.get("feed", ""), request.POST.get("full") == "1"
    wanted = [feed.name for feed in feeds_of(found) if name in ("", feed.name)]
    if not wanted:
        raise Http404
    if not found.is_at_work:
        messages.error(request, overview.state_sign(found)["advice"])
        return redirect(request, _url("feeds", found))
    read_now(found, wanted, full=full)
    words = ngettext("%(n)s feed will be read now.", "%(n)s feeds will be read now.", len(wanted))
    messages.success(request, words % {"n": len(wanted)})
    return redirect(request, safe_next(request, _url("feeds", found)))


@require_POST
@requires("connections.manage")
def pause(request: StaffRequest, slug: str) -> HttpResponse:
    """Read and send nothing for a while."""
    return _set_state(request, slug, Connection.PAUSED)


@require_POST
@requires("connections.manage")
def enable(request: StaffRequest, slug: str) -> HttpResponse:
    """Go on."""
    return _set_state(request, slug, Connection.ACTIVE)


@require_POST
@requires("connections.manage")
def disable(request: StaffRequest, slug: str) -> HttpResponse:
    """Not even callbacks are taken."""
    return _set_state(request, slug, Connection.DISABLED)


def _set_state(request: StaffRequest, slug: str, state: str) -> HttpResponse:
    found = one(request, slug)
    service.set_state(found, state, by=request.user, reason=request.POST.get("reason", "")[:500])
    words = _("%(title)s: %(state)s.") % {"title": found.title, "state": overview.state_sign(found)["word"]}
    messages.success(request, words)
    return redirect(request, reverse("sync:connection", args=[slug]))


@require_POST
@requires("connections.manage")
def remove(request: StaffRequest, slug: str) -> HttpResponse:
    """Remove it with everything mirrored from it, after its short name was typed."""
    found = one(request, slug)
    if request.POST.get("typed", "").strip() != found.slug:
        form = ConnectionForm(platform=found.declared, connection=found)
        context = {"form": form, "platform": form.platform, "connection": found, "not_removed": True}
        return render(request, "sync/connection_form.html", context, status=422)
    title = found.title
    service.remove(found, by=request.user)
    messages.success(request, _("%(title)s and everything mirrored from it is removed.") % {"title": title})
    return redirect(request, reverse("sync:connections"))


@require_POST
@requires("connections.manage")
def confirm_route(request: StaffRequest, slug: str) -> HttpResponse:
    """Vouch for an assumed address, so that it is called in production."""
    found = one(request, slug)
    given = {"confirmed_routes": [request.POST.get("name", "")]}
    return _bend(request, found, given, RouteForm({"name": request.POST.get("name", "")}))


@require_POST
@requires("connections.manage")
def bend_route(request: StaffRequest, slug: str) -> HttpResponse:
    """Another method and path for an endpoint, or back to the platform's own."""
    found = one(request, slug)
    form = RouteForm(request.POST)
    if not form.is_valid():
        return routes_page(request, found, form, 422)
    given = {"routes": {form.cleaned_data["name"]: form.cleaned_data["address"].strip()}}
    return _bend(request, found, given, form)


def _bend(request: StaffRequest, found: Connection, given: dict[str, Any], form: RouteForm) -> HttpResponse:
    try:
        service.change(found, given, trusted=request.user.is_superuser, by=request.user)
    except service.Invalid as error:
        form.is_valid()
        form.add_error("address" if "address" in form.data else None, str(error))
        found.refresh_from_db()
        return routes_page(request, found, form, 422)
    messages.success(request, _("The route is saved."))
    return redirect(request, _url("routes", found))


@sensitive_post_parameters()
@require_POST
@requires("connections.manage")
def add_secret(request: StaffRequest, slug: str) -> HttpResponse:
    """One more active callback secret."""
    found = one(request, slug)
    form = SecretForm(request.POST)
    if form.is_valid():
        secret = form.cleaned_data["secret"]
        if secret not in found.callback_secrets:
            given = {"callback_secrets": [*found.callback_secrets, secret]}
            service.change(found, given, trusted=request.user.is_superuser, by=request.user)
        messages.success(request, _("The secret is in use."))
        return redirect(request, _url("callbacks", found))
    return callbacks_page(request, found, form, 422)


@require_POST
@requires("connections.manage")
def forget_secret(request: StaffRequest, slug: str) -> HttpResponse:
    """Take a callback secret out of use."""
    found = one(request, slug)
    try:
        service.forget_secret(found, request.POST.get("mark", ""), by=request.user)
    except service.Invalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The secret is out of use."))
    return redirect(request, _url("callbacks", found))


def _ask_for_check(found: Connection) -> None:
    """A worker probes it; the row remembers that somebody waits."""
    Connection.objects.filter(pk=found.pk).update(check_asked_at=timezone.now())
    tell(tasks.check_connection, found.pk)


def _url(part: str, found: Connection) -> str:
    return reverse(f"sync:connection_{part}", args=[found.slug])


def _at_field(form: ConnectionForm, error: service.Invalid) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))
