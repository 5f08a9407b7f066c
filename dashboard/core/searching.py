"""Finding rows by any part of their numbers and names, at any size of table.

A domain says in its ``searched.py`` what is searched of a model; a migration makes the index (``search_index``).
Words of three letters or more go through a trigram index, which is probed for at most ``CAP`` rows. A term that is more
common than that is met while walking the list, if ``ENOUGH`` of its newest ``REACH`` rows have it; where only older do,
the walk would be long, and the index gives them all. Shorter words (Chinese names have two letters) are looked for
among the newest ``WINDOW`` rows; at any age PostgreSQL's index finds them where a word begins, SQLite's those beyond
ASCII, by the trigrams that begin with them.
"""

from __future__ import annotations

import functools
import operator
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import BooleanField, ExpressionWrapper, F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from dashboard.core.search_words import TRIGRAM, clue, escaped, phrases, turned, words_of

CAP = 2_000
DUE = 20_000
WINDOW = 5_000
REACH, ENOUGH = 20_000, 101
SHORTEST = 2
MAX_TRIGRAMS = 500


@dataclass(frozen=True, slots=True)
class Searched:
    """Which columns of `model` (``app.Model``) are searched: text that is never NULL.

    `numbers` (some of the columns) are matched from their start by one or two letters. `private` columns count only for
    those who may see them. `names` (some of the columns) are of people: Chinese ones are also looked for the other way
    round. `newest` is the time by which rows are new. `parts` are searched too, each with the column that names its
    whole. With `by_remote_id` a whole remote id is found by its own index: long random ids, which nobody types in part,
    would make the index of parts twice as large.
    """

    model: str
    columns: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    newest: str = ""
    parts: tuple[tuple[Searched, str], ...] = ()
    by_remote_id: bool = False

    @property
    def indexed(self) -> tuple[str, ...]:
        """The columns as the index has them."""
        return self.columns + self.private

    @property
    def order(self) -> tuple[str, ...]:
        """Newest first."""
        return (f"-{self.newest}", "-pk") if self.newest else ("-pk",)


class Joined(Func):
    """The columns with a space between them, exactly as the index has them."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()


class Holds(Func):
    """Whether a text contains a word, in capitals or not."""

    arity = 2
    template = "%(expressions)s ESCAPE '\\'"
    arg_joiner = " LIKE "
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """ILIKE, which trigram indexes serve."""
        return self.as_sql(compiler, connection, template="%(expressions)s", arg_joiner=" ILIKE ", **extra)


def narrow(queryset: QuerySet[Any], about: Searched, q: str, *, private: bool = True) -> QuerySet[Any]:
    """The rows of `queryset` that contain every word of `q`; without `private`, in columns that anybody may see.

    A few further queries; PostgreSQL is asked once. Less than two letters match nothing. A part counts when it has all
    the words itself, and unless too many rows match.
    """
    words = words_of(q)
    long = [word for word in words if len(word) >= TRIGRAM]
    if not long:
        return _of_short_words(queryset, about, words)
    hidden = [] if private or not about.private else _holds(about.columns, words)
    found, others = _hits(queryset, about, long, words)
    others += _turned(queryset, about, words)
    own = _own(queryset, about, found, words, [*hidden, *_holds(about.indexed, words)])
    return queryset.filter(own | Q(pk__in=others)) if others else queryset.filter(own)


def _own(queryset: QuerySet[Any], about: Searched, found: list[Any] | None, words: list[str], here: list[Any]) -> Q:
    """Rows with all words themselves. Among common words, short ones count as far as an index knows them."""
    index, known = _with, None
    if found is None and min(map(len, words)) < TRIGRAM:
        known = _by_index(queryset.db, about, words)
    if known is not None:
        found, index = known, _in_index
    if found is not None and len(found) <= CAP:
        return Q(*here, pk__in=found)
    return _met(queryset, about, here, index(connections[queryset.db], about, words))


def _met(queryset: QuerySet[Any], about: Searched, here: list[Any], keys: RawSQL | None) -> Q:
    """What too many rows hold for a list of keys: met by a walk if that is short, else among the index's keys."""
    walked = _walked(here)
    if keys is None or _is_met_soon(queryset, about, walked):
        return walked
    return Q(*here, pk__in=keys)


def _is_met_soon(queryset: QuerySet[Any], about: Searched, walked: Q) -> bool:
    """Whether the newest rows alone have a page's worth of hits."""
    newest = about.newest or "pk"
    rows = queryset.order_by(*about.order).filter(**{f"{newest}__isnull": False})
    edge = rows.values_list(newest, flat=True)[REACH : REACH + 1].first()
    rows = rows if edge is None else rows.filter(**{f"{newest}__gte": edge})
    return bool(rows.filter(walked).values_list("pk", flat=True)[ENOUGH - 1 : ENOUGH])


