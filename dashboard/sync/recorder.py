"""Keeps scrubbed exchanges with the run, command or callback that made them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DatabaseError, transaction

from channels import ports
from dashboard.core.scrub import scrub_text
from dashboard.sync.clock import is_near, keep_skew, skew_of
from dashboard.sync.commits import may_be_lost
from dashboard.sync.models import Connection, Exchange

log = logging.getLogger(__name__)

_KEEP_OF_A_RUN = 3
_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


class Recording:
    """What one run, command or callback exchanged; written at its end, or with what was concluded from it.

    Of successful reads only the last three are kept, of everything else all.
    """

    def __init__(self, connection: Connection, **origin: int) -> None:
        self._connection = connection
        self._origin = origin
        self._rows: list[Exchange] = []
        self._reads: list[Exchange] = []
        self._skew: int | None = None

    def add(self, exchange: ports.Exchange) -> None:
        """Take one exchange in."""
        self._skew = skew_of(exchange) if self._skew is None else self._skew
        row = as_row(self._connection.pk, exchange)
        for name, pk in self._origin.items():
            setattr(row, f"{name}_id", pk)
        if exchange.error or (exchange.method != "GET" and "run" not in self._origin):
            self._rows.append(row)
        else:
            self._reads = [*self._reads[-_KEEP_OF_A_RUN + 1 :], row]

    def save(self) -> None:
        """Write what was kept since."""
        if self._rows or self._reads:
            with may_be_lost():
                Exchange.objects.bulk_create(self._rows + self._reads)
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


def recorder(connection_id: int):  # type: ignore[no-untyped-def]
    """The `record` port of a connection: into the recording that is under way, or straight into its own row."""

    def record(exchange: ports.Exchange) -> None:
        kept = _current.get()
        if kept is not None and kept.is_of(connection_id):
            kept.add(exchange)
        else:
            as_row(connection_id, exchange).save()
            skew = skew_of(exchange)
            if skew is not None:
                keep_skew(connection_id, skew)

    return record


def as_row(connection_id: int, exchange: ports.Exchange) -> Exchange:
    """The row of an exchange; the house's own scrubber goes over it once more."""
    return Exchange(
        connection_id=connection_id,
        route=exchange.route,
        method=exchange.method,
        url=scrub_text(exchange.url),
        request_headers=exchange.request_headers,
        request_body=scrub_text(exchange.request_body),
        status=exchange.status,
        response_headers=exchange.response_headers,
        response_body=scrub_text(exchange.response_body),
        milliseconds=exchange.milliseconds,
        error=scrub_text(exchange.error)[:1000],
        at=exchange.started_at,
    )
