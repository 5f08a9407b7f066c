"""The second person: what moves more money than one may decide is asked by one and agreed to by another.

`submit` refuses such a command with `NeedsSecond`; `ask` keeps it, `approve` queues it, `decline` ends it. The setting
`REFUND_SECOND_PERSON_ABOVE` says from which amount on.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core.formatting import money
from dashboard.staff.audit import Target as AuditTarget
from dashboard.staff.audit import audit
from dashboard.sync.kinds import KINDS, Refused
from dashboard.sync.models import Approval, Connection
from dashboard.sync.models.approvals import APPROVED, DECLINED, WAITING
from dashboard.sync.submit import Submitted, examine, submit


def ask(connection: Connection, kind_name: str, target: str, given: dict[str, Any], by: Any) -> Approval:
    """Keep a command until a second person agrees; all that `submit` checks is checked now. Raises `Refused`."""
    kind, aim, payload = examine(connection, kind_name, target, given, by, agreed=True)
    amount, currency = kind.gives_back(aim, payload) or (None, "")
    asked = Approval(
        connection=connection,
        kind=kind.name,
        target=aim.remote_id,
        target_label=aim.label[:240],
        summary=kind.summary(payload)[:300],
        amount=amount,
        currency=currency,
        payload=msgspec.to_builtins(payload, str_keys=True),
        asked_by=by,
    )
    try:
        with transaction.atomic():
            asked.save()
            _audit(by, "approval.asked", asked)
    except IntegrityError:
        raise Refused(_("This waits for a second person already. Nothing was queued.")) from None
    return asked


def last_about(connection: Connection, kind_name: str, target: str) -> Approval | None:
    """What a second person was asked last about a target, whatever became of it; without its payload."""
    rows = Approval.objects.filter(connection=connection, kind=kind_name, target=target)
    found: Approval | None = rows.select_related("asked_by", "decided_by").defer("payload").order_by("-pk").first()
    return found


def why_not_approve(asked: Approval, by: Any) -> str:
    """Why somebody cannot agree, in one sentence; empty when they can."""
    kind = KINDS.get(asked.kind)
    if asked.state != WAITING:
        return _("This was decided already.")
    if kind is None or not by.may(kind.permission):
        return _("Your role does not allow this.")
    if asked.asked_by_id is None:
        return _("Whoever asked for this is not here any more.")
    return _("You asked for this yourself; another person must agree.") if asked.asked_by_id == by.pk else ""


@transaction.atomic
def approve(asked: Approval, by: Any) -> Submitted:
    """Agree: the command is queued in the name of who asked. Raises `Refused`, also for who asked; then nothing is.

    Everything is checked once more, because the target may have changed since: nobody agrees to another amount.
    """
    why = why_not_approve(asked, by) or _other_amount(asked)
    if why:
        raise Refused(why)
    _decide(asked, by, APPROVED)
    key = f"approval:{asked.pk}"
    given = dict(asked.payload)
    done = submit(asked.connection, asked.kind, asked.target, given, asked.asked_by, form_key=key, agreed=True)
    asked.command = done.command
    asked.save(update_fields=["command"])
    _audit(by, "approval.approved", asked, command=done.command.pk)
    return done


@transaction.atomic
def decline(asked: Approval, by: Any, reason: str) -> None:
    """End it without a command. Who asked may do so too. Raises `Refused`."""
    kind = KINDS.get(asked.kind)
    if asked.asked_by_id != by.pk and (kind is None or not by.may(kind.permission)):
        raise Refused(_("Your role does not allow this."))
    if not reason.strip():
        raise Refused(_("Say why."), field="reason")
    _decide(asked, by, DECLINED, reason.strip()[:500])
    _audit(by, "approval.declined", asked, reason=asked.reason)


def _other_amount(asked: Approval) -> str:
    """Says so when the amount is not the one that was asked for any more."""
    given = dict(asked.payload)
    kind, aim, payload = examine(asked.connection, asked.kind, asked.target, given, asked.asked_by, agreed=True)
    amount, currency = kind.gives_back(aim, payload) or (None, "")
    if (amount, currency) == (asked.amount, asked.currency):
        return ""
    words = _(
        "It is about %(now)s by now, not %(then)s any more. Nothing was queued: decline it, and have it asked for anew."
    )
    now, then = money(amount, currency), money(asked.amount, asked.currency)
    return words % {"now": now or _("an unknown amount"), "then": then or _("an unknown amount")}


def _decide(asked: Approval, by: Any, state: str, reason: str = "") -> None:
    """One conditional UPDATE: of two people at the same moment, one decides."""
    decided = {"state": state, "decided_by": by, "decided_at": timezone.now(), "reason": reason}
    if not Approval.objects.filter(pk=asked.pk, state=WAITING).update(**decided):
        raise Refused(_("This was decided already."))
    asked.refresh_from_db()


def _audit(by: Any, verb: str, asked: Approval, **more: Any) -> None:
    target = AuditTarget("approval", str(asked.pk), str(asked))
    amount = None if asked.amount is None else f"{asked.amount}"
    detail = {"kind": asked.kind, "target": asked.target, "amount": amount, "currency": asked.currency}
    audit(by, verb, target, detail | more, connection=asked.connection.slug)
