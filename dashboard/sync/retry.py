"""Trying again what surely had no effect: refused and failed commands, one by one or those of a batch."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from dashboard.staff.audit import audit
from dashboard.sync.batches import once, skip
from dashboard.sync.kinds import AS_IT_IS, KINDS, Kind, Refused
from dashboard.sync.models import Batch, Command
from dashboard.sync.models.commands import BACKGROUND, CANCELLED, FAILED, REJECTED, SUPERSEDED
from dashboard.sync.submit import Submitted, submit

WITHOUT_EFFECT = (REJECTED, FAILED)


def retry(command: Command, by: Any, *, form_key: str | None = None, batch: Batch | None = None) -> Submitted:
    """A new command with the same payload, or the one that was given with it since: nothing is done twice.

    Raises `Refused` unless the old one surely had no effect, and when a newer value was given since.
    """
    if command.state not in WITHOUT_EFFECT:
        raise Refused(_("Only what was refused or failed can be tried again."))
    since = given_since(command)
    if since is not None and since.payload_digest == command.payload_digest:
        return Submitted(since, is_new=False)
    if since is not None:
        words = _("Another value was given since: “%(what)s”. Nothing was queued.")
        raise Refused(words % {"what": since.summary}, conflict=since)
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


def given_since(command: Command) -> Command | None:
    """The newest later command, done or on its way, that says the same, or says otherwise what this one set."""
    kind = KINDS.get(command.kind)
    later = Command.objects.filter(
        connection=command.connection_id, kind=command.kind, target=command.target, pk__gt=command.pk
    )
    later = later.exclude(state__in=[*WITHOUT_EFFECT, CANCELLED, SUPERSEDED]).order_by("-pk")
    if kind is None or kind.repeat != AS_IT_IS or not kind.has_target:
        return later.filter(payload_digest=command.payload_digest).first()
    return next((one for one in later if _says_otherwise(kind, one.payload, command.payload)), None)


def _says_otherwise(kind: Kind, newer: dict[str, Any], older: dict[str, Any]) -> bool:
    """Whether to send the older one now would take back something of the newer one; both may say the same."""
    if kind.absolute:
        return kind.covers(newer, older)
    return newer == older or any(newer.get(name) is not None for name, value in older.items() if value is not None)


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
            tried = retry(command, by, form_key=f"{form_key}:{command.pk}" if form_key else None, batch=made)
            why = "" if tried.is_new else _("The same was given again since.")
        except Refused as error:
            why = error.words
        if why:
            label = command.target_label or command.target
            made.skipped.append(skip(command.connection, command.target, label, why))
    made.save(update_fields=["skipped"])
    audit(by, "batch.retried", made, {"of": batch.pk, "commands": len(commands), "skipped": len(made.skipped)})
    return made
