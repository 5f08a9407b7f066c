"""Finding threads by their buyer or by what was said in them, through the indexes of words.

Words of three letters or more are looked for among the messages by a probe that ends after `MOST` hits. A word that is
more common is common enough to be met soon while the threads are walked from the newest one on. Shorter words are
looked for among the newest messages alone (`dashboard.core.searching`).
"""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from dashboard.core.searching import TRIGRAM, holding, narrow, probe, words_of
from dashboard.messaging.searched import MESSAGES, THREADS

MOST = 2_000


def found(threads: QuerySet[Any], messages: QuerySet[Any], q: str) -> QuerySet[Any]:
    """Those of the threads whose buyer has every word of `q`, or one of whose `messages` has."""
    words = words_of(q)
    long = [word for word in words if len(word) >= TRIGRAM]
    if not long:
        buyers = narrow(threads, THREADS, q).order_by().values("pk")
        return threads.filter(Q(pk__in=buyers) | _of(narrow(messages, MESSAGES, q)))
    short = [word for word in words if len(word) < TRIGRAM]
    named, keys = _named(threads, long, short), probe(threads.db, MESSAGES, long, MOST)
    if keys is not None:
        return threads.filter(named | _of(messages.filter(*holding(MESSAGES, short), pk__in=keys)))
    its = {"connection": OuterRef("connection"), "thread_remote_id": OuterRef("remote_id")}
    said = messages.filter(*holding(MESSAGES, words), **its).order_by().values("pk")[:1]
    return threads.annotate(said=Subquery(said)).filter(named | Q(said__isnull=False))  # EXISTS might be hashed whole


def _named(threads: QuerySet[Any], long: list[str], short: list[str]) -> Q:
    keys = probe(threads.db, THREADS, long, MOST)
    return Q(*holding(THREADS, long + short)) if keys is None else Q(*holding(THREADS, short), pk__in=keys)


def _of(said: QuerySet[Any]) -> Q:
    """The threads of these messages."""
    by_connection: dict[int, set[str]] = {}
    for connection, thread in said.order_by().values_list("connection_id", "thread_remote_id").distinct():
        by_connection.setdefault(connection, set()).add(thread)
    wanted = Q(pk__in=[])
    for connection, threads in by_connection.items():
        wanted |= Q(connection=connection, remote_id__in=threads)
    return wanted
