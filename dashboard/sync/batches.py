"""Many commands of one bulk edit, queued at once: a few statements, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.staff.audit import Target as AuditTarget
from dashboard.staff.audit import audit
from dashboard.sync.kinds import Kind, Refused, Target, kind_of
from dashboard.sync.models import Batch, Command, Connection
from dashboard.sync.models.commands import BACKGROUND, FINAL, QUEUED, SUPERSEDED, URGENT
from dashboard.sync.submit import new_command, wake

CHUNK = 500
WOKEN = 8  # the first commands wake workers; the sweeper finds the rest


class Wanted(NamedTuple):
    """One command to be: already examined, its target already found."""

    connection: Connection
    target: Target
    payload: Any


def submit_batch(
    title: str,
    wanted: Mapping[str, Sequence[Wanted]],
    by: Any,
    *,
    skipped: Iterable[dict[str, Any]] = (),
    form_key: str | None = None,
) -> Batch:
    """Queue all that is wanted of each kind as one batch, in one transaction with one audit event, and give the batch.

    The caller has checked every item by the kind's `check`. What is the same and not final yet is skipped with its
    reason; of absolute kinds, older unsent values give way. With `form_key` the same key always gives the same batch.
    Raises `Refused` when the role does not allow a kind; then nothing was queued.
    """
    kinds = [kind_of(name) for name in wanted]
    if by is not None and not all(by.may(kind.permission) for kind in kinds):
        raise Refused(_("Your role does not allow this."))
    left_out = list(skipped)

    def make() -> Batch:
        return _queue_all(title, wanted, by, left_out.copy(), form_key)

    try:
        return once(form_key, make)
    except IntegrityError:  # somebody queued one of these at the same moment
        return once(form_key, make)


def once(form_key: str | None, make: Callable[[], Batch]) -> Batch:
    """The batch of a form: made now in one transaction, or by another click before or at the same moment."""
    kept = made_with(form_key)
    if kept is not None:
        return kept
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        kept = made_with(form_key)
        if kept is None:
            raise
        return kept


def made_with(form_key: str | None) -> Batch | None:
    """The batch that this form has made already."""
    return Batch.objects.filter(form_key=form_key).first() if form_key else None


def _queue_all(
    title: str,
    wanted: Mapping[str, Sequence[Wanted]],
    by: Any,
    skipped: list[dict[str, Any]],
    form_key: str | None,
) -> Batch:
    batch = Batch.objects.create(kind=" ".join(wanted), title=title[:200], actor=by, form_key=form_key or None)
    made: list[Command] = []
    for name, items in wanted.items():
        kind = kind_of(name)
        for start in range(0, len(items), CHUNK):
            fresh, same = _without_twins(kind, [_row(kind, one, by, batch) for one in items[start : start + CHUNK]])
            skipped += same
            made += Command.objects.bulk_create(fresh)
    Batch.objects.filter(pk=batch.pk).update(skipped=skipped)
    batch.skipped = skipped
    detail = {"kind": batch.kind, "commands": len(made), "skipped": len(skipped)}
    audit(by, "batch.submitted", AuditTarget("batch", str(batch.pk), title[:200]), detail)
    for command in made[:WOKEN]:
        wake(command)
    return batch


def _row(kind: Kind, one: Wanted, by: Any, batch: Batch) -> Command:
    command = new_command(one.connection, kind, one.target, one.payload, by)
    command.batch = batch
    command.priority = URGENT if kind.is_urgent(one.payload) else BACKGROUND
    return command


def _without_twins(kind: Kind, rows: list[Command]) -> tuple[list[Command], list[dict[str, Any]]]:
    """What is not under way already, and what is, as skipped items; of absolute kinds, other unsent values give way."""
    found = Command.objects.filter(kind=kind.name, target__in={row.target for row in rows}).exclude(state__in=FINAL)
    unfinished = list(found.values_list("pk", "state", "connection_id", "target", "payload_digest"))
    wanted = {(row.connection_id, row.target): row.payload_digest for row in rows}
    if kind.absolute:
        overtaken = [
            pk
            for pk, state, connection, target, digest in unfinished
            if state == QUEUED and wanted.get((connection, target), digest) != digest
        ]
        words = _("A newer value took over.")
        Command.objects.filter(pk__in=overtaken, state=QUEUED).update(
            state=SUPERSEDED, finished_at=timezone.now(), error=words
        )
    known = {(connection, target, digest) for _pk, _state, connection, target, digest in unfinished}
    fresh, same = [], []
    for row in rows:
        if (row.connection_id, row.target, row.payload_digest) in known:
            same.append(skip(row.connection, row.target, row.target_label, _("Already under way.")))
        else:
            fresh.append(row)
    return fresh, same


def skip(connection: Connection, target: str, label: str, reason: str) -> dict[str, Any]:
    """An item of `Batch.skipped`."""
    return {"connection": connection.slug, "target": target, "label": label, "reason": reason}
