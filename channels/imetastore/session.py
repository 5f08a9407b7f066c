"""Session tokens: logging in with e-mail and password, once for all threads and processes of a connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from channels import wire as reading
from channels.errors import AuthFailed, NotSent, Rejected, WireError
from channels.imetastore import wire as w
from channels.platform import TokenStore

SCHEME = "Bearer "
EARLY = timedelta(minutes=5)
EARLY_SHARE = 10
LONGEST = timedelta(days=30)
STATED_SECONDS = 86_400


class Login:
    """An authorizer that logs in when there is no token, shortly before it ends, and once when it was refused.

    The store keeps a token together with the time from which it is not used any more: 5 minutes, or a tenth of its
    life where that is less, before the end that the platform gave it.
    """

    def __init__(
        self, login: Callable[[], w.Envelope[w.Session]], tokens: TokenStore, now: Callable[[], datetime]
    ) -> None:
        self._login, self._tokens, self._now = login, tokens, now
        self._lock = threading.Lock()
        self._kept: tuple[str, datetime] | None = None

    def headers(self) -> dict[str, str]:
        """``Authorization`` for the next call; logs in first where needed. Raises what a login may raise."""
        token = self._fresh(self._kept) or self._get(refused="")
        return {"authorization": SCHEME + token}

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Get another token than the refused one: somebody else's newer one, or a new one."""
        self._get(refused=refused.get("authorization", "").removeprefix(SCHEME))
        return True

    def _fresh(self, kept: tuple[str, datetime] | None) -> str:
        return kept[0] if kept is not None and kept[1] > self._now() else ""

    def _get(self, refused: str) -> str:
        with self._lock, self._tokens.lock():
            self._kept = self._tokens.load()
            token = self._fresh(self._kept)
            if token and token != refused:
                return token
            self._kept = self._begin()
            self._tokens.save(*self._kept)
            return self._kept[0]

    def _begin(self) -> tuple[str, datetime]:
        """Log in. A refused login is ``AuthFailed``, an unreadable one ``NotSent``: the call itself never went out."""
        asked = self._now()
        try:
            token, life = _token(self._login().data)
        except Rejected as error:
            raise AuthFailed(error.words, status=error.status) from None
        except WireError as error:
            raise NotSent(f"The answer to the login could not be read: {error.words}") from None
        return token, asked + life - min(EARLY, life / EARLY_SHARE)


def _token(session: w.Session | None) -> tuple[str, timedelta]:
    """The token and its life. Raises ``WireError`` when there is none."""
    token = session.accessToken.strip() if session else ""
    if session is None or not token or not token.isascii() or not token.isprintable():
        raise WireError("It has no usable token.", path="$.data.accessToken")
    seconds = reading.count(session.expiresIn, "data.expiresIn") or STATED_SECONDS
    return token, min(timedelta(seconds=max(seconds, 1)), LONGEST)
