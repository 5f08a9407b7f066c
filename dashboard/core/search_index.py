"""The migration operation that makes the index behind ``dashboard.core.searching``.

PostgreSQL: a table of words beside each searched table, with a GIN index of trigrams. Filling that index costs
about as much as writing the rows, so triggers only note which rows are due and :func:`catch_up` indexes them seconds
later; until then ``searching`` reads the rows that are due themselves, and so is never late. SQLite: a contentless
FTS5 table of trigrams, kept in step by triggers. Neither costs the mirror's writers a line of code.
"""

# ruff: noqa: S608 – statements are made of the names of tables and columns alone

from __future__ import annotations

import time
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.operations.base import Operation

BATCH = 5_000


def catch_up(alias: str = DEFAULT_DB_ALIAS, seconds: float = 30) -> int:
    """Index the rows that are due, for at most about `seconds`; gives their number. Nothing is ever due on SQLite."""
    database, done, until = connections[alias], 0, time.monotonic() + seconds
    if database.vendor != "postgresql":
        return 0
    with database.cursor() as cursor:
        cursor.execute(
            r"SELECT proname FROM pg_proc WHERE proname LIKE '%\_words\_catch\_up' "
            "AND pronamespace = current_schema()::regnamespace ORDER BY proname"
        )
        for (name,) in cursor.fetchall():
            taken = BATCH
            while taken == BATCH and time.monotonic() < until:
                cursor.execute(f"SELECT {database.ops.quote_name(name)}(%s)", [BATCH])
                taken = cursor.fetchone()[0]
                done += taken
    return done


class SearchIndex(Operation):
    """Index the joined `columns` of a model (``app.Model``); repeated, it replaces what is there."""

    reduces_to_sql = False
    reversible = True

    def __init__(self, model: str, columns: tuple[str, ...]) -> None:
        self.model = model
        self.columns = columns

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make it, over all rows that exist."""
        table, columns = self._named(to_state)
        for statement in _made(schema_editor.connection.vendor, table, columns, schema_editor.quote_name):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take it away."""
        table, _columns = self._named(from_state)
        for statement in _gone(schema_editor.connection.vendor, table, schema_editor.quote_name):
            schema_editor.execute(statement)

    def _named(self, state: Any) -> tuple[str, list[str]]:
        model = state.apps.get_model(self.model)
        return model._meta.db_table, [model._meta.get_field(name).column for name in self.columns]

    def describe(self) -> str:
        """One line of ``migrate --plan``."""
        return f"Index the words of {self.model}"


def _joined(columns: list[str], quote: Any, row: str = "") -> str:
    return "(" + " || ' ' || ".join(f"{row}{quote(column)}" for column in columns) + ")"


def _made(vendor: str, table: str, columns: list[str], quote: Any) -> list[str]:
    made = _made_beside if vendor == "postgresql" else _made_in_step
    return [*_gone(vendor, table, quote), *made(table, columns, quote)]


