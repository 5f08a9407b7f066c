"""Keeps scrubbed exchanges with the run, command or callback that made them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DatabaseError, transaction

from channels import ports
from dashboard.core.scrub import scrub_text
from dashboard.sync.clock import is_near, keep_skew, skew_of
from dashboard.sync.commits import may_be_lost
from dashboard.sync.models import Connection, Exchange
from dashboard.sync.writers import Row, insert_rows

log = logging.getLogger(__name__)

COLUMNS = (
    "connection_id", "command_id", "run_id", "callback_id", "route", "method", "url", "request_headers",
    "request_body", "status", "response_headers", "response_body", "milliseconds", "error", "at",
)  # fmt: skip
_KEEP_OF_A_RUN = 3
_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


class Recording:
    """What one run, command or callback exchanged; written at its end, or with what was concluded from it.

    Of successful reads only the last three are kept, of everything else all.
    """

    def __init__(self, connection: Connection, **origin: int) -> None:
        self._connection = connection
        self._origin = origin
        self._rows: list[Row] = []
        self._reads: list[Row] = []
        self._skew: int | None = None

    def add(self, exchange: ports.Exchange) -> None:
        """Take one exchange in."""
        self._skew = skew_of(exchange) if self._skew is None else self._skew
        row = _row(self._connection.pk, exchange, self._origin)
        if exchange.error or (exchange.method != "GET" and "run" not in self._origin):
            self._rows.append(row)
        else:
            self._reads = [*self._reads[-_KEEP_OF_A_RUN + 1 :], row]

    def save(self) -> None:
        """Write what was kept since."""
        if self._rows or self._reads:
            with may_be_lost():
                insert_rows(Exchange, COLUMNS, self._rows + self._reads)
        if self._skew is not None and not is_near(self._connection.clock_skew, self._skew):
            keep_skew(self._connection.pk, self._skew)
        self._rows, self._reads, self._skew = [], [], None

    def is_of(self, connection_id: int) -> bool:
        """Whether it is about that connection."""
        return self._connection.pk == connection_id


@contextmanager
def recording(connection: Connection, **origin: int) -> Iterator[Recording]:
    """Collect every exchange made inside; `origin` is one of ``run=``, ``command=``, ``callback=`` with its id."""
    kept = Recording(connection, **origin)
    token = _current.set(kept)
    try:
        yield kept
    finally:
        _current.reset(token)
        kept.save()


@contextmanager
def concluding() -> Iterator[None]:
    """One transaction for what is written inside and for the exchanges until now that it is concluded from.

    Exchanges that the database does not take never undo the conclusion; they are tried again at the end.
    """
    with transaction.atomic():
        yield
        kept = _current.get()
        try:
            if kept is not None:
                kept.save()
        except DatabaseError as error:
            log.warning("Exchanges were not kept with what they led to: %s", type(error).__name__)


def recorder(connection_id: int) -> Callable[[ports.Exchange], None]:
    """The `record` port of a connection: into the recording that is under way, or straight into its own row."""

    def record(exchange: ports.Exchange) -> None:
        kept = _current.get()
        if kept is not None and kept.is_of(connection_id):
            kept.add(exchange)
        else:
            with may_be_lost():
                insert_rows(Exchange, COLUMNS, [_row(connection_id, exchange, {})])
            skew = skew_of(exchange)
            if skew is not None:
                keep_skew(connection_id, skew)

    return record


def _row(connection_id: int, exchange: ports.Exchange, origin: Mapping[str, int]) -> Row:
    """The values of an exchange, in the order of `COLUMNS`; the house's own scrubber goes over it once more."""
    return (
        connection_id,
        origin.get("command"),
        origin.get("run"),
        origin.get("callback"),
        exchange.route,
        exchange.method,
        scrub_text(exchange.url),
        exchange.request_headers,
        scrub_text(exchange.request_body),
        exchange.status,
        exchange.response_headers,
        scrub_text(exchange.response_body),
        exchange.milliseconds,
        scrub_text(exchange.error)[:1000],
        exchange.started_at,
    )