def _hits(queryset: QuerySet[Any], about: Searched, long: list[str], words: list[str]) -> tuple[Any, list[Any]]:
    """The keys of rows with the long words (None for too many), and of those whose parts or remote id are meant."""
    parts = about.parts if len(long) == len(words) else ()
    whole_id = words[0] if about.by_remote_id and len(words) == 1 else ""
    if connections[queryset.db].vendor == "postgresql":
        return _asked_at_once(queryset.db, about, parts, long, whole_id)
    others = [pk for part, whole in parts for pk in _wholes(queryset, part, whole, long)]
    if whole_id:  # all connections are named, because the unique index begins with them
        connection = queryset.model._meta.get_field("connection").related_model
        rows = queryset.filter(connection__in=connection._base_manager.values("pk"), remote_id=whole_id)
        others += rows.order_by().values_list("pk", flat=True)[:CAP]
    return probe(queryset.db, about, long), others


def _asked_at_once(
    alias: str, about: Searched, parts: Sequence[tuple[Searched, str]], long: list[str], whole_id: str
) -> tuple[Any, list[Any]]:
    """The same by one statement: each question is answered with at most one row more than `CAP`."""
    quote, meta = connections[alias].ops.quote_name, apps.get_model(about.model)._meta
    statement, values = _beside(connections[alias], about, long, CAP)
    questions = [f"SELECT 0, id FROM ({statement}) AS own"]  # noqa: S608
    for place, (part, whole) in enumerate(parts, 1):
        its = apps.get_model(part.model)._meta
        statement, more = _beside(connections[alias], part, long, CAP)
        column, table = quote(its.get_field(whole).column), quote(its.db_table)
        questions.append(f"SELECT {place}, {column} FROM {table} WHERE id IN ({statement})")  # noqa: S608
        values += more
    if whole_id:
        connection = quote(meta.get_field("connection").related_model._meta.db_table)
        known = f"connection_id IN (SELECT id FROM {connection}) AND remote_id = %s"  # noqa: S608
        questions.append(f"SELECT -1, id FROM {quote(meta.db_table)} WHERE {known} LIMIT {CAP}")  # noqa: S608
        values.append(whole_id)
    found: dict[int, list[Any]] = defaultdict(list)
    with connections[alias].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"({question})" for question in questions), values)
        for place, pk in cursor.fetchall():
            found[place].append(pk)
    own = found.pop(0, [])
    return own if len(own) <= CAP else None, [pk for each in found.values() if len(each) <= CAP for pk in each]


def _walked(conditions: list[Any]) -> Q:
    """Conditions that are met soon while the list is walked in its order.

    PostgreSQL takes each LIKE for rare, and would read and sort the whole table; of a COALESCE it supposes nothing.
    """
    return Q(*(Coalesce(ExpressionWrapper(Q(one), BooleanField()), Value(False)) for one in conditions))


def _wholes(queryset: QuerySet[Any], part: Searched, whole: str, long: list[str]) -> list[Any]:
    found = probe(queryset.db, part, long) or []
    rows = apps.get_model(part.model)._base_manager.using(queryset.db).filter(pk__in=found)
    return list(rows.order_by().values_list(whole, flat=True)) if found else []


def holding(about: Searched, words: list[str]) -> list[Holds]:
    """Conditions: each word stands in a row, exactly as the index reads it."""
    return _holds(about.indexed, words)


def _holds(columns: tuple[str, ...], words: list[str]) -> list[Holds]:
    text = Joined(*(F(column) for column in columns)) if len(columns) > 1 else F(columns[0])
    return [Holds(text, Value(f"%{escaped(word)}%")) for word in words]


def _of_short_words(queryset: QuerySet[Any], about: Searched, words: list[str]) -> QuerySet[Any]:
    """Numbers that begin so (any `CAP` of them, where more do), and Chinese words, at any age if an index knows."""
    if len("".join(words)) < SHORTEST:
        return queryset.none()
    known, here = _by_index(queryset.db, about, words), [_begins_or_holds(about, word) for word in words]
    if known is None:
        return queryset.filter(pk__in=_among_the_newest(queryset, about, words))
    if all(word.isascii() for word in words):
        return queryset.filter(*here, pk__in=known[:CAP])
    others = _turned(queryset, about, words)
    if len(known) > CAP:
        met = _met(queryset, about, here, _in_index(connections[queryset.db], about, words))
        return queryset.filter(met | Q(pk__in=others) if others else met)
    keys = queryset.filter(*here, pk__in=known).order_by().values_list("pk", flat=True) if known else []
    return queryset.filter(pk__in={*keys, *others, *_among_the_newest(queryset, about, words)})


