"""From a person's click to a queued command: all checks, one row, one audit event, one transaction."""

from __future__ import annotations

import hashlib
import hmac
import logging
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from dashboard.core.scrub import scrub
from dashboard.core.wording import worded
from dashboard.staff.audit import Target as AuditTarget
from dashboard.staff.audit import audit
from dashboard.sync.kinds import NO_TARGET, Context, Kind, Refused, Target, kind_of, read_payload
from dashboard.sync.models import Batch, Command, Connection, Tally
from dashboard.sync.models.commands import FINAL, INTERACTIVE, QUEUED, SUPERSEDED, URGENT

log = logging.getLogger(__name__)


class NeedsSecond(Refused):
    """The command gives back more than one person may decide: `dashboard.sync.approvals` asks a second."""


class Submitted(NamedTuple):
    """The command, whether this call made it, and what it took the place of."""

    command: Command
    is_new: bool
    superseded: int = 0


def submit(
    connection: Connection,
    kind_name: str,
    target: str,
    given: dict[str, Any],
    by: Any,
    *,
    form_key: str | None = None,
    batch: Batch | None = None,
    priority: int | None = None,
    agreed: bool = False,
) -> Submitted:
    """Queue a command, or give the one that is the same and not final yet.

    With `form_key` the same key always gives the same command. `agreed`: a second person has. Raises `Refused`; then
    nothing was queued.
    """
    if form_key:
        kept = Command.objects.filter(form_key=form_key).first()
        if kept is not None:
            return Submitted(kept, is_new=False)
    kind, aim, payload = examine(connection, kind_name, target, given, by, agreed=agreed)
    command = new_command(connection, kind, aim, payload, by)
    command.form_key, command.batch = form_key or None, batch
    command.priority = URGENT if kind.is_urgent(payload) else INTERACTIVE if priority is None else priority
    return _queue(command, kind)


def examine(
    connection: Connection, kind_name: str, target: str, given: dict[str, Any], by: Any, *, agreed: bool = False
) -> tuple[Kind, Target, Any]:
    """All that can be known before queueing. Raises `Refused` with the reason, `NeedsSecond` last; changes nothing."""
    kind = kind_of(kind_name)
    if by is not None and not by.may(kind.permission):
        raise Refused(_("Your role does not allow this."))
    if connection.state == Connection.DISABLED:
        raise Refused(_("This connection is disabled. Nothing was queued."))
    if not connection.can(kind.capability):
        raise Refused(why_not(connection, kind.capability))
    payload = read_payload(kind, given)
    aim = kind.find(connection, target) if kind.has_target else NO_TARGET
    if aim.is_gone:
        raise Refused(_("%(label)s is no longer on the platform. Nothing was queued.") % {"label": aim.label})
    kind.check(connection, aim, payload)
    if not agreed and needs_second(kind, aim, payload):
        raise NeedsSecond(_("So much money needs a second person, who has not been asked. Nothing was queued."))
    return kind, aim, payload


def needs_second(kind: Kind, aim: Target, payload: Any) -> bool:
    """Whether a command gives back more than `REFUND_SECOND_PERSON_ABOVE`; an amount that nobody knows counts as more.

    The setting holds amounts by currency; the one without a currency counts for all others.
    """
    limits = settings.REFUND_SECOND_PERSON_ABOVE
    back = kind.gives_back(aim, payload) if limits else None
    if back is None:
        return False
    amount, currency = back
    limit = limits.get(currency, limits.get("")) if currency else min(limits.values())
    return limit is not None and (amount is None or amount > limit)


def why_not(connection: Connection, capability: type) -> str:
    """Why a connection cannot do something, in one sentence."""
    stated = connection.declared.needs.get(capability.__name__)
    return worded(stated) or _("%(label)s offers no way to do this.") % {"label": connection.declared.label}


def new_command(connection: Connection, kind: Kind, aim: Target, payload: Any, by: Any) -> Command:
    """The row of a command, not saved yet."""
    plain = msgspec.to_builtins(payload, str_keys=True)
    now = timezone.now()
    with override("en"):  # kept in English, worded for whoever reads it
        summary = kind.summary(payload)[:300]
    return Command(
        connection=connection,
        kind=kind.name,
        target=aim.remote_id,
        target_label=aim.label[:240],
        lane=_lane(kind, aim),
        summary=summary,
        payload=plain,
        payload_digest=digest(plain),
        actor=by,
        not_before=now,
        created_at=now,
    )


def _lane(kind: Kind, aim: Target) -> str | None:
    name = kind.lane or ("" if aim is NO_TARGET else aim.remote_id)
    return f"{kind.name.partition('.')[0]}:{name}" if name else None


def digest(payload: Any) -> str:
    """Tells equal payloads; keyed, so that it gives nothing of a secret one away."""
    body = msgspec.json.encode(payload, order="deterministic")
    return hmac.new(settings.SECRET_KEY.encode(), body, hashlib.blake2b).hexdigest()[:64]


