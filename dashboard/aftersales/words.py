"""The words and tones of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.core import formatting
from dashboard.sync.history import time_words

Sign = tuple[str, Any]  # tone and word

DECISION: dict[str, Sign] = {
    "pending": ("wait", lazy("Undecided")),
    "approved": ("", lazy("Approved")),
    "rejected": ("", lazy("Rejected")),
    "lapsed": ("", lazy("Lapsed")),
    "unknown": ("unknown", lazy("Unknown")),
}


STATUS: dict[str, Any] = {"open": lazy("Open"), "closed": lazy("Closed")}


def decision(case: Any) -> Sign:
    """What was decided."""
    return DECISION.get(case.decision, DECISION["unknown"])


def lapse(case: Any, now: datetime) -> str:
    """What happens by itself, and when; empty for a decided case."""
    if case.decision != "pending" or case.gone_at is not None:
        return ""
    if case.decide_by is None:
        return _("The platform states no deadline.")
    if case.decide_by <= now:
        return _("The time to decide is over: the platform refunds the buyer by itself.")
    by = {"at": formatting.exact(case.decide_by, seconds=False)}
    return _("If nobody decides by %(at)s, the platform refunds the buyer by itself.") % by


def field_words(field: str, value: Any) -> tuple[str, str]:
    """A tracked field's name and value."""
    names = {
        "decision": _("Decision"),
        "status": _("Status"),
        "remote_status": _("The platform's word"),
        "amount": _("Amount"),
        "decide_by": _("Decide by"),
    }
    if field == "decision" and value in DECISION:
        return names[field], str(DECISION[value][1])
    if field == "status" and value in STATUS:
        return names[field], str(STATUS[value])
    return names.get(field, field), time_words(value) if field == "decide_by" else str(value or "–")
