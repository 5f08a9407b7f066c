"""Guards of views: sign in first, hold the permission, confirm the password again.

Every view asks for a sign-in unless it is marked with Django's `login_not_required`; `requires` adds the permission.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from dashboard.staff.audit import Target, audit
from dashboard.staff.models import User
from dashboard.staff.permissions import HOLDERS, roles_with
from dashboard.staff.sessions import recently_confirmed

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """For annotations: the request of a signed-in person, as views behind the guards receive it."""

    user: User
    htmx: HtmxDetails


class SignInRequired(LoginRequiredMiddleware):
    """Refuse anonymous visitors everywhere but on views marked `login_not_required`."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        """Send the visitor to the sign-in page."""
        return ask_to_sign_in(request)


def requires(code: str) -> Callable[[View], View]:
    """Let a view be used by holders of a permission only.

    Anonymous: to the sign-in page. Signed in without it: 403, a page that names the roles that may, and an audit
    event. The permission stays readable as ``view.requires``. Raises KeyError at import for an unknown code.
    """
    HOLDERS[code]

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if not request.user.may(code):
                return denied(request, code)
            return view(request, *args, **kwargs)

        guarded.requires = code  # type: ignore[attr-defined]
        return guarded

    return guard


def confirmed(view: View) -> View:
    """Let a view run only within 15 minutes of the password; otherwise ask for it and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if recently_confirmed(request) else ask_to_confirm(request)

    return guarded


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back afterwards; htmx is answered 401 and moves the whole window."""
    return _detour(request, "staff:sign_in", 401)


def ask_to_confirm(request: HttpRequest) -> HttpResponse:
    """To the page that asks for the password again, and back afterwards."""
    return _detour(request, "staff:confirm", 403)


def denied(request: HttpRequest, code: str) -> HttpResponse:
    """The 403 page that names the roles which may, after noting the attempt."""
    audit(request.user, "staff.access_denied", Target("page", label=request.path), {"permission": code})
    roles = get_text_list([str(role) for role in roles_with(code)], _("or"))
    reason = _("This needs the role %(roles)s. Nothing was changed.") % {"roles": roles}
    return render(request, "403.html", {"reason": reason}, status=403)


def _detour(request: HttpRequest, page: str, status: int) -> HttpResponse:
    """Lead through `page`; what cannot be repeated by opening it (a POST) leads back to the page it was sent from."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    back = htmx.current_url_abs_path if htmx else _back(request)
    url = f"{reverse(page)}?{urlencode({'next': back or '/'})}"
    if htmx:
        return HttpResponse(status=status, headers={"HX-Redirect": url})
    return redirect(url)


def _back(request: HttpRequest) -> str:
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    own, referer = f"{request.scheme}://{request.get_host()}/", request.headers.get("Referer", "")
    return "/" + referer.removeprefix(own) if referer.startswith(own) else "/"