def _queue(command: Command, kind: Kind) -> Submitted:
    """Insert, or find the twin that came first; the database decides between two at the same moment."""
    same = Command.objects.filter(
        connection=command.connection,
        kind=command.kind,
        target=command.target,
        payload_digest=command.payload_digest,
    ).exclude(state__in=FINAL)
    twin = same.first()
    if twin is not None:
        return Submitted(twin, is_new=False, superseded=_last_word(twin, kind))
    try:
        with transaction.atomic():
            superseded = _make_way(command, kind)
            command.save(force_insert=True)
            if command.batch_id is None:
                _audit(command, kind)
            wake(command)
    except IntegrityError:
        twin = Command.objects.filter(form_key=command.form_key).first() if command.form_key else None
        twin = twin or same.first()
        if twin is None:
            raise
        return Submitted(twin, is_new=False)
    return Submitted(command, is_new=True, superseded=superseded)


def _last_word(twin: Command, kind: Kind) -> int:
    """The value of an unfinished absolute command is wanted again: what was queued after it gives way."""
    if not kind.absolute:
        return 0
    return _supersede(_of_target(twin).filter(pk__gt=twin.pk), kind, twin.payload)


def _of_target(command: Command) -> QuerySet[Command]:
    return Command.objects.filter(connection=command.connection_id, kind=command.kind, target=command.target)


def _supersede(rows: QuerySet[Command], kind: Kind, payload: dict[str, Any]) -> int:
    """Unsent ones of these that the payload covers give way."""
    waiting = rows.filter(state=QUEUED).only("pk", "payload")
    keys = [one.pk for one in waiting if kind.covers(payload, one.payload)]
    if not keys:
        return 0
    return Command.objects.filter(pk__in=keys, state=QUEUED).update(
        state=SUPERSEDED, finished_at=timezone.now(), error=_("A newer value took over.")
    )


def _make_way(command: Command, kind: Kind) -> int:
    """Older unsent absolute sets give way; an unfinished exclusive command stands in the way."""
    if not kind.has_target and not kind.lane:
        return 0
    others = _of_target(command)
    if kind.absolute:
        return _supersede(others, kind, command.payload)
    if kind.exclusive:
        # One at a time asks and inserts, so that of two people at the same moment one is told of the other.
        Connection.objects.select_for_update(no_key=True).filter(pk=command.connection_id).values("pk").get()
        unequal = others.exclude(payload_digest=command.payload_digest)  # an equal one is this very command
        first = unequal.exclude(state__in=FINAL).select_related("actor").first()
        if first is not None:
            raise Refused(under_way(first), conflict=first)
    return 0


def under_way(command: Command) -> str:
    """What is already under way on a target, and by whom."""
    who = command.actor.label if command.actor else _("the system")
    return _("Already under way: “%(what)s” by %(who)s, %(state)s. Nothing was queued.") % {
        "what": command.summary,
        "who": who,
        "state": command.state,
    }


def _audit(command: Command, kind: Kind) -> None:
    shown = {key: value for key, value in command.payload.items() if key not in kind.secret_keys}
    audit(
        command.actor,
        "command.submitted",
        AuditTarget("command", str(command.pk), f"{command.kind} {command.target_label or command.target}"),
        {"kind": command.kind, "target": command.target, "payload": scrub(shown)},
        connection=command.connection.slug,
    )


def wake(command: Command) -> None:
    """After the commit, tell a worker. A broker that is down costs time, never the command: the sweeper finds it."""
    from dashboard.sync.tasks import send_command

    pk = command.pk
    transaction.on_commit(lambda: tell(send_command, pk))


def tell(task: Any, *args: Any) -> None:
    """Hand a task to the broker; what goes wrong there is logged, counted and left to the sweeper."""
    try:
        task.delay(*args)
    except Exception as error:
        log.warning("The broker did not take %s: %s", task.name, type(error).__name__)
        _count_lost_wake()


def _count_lost_wake() -> None:
    """One more for `/metrics`; a database that is away too must not undo what the person did."""
    try:
        Tally.grow(Tally.LOST_WAKES)
    except DatabaseError as error:
        log.warning("A lost wake-up was not counted: %s", type(error).__name__)


def context_of(command: Command, channel: Any) -> Context:
    """What a kind works with. The target is looked up anew; one that left the mirror keeps its remote id."""
    kind = kind_of(command.kind)
    payload = msgspec.convert(command.payload, kind.Payload, strict=False)
    target = NO_TARGET
    if kind.has_target:
        try:
            target = kind.find(command.connection, command.target)
        except Refused:
            target = Target(remote_id=command.target, label=command.target_label)
    return Context(command.connection, channel, command, payload, target)
