"""How the decision of a case stands: why none can be given, what we gave, what became of a try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from channels import capabilities as can
from dashboard.aftersales import words
from dashboard.sync.models import Command
from dashboard.sync.models.commands import DONE, FAILED, NEEDS_REVIEW, REJECTED, UNKNOWN
from dashboard.sync.submit import why_not
from dashboard.sync.web import shown

IN_DOUBT = (UNKNOWN, NEEDS_REVIEW)


def why_closed(case: Any, *, moving: bool) -> str:
    """Why no decision can be given now; empty when it can."""
    if not case.connection.can(can.DecidesCases):
        return why_not(case.connection, can.DecidesCases)
    if case.gone_at is not None:
        return _("This case is no longer on the platform.")
    if case.decision != "pending":
        said = {"decision": words.decision(case)[1], "word": case.remote_status}
        return _("Decided: %(decision)s; the platform says “%(word)s”.") % said
    return _("A decision is under way.") if moving else ""


def given(case: Any, commands: Sequence[Command]) -> dict[str, Any] | None:
    """Who of us decided, and the reason in our own words; None where somebody decided elsewhere."""
    own = next((one for one in commands if one.state == DONE), None)
    if case.decision == "pending" or own is None:
        return None
    return {"by": own.actor.label if own.actor else "", "reason": _said(own).get("reason", "")}


def tried(case: Any, commands: Sequence[Command]) -> dict[str, Any] | None:
    """The newest try on an undecided case that came to nothing or that nobody answered, and what it said."""
    newest = commands[0] if commands and case.decision == "pending" else None
    if newest is None or newest.state not in (REJECTED, FAILED, *IN_DOUBT):
        return None
    said = _said(newest)
    again = {"reason": said.get("reason", ""), "image_urls": "\n".join(said.get("image_urls", ()))}
    return {"command": shown(newest), "prove": newest.state in IN_DOUBT, "again": {} if said.get("approve") else again}


def _said(command: Command) -> dict[str, Any]:
    return Command.objects.only("payload").get(pk=command.pk).payload
