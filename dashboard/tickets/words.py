"""The words and tones of a ticket."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

Sign = tuple[str, Any]  # tone and word
_BARE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")

STATUS: dict[str, Sign] = {
    "open": ("wait", lazy("Open")),
    "pending": ("wait", lazy("Pending")),
    "solved": ("good", lazy("Solved")),
    "closed": ("", lazy("Closed")),
    "unknown": ("unknown", lazy("Unknown")),
}
KINDS: dict[str, Any] = {
    "exchange": lazy("Exchange"),
    "refund": lazy("Refund"),
    "question": lazy("Question"),
    "support": lazy("Support"),
}
FIELDS: dict[str, Any] = {
    "first_name": lazy("First name"),
    "last_name": lazy("Last name"),
    "email": lazy("E-mail"),
    "reason": lazy("Reason"),
    "problem_type": lazy("Problem"),
    "item_delivery_status": lazy("Was it delivered?"),
    "subject": lazy("Subject"),
}


def status(ticket: Any) -> Sign:
    """Where the ticket stands, in the desk's own word where it has one."""
    tone, word = STATUS.get(ticket.status, STATUS["unknown"])
    own = ticket.desk_status or (ticket.remote_status if ticket.status == "unknown" else "")
    return tone, f"{word} ({own})" if own and own.casefold() != ticket.status else str(word)


def kind(ticket: Any) -> str:
    """What it is about."""
    return str(KINDS.get(ticket.kind, ticket.kind))


def subject(ticket: Any) -> str:
    """What it is called: the subject, where that is a bare word of the platform's as people read it."""
    return choice(ticket.subject) if _BARE.fullmatch(ticket.subject) else str(ticket.subject)


def choice(word: str) -> str:
    """A word of the platform that is a choice, as people read it."""
    return word.replace("_", " ").capitalize()


def field_words(field: str, value: Any) -> tuple[str, str]:
    """A tracked field's name and value."""
    names = {
        "status": _("Status"),
        "remote_status": _("The platform's word"),
        "desk_status": _("The desk's word"),
        "subject": _("Subject"),
    }
    if field == "status" and value in STATUS:
        return names[field], str(STATUS[value][1])
    return names.get(field, field), str(value or "–")
