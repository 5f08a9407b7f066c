"""Finding threads by their buyer or by what was said in them, through the indexes of words.

Words of three letters or more that the newest messages hold again and again are met soon while the threads are walked
from the newest one on. Others are looked for among the messages by a probe that ends after `MOST` hits; with more, they
are met by the walk too. Shorter words are looked for among the newest messages alone (`dashboard.core.searching`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.html import format_html

from dashboard.core.search_words import TRIGRAM, words_of
from dashboard.core.searching import holding, narrow, probe
from dashboard.messaging.searched import MESSAGES, THREADS
from dashboard.messaging.words import line

MOST = 2_000
NEWEST, ENOUGH = 2_000, 51  # messages looked at first, and the threads among them that are more than a page
LINES = 400  # messages read to find the newest of each thread of a page
BEFORE, AFTER = 24, 120  # letters around the word that was searched for


def found(threads: QuerySet[Any], messages: QuerySet[Any], q: str) -> QuerySet[Any]:
    """Those of the threads whose buyer has every word of `q`, or one of whose `messages` has."""
    words = words_of(q)
    long = [word for word in words if len(word) >= TRIGRAM]
    if not long:
        buyers = narrow(threads, THREADS, q).order_by().values("pk")
        return threads.filter(Q(pk__in=buyers) | _of(narrow(messages, MESSAGES, q)))
    short = [word for word in words if len(word) < TRIGRAM]
    named = _named(threads, long, short)
    keys = None if _are_met_soon(messages, words) else probe(threads.db, MESSAGES, long, MOST)
    if keys is not None:
        return threads.filter(named | _of(messages.filter(*holding(MESSAGES, short), pk__in=keys)))
    its = {"connection": OuterRef("connection"), "thread_remote_id": OuterRef("remote_id")}
    said = messages.filter(*holding(MESSAGES, words), **its).order_by().values("pk")[:1]
    return threads.annotate(said=Subquery(said)).filter(named | Q(said__isnull=False))  # EXISTS might be hashed whole


def lines_with(q: str, messages: QuerySet[Any], threads: Sequence[Any]) -> dict[int, Any]:
    """Key of a thread → the newest of its messages that has every word of `q`, cut around the first; one query."""
    words, keys = words_of(q), {(one.connection_id, one.remote_id): one.pk for one in threads}
    its = {"connection__in": {one[0] for one in keys}, "thread_remote_id__in": {one[1] for one in keys}}
    rows = messages.filter(*holding(MESSAGES, words), **its).order_by("-sent_at")
    lines: dict[int, Any] = {}
    for connection, thread, body in rows.values_list("connection_id", "thread_remote_id", "body")[:LINES]:
        pk = keys.get((connection, thread))
        if pk is not None and pk not in lines:
            lines[pk] = _around(line(body), words[0])
    return lines


def _around(text: str, word: str) -> Any:
    """The words before and after a word, which is marked."""
    at = text.casefold().find(word.casefold())
    if at < 0:
        return text
    start = max(0, at - BEFORE)
    lead = "…" if start else ""
    end = at + len(word)
    return format_html("{}{}<mark>{}</mark>{}", lead, text[start:at], text[at:end], text[end : end + AFTER])


def _are_met_soon(messages: QuerySet[Any], words: list[str]) -> bool:
    """Whether the newest messages of all alone have the words, in more threads than a page shows."""
    every = messages.model._base_manager.order_by("-sent_at")
    edge = every.values_list("sent_at", flat=True)[NEWEST : NEWEST + 1].first()
    if edge is None:
        return False
    hits = messages.filter(*holding(MESSAGES, words), sent_at__gt=edge).order_by()
    return len(hits.values_list("connection_id", "thread_remote_id").distinct()[:ENOUGH]) == ENOUGH


def _named(threads: QuerySet[Any], long: list[str], short: list[str]) -> Q:
    keys = probe(threads.db, THREADS, long, MOST)
    return Q(*holding(THREADS, long + short)) if keys is None else Q(*holding(THREADS, short), pk__in=keys)


def _of(said: QuerySet[Any]) -> Q:
    """The threads of these messages, of the newest where they are many."""
    by_connection: dict[int, set[str]] = {}
    newest = said.order_by(*MESSAGES.order).values_list("connection_id", "thread_remote_id")
    for connection, thread in newest[:MOST]:
        by_connection.setdefault(connection, set()).add(thread)
    wanted = Q(pk__in=[])
    for connection, threads in by_connection.items():
        wanted |= Q(connection=connection, remote_id__in=threads)
    return wanted
