"""Which of our commands a change on the platform came from: what it asked for is what then came to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Case, F, QuerySet, When

from dashboard.core.crypto import EncryptedJSONField, Undecryptable
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE

SEEN_WITHIN = timedelta(minutes=10)  # a change that is read later than this after a command has other causes
VALUES = {"catalog.set_price": "price", "catalog.set_stock": "quantity"}  # kind → the column whose value it carries
LISTING = "catalog.set_listing"
NAMED = {"category": "category_id", "remote_status": "status"}  # columns that a command's fields call otherwise


def with_values(commands: QuerySet[Command]) -> list[Command]:
    """The commands without their payloads, which may be large, but with those of the kinds that carry one value."""
    few = Case(When(kind__in=[*VALUES, LISTING], then=F("payload")), output_field=EncryptedJSONField())
    found = commands.defer("payload").annotate(few=few)
    for command in found:
        if command.few is not None:
            command.payload = command.few  # still sealed: it is opened where somebody asks
    return list(found)


def cause_of(
    targets: Collection[str], field: str, new: Any, at: datetime, commands: Iterable[Command]
) -> Command | None:
    """The first of the commands (`with_values`) on one of the targets that made a field what it was found to be."""
    about = (one for one in commands if one.target in targets)
    return next((one for one in about if _was_then(one, at) and _made(one, field, new)), None)


def _was_then(command: Command, at: datetime) -> bool:
    """Whether a command took effect just before a change was read."""
    if command.state != DONE or command.sent_at is None:
        return False
    return command.sent_at <= at <= (command.finished_at or command.sent_at) + SEEN_WITHIN


def _made(command: Command, field: str, new: Any) -> bool:
    """Whether this is what the command asked for. One of many fields names them in its summary."""
    if command.kind in VALUES:
        return field == VALUES[command.kind] and _same(_payload(command).get(field), new)
    if command.kind == LISTING:
        wanted = "on_sale" if _payload(command).get("listed") else "off_sale"
        return field == "remote_status" or (field == "status" and new == wanted)
    if command.kind == "catalog.update_product":
        return NAMED.get(field, field) in command.summary.split(", ")
    return command.kind == "catalog.append_accounts" and field == "quantity"


def _payload(command: Command) -> dict[str, Any]:
    try:
        payload: dict[str, Any] = command.payload
    except Undecryptable:
        return {}
    return payload


def _same(asked: Any, new: Any) -> bool:
    try:
        return Decimal(str(asked)) == Decimal(str(new))
    except InvalidOperation:
        return False
