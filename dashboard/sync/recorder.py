"""Keeps scrubbed exchanges with the run, command or callback that made them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from channels import ports
from dashboard.core.scrub import scrub_text
from dashboard.sync.clock import keep_skew, skew_of
from dashboard.sync.models import Exchange

_KEEP_OF_A_RUN = 3
_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


class Recording:
    """What one run, command or callback exchanged; written in one go at its end.

    Of successful reads only the last three are kept, of everything else all.
    """

    def __init__(self, connection_id: int, **origin: int) -> None:
        self._connection_id = connection_id
        self._origin = origin
        self._rows: list[Exchange] = []
        self._reads: list[Exchange] = []
        self._skew: int | None = None

    def add(self, exchange: ports.Exchange) -> None:
        """Take one exchange in."""
        self._skew = skew_of(exchange) if self._skew is None else self._skew
        row = as_row(self._connection_id, exchange)
        for name, pk in self._origin.items():
            setattr(row, f"{name}_id", pk)
        if exchange.error or (exchange.method != "GET" and "run" not in self._origin):
            self._rows.append(row)
        else:
            self._reads = [*self._reads[-_KEEP_OF_A_RUN + 1 :], row]

    def save(self) -> None:
        """Write what was kept."""
        Exchange.objects.bulk_create(self._rows + self._reads)
        if self._skew is not None:
            keep_skew(self._connection_id, self._skew)
        self._rows, self._reads, self._skew = [], [], None


@contextmanager
def recording(connection_id: int, **origin: int) -> Iterator[Recording]:
    """Collect every exchange made inside; `origin` is one of ``run=``, ``command=``, ``callback=`` with its id."""
    kept = Recording(connection_id, **origin)
    token = _current.set(kept)
    try:
        yield kept
    finally:
        _current.reset(token)
        kept.save()


def recorder(connection_id: int):  # type: ignore[no-untyped-def]
    """The `record` port of a connection: into the recording that is under way, or straight into its own row."""

    def record(exchange: ports.Exchange) -> None:
        kept = _current.get()
        if kept is not None and kept._connection_id == connection_id:
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
