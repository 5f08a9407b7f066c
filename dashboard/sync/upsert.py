"""Records → rows. The only writer of mirrored tables.

A page of records costs one SELECT that compares content hashes; what did not change writes nothing. Rows never go
backwards in time: a record that is older than its row by the platform's own clock, or that was read before the row
last changed, is left out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from dashboard.sync.commits import may_be_lost
from dashboard.sync.models import Change, Connection, UnknownWord
from dashboard.sync.models.mirrored import MirroredModel, MirroredPart
from dashboard.sync.stored import differing, parts_of
from dashboard.sync.writers import MAX_PARAMETERS, Row, insert_rows, reserve_keys, same, write_rows

BASE = ("connection_id", "remote_id", "status", "remote_status", "content_hash", "changed_at", "gone_at", "raw")
KEY = ("connection_id", "remote_id")
NOTED = ("connection_id", "domain", "remote_id", "at", "fields")
# What is kept as a `Change`: domain, remote id, fields with old and new value.
Note = tuple[str, str, dict[str, Any]]
_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True)
class Part:
    """Rows inside a mirrored row. `rows(record)` gives, for each, its remote id and the values of `columns`.

    Parts that vanish are deleted, or, with `keeps_gone`, marked with `gone_at`. `tracked` columns leave one `Change`
    per changed whole, of the domain `domain` and with its remote id: ``{part's remote id: {column: [old, new]}}``.
    """

    model: type[MirroredPart]
    whole: str
    columns: tuple[str, ...]
    rows: Callable[[Any], Iterable[Sequence[Any]]]
    keeps_gone: bool = False
    domain: str = ""
    tracked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mirror:
    """How records of one kind become rows of one model.

    `values(record)` gives the values of `columns`, beyond those that every mirrored row has. `tracked` columns leave
    a `Change` when they differ. `clock` names the column that holds the platform's own time of change. `is_partial`
    tells records that only prove existence: they never overwrite, but revive what was gone. `stable` gives the record
    to hash, without what changes by itself (a counter of views).
    """

    domain: str
    model: type[MirroredModel]
    columns: tuple[str, ...]
    values: Callable[[Any], Sequence[Any]]
    parts: tuple[Part, ...] = ()
    tracked: tuple[str, ...] = ()
    clock: str = ""
    is_partial: Callable[[Any], bool] = lambda record: False
    stable: Callable[[Any], Any] = lambda record: record


@dataclass
class Counts:
    """What an upsert did, and the remote ids of rows that it wrote."""

    seen: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    touched: list[str] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        """Sum up."""
        self.seen += other.seen
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged


class _Known(NamedTuple):
    """What is looked at of a stored row that may be written."""

    pk: int
    changed_at: datetime
    gone_at: datetime | None
    clock: datetime | None
    tracked: tuple[Any, ...]


class _Plan(NamedTuple):
    """What is to be written: record and hash by remote id, which of them existed, and whom a partial record revives."""

    writes: dict[str, tuple[Any, bytes]]
    existed: dict[str, _Known]
    revived: dict[str, int]


def content_hash(record: Any) -> bytes:
    """128 bits over everything but `raw`; equal for equal records in every process."""
    bare = msgspec.structs.replace(record, raw=b"") if getattr(record, "raw", b"") else record
    return hashlib.blake2b(_encoder.encode(bare), digest_size=16).digest()


def upsert(
    mirror: Mirror, connection: Connection, records: Iterable[Any], *, read_at: datetime | None = None
) -> Counts:
    """Bring the mirror in step with `records` (the last of several with one id counts), in one transaction.

    `read_at` is when the platform was asked (now, if not given).
    """
    latest = {record.remote_id: record for record in records}
    counts = Counts(seen=len(latest))
    if not latest:
        return counts
    with may_be_lost():  # it can be read again
        plan = _plan(mirror, connection, latest, read_at or timezone.now())
        counts.touched = [*plan.writes, *plan.revived]
        counts.created = len(plan.writes.keys() - plan.existed.keys())
        counts.changed = len(counts.touched) - counts.created
        counts.unchanged = counts.seen - len(counts.touched)
        if plan.writes:
            _write(mirror, connection, plan)
        if plan.revived:
            rows = mirror.model._default_manager.filter(pk__in=plan.revived.values())
            rows.update(gone_at=None, changed_at=timezone.now())
    return counts


def mark_gone(mirror: Mirror, connection: Connection, seen: set[str], began: datetime) -> int:
    """After a whole sweep: give rows that were not seen their `gone_at`; nothing is deleted. Gives their number.

    What was written since it `began` has been read elsewhere meanwhile, and may stand on a page that was read before.
    """
    now, gone = timezone.now(), 0
    rows = mirror.model._default_manager.filter(connection=connection, gone_at=None, changed_at__lte=began)
    missing = (pk for pk, remote_id in rows.values_list("pk", "remote_id").iterator(2000) if remote_id not in seen)
    for pks in chunks(list(missing), MAX_PARAMETERS):
        gone += mirror.model._default_manager.filter(pk__in=pks).call_gone(now)
    return gone


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


# -- inside ----------------------------------------------------------------------------------------------------------


def _plan(mirror: Mirror, connection: Connection, latest: dict[str, Any], read_at: datetime) -> _Plan:
    """What differs from the rows that are stored, and may be written."""
    digests = {remote_id: content_hash(mirror.stable(record)) for remote_id, record in latest.items()}
    plan = _Plan({}, {}, {})
    for remote_id, row in _known(mirror, connection, digests).items():
        record = latest[remote_id]
        if row is None:
            plan.writes[remote_id] = (record, digests[remote_id])
        elif mirror.is_partial(record):
            if row.gone_at is not None and row.changed_at <= read_at:
                plan.revived[remote_id] = row.pk
        elif not _is_older(mirror, record, row, read_at):
            plan.writes[remote_id] = (record, digests[remote_id])
            plan.existed[remote_id] = row
    return plan


def _is_older(mirror: Mirror, record: Any, row: _Known, read_at: datetime) -> bool:
    theirs = getattr(record, mirror.clock) if mirror.clock else None
    if theirs is not None and row.clock is not None and theirs != row.clock:
        return bool(theirs < row.clock)
    return row.changed_at > read_at


def _known(mirror: Mirror, connection: Connection, digests: dict[str, bytes]) -> dict[str, _Known | None]:
    """What is stored of records that are not stored with just this content; `None` for those that are new."""
    columns = ("id", "changed_at", "gone_at", mirror.clock or "gone_at", *mirror.tracked)
    rows = differing(mirror.model, connection, digests, columns)
    return {
        remote_id: _Known(row[0], row[1], row[2], row[3], tuple(row[4:])) if row else None
        for remote_id, row in rows.items()
    }


def _write(mirror: Mirror, connection: Connection, plan: _Plan) -> None:
    now = timezone.now()
    columns = BASE + mirror.columns
    rows = {
        remote_id: (*_base(connection, record, digest, now), *mirror.values(record))
        for remote_id, (record, digest) in sorted(plan.writes.items())
    }
    changed = {remote_id: row for remote_id, row in rows.items() if remote_id in plan.existed}
    notes = _notes(mirror, columns, plan, changed)
    write_rows(mirror.model, columns, KEY, list(changed.values()))
    existed = {remote_id: plan.existed[remote_id].pk for remote_id in changed}
    fresh = {remote_id: row for remote_id, row in rows.items() if remote_id not in changed}
    made = _insert(mirror.model, columns, fresh)
    if len(made) < len(fresh):
        write_rows(mirror.model, columns, KEY, list(fresh.values()))
        kept = mirror.model._default_manager.filter(connection=connection, remote_id__in=list(fresh))
        existed |= dict(kept.values_list("remote_id", "pk"))
    for part in mirror.parts:
        notes += _write_parts(part, plan, made, existed)
    insert_rows(Change, NOTED, [(connection.pk, domain, of, now, fields) for domain, of, fields in notes])
    _note_unknown_words(mirror, connection, plan, now)


def _insert(model: type[models.Model], columns: tuple[str, ...], fresh: dict[str, tuple[Any, ...]]) -> dict[str, int]:
    """Insert rows that were not there a moment ago: their keys by remote id; none of them when one is there now."""
    if not fresh:
        return {}
    try:
        with transaction.atomic():
            keys = reserve_keys(model, len(fresh))
            rows = [(key, *row) for key, row in zip(keys, fresh.values(), strict=True)]
            insert_rows(model, ("id", *columns), rows)
    except IntegrityError:
        return {}
    return dict(zip(fresh, keys, strict=True))


def _base(connection: Connection, record: Any, digest: bytes, now: datetime) -> tuple[Any, ...]:
    return (
        connection.pk,
        record.remote_id,
        getattr(record, "status", ""),
        getattr(record, "remote_status", ""),
        digest,
        now,
        None,
        record.raw.decode("utf-8", "replace"),
    )


def _write_parts(part: Part, plan: _Plan, made: dict[str, int], existed: dict[str, int]) -> list[Note]:
    """Bring the parts of written rows in step; `made` and `existed` are the rows' keys by remote id."""
    columns = (f"{part.whole}_id", "remote_id", *part.columns, *(("gone_at",) if part.keeps_gone else ()))
    tail = (None,) if part.keeps_gone else ()

    def rows_of(wholes: dict[str, int]) -> dict[tuple[int, str], tuple[Any, ...]]:
        of = ((pk, part.rows(plan.writes[remote_id][0])) for remote_id, pk in wholes.items())
        return {(pk, row[0]): (pk, *row, *tail) for pk, rows in of for row in rows}

    insert_rows(part.model, columns, list(rows_of(made).values()))
    rows = rows_of(existed)
    stored = parts_of(part.model, columns[0], existed.values(), ("id", *columns))
    old = {(row[1], row[2]): row for row in stored}
    _drop_vanished(part, [row[0] for key, row in old.items() if key not in rows])
    changed = {key: row for key, row in rows.items() if key not in old or row != old[key][1:]}
    write_rows(part.model, columns, columns[:2], list(changed.values()))
    return _part_notes(part, columns, existed, old, changed) if part.tracked else []


def _part_notes(
    part: Part,
    columns: tuple[str, ...],
    existed: dict[str, int],
    old: dict[tuple[int, str], Row],
    changed: dict[tuple[int, str], tuple[Any, ...]],
) -> list[Note]:
    """Old and new value of tracked columns of parts that existed, together for each whole."""
    wholes = {pk: remote_id for remote_id, pk in existed.items()}
    noted: dict[int, dict[str, Any]] = {}
    for key, row in changed.items():
        pairs = zip(columns, old[key][1:] if key in old else (), row, strict=False)
        fields = {name: [_plain(o), _plain(n)] for name, o, n in pairs if name in part.tracked and not same(o, n)}
        if fields:
            noted.setdefault(key[0], {})[key[1]] = fields
    return [(part.domain, wholes[pk], fields) for pk, fields in noted.items()]


def _drop_vanished(part: Part, pks: list[int]) -> None:
    """Take away (or mark as gone) parts that no record names any more."""
    for some in chunks(pks, MAX_PARAMETERS):
        gone: models.QuerySet[Any] = part.model._default_manager.filter(pk__in=some)
        if part.keeps_gone:
            gone.filter(gone_at=None).update(gone_at=timezone.now())
        else:
            gone.delete()


def _notes(mirror: Mirror, columns: tuple[str, ...], plan: _Plan, changed: dict[str, tuple[Any, ...]]) -> list[Note]:
    """Old and new value of tracked columns of rows that existed."""
    noted = []
    at = [(name, columns.index(name)) for name in mirror.tracked]
    for remote_id, row in changed.items():
        pairs = zip(at, plan.existed[remote_id].tracked, strict=True)
        fields = {name: [_plain(o), _plain(row[n])] for (name, n), o in pairs if not same(o, row[n])}
        if fields:
            noted.append((mirror.domain, remote_id, fields))
    return noted


def _plain(value: Any) -> Any:
    """A value as the JSON of every database can hold it."""
    return value if value is None or isinstance(value, bool | int) else str(value).replace("\x00", "")


def _note_unknown_words(mirror: Mirror, connection: Connection, plan: _Plan, now: datetime) -> None:
    """Count platform words that no table maps, for the connection page."""
    words = Counter(
        record.remote_status
        for record, _ in plan.writes.values()
        if getattr(record, "status", "") == "unknown" and getattr(record, "remote_status", "")
    )
    for word, times in words.items():
        row, _ = UnknownWord.objects.get_or_create(
            connection=connection, feed=mirror.domain, word=word[:120], defaults={"last_at": now}
        )
        UnknownWord.objects.filter(pk=row.pk).update(times=F("times") + times, last_at=now)
