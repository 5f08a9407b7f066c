"""How long a session lasts, where a request comes from, and whether a person proved themselves just now."""

import time
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from dashboard.staff.audit import from_address

BEGAN, SEEN, CONFIRMED = "began_at", "seen_at", "confirmed_at"
CONFIRMED_FOR = 15 * 60
SEEN_EVERY = 5 * 60


class SessionRules:
    """End a session 12 idle hours or 7 days after it began; note activity at most every five minutes.

    Also tells the audit trail where the request comes from.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Apply the rules, then serve the request."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            keep_or_end(request)
        with from_address(client_ip(request)):
            return self.get_response(request)


def keep_or_end(request: HttpRequest) -> None:
    """Sign the person out where the session is over, else note that it is in use."""
    session, now = request.session, int(time.time())
    began, seen = session.setdefault(BEGAN, now), session.setdefault(SEEN, now)
    if now - began > settings.SESSION_ABSOLUTE_SECONDS or now - seen > settings.SESSION_IDLE_SECONDS:
        logout(request)
    elif now - seen > SEEN_EVERY:
        session[SEEN] = now


def begin(request: HttpRequest) -> None:
    """Mark a fresh sign-in: the clocks start, and the password counts as just confirmed."""
    request.session[BEGAN] = request.session[SEEN] = request.session[CONFIRMED] = int(time.time())


def confirm(request: HttpRequest) -> None:
    """Note that the person has just given the password again."""
    request.session[CONFIRMED] = int(time.time())


def recently_confirmed(request: HttpRequest) -> bool:
    """Whether the password was given in this session within 15 minutes; ask before secrets or refunds."""
    return time.time() - request.session.get(CONFIRMED, 0) < CONFIRMED_FOR


def client_ip(request: HttpRequest) -> str | None:
    """The address of the client: the peer, or what our own `TRUSTED_PROXIES` proxies say it is."""
    peer: str | None = request.META.get("REMOTE_ADDR") or None
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if settings.TRUSTED_PROXIES and hops:
        peer = hops[-min(settings.TRUSTED_PROXIES, len(hops))]
    try:
        return str(ip_address(peer or ""))
    except ValueError:
        return None
