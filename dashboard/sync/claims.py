"""Claims: how a process takes a queued command for itself, by one conditional UPDATE that gives the row back."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import IntegrityError
from django.db import connection as database
from django.utils import timezone

from dashboard.sync.commits import alone
from dashboard.sync.kinds import KINDS
from dashboard.sync.models import Command
from dashboard.sync.stored import as_python
from dashboard.sync.writers import names_of

# What is behind an older command of its target waits; what is urgent overtakes. Kinds that leave at once are sent with
# their claim.
CLAIM = """
UPDATE sync_command SET state = 'sending', attempts = attempts + 1, leased_until = %s, receipt = '{{}}',
    sent_attempt = CASE WHEN kind IN ({at_once}) THEN attempts + 1 ELSE sent_attempt END,
    sent_at = CASE WHEN kind IN ({at_once}) THEN %s ELSE sent_at END
WHERE id = %s AND state = 'queued' AND (%s OR not_before <= %s)
    AND EXISTS (SELECT 1 FROM sync_connection AS its WHERE its.id = connection_id AND its.state = 'active')
    AND NOT EXISTS (SELECT 1 FROM sync_command AS older WHERE older.state = 'queued' AND older.id < sync_command.id
        AND older.connection_id = sync_command.connection_id AND older.lane = sync_command.lane
        AND older.priority <= sync_command.priority)
RETURNING {columns}
"""


def lease() -> timedelta:
    """After this a command that is being sent is in doubt: its process is taken for dead."""
    return timedelta(seconds=settings.COMMAND_LEASE_SECONDS)


def claim(pk: int, *, ignore_backoff: bool = False) -> Command | None:
    """Take a queued command for sending; `None` when it is not due, not ours, or its target is busy."""
    now = timezone.now()
    at_once = [kind.name for kind in KINDS.values() if kind.leaves_at_once]
    ends, at = (database.ops.adapt_datetimefield_value(time) for time in (now + lease(), now))
    given = [ends, *at_once, *at_once, at, pk, ignore_backoff, at]
    try:
        with alone(), database.cursor() as cursor:
            cursor.execute(_claiming(len(at_once)), given)
            found = as_python(Command, _columns(), cursor.fetchall())
    except IntegrityError:
        return None  # another command of this lane is in flight: the database says so
    return Command.from_db(database.alias, _columns(), found[0]) if found else None


@cache
def _claiming(kinds: int) -> str:
    marks = ", ".join(["%s"] * kinds) or "NULL"
    return CLAIM.format(at_once=marks, columns=names_of(Command, _columns()))


@cache
def _columns() -> tuple[str, ...]:
    return tuple(field.attname for field in Command._meta.concrete_fields)
