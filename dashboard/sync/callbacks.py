"""Callbacks in: proof of origin, one durable row, the platform's answer; understanding comes later, in a task."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import cache

from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels.errors import AuthFailed, ChannelError, NotSent, WireError
from channels.events import Event
from channels.platform import Received, Verdict
from dashboard.core.scrub import scrub_text
from dashboard.sync import doors
from dashboard.sync.clock import keep_push_skew
from dashboard.sync.connections import secret_mark
from dashboard.sync.doors import STILL, Door
from dashboard.sync.feeds import HANDLERS
from dashboard.sync.models import Callback, Connection
from dashboard.sync.models.callbacks import FAILED, PROCESSED, RECEIVED
from dashboard.sync.opening import open_channel
from dashboard.sync.recorder import recording
from dashboard.sync.runner import credentials_refused
from dashboard.sync.wakes import Wakes
from dashboard.sync.writers import converters, names_of, ready, table_of

log = logging.getLogger(__name__)

SHOWN_HEADERS = ("content-type", "x-request-id", "x-timestamp", "user-agent")
COLUMNS = (
    "connection_id", "event", "dedupe_key", "headers", "body", "is_hint", "secret_mark", "state", "received_at",
    "attempts", "error", "outcome",
)  # fmt: skip
REST = (0, "", "")  # what a push has that nobody has applied
MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=60)
RATE_PAUSE = timedelta(seconds=30)


def receive(key: str, received: Received) -> tuple[int, bytes] | None:
    """Verify, keep, answer: status and body; `None` where nobody takes this event at this address.

    A refused push leaves only a count; a repeat is answered as the first, without a row. What is new, and proven by an
    open door, costs one statement; all else is told by the connection's row.
    """
    door = doors.kept(key)
    if door is not None and _sends(door.connection, received.event):
        verdict = _verified(door.connection, received)
        pk = _keep(door.connection, received, verdict, door) if verdict.accepted else None
        if pk is not None:
            return _taken(door.connection, received, verdict, pk)
    connection = doors.opened(key)
    if connection is None or not _sends(connection, received.event):
        return None
    verdict = _verified(connection, received)
    if not verdict.accepted:
        return _refused(connection, received, verdict)
    return _taken(connection, received, verdict, _keep(connection, received, verdict))


def is_expected(key: str, event: str) -> bool:
    """Whether somebody takes this event at this address; to be asked before anything of a push is read."""
    door = doors.kept(key)
    connection = door.connection if door is not None else doors.opened(key)
    return connection is not None and _sends(connection, event)


def _sends(connection: Connection, event: str) -> bool:
    callbacks = connection.declared.callbacks
    return callbacks is not None and any(one.event == event for one in callbacks.events)


def _verified(connection: Connection, received: Received) -> Verdict:
    secrets = tuple(connection.callback_secrets)
    verdict: Verdict = connection.declared.callbacks.verify(received, secrets, timezone.now(), connection.options)
    return verdict


def _refused(connection: Connection, received: Received, verdict: Verdict) -> tuple[int, bytes]:
    Connection.objects.filter(pk=connection.pk).update(refused_callbacks=F("refused_callbacks") + 1)
    log.warning("Refused callback %s of %s: %s", received.event, connection.slug, verdict.reason)
    if verdict.skew_seconds is not None and not _is_known(connection, received, verdict):
        keep_push_skew(connection, -round(verdict.skew_seconds))
    return 401, b'{"error": "The callback was refused."}'


def _taken(connection: Connection, received: Received, verdict: Verdict, pk: int | None) -> tuple[int, bytes]:
    """The answer to an authentic push; `pk` is that of its row, unless it was a repeat."""
    if pk is not None:
        _wake(pk)
        if verdict.skew_seconds is not None:
            keep_push_skew(connection, -round(verdict.skew_seconds))
    answer: tuple[int, bytes] = connection.declared.callbacks.answer(received)
    return answer


def _is_known(connection: Connection, received: Received, verdict: Verdict) -> bool:
    """Whether it is an old push, sent again: that tells nothing of any clock."""
    return Callback.objects.filter(connection=connection, event=received.event, dedupe_key=verdict.key[:200]).exists()


def _keep(connection: Connection, received: Received, verdict: Verdict, door: Door | None = None) -> int | None:
    """Insert the raw push; `None` when it is a repeat, or `door` is outdated.

    One statement by itself, so that ten at once make one row.
    """
    row = (
        connection.pk,
        received.event,
        verdict.key[:200],
        {name: received.headers[name] for name in SHOWN_HEADERS if name in received.headers},
        received.body,
        verdict.hint,
        _mark_of(connection, received),
        RECEIVED,
        timezone.now(),
        *REST,
    )
    values = ready(converters(Callback, COLUMNS), [row])[0]
    with database.cursor() as cursor:
        cursor.execute(_insert(is_by_door=door is not None), [*values, *(door.still if door else ())])
        found = cursor.fetchall()  # to the end: only then has SQLite committed it, or says that it could not
    return int(found[0][0]) if found else None


@cache
def _insert(*, is_by_door: bool) -> str:
    marks = ", ".join(["%s"] * len(COLUMNS))
    given = f"SELECT {marks} FROM {table_of(Connection)} WHERE {STILL}" if is_by_door else f"VALUES ({marks})"  # noqa: S608
    names = names_of(Callback, COLUMNS)
    return f"INSERT INTO {table_of(Callback)} ({names}) {given} ON CONFLICT DO NOTHING RETURNING id"


def _mark_of(connection: Connection, received: Received) -> str:
    """Which of several secrets proved an accepted push, so that people see when the old one is not used any more."""
    secrets, now = connection.callback_secrets, timezone.now()
    if len(secrets) < 2:
        return ""
    for secret in secrets:
        verdict = connection.declared.callbacks.verify(received, (secret,), now, connection.options)
        if verdict.accepted and not verdict.hint:
            return secret_mark(secret)
    return ""


def _wake(pk: int) -> None:
    transaction.on_commit(lambda: _wakes.wake(pk))


def _tell(pk: int) -> None:
    from dashboard.sync.submit import tell
    from dashboard.sync.tasks import process_callback

    tell(process_callback, pk)


_wakes = Wakes(_tell)


def waiting(by: datetime | None = None) -> list[int]:
    """Callbacks that nobody has applied yet, oldest first: those of now, or that were waiting at a time."""
    by = by or timezone.now()
    rows = Callback.objects.filter(state=RECEIVED, connection__state=Connection.ACTIVE)
    rows = rows.filter(Q(not_before=None, received_at__lte=by) | Q(not_before__lte=by))
    return list(rows.order_by("id").values_list("pk", flat=True)[:500])


def process(pk: int) -> Callback | None:
    """Understand one callback and read again what it touched; `None` when another process does, or nothing is to do.

    What it says is never written into the mirror: the platform is asked.
    """
    now = timezone.now()
    rows = Callback.objects.filter(pk=pk, state=RECEIVED, connection__state=Connection.ACTIVE)
    rows = rows.filter(Q(not_before=None) | Q(not_before__lte=now))
    if not rows.update(attempts=F("attempts") + 1, not_before=now + LEASE):
        return None
    callback = Callback.objects.select_related("connection").get(pk=pk)
    with recording(callback.connection, callback=callback.pk):
        try:
            outcome = _apply(callback)
        except WireError as error:
            _end(callback, FAILED, error=f"{error.words} (at {error.path})")
        except ChannelError as error:
            _later(callback, error)
        except Exception as error:
            log.exception("Callback %s could not be applied", pk)
            fault = {"fault": f"{type(error).__name__}: {error}"}
            _end(callback, FAILED, error=gettext_noop("A fault of the dashboard: %(fault)s") % fault)
        else:
            _end(callback, PROCESSED, outcome=outcome)
    return callback


def replay(callback: Callback) -> None:
    """Put a callback back to be applied once more."""
    Callback.objects.filter(pk=callback.pk).update(state=RECEIVED, not_before=None, attempts=0, error="", outcome="")
    _wake(callback.pk)


def _apply(callback: Callback) -> str:
    received = Received(event=callback.event, headers=callback.headers, body=bytes(callback.body))
    events: tuple[Event, ...] = callback.connection.declared.callbacks.parse(received)
    handlers = [(handler, event) for event in events for handler in HANDLERS.get(type(event), [])]
    if not handlers:
        return gettext_noop("Nothing to do.")
    channel = open_channel(callback.connection, "worker")
    said = [handler(callback.connection, channel, event) for handler, event in handlers]
    return " ".join(filter(None, said)) or gettext_noop("Nothing to do.")


def _later(callback: Callback, error: ChannelError) -> None:
    """The platform could not be asked: try again with growing pauses, eight times in all. A rate limit burns none."""
    if isinstance(error, AuthFailed) and not error.missing_scope:
        credentials_refused(callback.connection, error.words)
    now, row, words = timezone.now(), Callback.objects.filter(pk=callback.pk), scrub_text(error.words)[:500]
    if isinstance(error, NotSent) and error.rate_limited:
        due = max(error.retry_at or now + RATE_PAUSE, now)
        row.update(error=words, not_before=due, attempts=F("attempts") - 1)
    elif callback.attempts >= MAX_ATTEMPTS:
        _end(callback, FAILED, error=error.words)
    else:
        row.update(error=words, not_before=now + timedelta(seconds=min(2**callback.attempts, 300)))


def _end(callback: Callback, state: str, *, error: str = "", outcome: str = "") -> None:
    callback.state, callback.error, callback.outcome = state, scrub_text(error)[:500], outcome[:300]
    callback.processed_at = timezone.now()
    callback.save(update_fields=["state", "error", "outcome", "processed_at"])
