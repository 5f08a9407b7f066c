"""What a platform declares of itself, and what it is opened with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from channels.events import Event
from channels.ports import Exchange, Limiter, Unlimited
from channels.routes import Route
from channels.sandbox import Sandbox


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A credential or option that a connection takes. ``secret`` fields are write-only in forms.

    ``kind``: text, password, email, number, json or choice (with ``choices``).
    """

    key: str
    label: str
    kind: str = "text"
    secret: bool = False
    required: bool = True
    hint: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()


class CallbackEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A push that the platform can send: the last part of our address, and what it tells."""

    event: str
    label: str
    signed: bool = True


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A push as it came in. Header names are lower case."""

    event: str
    headers: dict[str, str]
    body: bytes


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a push is authentic. ``key`` tells repeats apart; ``hint`` true: unsigned, worth one read only.

    ``skew_seconds``: how old a signed time is. Stated only where the signature fits, refused ones included.
    """

    accepted: bool
    key: str = ""
    hint: bool = False
    reason: str = ""
    skew_seconds: float | None = None


class Callbacks(Protocol):
    """How a platform's pushes are verified, understood and answered. Pure: no IO, the clock is given."""

    events: tuple[CallbackEvent, ...]

    def verify(
        self, received: Received, secrets: tuple[str, ...], now: datetime, options: Mapping[str, str]
    ) -> Verdict:
        """Decide on the raw bytes, in constant time over all secrets, before anything is parsed."""

    def parse(self, received: Received) -> tuple[Event, ...]:
        """What the push tells. Raises ``WireError`` for an unreadable body."""

    def answer(self, received: Received) -> tuple[int, bytes]:
        """Status and body that the platform expects for an accepted push."""


class TokenStore(Protocol):
    """Where a session token lives, shared by all processes of a connection, with one lock for renewing it."""

    def load(self) -> tuple[str, datetime] | None:
        """The token and when it ends (UTC)."""

    def save(self, token: str, expires_at: datetime) -> None:
        """Keep a new token for everybody."""

    def lock(self) -> AbstractContextManager[Any]:
        """Held while one process logs in."""


class MemoryTokens:
    """A token store for one process."""

    def __init__(self) -> None:
        self._kept: tuple[str, datetime] | None = None

    def load(self) -> tuple[str, datetime] | None:
        """The token kept last."""
        return self._kept

    def save(self, token: str, expires_at: datetime) -> None:
        """Keep it."""
        self._kept = (token, expires_at)

    def lock(self) -> AbstractContextManager[Any]:
        """Nobody else is there."""
        return nullcontext()


def utc_now() -> datetime:
    """The time, aware, UTC."""
    return datetime.now(UTC)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection brings: address, credentials, options, bent and confirmed routes."""

    base_url: str
    credentials: dict[str, str]
    options: dict[str, str] = {}
    routes: dict[str, str] = {}
    confirmed_routes: frozenset[str] = frozenset()

    def option(self, key: str, default: str = "") -> str:
        """An option's value, or its default."""
        return self.options.get(key) or default

    def __repr__(self) -> str:
        """Without the credentials."""
        return f"Settings({self.base_url})"


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """What the outside lends a channel: limiter, recorder, token store, transport, clock."""

    limiter: Limiter = Unlimited()
    record: Callable[[Exchange], None] | None = None
    tokens: TokenStore = MemoryTokens()
    transport: Any = None
    private_hosts: frozenset[str] = frozenset()
    now: Callable[[], datetime] = utc_now
    pause: Callable[[float], None] | None = None


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the rest of the product knows of a platform.

    ``open`` gives a channel: an object whose methods are its capabilities, with its ``http`` (close it at the end).
    ``channel`` is its class, so that capabilities can be asked without opening. ``mark`` is two letters.
    ``production_hosts`` are the documented hosts that a base URL may name; on them assumed routes need confirmation.
    ``base_url`` is the documented address. ``needs`` explains in one sentence why a capability is missing.
    """

    key: str
    label: str
    mark: str
    summary: str
    base_url: str
    production_hosts: frozenset[str]
    credentials: tuple[Field, ...]
    options: tuple[Field, ...] = ()
    routes: tuple[Route, ...]
    channel: Any
    open: Callable[[Settings, Ports], Any]
    sandbox: Callable[..., Sandbox]
    callbacks: Any = None
    needs: dict[str, str] = {}
