"""Asking the product for pages as its web server does: through the WSGI application, signed in."""

from __future__ import annotations

import io
import secrets
import time
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.base import SessionBase
from django.utils.encoding import iri_to_uri
from django.utils.module_loading import import_string

from dashboard.staff.sessions import BEGAN, SEEN
from dashboard.wsgi import application


class Person:
    """Somebody who sees everything, with a session; `get` answers the body of a page."""

    def __init__(self, name: str = "bench") -> None:
        people = get_user_model()
        self.user: Any = people.objects.filter(username=name).first() or people.objects.create_superuser(
            name, f"{name}@example.com", secrets.token_urlsafe(20)
        )
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={_session(self.user).session_key}"

    def get(self, address: str, **headers: str) -> bytes:
        """The body of a page. Raises SystemExit for any answer but 200."""
        path, _, query = iri_to_uri(address).partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": self.cookie, "HTTP_ACCEPT_LANGUAGE": "en",
            "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http", **headers,
        }  # fmt: skip
        status: list[str] = []
        answer = application(environ, lambda line, _headers, *_more: status.append(line))
        try:
            body = b"".join(answer)
        finally:
            answer.close()
        if not status[0].startswith("200"):
            raise SystemExit(f"{address} answered {status[0]}.")
        return body


def _session(user: Any) -> SessionBase:
    """A session as signing in leaves it."""
    store: SessionBase = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY], store[BEGAN] = user.get_session_auth_hash(), int(time.time())
    store[SEEN] = int(time.time())
    store.create()
    return store
