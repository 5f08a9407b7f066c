"""After a restored backup: platforms may know more than the database, so they are asked before anything is sent."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.staff.audit import audit
from dashboard.sync.kinds import AS_IT_IS, KINDS, RESTORED
from dashboard.sync.models import Command, Connection, FeedState
from dashboard.sync.models.commands import NEEDS_REVIEW, QUEUED, SENDING, UNKNOWN


def recover() -> dict[str, int]:
    """Doubt every command that may have been sent since the backup, and sweep every feed anew.

    Gives how many commands are proven first (`doubted`), wait for a person (`review`) and how many feeds are due.
    Run it before workers start. Running it twice does no harm.
    """
    with transaction.atomic():
        Connection.objects.update(token=None, token_expires_at=None, token_locked_until=None)
        feeds = FeedState.objects.update(leased_until=None, lease=F("lease") + 1, next_due_at=None, last_full_at=None)
        counts = {"doubted": 0, "review": 0, "feeds": feeds}
        unsure = Command.objects.filter(state__in=[QUEUED, SENDING]).order_by("-state", "id")
        for command in unsure.only("pk", "kind", "state", "before"):
            outcome = _doubt(command)
            if outcome:
                counts[outcome] += 1
        audit(None, "sync.recovered", None, counts)
    return counts


def _doubt(command: Command) -> str:
    """One command becomes unknown; where another of its target is, a person decides, unless repeats are safe."""
    facts: dict[str, Any] = {
        "attempts": F("attempts") + 1,
        "leased_until": None,
        "sent_at": Coalesce("sent_at", "created_at"),
        "receipt": {},
        "before": command.before or {RESTORED: True},  # why nothing is known
        "error": _("Restored from a backup: it may have been sent since."),
    }
    row = Command.objects.filter(pk=command.pk)
    try:
        with transaction.atomic():
            row.update(state=UNKNOWN, not_before=timezone.now(), **facts)
        return "doubted"
    except IntegrityError:  # one in flight per target
        kind = KINDS.get(command.kind)
        if kind is not None and kind.repeat == AS_IT_IS:
            return ""
        row.update(state=NEEDS_REVIEW, **facts)
        return "review"
