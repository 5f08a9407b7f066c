"""What people do for themselves: profile, password, second step, the password asked again."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.core.pages import safe_next
from dashboard.staff import sessions, two_factor
from dashboard.staff.access import StaffRequest, confirmed
from dashboard.staff.audit import audit
from dashboard.staff.forms import CodeForm, OwnPasswordForm, PasswordForm, ProfileForm

ask_or_save = require_http_methods(["GET", "HEAD", "POST"])


@ask_or_save
def profile(request: StaffRequest) -> HttpResponse:
    """Name, e-mail, language, time zone and theme."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        person = form.save()
        audit(person, "staff.profile_changed", person, {"fields": form.changed_data})
        messages.success(request, _("Profile saved."))
        response = redirect("staff:profile")
        theme = person.theme or "device"
        response.set_cookie("theme", theme, max_age=365 * 86400, samesite="Lax", secure=request.is_secure())
        return response
    context = {
        "has_second_step": two_factor.device_of(request.user) is not None,
        "codes_left": two_factor.recovery_codes_left(request.user),
    }
    return _form_page(request, "staff/profile.html", form, **context)


@sensitive_post_parameters()
@ask_or_save
def password(request: StaffRequest) -> HttpResponse:
    """Set a new password, given the present one; every other session of the person ends."""
    form = OwnPasswordForm(request, request.POST or None)
    if form.is_valid():
        person = form.save()
        update_session_auth_hash(request, person)
        sessions.confirm(request)
        audit(person, "staff.password_changed", person)
        messages.success(request, _("Password changed. Other sessions have ended."))
        return redirect("staff:profile")
    return _form_page(request, "staff/password.html", form)


@sensitive_post_parameters("password")
@ask_or_save
def confirm(request: StaffRequest) -> HttpResponse:
    """Ask for the password again before something that matters, then go on to `next`."""
    target = safe_next(request, "/")
    form = PasswordForm(request, request.POST or None)
    if form.is_valid():
        sessions.confirm(request)
        audit(request.user, "staff.confirmed", request.user)
        return redirect(target)
    return _form_page(request, "staff/confirm.html", form, next=target)


@require_POST
def end_sessions(request: StaffRequest) -> HttpResponse:
    """Sign out everywhere else."""
    request.user.end_sessions()
    update_session_auth_hash(request, request.user)
    audit(request.user, "staff.sessions_ended", request.user)
    messages.success(request, _("Every other session has ended."))
    return redirect("staff:profile")


@require_safe
def second_step_page(request: StaffRequest) -> HttpResponse:
    """Whether the second step is on; while it is being set up, the code to scan."""
    return _second_step_page(request, CodeForm())


@require_POST
@confirmed
def enrol(request: StaffRequest) -> HttpResponse:
    """Make a fresh secret for the person's device."""
    two_factor.enrol(request.user)
    return redirect("staff:two_factor")


@require_POST
def turn_on(request: StaffRequest) -> HttpResponse:
    """Turn the second step on, given a code that proves the device holds the secret; shows the recovery codes."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _second_step_page(request, form, status=422)
    codes = two_factor.confirm(request.user, form.cleaned_data["code"])
    if codes is None:
        form.add_error("code", _("This code does not fit. Wait for the next one and check the device's clock."))
        return _second_step_page(request, form, status=422)
    audit(request.user, "staff.second_step_on", request.user)
    messages.success(request, _("Sign-in now asks for a code from your device."))
    return render(request, "staff/recovery_codes.html", {"codes": codes})


@require_POST
@confirmed
def recovery_codes(request: StaffRequest) -> HttpResponse:
    """Make ten new recovery codes, which end the earlier ones, and show them this once."""
    if two_factor.device_of(request.user) is None:
        messages.error(request, _("Turn the second step on first. No codes were made."))
        return redirect("staff:two_factor")
    codes = two_factor.new_recovery_codes(request.user)
    audit(request.user, "staff.recovery_codes_made", request.user, {"number": len(codes)})
    return render(request, "staff/recovery_codes.html", {"codes": codes})


@sensitive_post_parameters("password")
@ask_or_save
def turn_off(request: StaffRequest) -> HttpResponse:
    """Turn the second step off, given the password."""
    form = PasswordForm(request, request.POST or None)
    if form.is_valid():
        two_factor.disable(request.user)
        audit(request.user, "staff.second_step_off", request.user)
        messages.success(request, _("Sign-in no longer asks for a code."))
        return redirect("staff:profile")
    return _form_page(request, "staff/two_factor_off.html", form)


def _second_step_page(request: StaffRequest, form: CodeForm, status: int = 200) -> HttpResponse:
    pending = two_factor.pending_device(request.user)
    context = {
        "form": form,
        "is_on": two_factor.device_of(request.user) is not None,
        "drawing": two_factor.draw(pending) if pending else None,
        "secret": two_factor.secret_of(pending) if pending else "",
        "codes_left": two_factor.recovery_codes_left(request.user),
    }
    return render(request, "staff/two_factor.html", context, status=status)


def _form_page(request: StaffRequest, template: str, form: object, **context: object) -> HttpResponse:
    """The page of a form: 422 when it was sent and refused, so that htmx swaps the errors in."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form, **context}, status=status)
