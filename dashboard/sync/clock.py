"""How far a platform's clock is from ours: measured from the ``Date`` of its answers, said where it matters.

Signed pushes are taken only within a window, and readings of what changed overlap by a few minutes: both rest on two
clocks that agree.
"""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.ports import Exchange
from dashboard.sync.models import Connection

ALARM_SECONDS = 120
STEP_SECONDS = 30  # differences below it are the network's


def skew_of(exchange: Exchange) -> int | None:
    """Seconds by which the platform is ahead of us (below zero: behind); ``None`` where the answer does not tell.

    An answer out of some cache in between (``Age``) tells when it was made, not what time it is.
    """
    headers = {name.lower(): value for name, value in exchange.response_headers.items()}
    if "date" not in headers or headers.get("age", "0") != "0":
        return None
    try:
        stated = parsedate_to_datetime(headers["date"])
    except ValueError:
        return None
    if stated.tzinfo is None:
        return None
    answered = exchange.started_at + timedelta(milliseconds=exchange.milliseconds)
    return round((stated - answered).total_seconds())


def keep_skew(connection_id: int, seconds: int) -> None:
    """Note it on the connection, unless what is noted is about the same."""
    near = Q(clock_skew__range=(seconds - STEP_SECONDS, seconds + STEP_SECONDS))
    other = Connection.objects.filter(pk=connection_id).exclude(near & Q(clock_skew__isnull=False))
    other.update(clock_skew=seconds, clock_skew_at=timezone.now())


def is_off(connection: Connection) -> bool:
    """Whether the two clocks are so far apart that something will be missed or refused."""
    return abs(connection.clock_skew or 0) > ALARM_SECONDS


def sentence(connection: Connection) -> str:
    """What a person should know and do about it; empty while the clocks agree."""
    if not is_off(connection):
        return ""
    seconds = abs(connection.clock_skew or 0)
    if (connection.clock_skew or 0) > 0:
        words = _("The platform's clock is %(seconds)s seconds ahead of ours. Compare the time of this machine.")
    else:
        words = _("The platform's clock is %(seconds)s seconds behind ours. Compare the time of this machine.")
    return words % {"seconds": seconds}
