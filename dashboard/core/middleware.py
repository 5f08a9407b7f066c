"""Headers on every answer, the short way for callbacks, and each person's language and zone."""

import secrets
import zoneinfo
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

GetResponse = Callable[[HttpRequest], HttpResponse]
CALLBACKS = "/callbacks/"

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}


class SecurityHeaders:
    """First of all: what the browser may do with any answer, errors and refusals included.

    ``request.csp_nonce`` allows one inline script; asking for it puts it into the policy.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with its headers."""
        made: list[str] = []
        request.csp_nonce = SimpleLazyObject(lambda: _remember(made))  # type: ignore[attr-defined]
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = policy(made[0] if made else "")
        return response


def _remember(made: list[str]) -> str:
    made.append(secrets.token_urlsafe(16))
    return made[0]


def policy(nonce: str = "") -> str:
    """The Content-Security-Policy, with ``nonce`` for one inline script when given."""
    rules = {**POLICY, "script-src": f"'self' 'nonce-{nonce}'"} if nonce else POLICY
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class CallbackLane:
    """Pushes from platforms go straight to their view: no session, sign-in, CSRF, messages or locale.

    Stands after the security headers and before everything that reads the database.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.short_way = cast(GetResponse, convert_exception_to_response(_call_view))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The view's own answer for ``/callbacks/…``, the rest of the stack for all else."""
        if request.path_info.startswith(CALLBACKS):
            return self.short_way(request)
        return self.get_response(request)


def _call_view(request: HttpRequest) -> HttpResponse:
    request.get_host()  # refuses hosts that are not ours, as CommonMiddleware would
    match = resolve(request.path_info)
    request.resolver_match = match
    response: HttpResponse | None = match.func(request, *match.args, **match.kwargs)
    if response is None:
        raise SuspiciousOperation("the callback view answered nothing")
    return response


class Personal:
    """After authentication: the person's language and time zone, and no copy of their pages in any cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer as this person reads it; a view that says itself how long its answer may be kept is obeyed."""
        user: Any = getattr(request, "user", None)
        known = bool(user is not None and user.is_authenticated)
        if known:
            self._activate(request, user)
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        if known or request.user.is_authenticated:
            response.setdefault("Cache-Control", "no-store")
            patch_vary_headers(response, ("Cookie",))
        return response

    @staticmethod
    def _activate(request: HttpRequest, user: Any) -> None:
        language = getattr(user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        try:
            timezone.activate(zoneinfo.ZoneInfo(getattr(user, "time_zone", "") or settings.TIME_ZONE))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            timezone.activate(settings.TIME_ZONE)
