"""The five errors of every outside call. Each says what the caller may do next (DESIGN §5)."""

from __future__ import annotations

from datetime import datetime


class ChannelError(Exception):
    """Base of the five. ``words`` is what a person reads; it never holds a secret.

    ``status`` is what the platform answered; none: it was not asked, or gave no answer.
    """

    def __init__(self, words: str, *, status: int | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.status = status


class NotSent(ChannelError):
    """The request had no effect: it never arrived, or was turned away unread (429, 503). Safe to send again.

    ``retry_at`` (UTC) is when the platform allows the next call, where it said so. ``rate_limited`` marks a 429,
    which pauses the whole bucket and burns no attempt.
    """

    def __init__(
        self,
        words: str,
        *,
        status: int | None = None,
        retry_at: datetime | None = None,
        rate_limited: bool = False,
    ) -> None:
        super().__init__(words, status=status)
        self.retry_at = retry_at
        self.rate_limited = rate_limited


class Ambiguous(ChannelError):
    """The request was sent and no usable answer came back: it may have taken effect. Never send it again blindly."""


class Rejected(ChannelError):
    """The platform understood and refused, in its own words. Nothing was changed there.

    ``code`` is the platform's own error code where it has one.
    """

    def __init__(self, words: str, *, status: int | None = None, code: str = "") -> None:
        super().__init__(words, status=status)
        self.code = code


class AuthFailed(ChannelError):
    """The credentials were refused, or lack a scope. Nothing was changed; the connection must be put right first.

    ``missing_scope`` names the one permission that is lacking: the credentials themselves still stand.
    """

    def __init__(self, words: str, *, status: int | None = None, missing_scope: str = "") -> None:
        super().__init__(words, status=status)
        self.missing_scope = missing_scope


class WireError(ChannelError):
    """The payload is unlike the document. ``path`` names the place (``$.list[3].price``)."""

    def __init__(self, words: str, *, path: str = "$", status: int | None = None) -> None:
        super().__init__(words, status=status)
        self.path = path


class RouteUnconfirmed(ChannelError):
    """The endpoint's path is assumed, not documented, and no operator has confirmed it for the production host.

    Nothing was sent.
    """

    def __init__(self, words: str, *, route: str) -> None:
        super().__init__(words)
        self.route = route
