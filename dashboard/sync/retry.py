"""Trying again what surely had no effect: refused and failed commands, one by one or those of a batch."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from dashboard.staff.audit import audit
from dashboard.sync.batches import once, skip
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Batch, Command
from dashboard.sync.models.commands import BACKGROUND, FAILED, REJECTED
from dashboard.sync.submit import Submitted, submit

WITHOUT_EFFECT = (REJECTED, FAILED)


def retry(command: Command, by: Any, *, form_key: str | None = None, batch: Batch | None = None) -> Submitted:
    """A new command with the same payload. Raises `Refused` unless the old one surely had no effect."""
    if command.state not in WITHOUT_EFFECT:
        raise Refused(_("Only what was refused or failed can be tried again."))
    return submit(
        command.connection,
        command.kind,
        command.target,
        command.payload,
        by,
        form_key=form_key,
        batch=batch,
        priority=BACKGROUND if batch else None,
    )


def retry_batch(batch: Batch, by: Any, *, form_key: str | None = None) -> Batch:
    """A new batch of those that were refused or failed; what is refused again at once is skipped, with its reason.

    With `form_key` a second call gives the batch that the first one made. Raises `Refused` when nothing is to retry.
    """
    rows = Command.objects.filter(batch=batch, state__in=WITHOUT_EFFECT).select_related("connection").order_by("id")
    if by is not None:
        rows = rows.filter(pk__in=Command.objects.visible_to(by).filter(batch=batch).values("pk"))
    commands = list(rows)
    if not commands:
        raise Refused(_("Nothing of this batch was refused or failed."))
    return once(form_key, lambda: _retry_all(batch, commands, by, form_key))


def _retry_all(batch: Batch, commands: list[Command], by: Any, form_key: str | None) -> Batch:
    title = _("%(title)s, again") % {"title": batch.title[:180]}
    made = Batch.objects.create(kind=batch.kind, title=title, actor=by, form_key=form_key)
    for command in commands:
        try:
            retry(command, by, form_key=f"{form_key}:{command.pk}" if form_key else None, batch=made)
        except Refused as error:
            label = command.target_label or command.target
            made.skipped.append(skip(command.connection, command.target, label, error.words))
    made.save(update_fields=["skipped"])
    audit(by, "batch.retried", made, {"of": batch.pk, "commands": len(commands), "skipped": len(made.skipped)})
    return made
