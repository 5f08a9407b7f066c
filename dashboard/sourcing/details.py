"""Pulls of lists whose rows are partial: the detail is read where the list shows that there is something new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from channels.errors import Rejected, WireError
from channels.records import Bad, Page, Ref
from dashboard.sync.feeds import Pull
from dashboard.sync.models import MirroredModel
from dashboard.sync.writers import same

DETAILS_A_PAGE = 20


@dataclass(frozen=True)
class Detailed:
    """A pull by list and detail, a few details a page, so that what was read is kept when the run is broken off.

    `shown` are the columns that both state: a row that differs there has changed. Rows whose status is not one of
    `ended` are read again in a full sweep. The cursor is ``<rows of the list page that are done>@<the list's cursor>``.
    """

    pull: str
    read: str
    model: type[MirroredModel]
    shown: Sequence[str]
    ended: Sequence[str]

    def __call__(self, context: Pull) -> Page[Any]:
        """One page."""
        done, _sep, inner = (context.after or "0@").partition("@")
        skip = int(done)
        page = getattr(context.channel, self.pull)(inner or None, context.since)
        rows = page.records[skip:]
        wanted = self._wanted(context, rows)
        taken = self._room(rows, wanted)
        records, bad = self._read(context.channel, rows[:taken], wanted)
        following = None if page.next is None else f"0@{page.next}"
        if taken < len(rows):
            following = f"{skip + taken}@{inner}"
        return msgspec.structs.replace(
            page, records=tuple(records), bad=(*(() if skip else page.bad), *bad), next=following
        )

    def _wanted(self, context: Pull, rows: Sequence[Any]) -> set[str]:
        """The remote ids whose detail is to be read."""
        ids = [row.remote_id for row in rows]
        stored = self.model._default_manager.filter(connection=context.connection, remote_id__in=ids, gone_at=None)
        known = {one["remote_id"]: one for one in stored.values("remote_id", "status", *self.shown)}
        return {row.remote_id for row in rows if row.is_partial and self._is_new(row, known, context.is_full)}

    def _is_new(self, row: Any, known: dict[str, dict[str, Any]], is_full: bool) -> bool:
        stored = known.get(row.remote_id)
        if stored is None or (is_full and stored["status"] not in self.ended):
            return True
        return any(not same(stored[name], getattr(row, name)) for name in self.shown)

    @staticmethod
    def _room(rows: Sequence[Any], wanted: set[str]) -> int:
        """How many rows of the list one page takes."""
        left = DETAILS_A_PAGE
        for at, row in enumerate(rows):
            left -= row.remote_id in wanted
            if left < 0:
                return at
        return len(rows)

    def _read(self, channel: Any, rows: Sequence[Any], wanted: set[str]) -> tuple[list[Any], list[Bad]]:
        """Details for what is wanted, list rows for the rest; a detail that cannot be understood goes to quarantine."""
        read: Callable[[Ref], Any] = getattr(channel, self.read)
        records: list[Any] = []
        bad: list[Bad] = []
        for row in rows:
            if row.remote_id not in wanted:
                records.append(row)
                continue
            try:
                records.append(read(Ref(remote_id=row.remote_id, number=row.number)) or row)
            except (WireError, Rejected) as error:
                path = getattr(error, "path", "$")
                bad.append(Bad(remote_id=row.remote_id, path=path, reason=error.words, raw=row.raw))
        return records, bad
