"""Fetches one remote picture for showing: guarded like every call, capped, never followed elsewhere."""

from __future__ import annotations

import functools
import ssl
import time
from urllib.parse import urlsplit

import httpcore

from channels.errors import Rejected
from channels.transport import GuardedBackend

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 3.0, 4.0, 8.0
MAX_BYTES = 8 * 1024 * 1024
HEADERS = ((b"accept", b"image/*"), (b"accept-encoding", b"identity"), (b"user-agent", b"seller-dashboard"))


def fetch_picture(url: str, private_hosts: frozenset[str] = frozenset()) -> bytes:
    """The bytes behind an address, at most ``MAX_BYTES``; nobody has looked yet whether they are a picture.

    Only https on its own port, except for ``private_hosts``, which settings allow. Raises ``Rejected`` with the
    reason for everything that does not end in a 200 within ``TOTAL_SECONDS``.
    """
    target = _allowed(url, private_hosts)
    times = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": CONNECT_SECONDS}
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with _pool(private_hosts).stream("GET", target, headers=HEADERS, extensions={"timeout": times}) as answer:
            if answer.status != 200:
                raise Rejected(f"The picture was answered with {answer.status}.", status=answer.status)
            return _capped(answer, deadline)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError):
        raise Rejected("The picture could not be fetched: its host did not answer.") from None


def _allowed(url: str, private_hosts: frozenset[str]) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Rejected("That is no address of a picture.") from None
    if not parts.hostname or "@" in parts.netloc or not url.isascii():
        raise Rejected("That is no address of a picture.")
    if parts.hostname not in private_hosts and (parts.scheme != "https" or port not in (None, 443)):
        raise Rejected("Pictures come over https only.")
    if parts.scheme not in ("http", "https"):
        raise Rejected("Pictures come over https only.")
    return url


def _capped(answer: httpcore.Response, deadline: float) -> bytes:
    pieces, size = [], 0
    for piece in answer.iter_stream():
        size += len(piece)
        if size > MAX_BYTES:
            raise Rejected(f"The picture is larger than {MAX_BYTES // 1024 // 1024} MB.")
        if time.monotonic() > deadline:
            raise Rejected("The picture took too long to arrive.")
        pieces.append(piece)
    return b"".join(pieces)


@functools.cache
def _pool(private_hosts: frozenset[str]) -> httpcore.ConnectionPool:
    """One pool a process: building a TLS context is slow."""
    return httpcore.ConnectionPool(
        ssl_context=ssl.create_default_context(),
        max_connections=8,
        max_keepalive_connections=4,
        keepalive_expiry=30,
        network_backend=GuardedBackend(private_hosts),
    )
