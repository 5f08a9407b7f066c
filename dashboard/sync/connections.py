"""Making and changing connections: what a form, the shell and the demo all go through."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import slugify
from django.utils.translation import gettext as _

from channels.platform import Platform
from channels.registry import PLATFORMS
from channels.routes import override
from dashboard.staff.audit import audit
from dashboard.sync.models import Connection, FeedState

RESERVED = frozenset({"add"})  # addresses under /connections/
UNGUESSABLE = 22  # characters of base64 that hold 128 bits


class Invalid(ValueError):
    """A setting that cannot be; `field` names it. Nothing was saved."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


def add(platform_key: str, slug: str, given: dict[str, Any], *, trusted: bool, by: Any) -> Connection:
    """Make a connection. `trusted` callers (a shell, a superuser) may name other hosts than the documented ones."""
    platform = PLATFORMS[platform_key]
    if slug != slugify(slug) or not slug or slug in RESERVED:
        raise Invalid(_("“%(slug)s” is no short name: use small letters, digits and hyphens.") % {"slug": slug}, "slug")
    if Connection.objects.filter(slug=slug).exists():
        raise Invalid(_("There is already a connection “%(slug)s”.") % {"slug": slug}, "slug")
    connection = Connection(platform=platform_key, slug=slug, title=platform.label, base_url=platform.base_url)
    apply(connection, given, trusted)
    missing = [f.key for f in platform.credentials if f.required and not connection.credentials.get(f.key)]
    if missing:
        raise Invalid(_("Missing: %(names)s.") % {"names": ", ".join(missing)}, missing[0])
    with transaction.atomic():
        connection.save(force_insert=True)
        audit(by, "connection.added", connection, _facts(connection, given), connection=slug)
    return connection


def change(connection: Connection, given: dict[str, Any], *, trusted: bool, by: Any) -> None:
    """Change a connection; what is not given, or empty, stays. New credentials wake a connection that lacked them.

    An empty route goes back to the platform's own address.
    """
    apply(connection, given, trusted)
    connection.version += 1
    if given.get("values") and connection.state == Connection.REAUTH_NEEDED:
        connection.state, connection.state_reason, connection.state_at = Connection.ACTIVE, "", timezone.now()
    connection.token = connection.token_expires_at = None
    with transaction.atomic():
        connection.save()
        FeedState.objects.filter(connection=connection).update(next_due_at=None)
        audit(by, "connection.changed", connection, _facts(connection, given), connection=connection.slug)


def set_state(connection: Connection, state: str, *, by: Any, reason: str = "") -> None:
    """Activate, pause or disable a connection."""
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            state=state, state_reason=reason[:500], state_at=timezone.now()
        )
        audit(by, f"connection.{state}", connection, {"reason": reason}, connection=connection.slug)
    connection.refresh_from_db()


def forget_secret(connection: Connection, mark: str, *, by: Any) -> None:
    """Take one callback secret out of use. Raises `Invalid` when none has the mark."""
    kept = [secret for secret in connection.callback_secrets if secret_mark(secret) != mark]
    if len(kept) == len(connection.callback_secrets):
        raise Invalid(_("This secret is not in use any more."), "secret")
    connection.callback_secrets = kept
    connection.version += 1
    with transaction.atomic():
        connection.save(update_fields=["callback_secrets", "version"])
        audit(by, "connection.secret_removed", connection, {"left": len(kept)}, connection=connection.slug)


def secret_mark(secret: str) -> str:
    """Tells secrets apart without giving anything of them away."""
    return salted_hmac("callback-secret", secret).hexdigest()[:12]


def remove(connection: Connection, *, by: Any) -> None:
    """Remove a connection with everything mirrored from it. The audit trail stays."""
    with transaction.atomic():
        audit(by, "connection.removed", connection, {"platform": connection.platform}, connection=connection.slug)
        connection.delete()


# -- checking --------------------------------------------------------------------------------------------------------


