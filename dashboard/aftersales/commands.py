"""Deciding a case: approve, which refunds, or reject with a reason. The case itself tells what became of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import capabilities as can
from channels.errors import Rejected
from channels.records import CaseDecision, CaseRecord, Receipt, Ref
from dashboard.aftersales.feeds import read_again
from dashboard.aftersales.models import Case
from dashboard.catalog.targets import only
from dashboard.sync.kinds import (
    AFTER_ABSENCE,
    Arrived,
    Context,
    Finding,
    Kind,
    PageOf,
    Refused,
    Target,
    Witness,
    absent,
    applied,
    register,
    undecided,
)
from dashboard.sync.models import Connection

MAX_IMAGES = 9


class Decide(msgspec.Struct, forbid_unknown_fields=True):
    """Approve (refunds the whole amount) or reject; `image_urls` are addresses of evidence."""

    approve: bool
    reason: str = ""
    image_urls: tuple[str, ...] = ()


@register
class DecideKind(Kind):
    """Approve or reject a case."""

    name = "aftersales.decide"
    label = gettext_lazy("Decide case")
    capability = can.DecidesCases
    permission = "aftersales.decide"
    Payload = Decide
    repeat = AFTER_ABSENCE
    marker = "The decision that the case details show; it was pending just before sending."
    feed = "cases"
    page = PageOf("aftersales:detail", "aftersales.Case")
    absences = 2

    def find(self, connection: Connection, text: str) -> Target:
        """A case by remote id or number, or the case of the order with that id."""
        rows = Case.objects.filter(connection=connection).light()
        named = Q(number=text) | Q(order_remote_id=text)
        row = rows.filter(remote_id=text).first() or only(rows.filter(named), text, _("case"))
        ref = Ref(remote_id=row.remote_id, number=row.number, parent=row.order_remote_id)
        return Target(row.remote_id, str(row), ref, row, is_gone=row.gone_at is not None)

    def check(self, connection: Connection, target: Target, payload: Decide) -> None:
        """Only pending cases; a rejection says why."""
        row: Case = target.row
        if row.decision != "pending":
            raise Refused(_already(row.decision, row.remote_status))
        if not payload.approve and not payload.reason.strip():
            raise Refused(_("Say why the case is rejected: the buyer and the platform read it."), field="reason")
        if payload.approve and payload.image_urls:
            raise Refused(_("Pictures belong to a rejection."), field="image_urls")
        if len(payload.image_urls) > MAX_IMAGES:
            raise Refused(_("At most %(n)s pictures.") % {"n": MAX_IMAGES}, field="image_urls")
        if not all(url.startswith(("https://", "http://")) for url in payload.image_urls):
            raise Refused(_("The platform takes addresses of pictures that begin with https://."), field="image_urls")

    def summary(self, payload: Decide) -> str:
        """The decision."""
        return _("Approve: refund the buyer") if payload.approve else _("Reject: %(why)s") % {"why": payload.reason}

    def gives_back(self, target: Target, payload: Decide) -> tuple[Decimal | None, str] | None:
        """What the case is about, when it is approved."""
        return (target.row.amount, target.row.currency) if payload.approve else None

    def prepare(self, context: Context) -> dict[str, Any]:
        """Read the case. Raises `Rejected` with what the platform says when it is decided already."""
        case = read_again(context.connection, context.channel, order_of(context))
        if case is None or case.remote_id != context.command.target:
            raise Rejected(_("The platform does not show this case any more. Nothing was sent."))
        if case.decision != "pending":
            if context.command.attempts > 1 and agrees(case, context.payload.approve):
                raise Arrived(_("An earlier attempt may have taken effect after all."))  # proven before it is believed
            raise Rejected(_already(case.decision, case.remote_status))
        return {"decision": case.decision, "word": case.remote_status}

    def send(self, context: Context) -> Receipt:
        """Tell the platform."""
        said: Decide = context.payload
        decision = CaseDecision(approve=said.approve, reason=said.reason.strip(), image_urls=said.image_urls)
        receipt: Receipt = context.channel.decide_case(context.ref, decision)
        return receipt

    def read_back(self, context: Context) -> Finding:
        """Whether the case is decided as intended."""
        order = order_of(context)
        asked = _("Read the case of order %(id)s") % {"id": order.remote_id}
        case = read_again(context.connection, context.channel, order)
        if case is None or case.remote_id != context.command.target:
            return undecided(_("The platform does not show this case any more."), Witness(asked, _("Not there.")))
        witness = Witness(asked, _in_words(case))
        if case.decision == "pending":
            return absent(_("The case is still undecided."), witness)
        if agrees(case, context.payload.approve):
            return applied(_("The case is decided as intended."), witness)
        if case.decision == "unknown":
            return undecided(_("The case is decided, but nobody knows the platform's word for how."), witness)
        return absent(_("The case was decided otherwise."), witness)

    def mirror(self, context: Context) -> None:
        """Read the case back."""
        read_again(context.connection, context.channel, order_of(context))


def order_of(context: Context) -> Ref:
    """The order whose case it is, as channels take it."""
    return Ref(remote_id=context.ref.parent)


def agrees(case: CaseRecord, approve: bool) -> bool:
    """Whether a decided case shows this decision.

    Where the platform's word is unknown, only a rejection leaves a reason or pictures behind.
    """
    if case.decision == "unknown" and case.decided_at is not None:
        return approve != bool(case.reject_reason or case.reject_image_urls)
    return case.decision == ("approved" if approve else "rejected")


def _already(decision: str, word: str) -> str:
    known = {
        "approved": _("This case was approved already"),
        "rejected": _("This case was rejected already"),
        "lapsed": _("This case lapsed: the platform refunded the buyer by itself"),
    }
    said = known.get(decision, _("This case is decided already"))
    return _("%(said)s; the platform says “%(word)s”.") % {"said": said, "word": word or decision}


def _in_words(case: CaseRecord) -> str:
    words = _("Decision %(decision)s (“%(word)s”)") % {"decision": case.decision, "word": case.remote_status}
    return words + (f", {case.decided_at:%Y-%m-%d %H:%M:%S} UTC" if case.decided_at else "")
