"""Kinds whose every answer a test writes down beforehand, registered for the length of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from channels.capabilities import PullsProducts
from channels.records import Receipt
from dashboard.sync.kinds import AFTER_ABSENCE, AS_IT_IS, KINDS, Finding, Kind, Refused, Target, absent, register
from dashboard.sync.models import Connection


class Note(msgspec.Struct, forbid_unknown_fields=True):
    """A value, and one that is never shown."""

    value: int
    secret: str = ""


class Scripted(Kind):
    """Sends and reads back what `script` says: exceptions are raised, everything else is the answer."""

    name = "test.note"
    label = "Note"
    capability = PullsProducts
    permission = "catalog.edit"
    Payload = Note
    repeat = AFTER_ABSENCE
    marker = "The note."
    feed = "products"
    secret_keys = ("secret",)

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.answers: list[Any] = []
        self.findings: list[Any] = []
        self.mirrored: list[str] = []
        self.before: Callable[[], dict[str, Any]] = dict
        self.size = 1

    def find(self, connection: Connection, text: str) -> Target:
        if text == "missing":
            raise Refused("There is no such thing.")
        return Target(text, f"Thing {text}", is_gone=text == "gone")

    def check(self, connection: Connection, target: Target, payload: Note) -> None:
        if payload.value < 0:
            raise Refused("Not below zero.", field="value")

    def summary(self, payload: Note) -> str:
        return f"Note {payload.value}"

    def is_urgent(self, payload: Note) -> bool:
        return payload.value == 0

    def prepare(self, context: Any) -> dict[str, Any]:
        return self.before()

    def send(self, context: Any) -> Receipt:
        self.sent.append(context.payload.value)
        return _said(self.answers, Receipt())

    def bulk(self, channel: Any) -> int:
        return self.size

    def send_many(self, contexts: Any) -> Receipt:
        self.sent.append([context.payload.value for context in contexts])
        return _said(self.answers, Receipt())

    def read_back(self, context: Any) -> Finding:
        finding: Finding = _said(self.findings, absent("It is not there."))
        return finding

    def mirror(self, context: Any) -> None:
        self.mirrored.append(context.command.target)


def _said(script: list[Any], otherwise: Any) -> Any:
    said = script.pop(0) if script else otherwise
    if isinstance(said, Exception):
        raise said
    if callable(said):
        return said()
    return said


@contextmanager
def scripted(**declared: Any) -> Iterator[Any]:
    """Register a kind with other declarations than `Scripted` has; gives it."""
    made = type("Made", (Scripted,), declared)
    register(made)
    try:
        yield KINDS[made.name]
    finally:
        del KINDS[made.name]


ABSOLUTE = {"name": "test.set", "absolute": True, "repeat": AS_IT_IS}
