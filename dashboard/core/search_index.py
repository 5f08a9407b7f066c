"""The migration operation that makes the index behind ``dashboard.core.searching``.

PostgreSQL: a GIN index of trigrams over the joined columns. SQLite: a contentless FTS5 table of trigrams, kept in step
by triggers, because it has no index over a part of a word. Neither costs the mirror's writers a line of code.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


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
    if vendor == "postgresql":
        text = _joined(columns, quote)
        return [
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            *_gone(vendor, table, quote),
            f"CREATE INDEX {quote(f'{table}_words')} ON {quote(table)} USING gin ({text} gin_trgm_ops)",
        ]
    words = quote(f"{table}_words")
    new, old = _joined(columns, quote, "new."), _joined(columns, quote, "old.")
    forget = f"INSERT INTO {words}({words}, rowid, words) VALUES ('delete', old.id, {old});"  # noqa: S608
    keep = f"INSERT INTO {words}(rowid, words) VALUES (new.id, {new});"  # noqa: S608
    changed = ", ".join(quote(column) for column in columns)

    def trigger(name: str, event: str, body: str, when: str = "") -> str:
        return (
            f"CREATE TRIGGER {quote(f'{table}_words_{name}')} AFTER {event} ON {quote(table)} {when} BEGIN {body} END"
        )

    return [
        *_gone(vendor, table, quote),
        f"CREATE VIRTUAL TABLE {words} USING fts5(words, content='', columnsize=0, tokenize='trigram')",
        f"INSERT INTO {words}(rowid, words) SELECT id, {_joined(columns, quote)} FROM {quote(table)}",  # noqa: S608
        trigger("new", "INSERT", keep),
        trigger("gone", "DELETE", forget),
        trigger("changed", f"UPDATE OF {changed}", f"{forget} {keep}", f"WHEN {old} IS NOT {new}"),
    ]


def _gone(vendor: str, table: str, quote: Any) -> list[str]:
    if vendor == "postgresql":
        return [f"DROP INDEX IF EXISTS {quote(f'{table}_words')}"]
    triggers = [f"DROP TRIGGER IF EXISTS {quote(f'{table}_words_{name}')}" for name in ("new", "gone", "changed")]
    return [*triggers, f"DROP TABLE IF EXISTS {quote(f'{table}_words')}"]
