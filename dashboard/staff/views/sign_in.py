"""Signing in, with a second step where the person has one, and signing out."""

import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.core.pages import safe_next
from dashboard.staff import sessions, two_factor
from dashboard.staff.access import StaffRequest
from dashboard.staff.audit import audit
from dashboard.staff.forms import SecondStepForm, SignInForm
from dashboard.staff.models import User

PENDING = "second_step_for"
PENDING_SECONDS = 5 * 60


@never_cache
@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; a right answer begins a session or leads to the second step."""
    target = safe_next(request, resolve_url(settings.LOGIN_REDIRECT_URL))
    if request.user.is_authenticated:
        return redirect(target)
    if request.method != "POST":
        return _page(request, SignInForm(request), target)
    form = SignInForm(request, request.POST)
    if form.is_valid() and form.person:
        return _password_was_right(request, form.person, target)
    _note_refusal(form)
    return _page(request, form, target, tries_left=_tries_left(request, form), status=422)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the code; wrong ones slow the device down, and after five minutes the password is due again."""
    person = _awaited(request)
    if person is None:
        return redirect("staff:sign_in")
    target = safe_next(request, resolve_url(settings.LOGIN_REDIRECT_URL))
    form = SecondStepForm(request.POST or None)
    if form.is_valid():
        how = two_factor.accepted(person, form.cleaned_data["code"])
        if how:
            return _second_step_done(request, person, target, how)
        audit(person, "staff.second_step_refused", person)
        form.add_error("code", _("This code does not fit. Wait for the next one and check the device's clock."))
    return render(request, "staff/second_step.html", {"form": form, "next": target}, status=422 if form.errors else 200)


@require_POST
def sign_out(request: StaffRequest) -> HttpResponse:
    """End this session."""
    audit(request.user, "staff.signed_out", request.user)
    logout(request)
    return redirect("staff:sign_in")


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """What the throttle answers in place of a view, whether or not the account exists."""
    minutes = int(settings.AXES_COOLOFF_TIME / timedelta(minutes=1))
    return render(request, "staff/locked_out.html", {"minutes": minutes}, status=429)


def _password_was_right(request: HttpRequest, person: User, target: str) -> HttpResponse:
    """Begin the session, or remember for whom the second step is due."""
    if two_factor.device_of(person) is None or two_factor.trusts(request, person):
        return _begin(request, person, target)
    request.session.cycle_key()
    request.session[PENDING] = [person.pk, int(time.time()), person.get_session_auth_hash()]
    return redirect(f"{resolve_url('staff:second_step')}?{urlencode({'next': target})}")


def _second_step_done(request: HttpRequest, person: User, target: str, how: str) -> HttpResponse:
    """Begin the session. The browser is trusted for the device's own code alone; a recovery code is good once."""
    response = _begin(request, person, target)
    if how == two_factor.BY_DEVICE:
        two_factor.trust(response, person)
        return response
    left = two_factor.recovery_codes_left(person)
    audit(person, "staff.recovery_code_used", person, {"left": left})
    words = ngettext(
        "You used a recovery code; %(left)d is left.", "You used a recovery code; %(left)d are left.", left
    )
    messages.warning(request, words % {"left": left})
    return response


def _awaited(request: HttpRequest) -> User | None:
    """Whose second step this browser is at, if the password was given recently and still holds."""
    key, at, proof = request.session.get(PENDING) or (None, 0, "")
    if key is None or time.time() - at > PENDING_SECONDS:
        return None
    person = User.objects.filter(pk=key, is_active=True).first()
    return person if person and person.get_session_auth_hash() == proof else None


def _begin(request: HttpRequest, person: User, target: str) -> HttpResponse:
    """Sign the person in under a new session key."""
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    request.session.pop(PENDING, None)
    sessions.begin(request)
    audit(person, "staff.signed_in", person)
    return redirect(target)


def _note_refusal(form: SignInForm) -> None:
    """Audit a refused try on an account that exists; what was typed for another may be a password and is not kept."""
    if "username" in form.cleaned_data:
        person = User.objects.filter(username=form.cleaned_data["username"]).first()
        if person:
            audit(None, "staff.sign_in_refused", person)


def _tries_left(request: HttpRequest, form: SignInForm) -> str:
    """How many tries remain before the pause, in words; the same for accounts that do not exist."""
    name = form.cleaned_data.get("username")
    if not name:
        return ""
    failures = AxesProxyHandler.get_failures(request, {"username": name})
    left = max(settings.AXES_FAILURE_LIMIT - failures, 0)
    words = ngettext("%(left)d try left, then a pause.", "%(left)d tries left, then a pause.", left)
    return words % {"left": left}


def _page(
    request: HttpRequest, form: SignInForm, target: str, *, tries_left: str = "", status: int = 200
) -> HttpResponse:
    return render(
        request, "staff/sign_in.html", {"form": form, "next": target, "tries_left": tries_left}, status=status
    )