def _turned(queryset: QuerySet[Any], about: Searched, words: list[str]) -> list[Any]:
    """The keys of rows that hold a Chinese name the other way round; none where too many do."""
    name = turned(words) if about.names else ""
    found = probe(queryset.db, about, [name]) if name else None
    rows = queryset.filter(*_holds(about.names, [name]), pk__in=found) if found else queryset.none()
    return list(rows.order_by().values_list("pk", flat=True))


def _begins_or_holds(about: Searched, word: str) -> Any:
    if not word.isascii():
        return _holds(about.columns, [word])[0]
    starts = [Holds(F(column), Value(f"{escaped(word)}%")) for column in about.numbers]
    return functools.reduce(operator.or_, (Q(one) for one in starts)) if starts else Q(pk__in=[])


def _by_index(alias: str, about: Searched, words: list[str]) -> list[Any] | None:
    """The keys of all rows that the short words leave possible, `CAP` and one; None where no index knows them."""
    asked = _asked(connections[alias], about, words, CAP + 1)
    if asked is None:
        return None
    with connections[alias].cursor() as cursor:
        cursor.execute(*asked)
        return [row[0] for row in cursor.fetchall()][: CAP + 1]


def _in_index(database: Any, about: Searched, words: list[str]) -> RawSQL | None:
    """The keys of `_by_index`, however many, for the database itself to read."""
    asked = _asked(database, about, words, None)
    return asked and RawSQL(f"SELECT id FROM ({asked[0]}) AS met", asked[1])  # noqa: S608, S611


def _asked(database: Any, about: Searched, words: list[str], most: int | None) -> tuple[str, list[Any]] | None:
    if database.vendor == "postgresql":
        return _begins(database, about, words, most) if min(map(len, words)) >= SHORTEST else None
    table = apps.get_model(about.model)._meta.db_table
    short = [word for word in words if len(word) < TRIGRAM and not word.isascii()]
    index = database.ops.quote_name(f"{table}_words")
    terms = _in_trigrams(database, table, words, short) if short and has_index(database.alias, table) else ""
    statement = f"SELECT rowid AS id FROM {index} WHERE {index} MATCH %s LIMIT %s"  # noqa: S608
    return (statement, [terms, -1 if most is None else most]) if terms else None


def _in_trigrams(database: Any, table: str, words: list[str], short: list[str]) -> str:
    """Words as FTS5 takes them, a `short` one as all trigrams that begin with it; one that too many do is left out."""
    index, vocabulary = (database.ops.quote_name(f"{table}_{name}") for name in ("words", "trigrams"))
    statement, found = f"SELECT term FROM temp.{vocabulary} WHERE term >= %s AND term < %s LIMIT %s", []  # noqa: S608
    with database.cursor() as cursor:
        cursor.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{vocabulary} USING fts5vocab(main, {index}, row)")
        for word in map(str.lower, short):
            cursor.execute(statement, [word, word + chr(sys.maxunicode), MAX_TRIGRAMS + 1])
            terms = [phrases([term]) for (term,) in cursor.fetchall()] or [phrases([word])]
            found += [f"({' OR '.join(terms)})"] if len(terms) <= MAX_TRIGRAMS else []
    return " AND ".join([*found, *(phrases([word]) for word in words if len(word) >= TRIGRAM)])


