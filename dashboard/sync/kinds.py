"""Kinds of commands: what staff may intend, how it is sent, and how its fate is proven.

Each domain registers its kinds in its own `commands.py`. A kind that does not declare how it may be repeated and what
its marker is cannot be registered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from channels.records import Receipt, Ref
from dashboard.sync.models import Command, Connection

APPLIED, ABSENT, UNDECIDED = "applied", "absent", "undecided"

# How a command may be sent again after an unknown outcome.
AS_IT_IS, AFTER_ABSENCE, NEVER = "as_it_is", "after_absence", "never"

# In `before` of a command whose row is older than what became of it: nothing is known of the moment before sending.
RESTORED = "restored"


class Refused(Exception):
    """The command was not queued. `field` names the payload key that is wrong; `conflict` what is under way."""

    def __init__(self, words: str, *, field: str = "", conflict: Command | None = None) -> None:
        super().__init__(words)
        self.words, self.field, self.conflict = words, field, conflict


class Arrived(Exception):
    """`prepare` sees that an earlier attempt has taken effect, or may have: nothing is sent, proof is asked for."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Target:
    """What a command is about, as the mirror knows it."""

    remote_id: str
    label: str
    ref: Ref | None = None
    row: Any = None
    is_gone: bool = False


NO_TARGET = Target(remote_id="-", label="")


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """The payload of a kind whose target says all."""


@dataclass(frozen=True, slots=True)
class PageOf:
    """Where records have pages: the address by name, the model that remote ids are of, its field with a page's key."""

    url_name: str
    model: str
    key: str = "pk"

    def url(self, connection: Connection, remote_id: str) -> str:
        """The page of the record with that remote id; empty where the mirror has none."""
        rows: Any = apps.get_model(self.model)._default_manager.filter(remote_id=remote_id)
        key = rows.filter(**{rows.connection_path: connection}).values_list(self.key, flat=True).first()
        return "" if key is None else reverse(self.url_name, args=[key])


@dataclass(frozen=True)
class Context:
    """What a kind works with while a command is sent or proven."""

    connection: Connection
    channel: Any
    command: Command
    payload: Any
    target: Target

    @property
    def ref(self) -> Ref:
        """The target as the channel takes it."""
        return self.target.ref or Ref(remote_id=self.command.target)


@dataclass(frozen=True)
class Witness:
    """One question to the platform and its answer."""

    asked: str
    answered: str
    at: datetime = field(default_factory=timezone.now)


@dataclass(frozen=True)
class Finding:
    """What the platform's answers prove: applied, absent or undecided; the sentence is for people."""

    verdict: str
    sentence: str
    witnesses: tuple[Witness, ...] = ()
    receipt: Receipt | None = None


def applied(sentence: str, *witnesses: Witness, receipt: Receipt | None = None) -> Finding:
    """Proof that the command took effect."""
    return Finding(APPLIED, sentence, witnesses, receipt)


def absent(sentence: str, *witnesses: Witness) -> Finding:
    """Proof that it did not."""
    return Finding(ABSENT, sentence, witnesses)


def undecided(sentence: str, *witnesses: Witness) -> Finding:
    """Neither."""
    return Finding(UNDECIDED, sentence, witnesses)