def apply(connection: Connection, given: dict[str, Any], trusted: bool) -> None:
    """Put what is given into the connection, unsaved. Raises `Invalid`."""
    platform = connection.declared
    if given.get("title"):
        connection.title = given["title"]
    if given.get("base_url"):
        connection.base_url = checked_url(platform, given["base_url"], trusted)
    _apply_values(connection, platform, given.get("values") or {})
    if given.get("callback_secrets"):
        connection.callback_secrets = [_secret(text) for text in given["callback_secrets"]]
    if given.get("callback_key"):
        connection.callback_key = _callback_key(connection, given["callback_key"])
    if given.get("routes"):
        bent = {**connection.routes, **_checked_routes(platform, given["routes"])}
        connection.routes = {name: address for name, address in bent.items() if address}
    if given.get("confirmed_routes"):
        known = {route.name for route in platform.routes}
        for name in given["confirmed_routes"]:
            if name not in known:
                raise Invalid(_("There is no route “%(name)s”.") % {"name": name}, "confirmed_routes")
        connection.confirmed_routes = sorted({*connection.confirmed_routes, *given["confirmed_routes"]})


def _apply_values(connection: Connection, platform: Platform, values: dict[str, str]) -> None:
    """Sort given values into credentials and options."""
    credentials = {field.key for field in platform.credentials}
    options = {field.key: field for field in platform.options}
    for key, value in values.items():
        if key in credentials:
            connection.credentials = {**connection.credentials, key: value}
        elif key in options:
            choices = options[key].choices
            if choices and value not in choices:
                raise Invalid(_("%(key)s takes one of: %(known)s.") % {"key": key, "known": ", ".join(choices)}, key)
            connection.options = {**connection.options, key: value}
        else:
            known = ", ".join([*sorted(credentials), *sorted(options)])
            raise Invalid(
                _("%(label)s takes no “%(key)s”. Known: %(known)s.")
                % {"label": platform.label, "key": key, "known": known},
                key,
            )


def checked_url(platform: Platform, text: str, trusted: bool) -> str:
    """A base URL that may be called: https on a documented host, or a host that the settings allow."""
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Invalid(_("“%(url)s” is no address.") % {"url": text}, "base_url") from None
    plain = re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:]+", host)
    if parts.scheme not in ("http", "https") or not plain or parts.username or parts.query or parts.fragment:
        raise Invalid(_("“%(url)s” is no address that can be used here.") % {"url": text}, "base_url")
    if host in platform.production_hosts:
        if parts.scheme == "https" and port in (None, 443):
            return _as_kept(platform, text.strip())
        raise Invalid(_("The platform's own host is called by https on its usual port."), "base_url")
    if host not in settings.CHANNEL_ALLOWED_HOSTS:
        raise Invalid(
            _("The host %(host)s is not the platform's. Name it in CHANNEL_ALLOWED_HOSTS to allow it.")
            % {"host": host},
            "base_url",
        )
    if not trusted:
        raise Invalid(_("Only a superuser may point a connection at another host."), "base_url")
    return _as_kept(platform, text.strip())


def _as_kept(platform: Platform, url: str) -> str:
    """Without a slash at its end, unless it is the whole address of every call: then the slash may matter."""
    return url.rstrip("/") if any(route.path for route in platform.routes) else url


def _checked_routes(platform: Platform, routes: dict[str, str]) -> dict[str, str]:
    known = {route.name: route for route in platform.routes}
    for name, value in routes.items():
        try:
            if value or name not in known:
                override(known, name, value)
        except ValueError as error:
            raise Invalid(str(error), "routes") from None
    return routes


def is_guessable(callback_key: str) -> bool:
    """Whether a callback key has less than 128 bits even if it is random."""
    return len(callback_key) < UNGUESSABLE


def _secret(text: str) -> str:
    if len(text) < 8:
        raise Invalid(_("A callback secret has at least 8 characters."), "callback_secrets")
    return text


def _callback_key(connection: Connection, key: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,120}", key):
        raise Invalid(_("A callback key has 1 to 120 letters, digits, - or _."), "callback_key")
    if Connection.objects.filter(callback_key=key).exclude(pk=connection.pk).exists():
        raise Invalid(_("This callback key is taken."), "callback_key")
    return key


def _facts(connection: Connection, given: dict[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps: names of what was given, never a value that may be secret."""
    return {
        "platform": connection.platform,
        "base_url": connection.base_url,
        "set": sorted(given.get("values") or {}),
        "routes": given.get("routes") or {},
        "confirmed_routes": list(given.get("confirmed_routes") or []),
        "callback_secrets": len(given.get("callback_secrets") or []),
    } | ({"untested": True} if given.get("untested") else {})