def _begins(database: Any, about: Searched, words: list[str], most: int | None) -> tuple[str, list[Any]]:
    """A short word is known where it begins, being a trigram together with the blank before; and rows that are due."""
    quote, name = database.ops.quote_name, apps.get_model(about.model)._meta.db_table
    search, due = quote(f"{name}_search"), quote(f"{name}_due")
    met, values = [], []
    for word in map(escaped, words):
        likes = [f"%{word}%"] if len(word) >= TRIGRAM else [f"{word}%", f"% {word}%"]
        met.append(f"({' OR '.join(['words ILIKE %s'] * len(likes))})")
        values += likes
    statement = (
        f"(SELECT id FROM {due} LIMIT %s) UNION ALL "  # noqa: S608
        f"(SELECT id FROM {search} WHERE {' AND '.join(met)} LIMIT %s)"
    )
    return statement, [CAP // 2, *values, most]


def _with(database: Any, about: Searched, words: list[str]) -> RawSQL | None:
    """The keys of all rows with the long words, for the database itself to read; None without an index to ask."""
    name, long = apps.get_model(about.model)._meta.db_table, [word for word in words if len(word) >= TRIGRAM]
    if database.vendor == "postgresql":
        statement, values = _beside(database, about, long, None)
        return RawSQL(f"SELECT id FROM ({statement}) AS met", values)  # noqa: S608, S611
    if not has_index(database.alias, name):
        return None
    table = database.ops.quote_name(f"{name}_words")
    return RawSQL(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", [phrases(long)])  # noqa: S608, S611


def _among_the_newest(queryset: QuerySet[Any], about: Searched, words: list[str]) -> list[Any]:
    """Compared here: the database would read the same rows, and then look up once more each that it kept."""
    starts = [word.casefold() for word in words if word.isascii()]
    parts = [word.casefold() for word in words if not word.isascii()]
    shown = (*about.numbers, *about.columns)
    found = []
    for pk, *texts in queryset.order_by(*about.order).values_list("pk", *shown)[:WINDOW]:
        folded = [text.casefold() for text in texts]
        numbers = folded[: len(about.numbers)]
        if all(any(number.startswith(word) for number in numbers) for word in starts) and all(
            any(word in text for text in folded) for word in parts
        ):
            found.append(pk)
            if len(found) == CAP:
                break
    return found


def probe(alias: str, about: Searched, words: list[str], most: int = 0) -> list[Any] | None:
    """The keys of all rows with these words; None for more than `most` (else `CAP`), or without an index to ask."""
    database, model, cap = connections[alias], apps.get_model(about.model), most or CAP
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute(*_beside(database, about, words, cap))
            found = [row[0] for row in cursor.fetchall()]
    elif has_index(alias, model._meta.db_table):
        name = database.ops.quote_name(f"{model._meta.db_table}_words")
        with database.cursor() as cursor:
            cursor.execute(f"SELECT rowid FROM {name} WHERE {name} MATCH %s LIMIT %s", [phrases(words), cap + 1])  # noqa: S608
            found = [row[0] for row in cursor.fetchall()]
    else:
        return None
    return found if len(found) <= cap else None


def _beside(database: Any, about: Searched, words: list[str], cap: int | None) -> tuple[str, list[Any]]:
    """A statement for keys, by the words beside the table; rows that are due (the first `DUE`) are read themselves.

    It gives at most one more than `cap`, or all without one.
    """
    meta, quote = apps.get_model(about.model)._meta, database.ops.quote_name
    table, search, due = quote(meta.db_table), quote(f"{meta.db_table}_search"), quote(f"{meta.db_table}_due")
    joined = " || ' ' || ".join(quote(meta.get_field(name).column) for name in about.indexed)
    likes, clues = [f"%{escaped(word)}%" for word in words], [f"%{escaped(clue(word))}%" for word in words]

    unindexed = "words || ''"

    def holds(text: str) -> str:
        return " AND ".join([f"({text}) ILIKE %s"] * len(words))

    statement = (
        f"WITH due AS MATERIALIZED (SELECT DISTINCT id FROM (SELECT id FROM {due} LIMIT {DUE}) AS d) "  # noqa: S608
        f"SELECT id FROM {search} WHERE {holds('words')} AND {holds(unindexed)} "
        f"AND id NOT IN (SELECT id FROM due) UNION ALL "
        f"SELECT id FROM {table} JOIN due USING (id) WHERE {holds(joined)} LIMIT %s"
    )
    return statement, [*clues, *likes, *likes, None if cap is None else cap + 1]


def is_behind(alias: str, about: Searched) -> bool:
    """Whether more rows are due to be indexed than a search reads: some of the latest would then not be found."""
    database = connections[alias]
    if database.vendor != "postgresql":
        return False
    tables = [apps.get_model(each.model)._meta.db_table for each in (about, *(part for part, _whole in about.parts))]
    asked = [f"EXISTS (SELECT FROM {database.ops.quote_name(f'{name}_due')} OFFSET {DUE})" for name in tables]
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {' OR '.join(asked)}")
        return bool(cursor.fetchone()[0])


_known: set[tuple[str, str]] = set()


def has_index(alias: str, table: str) -> bool:
    """Whether SQLite has the index of a table and the triggers that keep it up; altering a column there drops them."""
    if (alias, table) in _known:
        return True
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name LIKE %s",
            [table, f"{table}_words_%"],
        )
        there = bool(cursor.fetchone()[0] == 3)
    if there:
        _known.add((alias, table))
    return there
