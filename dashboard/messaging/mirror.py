"""Records of conversations → rows, and what threads keep of their messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from channels.records import MessageRecord, ThreadRecord
from dashboard.messaging.models import Message, Thread
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import CANCELLED, QUEUED, REJECTED, SUPERSEDED
from dashboard.sync.upsert import Counts, Mirror, chunks, upsert

LINKED_WITHIN = timedelta(days=2)
CLOCKS_APART = timedelta(minutes=15)  # a platform's clock may be behind ours: what it stamps must not look older
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

THREADS = Mirror(
    domain="threads",
    model=Thread,
    columns=("buyer", "buyer_remote_id", "unread", "last_message_at"),
    values=lambda r: (r.buyer, r.buyer_remote_id, r.unread, r.last_message_at),
)
MESSAGES = Mirror(
    domain="messages",
    model=Message,
    columns=("thread_remote_id", "direction", "message_type", "body", "media_url", "sent_at"),
    values=lambda r: (r.thread_remote_id, r.direction, r.message_type, r.body, r.media_url, r.sent_at),
)


def upsert_threads(connection: Connection, records: Iterable[ThreadRecord], read_at: datetime | None = None) -> Counts:
    """Bring threads in step."""
    with transaction.atomic():
        counts = upsert(THREADS, connection, records, read_at=read_at)
        summarise(connection, counts.touched)
    return counts


def upsert_messages(
    connection: Connection, records: Iterable[MessageRecord], read_at: datetime | None = None
) -> Counts:
    """Bring messages in step, say which of our commands sent them, and what their threads show."""
    found = list(records)
    with transaction.atomic():
        counts = upsert(MESSAGES, connection, found, read_at=read_at)
        new = [record for record in found if record.remote_id in set(counts.touched)]
        link_sent(connection, {record.thread_remote_id for record in new if record.direction == "out"})
        summarise(connection, {record.thread_remote_id for record in new})
    return counts


def plain(text: str) -> str:
    """A text as it is compared: platforms may trim it or change its line ends."""
    return text.replace("\r\n", "\n").strip()


def link_sent(connection: Connection, thread_ids: Iterable[str]) -> None:
    """Give outgoing messages the command that sent them: same thread, same text, not before it was made."""
    ids = list(thread_ids)
    if not ids:
        return
    since = timezone.now() - LINKED_WITHIN
    sent = Command.objects.filter(
        connection=connection, target__in=ids, kind="messaging.send", created_at__gte=since, sent_at__isnull=False
    ).exclude(state__in=[QUEUED, REJECTED, CANCELLED, SUPERSEDED])
    linked = Message.objects.filter(connection=connection, command=OuterRef("pk")).values("pk")[:1]
    waiting = list(sent.annotate(message=Subquery(linked)).filter(message=None).order_by("sent_at"))
    if not waiting:
        return
    rows = Message.objects.light().filter(connection=connection, thread_remote_id__in=ids, direction="out")
    free = list(rows.filter(sent_at__gte=since, command=None).order_by("sent_at", "pk"))
    for command in waiting:
        message = next((one for one in free if _is_its(command, one)), None)
        if message is not None:
            free.remove(message)
            Message.objects.filter(pk=message.pk, command=None).update(command=command)


def _is_its(command: Command, message: Message) -> bool:
    known = command.before.get("seen", ())
    same = message.thread_remote_id == command.target and plain(message.body) == plain(command.payload["text"])
    if not same or message.remote_id in known or message.sent_at is None:
        return False
    return bool(message.sent_at >= since_of(command))


def since_of(command: Command) -> datetime:
    """From when on the message of a command can be in the history."""
    noted = command.before.get("since")
    return datetime.fromisoformat(noted) if noted else (command.sent_at or command.created_at) - CLOCKS_APART


def summarise(connection: Connection, thread_ids: Iterable[str]) -> None:
    """Bring in step what threads keep of their messages: the last line, and since when the buyer waits."""
    for ids in chunks(dict.fromkeys(thread_ids), 200):
        threads = list(_with_last(connection, ids))
        waits = _waiting_since(connection, ids)
        for thread in threads:
            thread.last_body, thread.last_direction = (thread.body or "")[:200], thread.direction or ""
            thread.waiting_since = waits.get(thread.remote_id)
            thread.last_message_at = max(filter(None, (thread.last_message_at, thread.at)), default=None)
        Thread.objects.bulk_update(threads, ["last_body", "last_direction", "waiting_since", "last_message_at"])
        _wake(connection, ids)


def _wake(connection: Connection, ids: list[str]) -> None:
    """Threads in which the buyer wrote after they were put to rest wait for us again."""
    resting = Thread.objects.filter(connection=connection, remote_id__in=ids, snoozed_until__isnull=False)
    written = resting.filter(last_direction="in", last_message_at__gt=F("snoozed_after"))
    written.update(snoozed_after=None, snoozed_until=None)


def _with_last(connection: Connection, ids: list[str]) -> Any:
    """The threads with body, direction and time of their last message."""
    last = Message.objects.filter(
        connection=OuterRef("connection"), thread_remote_id=OuterRef("remote_id"), sent_at__isnull=False
    ).order_by("-sent_at", "-pk")
    return (
        Thread.objects.light()
        .filter(connection=connection, remote_id__in=ids)
        .annotate(
            body=Subquery(last.values("body")[:1]),
            direction=Subquery(last.values("direction")[:1]),
            at=Subquery(last.values("sent_at")[:1]),
        )
    )


def _waiting_since(connection: Connection, ids: list[str]) -> dict[str, datetime]:
    """Thread → when the oldest message came that nobody answered and nobody called done."""
    ours = Message.objects.filter(
        connection=OuterRef("connection"), thread_remote_id=OuterRef("thread_remote_id"), direction="out"
    ).order_by("-sent_at", "-pk")
    done = Thread.objects.filter(connection=OuterRef("connection"), remote_id=OuterRef("thread_remote_id"))
    rows = Message.objects.filter(connection=connection, thread_remote_id__in=ids, direction="in").annotate(
        answered=Coalesce(Subquery(ours.values("sent_at")[:1]), LONG_AGO),
        done=Coalesce(Subquery(done.values("done_at")[:1]), LONG_AGO),
    )
    unanswered = rows.filter(Q(sent_at__gt=Greatest(F("answered"), F("done"))))
    by_thread = unanswered.values("thread_remote_id").annotate(since=Min("sent_at"))
    return dict(by_thread.values_list("thread_remote_id", "since"))
