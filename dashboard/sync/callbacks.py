"""Callbacks in: proof of origin, one durable row, the platform's answer; understanding comes later, in a task."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels.errors import AuthFailed, ChannelError, NotSent, WireError
from channels.events import Event
from channels.platform import Received, Verdict
from dashboard.core.scrub import scrub_text
from dashboard.sync.clock import keep_push_skew
from dashboard.sync.connections import secret_mark
from dashboard.sync.feeds import HANDLERS
from dashboard.sync.models import Callback, Connection
from dashboard.sync.models.callbacks import FAILED, PROCESSED, RECEIVED
from dashboard.sync.opening import open_channel
from dashboard.sync.recorder import recording
from dashboard.sync.runner import credentials_refused
from dashboard.sync.wakes import Wakes

log = logging.getLogger(__name__)

SHOWN_HEADERS = ("content-type", "x-request-id", "x-timestamp", "user-agent")
MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=60)
RATE_PAUSE = timedelta(seconds=30)


def receive(connection: Connection, received: Received) -> tuple[int, bytes]:
    """Verify, keep, answer. A refused push leaves only a count; a repeat is answered as the first, without a row.

    Gives status and body of the answer.
    """
    callbacks = connection.declared.callbacks
    secrets = tuple(connection.callback_secrets)
    verdict = callbacks.verify(received, secrets, timezone.now(), connection.options)
    if not verdict.accepted:
        Connection.objects.filter(pk=connection.pk).update(refused_callbacks=F("refused_callbacks") + 1)
        log.warning("Refused callback %s of %s: %s", received.event, connection.slug, verdict.reason)
        if verdict.skew_seconds is not None and not _is_known(connection, received, verdict):
            keep_push_skew(connection, -round(verdict.skew_seconds))
        return 401, b'{"error": "The callback was refused."}'
    pk = _keep(connection, received, verdict)
    if pk is not None:
        _wake(pk)
        if verdict.skew_seconds is not None:
            keep_push_skew(connection, -round(verdict.skew_seconds))
    answer: tuple[int, bytes] = callbacks.answer(received)
    return answer


def _is_known(connection: Connection, received: Received, verdict: Verdict) -> bool:
    """Whether it is an old push, sent again: that tells nothing of any clock."""
    return Callback.objects.filter(connection=connection, event=received.event, dedupe_key=verdict.key[:200]).exists()


def _keep(connection: Connection, received: Received, verdict: Verdict) -> int | None:
    """Insert the raw push; `None` when it is a repeat. One statement by itself, so that ten at once make one row."""
    headers = {name: received.headers[name] for name in SHOWN_HEADERS if name in received.headers}
    row = Callback(
        connection=connection,
        event=received.event,
        dedupe_key=verdict.key[:200],
        headers=headers,
        body=received.body,
        is_hint=verdict.hint,
        secret_mark=_mark_of(connection, received),
        received_at=timezone.now(),
    )
    fields = [field for field in Callback._meta.concrete_fields if not field.primary_key]
    names = ", ".join(database.ops.quote_name(str(field.column)) for field in fields)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), database) for field in fields]
    table = database.ops.quote_name(Callback._meta.db_table)
    marks = ", ".join(["%s"] * len(fields))
    with database.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING id",  # noqa: S608
            values,
        )
        found = cursor.fetchall()  # to the end: only then has SQLite committed it, or says that it could not
    return int(found[0][0]) if found else None


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
    with recording(callback.connection_id, callback=callback.pk):
        try:
            outcome = _apply(callback)
        except WireError as error:
            _end(callback, FAILED, error=f"{error.words} (at {error.path})")
        except ChannelError as error:
            _later(callback, error)
        except Exception as error:
            log.exception("Callback %s could not be applied", pk)
            _end(callback, FAILED, error=f"{type(error).__name__}: {error}")
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
