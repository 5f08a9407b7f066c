"""How long machinery rows are kept. Commands and the audit trail are never forgotten here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection as database
from django.db.models import Max, QuerySet
from django.utils import timezone

from dashboard.sync.models import Callback, Connection, Exchange, Run, SharedPicture
from dashboard.sync.models.callbacks import RECEIVED
from dashboard.sync.pictures import forget_old
from dashboard.sync.sharing import KEPT

EXCHANGES, RUNS, CALLBACKS = timedelta(days=7), timedelta(days=30), timedelta(days=60)
EXCHANGES_PER_CONNECTION = 5_000
BITE = 2_000


def prune_all() -> dict[str, int]:
    """Delete exchanges after 7 days (and beyond 5,000 a connection), runs and pictures after 30, callbacks after 60.

    Pictures that we gave to platforms go a year after they were given last.
    The newest exchange of an endpoint stays without its bodies: it tells when the endpoint was used last.
    """
    now = timezone.now()
    return {
        "exchanges": _forget(Exchange.objects.filter(at__lt=now - EXCHANGES)) + _surplus_exchanges(),
        "runs": _delete(Run.objects.filter(started_at__lt=now - RUNS)),
        "callbacks": _delete(Callback.objects.filter(received_at__lt=now - CALLBACKS).exclude(state=RECEIVED)),
        "pictures": forget_old(),
        "shared pictures": _delete(SharedPicture.objects.filter(given_at__lt=now - KEPT)),
    }


def keep_statistics() -> None:
    """SQLite counts what its planner goes by only when it is told to; PostgreSQL does so by itself."""
    if database.vendor == "sqlite":
        with database.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")  # a sample of each index: milliseconds at any size
            cursor.execute("ANALYZE")


def _surplus_exchanges() -> int:
    gone = 0
    for connection in Connection.objects.all():
        newest = Exchange.objects.filter(connection=connection).order_by("-at", "-id")
        edge = newest.values_list("at", flat=True)[EXCHANGES_PER_CONNECTION - 1 : EXCHANGES_PER_CONNECTION].first()
        if edge is not None:
            gone += _forget(Exchange.objects.filter(connection=connection, at__lt=edge))
    return gone


def _forget(old: QuerySet[Exchange]) -> int:
    """Delete them but for the newest of each endpoint, which loses what was said."""
    newest = Exchange.objects.values("connection", "route").annotate(newest=Max("pk")).values("newest")
    old.filter(pk__in=newest).update(request_headers={}, request_body="", response_headers={}, response_body="")
    return _delete(old.exclude(pk__in=newest))


def _delete(rows: QuerySet[Any]) -> int:
    """In bites, so that no transaction is long."""
    gone = 0
    while pks := list(rows.values_list("pk", flat=True)[:BITE]):
        gone += rows.model._default_manager.filter(pk__in=pks).delete()[0]
    return gone