def _made_beside(table: str, columns: list[str], quote: Any) -> list[str]:
    """Words and due rows in tables of their own, triggers that note what is due, a function that indexes it."""
    rows, search, due = quote(table), quote(f"{table}_search"), quote(f"{table}_due")
    index, words = quote(f"{table}_search_words"), _joined(columns, quote)
    new, old = _joined(columns, quote, "n."), _joined(columns, quote, "o.")
    changed = f"SELECT n.id FROM fresh n JOIN stale o USING (id) WHERE {new} IS DISTINCT FROM {old}"
    both = "OLD TABLE AS stale NEW TABLE AS fresh"
    return [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        f"CREATE TABLE {search} (id bigint PRIMARY KEY, words text NOT NULL)",
        f"CREATE TABLE {due} (id bigint NOT NULL)",
        *_noting(table, quote, "new", "INSERT", "NEW TABLE AS fresh", f"INSERT INTO {due} SELECT id FROM fresh"),
        *_noting(table, quote, "changed", "UPDATE", both, f"INSERT INTO {due} {changed}"),
        *_noting(table, quote, "gone", "DELETE", "OLD TABLE AS stale", f"INSERT INTO {due} SELECT id FROM stale"),
        *_noting(table, quote, "emptied", "TRUNCATE", "", f"TRUNCATE {search}, {due}"),
        f"INSERT INTO {search} (id, words) SELECT id, {words} FROM {rows}",
        f"CREATE INDEX {index} ON {search} USING gin (words gin_trgm_ops)",
        f"""CREATE FUNCTION {quote(f"{table}_words_catch_up")}(batch integer) RETURNS integer LANGUAGE plpgsql AS $$
        DECLARE taken bigint[];
        BEGIN
            IF NOT pg_try_advisory_xact_lock(hashtext('{table}_search')) THEN RETURN 0; END IF;
            WITH noted AS (DELETE FROM {due} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {due} LIMIT batch)) RETURNING id)
                SELECT array_agg(id ORDER BY id) INTO taken FROM noted;
            IF taken IS NULL THEN RETURN 0; END IF;
            DELETE FROM {search} s WHERE s.id = ANY(taken) AND NOT EXISTS (SELECT FROM {rows} r WHERE r.id = s.id);
            INSERT INTO {search} AS s (id, words) SELECT id, {words} FROM {rows} WHERE id = ANY(taken)
                ON CONFLICT (id) DO UPDATE SET words = excluded.words WHERE s.words <> excluded.words;
            PERFORM gin_clean_pending_list('{index}'::regclass);
            RETURN cardinality(taken);
        END $$""",
    ]


def _noting(table: str, quote: Any, name: str, event: str, seen: str, body: str) -> list[str]:
    function = quote(f"{table}_words_{name}")
    referencing = f"REFERENCING {seen} " if seen else ""
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$",
        f"CREATE TRIGGER {function} AFTER {event} ON {quote(table)} {referencing}"
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    ]


def _made_in_step(table: str, columns: list[str], quote: Any) -> list[str]:
    """A full-text table of trigrams and the triggers that follow every row."""
    words = quote(f"{table}_words")
    new, old = _joined(columns, quote, "new."), _joined(columns, quote, "old.")
    forget = f"INSERT INTO {words}({words}, rowid, words) VALUES ('delete', old.id, {old});"
    keep = f"INSERT INTO {words}(rowid, words) VALUES (new.id, {new});"
    changed = ", ".join(quote(column) for column in columns)

    def trigger(name: str, event: str, body: str, when: str = "") -> str:
        return (
            f"CREATE TRIGGER {quote(f'{table}_words_{name}')} AFTER {event} ON {quote(table)} {when} BEGIN {body} END"
        )

    return [
        f"CREATE VIRTUAL TABLE {words} USING fts5(words, content='', columnsize=0, tokenize='trigram')",
        f"INSERT INTO {words}(rowid, words) SELECT id, {_joined(columns, quote)} FROM {quote(table)}",
        trigger("new", "INSERT", keep),
        trigger("gone", "DELETE", forget),
        trigger("changed", f"UPDATE OF {changed}", f"{forget} {keep}", f"WHEN {old} IS NOT {new}"),
    ]


def _gone(vendor: str, table: str, quote: Any) -> list[str]:
    if vendor == "postgresql":
        triggers = [quote(f"{table}_words_{name}") for name in ("new", "changed", "gone", "emptied")]
        return [
            f"DROP INDEX IF EXISTS {quote(f'{table}_words')}",  # what earlier versions made
            *(f"DROP TRIGGER IF EXISTS {name} ON {quote(table)}" for name in triggers),
            *(f"DROP FUNCTION IF EXISTS {name}()" for name in triggers),
            f"DROP FUNCTION IF EXISTS {quote(f'{table}_words_catch_up')}(integer)",
            f"DROP TABLE IF EXISTS {quote(f'{table}_search')}, {quote(f'{table}_due')}",
        ]
    triggers = [f"DROP TRIGGER IF EXISTS {quote(f'{table}_words_{name}')}" for name in ("new", "gone", "changed")]
    return [*triggers, f"DROP TABLE IF EXISTS {quote(f'{table}_words')}"]
