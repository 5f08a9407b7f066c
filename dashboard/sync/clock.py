"""How far a platform's clock is from ours: by the ``Date`` of its answers and by the times of its signed pushes.

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
NO_CLOCK_SECONDS = 24 * 60 * 60  # no clock is so far off: an old push that somebody sends again


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


def is_near(known: int | None, seconds: int) -> bool:
    """Whether a difference is about the one that is noted."""
    return known is not None and abs(seconds - known) <= STEP_SECONDS


def keep_push_skew(connection: Connection, seconds: int) -> None:
    """Note by how much an authentic push, seen for the first time, was ahead of us; about the same is not written."""
    if abs(seconds) > NO_CLOCK_SECONDS or is_near(connection.push_skew, seconds):
        return
    Connection.objects.filter(pk=connection.pk).update(push_skew=seconds, push_skew_at=timezone.now())
    connection.push_skew = seconds


def is_off(connection: Connection) -> bool:
    """Whether the two clocks are so far apart that something will be missed or refused."""
    return any(abs(seen or 0) > ALARM_SECONDS for seen in (connection.clock_skew, connection.push_skew))


def sentence(connection: Connection) -> str:
    """What a person should know and do about it; empty while the clocks agree."""
    answers, pushes = connection.clock_skew or 0, connection.push_skew or 0
    if answers > ALARM_SECONDS:
        words = _("The platform's clock is %(seconds)s seconds ahead of ours. Compare the time of this machine.")
    elif answers < -ALARM_SECONDS:
        words = _("The platform's clock is %(seconds)s seconds behind ours. Compare the time of this machine.")
    elif pushes > ALARM_SECONDS:
        words = _("The last push was signed %(seconds)s seconds ahead of our time. Compare the time of this machine.")
    elif pushes < -ALARM_SECONDS:
        words = _(
            "The last push was signed %(seconds)s seconds before it came: it was late, or the clocks differ. "
            "Compare the time of this machine."
        )
    else:
        return ""
    return words % {"seconds": abs(answers if abs(answers) > ALARM_SECONDS else pushes)}
