"""Who works here: list, invite, change, disable. Nobody changes their own role, and superusers only each other."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.core.pages import render
from dashboard.staff import two_factor
from dashboard.staff.access import StaffRequest, confirmed, requires
from dashboard.staff.audit import audit
from dashboard.staff.forms import FirstPasswordForm, NewPersonForm, PersonForm
from dashboard.staff.models import Authenticator, User

ask_or_save = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@requires("staff.manage")
def people(request: StaffRequest) -> HttpResponse:
    """Everyone, those who can sign in first."""
    own = Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True)
    rows = User.objects.order_by("-is_active", "username").annotate(has_second_step=Exists(own))
    return render(request, "staff/people.html", {"people": rows.prefetch_related("connections")})


@sensitive_post_parameters("password")
@ask_or_save
@requires("staff.manage")
def new(request: StaffRequest) -> HttpResponse:
    """Create a person."""
    form = NewPersonForm(request.POST or None)
    if form.is_valid():
        person = form.save()
        audit(request.user, "staff.person_created", person, {"role": person.role})
        messages.success(request, _("%(name)s can sign in now.") % {"name": person.label})
        return redirect("staff:people")
    return _form_page(request, form, None)


@ask_or_save
@requires("staff.manage")
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a person's names, role and visible connections."""
    someone = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, instance=someone)
    if request.method == "POST":
        _may_change(request, someone)
        if form.is_valid():
            before = form.initial.get("role")
            form.save()
            detail = {"fields": form.changed_data, "role": someone.role, "role_before": before}
            audit(request.user, "staff.person_changed", someone, detail)
            messages.success(request, _("%(name)s is saved.") % {"name": someone.label})
            return redirect("staff:people")
    return _form_page(request, form, someone)


@require_POST
@requires("staff.manage")
def disable(request: StaffRequest, pk: int) -> HttpResponse:
    """Take away sign-in; every session of the person ends at once."""
    someone = _changeable(request, pk)
    someone.is_active = False
    someone.save(update_fields=["is_active"])
    someone.end_sessions()
    audit(request.user, "staff.person_disabled", someone)
    messages.success(request, _("%(name)s can no longer sign in.") % {"name": someone.label})
    return redirect("staff:people")


@require_POST
@requires("staff.manage")
def enable(request: StaffRequest, pk: int) -> HttpResponse:
    """Give sign-in back."""
    someone = _changeable(request, pk)
    someone.is_active = True
    someone.save(update_fields=["is_active"])
    audit(request.user, "staff.person_enabled", someone)
    messages.success(request, _("%(name)s can sign in again.") % {"name": someone.label})
    return redirect("staff:people")


@require_POST
@requires("staff.manage")
@confirmed
def reset_second_step(request: StaffRequest, pk: int) -> HttpResponse:
    """Turn the second step off for someone who lost the device; their sessions end."""
    someone = _changeable(request, pk)
    two_factor.disable(someone)
    someone.end_sessions()
    audit(request.user, "staff.second_step_reset", someone)
    messages.success(
        request, _("%(name)s signs in without a code until a new device is set up.") % {"name": someone.label}
    )
    return redirect("staff:person", pk=pk)


@sensitive_post_parameters("password")
@ask_or_save
@requires("staff.manage")
@confirmed
def first_password(request: StaffRequest, pk: int) -> HttpResponse:
    """Set a password for someone who forgot theirs; their sessions end."""
    someone = _changeable(request, pk)
    form = FirstPasswordForm(request.POST or None, instance=someone)
    if form.is_valid():
        form.save()
        audit(request.user, "staff.password_set", someone)
        messages.success(request, _("%(name)s has a new password.") % {"name": someone.label})
        return redirect("staff:person", pk=pk)
    return _form_page(request, form, someone, template="staff/first_password.html")


def _changeable(request: StaffRequest, pk: int) -> User:
    """The person, if the asker may change them; 404 for nobody, 403 otherwise."""
    someone = get_object_or_404(User, pk=pk)
    _may_change(request, someone)
    return someone


def _may_change(request: StaffRequest, someone: User) -> None:
    """Raise PermissionDenied for oneself, and for a superuser unless one asks."""
    if _is_fixed(request, someone):
        audit(request.user, "staff.access_denied", someone, {"permission": "staff.manage"})
        raise PermissionDenied


def _is_fixed(request: StaffRequest, someone: User) -> bool:
    return someone == request.user or (someone.is_superuser and not request.user.is_superuser)


def _form_page(
    request: StaffRequest, form: object, someone: User | None, template: str = "staff/person.html"
) -> HttpResponse:
    context = {
        "form": form,
        "person": someone,
        "is_fixed": someone is not None and _is_fixed(request, someone),
        "has_second_step": someone is not None and two_factor.device_of(someone) is not None,
    }
    return render(request, template, context, status=422 if request.method == "POST" else 200)
