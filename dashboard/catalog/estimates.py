"""How long the calls of a bulk change will take, from what the platform states and how fast it answered lately."""

from __future__ import annotations

from django.db.models import Avg

from dashboard.sync.models import Connection, Exchange, RateBucket

WINDOW = 60  # seconds that a stated limit is for
USUAL = 0.5  # seconds a call, where none was made yet
LATELY = 50


def seconds_for(connections: list[Connection], calls: dict[int, int]) -> dict[int, float]:
    """Seconds by connection: calls × the mean of its last answers, no faster than its lowest stated limit allows."""
    limits: dict[int, int] = {}
    for pk, limit in RateBucket.objects.filter(connection__in=connections, limit__gt=0).values_list(
        "connection_id", "limit"
    ):
        limits[pk] = min(limit or 1, limits.get(pk) or limit or 1)
    found = {}
    for connection in connections:
        n = calls.get(connection.pk, 0)
        pace = _mean(connection) if n else USUAL
        found[connection.pk] = max(n * pace, n / limits[connection.pk] * WINDOW if connection.pk in limits else 0)
    return found


def _mean(connection: Connection) -> float:
    last = Exchange.objects.filter(connection=connection).order_by("-at", "-id").values("milliseconds")[:LATELY]
    return (last.aggregate(mean=Avg("milliseconds"))["mean"] or USUAL * 1000) / 1000
