"""Sends commands and proves what became of them.

The row is the truth. A claim is a conditional UPDATE with a lease; `attempts` is the fencing token, so that a process
that comes back from the dead cannot overwrite what happened since. `sent_attempt` is written just before a command
leaves, with the claim where nothing comes between: a lapsed attempt without it was never sent and is queued again. A
command that was sent and not answered is *unknown*: it goes to `verify`, never blindly to `perform` again. An outcome
and the exchanges that led to it are one commit, and each claim is one; nothing else here waits for the disk.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.errors import Ambiguous, AuthFailed, ChannelError, NotSent, Rejected, RouteUnconfirmed, WireError
from channels.records import Receipt
from dashboard.core.scrub import scrub
from dashboard.sync.claims import claim, lease
from dashboard.sync.failpoints import failpoint
from dashboard.sync.feeds import run_soon
from dashboard.sync.hiding import hide
from dashboard.sync.kinds import ABSENT, AFTER_ABSENCE, KINDS, Arrived, Context, Kind, kind_of, proof, settle_time
from dashboard.sync.limiter import on_turn
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import DONE, FAILED, FINAL, QUEUED, REJECTED, SENDING, SUPERSEDED, UNKNOWN
from dashboard.sync.opening import open_channel
from dashboard.sync.recorder import concluding, recording
from dashboard.sync.runner import credentials_refused
from dashboard.sync.submit import context_of

log = logging.getLogger(__name__)

MAX_BACKOFF = timedelta(seconds=300)
FEW = 3


def due(now: datetime | None = None) -> QuerySet[Command]:
    """Commands that a worker can do something about: to send, or to prove; the urgent first, then the oldest."""
    rows = Command.objects.filter(state__in=[QUEUED, UNKNOWN], connection__state=Connection.ACTIVE)
    rows = rows.filter(not_before__lte=now) if now else rows
    return rows.order_by("priority", "not_before", "id")


def fairly(rows: QuerySet[Command]) -> QuerySet[Command]:
    """These in another order: of what is equally urgent each connection's oldest, then each one's second."""
    turn = Window(RowNumber(), partition_by=["connection", "priority"], order_by=["not_before", "id"])
    return rows.annotate(turn=turn).order_by("priority", "turn", "not_before", "id")


def in_turn(pk: int) -> list[tuple[int, int]]:
    """A command after due ones that go before it, wherever the broker's line has them: the first few of each sort.

    Those are what is more urgent, and what waits first on another connection and is as urgent: a long line of one
    connection holds up nobody else. Each with its connection; none when there is no such command.
    """
    own = Command.objects.filter(pk=pk).values_list("pk", "connection_id", "priority").first()
    if own is None:
        return []
    _, connection_id, priority = own
    waiting = due(timezone.now()).filter(state=QUEUED)
    urgent = waiting.filter(priority__lt=priority)
    line = waiting.filter(connection=OuterRef("pk"), priority=priority)
    others = Connection.objects.at_work().exclude(pk=connection_id).annotate(head=Subquery(line.values("pk")[:1]))
    heads = others.exclude(head=None).order_by("head")
    return [*urgent.values_list("pk", "connection_id")[:FEW], *heads.values_list("head", "pk")[:FEW], own[:2]]


def _settle(command: Command, state: str, **changes: Any) -> bool:
    """Write an outcome, but only while this attempt, as far as it had come, is the one that counts."""
    failpoint("before_commit")
    mine = Command.objects.filter(
        pk=command.pk, state=command.state, attempts=command.attempts, sent_attempt=command.sent_attempt
    )
    if not mine.update(state=state, leased_until=None, **changes):
        log.warning("A late outcome of command %s was dropped", command.pk)
        return False
    command.state = state
    return True


# -- sending ---------------------------------------------------------------------------------------------------------


def perform(pk: int, *, ignore_backoff: bool = False, purpose: str = "worker") -> Command | None:
    """Send one command, together with its siblings where the platform takes many at once; `None`: not claimed."""
    command = claim(pk, ignore_backoff=ignore_backoff)
    if command is None:
        return None
    failpoint("after_claim")
    with recording(command.connection, command=command.pk):
        try:
            channel = open_channel(command.connection, purpose)
            kind = kind_of(command.kind)
            contexts = [context_of(command, channel)]
        except Exception as error:
            _not_prepared(command, error)
            return command
        contexts += _siblings(contexts[0], kind, ignore_backoff)
        _send(kind, contexts)
        _read_back(kind, contexts)
    return command


def _siblings(first: Context, kind: Kind, ignore_backoff: bool) -> list[Context]:
    """Other commands of the batch that go into the same call; unreadable ones stay queued.

    Each is claimed by itself, all of them in one commit.
    """
    command, channel = first.command, first.channel
    room = kind.bulk(channel) - 1
    if command.batch_id is None or room < 1:
        return []
    rows = Command.objects.filter(
        batch=command.batch_id, kind=command.kind, connection=command.connection_id, state=QUEUED
    )
    found: list[Context] = []
    for other in rows.select_related("connection").order_by("id")[: room * 2]:
        if len(found) == room:
            break
        context = _readable(other, channel)
        if context is None or kind.bulk_group(context.payload) != kind.bulk_group(first.payload):
            continue
        found.append(context)
    with transaction.atomic():
        claimed = [_claimed(context, ignore_backoff) for context in found]
    return [context for context in claimed if context is not None]


def _claimed(context: Context, ignore_backoff: bool) -> Context | None:
    taken = claim(context.command.pk, ignore_backoff=ignore_backoff)
    if taken is None:
        return None
    taken.connection = context.connection
    return replace(context, command=taken)


def _readable(command: Command, channel: Any) -> Context | None:
    try:
        return context_of(command, channel)
    except Exception:
        log.exception("Command %s cannot join a call for many", command.pk)
        return None


def _send(kind: Kind, contexts: Sequence[Context]) -> None:
    """One call to the platform, and what its answer means for every command in it."""
    before = _prepare(kind, contexts[0]) if len(contexts) == 1 else {}
    if before is None:
        return
    failpoint("before_mark")
    contexts = _depart(contexts, before)
    if not contexts:
        return
    failpoint("before_send")
    try:
        with on_turn(_Hold(contexts)):
            receipt = kind.send(contexts[0]) if len(contexts) == 1 else kind.send_many(contexts)
        failpoint("after_send")
    except Exception as error:
        with concluding():
            for context in contexts:
                _failed(context.command, error)
        return
    with concluding():
        for context in contexts:
            _answered(context.command, receipt, len(contexts))


def _prepare(kind: Kind, context: Context) -> dict[str, Any] | None:
    """What must be read before sending; `None` when that failed, and then nothing was sent."""
    try:
        _doubt_absence(kind, context)
        return scrub(kind.prepare(context))
    except Arrived as news:
        _settle(context.command, UNKNOWN, error=news.words[:1000], not_before=timezone.now() + settle_time())
    except Exception as error:
        _not_prepared(context.command, error)
    return None


def _doubt_absence(kind: Kind, context: Context) -> None:
    """An attempt that was proven absent may have arrived since: it must be absent still. Raises `Arrived`."""
    if not context.command.checks or kind.repeat != AFTER_ABSENCE:
        return
    try:
        finding = proof(kind, context)
    except ChannelError as error:
        raise Arrived(hide(context.command, error.words)) from error
    if finding.verdict != ABSENT:
        raise Arrived(finding.sentence)


def _not_prepared(command: Command, error: Exception) -> None:
    """An error before sending is never ambiguous: what is out of reach is tried again, what is unlike ends here."""
    if isinstance(error, Ambiguous):
        error = NotSent(error.words)
    elif isinstance(error, OperationalError | InterfaceError):
        error = NotSent(_("The database did not answer."))
    if isinstance(error, ChannelError) and not isinstance(error, WireError):
        _failed(command, error)
        return
    if isinstance(error, WireError):
        words = _("Nothing was sent. What the platform answered before is unlike its document: %(words)s (at %(path)s)")
        told = words % {"words": error.words, "path": error.path}
    else:
        log.exception("Command %s could not be prepared", command.pk, exc_info=error)
        told = _("Nothing was sent.") + " " + _fault(error)
    _settle(command, FAILED, error=hide(command, told)[:1000], finished_at=timezone.now())


def _depart(contexts: Sequence[Context], before: dict[str, Any]) -> list[Context]:
    """Write down that these leave for the platform now; gives those that are still ours, the only ones to send."""
    now = timezone.now()
    noted: dict[str, Any] = {"sent_at": now, "leased_until": now + lease()}
    if before:
        noted["before"] = before
    ours = [context for context in contexts if context.command.sent_attempt == context.command.attempts]
    rest = [context for context in contexts if context.command.sent_attempt != context.command.attempts]
    for attempt in sorted({context.command.attempts for context in rest}):
        mine = [context for context in rest if context.command.attempts == attempt]
        keys = [context.command.pk for context in mine]
        rows = Command.objects.filter(pk__in=keys, state=SENDING, attempts=attempt)
        if rows.update(sent_attempt=attempt, **noted) < len(mine):
            left = set(rows.filter(sent_attempt=attempt).values_list("pk", flat=True))
            mine = [context for context in mine if context.command.pk in left]
        for context in mine:
            command = context.command
            command.sent_attempt, command.sent_at, command.before = attempt, now, before or command.before
            command.leased_until = noted["leased_until"]
        ours += mine
    return ours


class _Hold:
    """Keeps the leases of commands that leave while their call waits for its turn, which may take longer than a lease.

    Raises `NotSent` when another process has taken one over meanwhile: then this call must not leave any more.
    """

    def __init__(self, contexts: Sequence[Context]) -> None:
        self._held = [(one.command.pk, one.command.attempts) for one in contexts]
        now = timezone.now()
        held = lease() - (min(one.command.leased_until or now for one in contexts) - now)
        self._since = time.monotonic() - held.total_seconds()

    def __call__(self) -> None:
        if time.monotonic() - self._since < settings.COMMAND_LEASE_SECONDS / 4:
            return
        for attempts in {attempts for _pk, attempts in self._held}:
            keys = [pk for pk, attempt in self._held if attempt == attempts]
            rows = Command.objects.filter(pk__in=keys, state=SENDING, attempts=attempts)
            if rows.update(leased_until=timezone.now() + lease()) < len(keys):
                raise NotSent(_("It waited too long for its turn; another process has taken over."))
        self._since = time.monotonic()


def _answered(command: Command, receipt: Receipt, sent: int) -> None:
    """A yes. Where the platform counts fewer than were sent, each one is read back before anybody believes it."""
    kept = {
        "remote_id": receipt.remote_id,
        "number": receipt.number,
        "words": hide(command, receipt.words),
        "accepted": receipt.accepted,
        "data": receipt.data,
    }
    if receipt.accepted is not None and receipt.accepted < sent:
        words = _("The platform took %(accepted)s of %(sent)s; it is being asked which.") % {
            "accepted": receipt.accepted,
            "sent": sent,
        }
        _settle(command, UNKNOWN, receipt=kept, error=words, not_before=timezone.now())
        return
    _settle(command, DONE, receipt=kept, error="", finished_at=timezone.now())


def _fault(error: Exception) -> str:
    return _("A fault of the dashboard: %(fault)s") % {"fault": f"{type(error).__name__}: {error}"}


def _failed(command: Command, error: Exception) -> None:
    """What an error on the way means: try again, refused, or unknown."""
    told = error.words if isinstance(error, ChannelError) else _fault(error)
    words = hide(command, told)[:1000]
    if isinstance(error, NotSent):
        again(command, words, error)
    elif isinstance(error, AuthFailed) and not error.missing_scope:
        credentials_refused(command.connection, error.words)
        again(command, words, NotSent(words, rate_limited=True))  # burns no try
    elif isinstance(error, Rejected | AuthFailed | RouteUnconfirmed):
        unasked = {} if error.status else {"sent_at": None}  # the channel refused it before anything left
        _settle(command, REJECTED, error=words, finished_at=timezone.now(), **unasked)
    else:
        if not isinstance(error, ChannelError):
            log.exception("Command %s broke while it was sent", command.pk, exc_info=error)
        _settle(command, UNKNOWN, error=words, not_before=timezone.now() + settle_time())


def again(command: Command, words: str, error: NotSent, **noted: Any) -> bool:
    """Had no effect: wait and send again, eight tries in all; a rate limit burns none of them.

    Gives whether that was written, together with the fields `noted`.
    """
    now = timezone.now()
    if is_overtaken(command):
        return _settle(command, SUPERSEDED, error=_("A newer value took over."), finished_at=now, **noted)
    if error.rate_limited:
        due = max(error.retry_at or now + timedelta(seconds=30), now)
        return _settle(command, QUEUED, error=words, not_before=due, **noted)
    left = command.tries_left - 1
    if left <= 0:
        return _settle(command, FAILED, error=words, tries_left=0, finished_at=now, **noted)
    due = max(error.retry_at or now, now + backoff(8 - left))
    return _settle(command, QUEUED, error=words, tries_left=left, not_before=due, **noted)


def is_overtaken(command: Command) -> bool:
    """Whether a newer absolute value for the same target waits, or went: the older one must not be sent any more."""
    kind = KINDS.get(command.kind)
    if kind is None or not kind.absolute:
        return False
    same = Command.objects.filter(connection=command.connection_id, kind=command.kind, target=command.target)
    newer = same.filter(pk__gt=command.pk).exclude(state__in=FINAL - {DONE}).only("pk", "payload")
    return any(kind.covers(one.payload, command.payload) for one in newer)


def backoff(attempt: int) -> timedelta:
    """1, 2, 4 … at most 300 seconds, give or take a quarter. `attempt` counts from 1."""
    spread = random.uniform(0.75, 1.25)  # noqa: S311 - spreads wake-ups
    return min(timedelta(seconds=2 ** min(attempt - 1, 9)), MAX_BACKOFF) * spread


def _read_back(kind: Kind, contexts: Sequence[Context]) -> None:
    """After sending: one target is read at once; after a call for many their feed is due, which reads them in pages."""
    if len(contexts) == 1 and contexts[0].command.state == DONE:
        mirror_back(kind, contexts[0])
    elif len(contexts) > 1 and kind.feed:
        run_soon(contexts[0].connection, kind.feed)


def mirror_back(kind: Kind, context: Context) -> None:
    """After `done`: show what the platform says. A failure only means that the feed will show it later."""
    try:
        kind.mirror(context)
    except Exception as error:
        log.info("Command %s is done; reading its target back failed: %s", context.command.pk, type(error).__name__)