class Kind:
    """Base of all kinds. Class attributes declare, methods act; only `send` changes anything on the platform.

    - `absolute`: sets a value; a newer one supersedes older unsent ones, and it may be sent again as it is.
    - `exclusive`: while one is unfinished, a second of the kind on the same target is refused.
    - `repeat`: `AS_IT_IS`, `AFTER_ABSENCE` or `NEVER` (a person settles it).
    - `marker`: what a read-back recognises the effect by.
    - `absences`: how often in a row absence must be proven, `settle_time()` apart.
    - `lane`: the one thing of a connection that kinds of this name work on (its cart, its profile); at most one command
      of a lane is in flight. Without it each target is a lane of its own, and what has no target has none.
    - `feed`: the feed that mirrors the target. `secret_keys`: payload keys that are never shown.
    - `page`: where the target has a page, or what the kind makes.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    capability: ClassVar[type]
    permission: ClassVar[str]
    Payload: ClassVar[type[msgspec.Struct]]
    repeat: ClassVar[str]
    marker: ClassVar[str | Promise]
    lane: ClassVar[str] = ""
    page: ClassVar[PageOf | None] = None
    feed: ClassVar[str] = ""
    absolute: ClassVar[bool] = False
    exclusive: ClassVar[bool] = True
    has_target: ClassVar[bool] = True
    absences: ClassVar[int] = 1
    max_checks: ClassVar[int] = 12
    secret_keys: ClassVar[tuple[str, ...]] = ()

    @property
    def leaves_at_once(self) -> bool:
        """Whether it counts as sent once it is claimed: nothing is read before, and to send it twice does no harm."""
        return self.repeat == AS_IT_IS and type(self).prepare is Kind.prepare

    def find(self, connection: Connection, text: str) -> Target:
        """The target by remote id, number or SKU. Raises `Refused` when nothing, or more than one thing, has it."""
        raise NotImplementedError

    def check(self, connection: Connection, target: Target, payload: Any) -> None:
        """Raise `Refused` for what the platform would surely refuse."""

    def summary(self, payload: Any) -> str:
        """What is intended, in a few words, without secrets."""
        return str(self.label)

    def covers(self, newer: dict[str, Any], older: dict[str, Any]) -> bool:
        """Of an absolute kind: whether a newer payload says all that an older one says, and so takes its place."""
        return True

    def gives_back(self, target: Target, payload: Any) -> tuple[Decimal | None, str] | None:
        """What a buyer gets back and in which currency (a large amount needs a second person); `None`: no money.

        An amount of `None` is one that the platform does not state.
        """
        return None

    def is_urgent(self, payload: Any) -> bool:
        """Goes before everything else (a stock of zero)."""
        return False

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read what must be known just before sending; kept as `before`.

        May raise `Rejected` to stop it, and `Arrived` when an earlier attempt turns out to have taken effect.
        """
        return {}

    def send(self, context: Context) -> Receipt:
        """Tell the platform. Raises the channel's errors."""
        raise NotImplementedError

    def read_back(self, context: Context) -> Finding:
        """Ask the platform what became of it. Changes nothing."""
        raise NotImplementedError

    def mirror(self, context: Context) -> None:
        """After `done`: read the target back, so that the pages show what the platform says."""

    def bulk(self, channel: Any) -> int:
        """How many commands of one batch go into one call; 1: each goes alone. A kind that says so has `send_many`."""
        return 1

    def bulk_group(self, payload: Any) -> Any:
        """Commands go together only when this is equal (one currency, one direction)."""
        return None

    def send_many(self, contexts: Sequence[Context]) -> Receipt:
        """Tell the platform all at once."""
        raise NotImplementedError


def proof(kind: Kind, context: Context) -> Finding:
    """What the platform's answer proves; after a restore nobody knows what was there before sending."""
    try:
        return kind.read_back(context)
    except KeyError:
        if RESTORED not in context.command.before:
            raise
        return undecided(_("Restored from a backup: what was there before sending is not known."))


def settle_time() -> timedelta:
    """How long after sending absence begins to mean something: a platform may still be at work."""
    return timedelta(seconds=settings.COMMAND_SETTLE_SECONDS)


KINDS: dict[str, Kind] = {}
_DECLARED = ("name", "label", "capability", "permission", "Payload", "repeat", "marker")


def register(kind: type[Kind]) -> type[Kind]:
    """Make a kind known. Raises `ValueError` when it leaves open how it is sent, proven or repeated."""
    missing = [name for name in _DECLARED if not getattr(kind, name, None)]
    missing += [name for name in ("send", "read_back") if getattr(kind, name) is getattr(Kind, name)]
    if kind.has_target and kind.find is Kind.find:
        missing.append("find")
    if kind.bulk is not Kind.bulk and kind.send_many is Kind.send_many:
        missing.append("send_many")
    if missing:
        raise ValueError(f"The command kind {kind.__name__} does not declare: {', '.join(missing)}.")
    if kind.name in KINDS:
        raise ValueError(f"The command kind “{kind.name}” is registered twice.")
    KINDS[kind.name] = kind()
    return kind


def kinds_of(domain: str) -> list[str]:
    """The names of a domain's kinds."""
    return [name for name in KINDS if name.startswith(f"{domain}.")]


def kind_label(name: str) -> str:
    """A kind in the reader's language; one that is not known any more keeps its name."""
    return str(KINDS[name].label) if name in KINDS else name


def kind_of(name: str) -> Kind:
    """The kind by name. Raises `Refused` naming the known ones."""
    try:
        return KINDS[name]
    except KeyError:
        raise Refused(
            _("There is no command “%(name)s”. Known: %(known)s.") % {"name": name, "known": ", ".join(sorted(KINDS))}
        ) from None


def read_payload(kind: Kind, given: dict[str, Any]) -> Any:
    """The typed payload. Raises `Refused` that names the wrong key, and the known ones for an unknown key."""
    known = {field.name for field in msgspec.structs.fields(kind.Payload)}
    unknown = sorted(set(given) - known)
    if unknown:
        names = ", ".join(sorted(known)) or "–"
        raise Refused(
            _("“%(key)s” is not a field of %(kind)s. Known fields: %(known)s.")
            % {"key": unknown[0], "kind": kind.name, "known": names},
            field=unknown[0],
        )
    try:
        return msgspec.convert(given, kind.Payload, strict=False)
    except msgspec.ValidationError as error:
        words, _sep, path = str(error).partition(" - at `")
        name = path.strip("`$.").partition(".")[0].partition("[")[0]
        if not name:
            name = next((key for key in known if f"`{key}`" in words), "")
        raise Refused(f"{name}: {words}." if name else f"{words}.", field=name) from None
