"""Proves the fate of unknown commands, and lets a person decide what cannot be proven."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from channels.errors import AuthFailed, ChannelError, NotSent
from dashboard.core.exports import plain_time
from dashboard.core.scrub import scrub_text
from dashboard.staff.audit import Target as AuditTarget
from dashboard.staff.audit import audit
from dashboard.sync.claims import lease
from dashboard.sync.engine import again, backoff, is_overtaken, mirror_back
from dashboard.sync.failpoints import failpoint
from dashboard.sync.kinds import (
    ABSENT,
    APPLIED,
    KINDS,
    NEVER,
    UNDECIDED,
    Finding,
    Kind,
    Refused,
    Witness,
    kind_of,
    proof,
    settle_time,
    undecided,
)
from dashboard.sync.models import Command, Connection
from dashboard.sync.models.commands import (
    CANCELLED,
    DONE,
    FAILED,
    NEEDS_REVIEW,
    QUEUED,
    REJECTED,
    SENDING,
    SUPERSEDED,
    UNKNOWN,
)
from dashboard.sync.opening import open_channel
from dashboard.sync.recorder import recording
from dashboard.sync.runner import credentials_refused
from dashboard.sync.submit import context_of

log = logging.getLogger(__name__)

KEPT_EVIDENCE = 20
UNANSWERED = "unanswered"  # the platform could not be asked; says nothing about the command
COUNTS = "counts"  # of evidence: this absence was late enough to be one of those that are needed
NEVER_SENT = "never_sent"  # nobody had to be asked


def lapse() -> int:
    """Commands whose sender never came back: what had left is unknown from now on, what had not is queued again.

    One without a lease was written by a version that kept none: it may have left. Gives their number.
    """
    now = timezone.now()
    late = Command.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), state=SENDING)
    left = late.filter(Q(leased_until=None) | Q(sent_attempt=F("attempts"))).update(
        state=UNKNOWN,
        leased_until=None,
        not_before=now,
        error=_("The process that sent this ended before the answer was kept."),
    )
    return left + sum(_never_left(command) for command in late.exclude(sent_attempt=F("attempts")))


def _never_left(command: Command) -> bool:
    words = _("The process ended before anything was sent; so it is sent again.")
    return again(command, words, NotSent(words), evidence=_with(command, Finding(NEVER_SENT, words)))


def verify(pk: int, *, ignore_backoff: bool = False, purpose: str = "worker") -> Command | None:
    """Ask the platform what became of an unknown command and act on the proof; `None`: not due or another asks."""
    command = _claim(pk, ignore_backoff)
    if command is None:
        return None
    failpoint("before_verify")
    if command.kind not in KINDS:
        _nobody_knows(command)
        return command
    with recording(command.connection, command=command.pk):
        try:
            channel = open_channel(command.connection, purpose)
            kind = kind_of(command.kind)
            context = context_of(command, channel)
            finding = undecided(_("No endpoint tells.")) if kind.repeat == NEVER else proof(kind, context)
        except ChannelError as error:
            _could_not_ask(command, error)
            return command
        except Exception as error:
            _conclude(command, _broken(command, error), kind_of(command.kind))
            return command
        _conclude(command, finding, kind)
        if command.state == DONE:
            mirror_back(kind, context)
    return command


def prove(command: Command, channel: Any) -> Finding:
    """Ask now, for a person who looks; writes the evidence, changes no state."""
    kind = kind_of(command.kind)
    finding = proof(kind, context_of(command, channel))
    _note(command, finding)
    return finding


def ask(pk: int) -> Command | None:
    """What `prove` does, from a task: a platform that cannot be asked is evidence too. `None`: nothing is in doubt."""
    rows = Command.objects.select_related("connection").filter(state__in=[UNKNOWN, NEEDS_REVIEW])
    command = rows.filter(pk=pk).first()
    if command is None:
        return None
    with recording(command.connection, command=command.pk):
        try:
            prove(command, open_channel(command.connection))
        except ChannelError as error:
            _note(command, _unanswered(error))
        except Exception as error:
            _note(command, _broken(command, error))
    return command


def settle(command: Command, outcome: str, why: str, by: Any) -> None:
    """A person decides: `done`, `absent` (it is sent again, unless a newer value took over) or `cancelled`. Audited.

    Raises `Refused` when the command is not waiting for a decision, or no reason is given.
    """
    states = {"done": DONE, "absent": QUEUED, "cancelled": CANCELLED}
    if outcome not in states:
        raise Refused(_("Settle as done, absent or cancelled."))
    if not why.strip():
        raise Refused(_("Say why, so that others understand it later."), field="why")
    now = timezone.now()
    allowed = Q(state__in=[UNKNOWN, NEEDS_REVIEW])
    if outcome == "cancelled":
        allowed |= Q(state=QUEUED)
    words = _("Settled by a person: %(why)s") % {"why": why}
    changes: dict[str, Any] = {"leased_until": None, "error": scrub_text(words)[:1000]}
    afresh = {"not_before": now, "tries_left": 8, "absences": 0, "checks": 0}  # a person's word ends all doubt
    changes |= afresh if outcome == "absent" else {"finished_at": now}
    if outcome == "absent" and is_overtaken(command):
        states["absent"] = SUPERSEDED
        changes |= {"finished_at": now, "error": _("A newer value took over.")}
    with transaction.atomic():
        rows = Command.objects.filter(allowed, pk=command.pk).filter(Q(leased_until=None) | Q(leased_until__lt=now))
        if not rows.update(state=states[outcome], attempts=F("attempts") + 1, **changes):
            raise Refused(_("This command is not waiting for a decision any more."))
        detail = {"as": outcome, "why": why, "was": command.state}
        target = AuditTarget("command", str(command.pk), f"{command.kind} {command.target_label or command.target}")
        audit(by, "command.settled", target, detail, connection=command.connection.slug)
    command.refresh_from_db()


# -- inside ----------------------------------------------------------------------------------------------------------


def _claim(pk: int, ignore_backoff: bool) -> Command | None:
    """One process asks at a time; the state stays unknown meanwhile."""
    now = timezone.now()
    rows = Command.objects.filter(pk=pk, state=UNKNOWN, connection__state=Connection.ACTIVE)
    if not ignore_backoff:
        rows = rows.filter(not_before__lte=now)
    elif any(
        _means_nothing_until(command) > now for command in rows.only("sent_at", "created_at", "absences", "evidence")
    ):
        return None
    rows = rows.filter(Q(leased_until=None) | Q(leased_until__lt=now))
    if not rows.update(leased_until=now + lease(), checks=F("checks") + 1):
        return None
    return Command.objects.select_related("connection").get(pk=pk)


def _nobody_knows(command: Command) -> None:
    """Left by a version that knew this kind: nobody can ask any more, so a person decides."""
    finding = undecided(_("This version of the dashboard does not know this kind of command."))
    _note(command, finding)
    _move(command, NEEDS_REVIEW, error=finding.sentence[:1000])


def _could_not_ask(command: Command, error: ChannelError) -> None:
    """The platform did not answer the question: nothing is known, so nothing is sent; ask again later."""
    if isinstance(error, AuthFailed) and not error.missing_scope:
        credentials_refused(command.connection, error.words)
    _note(command, _unanswered(error))
    due = timezone.now() + backoff(command.checks)
    hint = error.retry_at if isinstance(error, NotSent) else None
    _move(command, UNKNOWN, not_before=max(hint, due) if hint else due)


def _unanswered(error: ChannelError) -> Finding:
    return Finding(UNANSWERED, scrub_text(error.words))


def _broken(command: Command, error: Exception) -> Finding:
    """A fault of ours says nothing about the command."""
    log.exception("Command %s could not be proven", command.pk, exc_info=error)
    return undecided(_("The question could not be asked: a fault of the dashboard, which its log names."))


def _conclude(command: Command, finding: Finding, kind: Kind) -> None:
    _note(command, finding)
    now = timezone.now()
    if finding.verdict == APPLIED:
        receipt = command.receipt
        if finding.receipt is not None:
            receipt = {**receipt, "remote_id": finding.receipt.remote_id, "number": finding.receipt.number}
        _move(command, DONE, finished_at=now, error="", receipt=receipt)
    elif finding.verdict == ABSENT:
        _absent(command, kind)
    elif kind.repeat == NEVER or _asked(command) >= kind.max_checks:
        _move(command, NEEDS_REVIEW, error=finding.sentence[:1000], absences=0)
    else:
        _move(command, UNKNOWN, not_before=now + backoff(command.checks), absences=0)


def _asked(command: Command) -> int:
    """How often the platform answered without deciding; failures to ask do not count."""
    return sum(one.get("verdict") == UNDECIDED for one in command.evidence)


def _absent(command: Command, kind: Kind) -> None:
    """Proven absent often enough: send again, unless the platform itself had said that it changed nothing."""
    now, absences = timezone.now(), command.absences + 1
    too_early = _means_nothing_until(command)
    command.evidence[-1][COUNTS] = too_early <= now
    if too_early > now and command.receipt.get("accepted") is None:
        _move(command, UNKNOWN, not_before=too_early, evidence=command.evidence)
    elif absences < kind.absences:
        _move(command, UNKNOWN, not_before=now + settle_time(), absences=absences, evidence=command.evidence)
    elif is_overtaken(command):
        _move(command, SUPERSEDED, finished_at=now, error=_("A newer value took over."))
    elif command.receipt.get("accepted") is not None:
        _move(command, REJECTED, finished_at=now, error=_("The platform changed nothing."))
    elif command.tries_left <= 1:
        _move(command, FAILED, finished_at=now, tries_left=0, error=_("Sent several times; it never took effect."))
    else:
        _move(command, QUEUED, not_before=now, absences=0, tries_left=command.tries_left - 1)


def _means_nothing_until(command: Command) -> datetime:
    """Until when absence proves nothing: so long after sending, and after the absence that was counted last."""
    counted = [one["at"] for one in command.evidence if one.get(COUNTS)] if command.absences else []
    since = parse_datetime(counted[-1]) if counted else command.sent_at
    return since + settle_time() if since else command.created_at


def _move(command: Command, state: str, **changes: Any) -> None:
    failpoint("before_verdict")
    mine = Command.objects.filter(pk=command.pk, state=UNKNOWN, attempts=command.attempts, checks=command.checks)
    if mine.update(state=state, leased_until=None, **changes):
        command.state = state


def _note(command: Command, finding: Finding) -> None:
    """Keep what was asked and answered."""
    command.evidence = _with(command, finding)
    Command.objects.filter(pk=command.pk).update(evidence=command.evidence)


def _with(command: Command, finding: Finding) -> list[dict[str, Any]]:
    """The command's evidence with one more: questions, answers, time and verdict; the last twenty."""
    kept = {
        "verdict": finding.verdict,
        "sentence": scrub_text(finding.sentence),
        "at": plain_time(timezone.now()),
        "witnesses": [_witness(one) for one in finding.witnesses],
    }
    return [*command.evidence[-KEPT_EVIDENCE + 1 :], kept]


def _witness(witness: Witness) -> dict[str, str]:
    return {
        "asked": scrub_text(witness.asked)[:500],
        "answered": scrub_text(witness.answered)[:1000],
        "at": plain_time(witness.at),
    }
