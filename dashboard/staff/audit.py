"""The audit trail's one writer, and the proof that nobody changed it.

Each event carries the digest of the one before it. The head row is locked while an event is appended, so that the
chain has one order on every database; write the event last in a transaction that takes other locks.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils import timezone

from dashboard.core.scrub import scrub
from dashboard.staff.models import AuditEvent, AuditHead, User

_client: ContextVar[str | None] = ContextVar("client", default=None)


class Target(NamedTuple):
    """What an event is about; the label is what people read years later."""

    kind: str
    id: str = ""
    label: str = ""

    @classmethod
    def of(cls, row: models.Model) -> "Target":
        """The target that a row is: its model's name, its key, its text."""
        return cls(row._meta.model_name or "", str(row.pk), str(row))


class Break(NamedTuple):
    """Where the chain does not hold, and how."""

    sequence: int
    reason: str


@contextmanager
def from_address(ip: str | None) -> Iterator[None]:
    """Note `ip` as the origin of every event written inside."""
    token = _client.set(ip)
    try:
        yield
    finally:
        _client.reset(token)


def audit(
    actor: User | AnonymousUser | None,
    verb: str,
    target: models.Model | Target | None = None,
    detail: Mapping[str, Any] | None = None,
    *,
    connection: str = "",
) -> AuditEvent:
    """Append one event, scrubbed, in the caller's transaction or one of its own.

    `verb` is ``area.what_happened``; `connection` the connection's slug. Without an actor the system acted.
    """
    aim = Target.of(target) if isinstance(target, models.Model) else target or Target("")
    person = actor if isinstance(actor, User) else None
    event = AuditEvent(
        at=timezone.now(),
        actor=person,
        actor_label=_text(person.username if person else "", 150),
        verb=verb,
        target_kind=aim.kind,
        target_id=_text(aim.id, 200),
        target_label=_text(aim.label, 200),
        connection=_text(connection, 100),
        detail=_storable(scrub(dict(detail or {}))),
        ip=_client.get(),
    )
    with transaction.atomic():
        _append(event)
    return event


def _append(event: AuditEvent) -> None:
    """Link the event to the head of the chain and move the head."""
    head, _created = AuditHead.objects.select_for_update().get_or_create(pk=1)
    event.sequence, event.previous = head.sequence + 1, head.digest
    event.digest = digest_of(event)
    event.save()
    AuditHead.objects.filter(pk=1).update(sequence=event.sequence, digest=event.digest)


def digest_of(event: AuditEvent) -> str:
    """The digest of an event: blake2b over the previous digest and the event's content in one canonical spelling."""
    content = [
        event.previous,
        event.sequence,
        event.at.astimezone(UTC).isoformat(),
        event.actor_id,
        event.actor_label,
        event.verb,
        event.target_kind,
        event.target_id,
        event.target_label,
        event.connection,
        event.detail,
        event.ip,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def verify_chain() -> Break | None:
    """Walk the whole trail; the first place where it was changed, cut or reordered, or None."""
    expected, previous = 1, ""
    for event in AuditEvent.objects.order_by("sequence").iterator(chunk_size=1000):
        if event.sequence != expected:
            return Break(expected, "missing")
        if event.previous != previous or event.digest != digest_of(event):
            return Break(event.sequence, "changed")
        expected, previous = expected + 1, event.digest
    head = AuditHead.objects.filter(pk=1).first()
    if head and (head.sequence, head.digest) != (expected - 1, previous):
        return Break(expected, "missing")
    return None


def _text(value: str, limit: int) -> str:
    """Text as every database stores it: without NUL, cut to the column."""
    return str(value).replace("\0", "")[:limit]


def _storable(value: Any) -> Any:
    """JSON that reads back exactly as written on every database: no floats, no NUL, no lone surrogates."""
    if isinstance(value, Mapping):
        return {_clean(str(name)): _storable(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_storable(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    return _clean(str(value))


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
