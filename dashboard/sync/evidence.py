"""What the page of a command shows of its fate: the states it went through, the questions asked, one verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from dashboard.core.wording import worded
from dashboard.sync.kinds import ABSENT, APPLIED, KINDS, NEVER, UNDECIDED
from dashboard.sync.models import Command
from dashboard.sync.models.commands import NEEDS_REVIEW, QUEUED, SENDING, UNKNOWN
from dashboard.sync.verify import NEVER_SENT
from dashboard.sync.web import state_word


def states_so_far(command: Command) -> list[str]:
    """The way of a command in words, its present state last."""
    states = [QUEUED]
    if command.attempts and command.state != QUEUED:
        states.append(SENDING)
    asked = any(one.get("verdict") != NEVER_SENT for one in command.evidence)
    if asked or command.state in (UNKNOWN, NEEDS_REVIEW):
        states.append(UNKNOWN)
    if command.state == QUEUED and command.attempts:
        states.append(QUEUED)
    elif command.state not in states:
        states.append(command.state)
    return [state_word(state) for state in states]


def verdict_words(verdict: str) -> tuple[str, str]:
    """Tone and name of a verdict."""
    return {
        APPLIED: ("good", _("It is on the platform")),
        ABSENT: ("wait", _("It is not on the platform")),
        UNDECIDED: ("unknown", _("Not decided")),
        NEVER_SENT: ("wait", _("It was never sent")),
    }.get(verdict, ("unknown", _("The platform did not answer")))


def shown_evidence(command: Command) -> list[dict[str, Any]]:
    """Each asking, newest first: time, witnesses with question, answer and time, the verdict and its sentence."""
    found = []
    for one in reversed(command.evidence):
        tone, words = verdict_words(one.get("verdict", ""))
        witnesses = [_witness(each) for each in one.get("witnesses", [])]
        found.append(
            {
                "at": _time(one.get("at")),
                "tone": tone,
                "words": words,
                "sentence": worded(one.get("sentence", "")),
                "witnesses": witnesses,
                "agree": len(witnesses) > 1 and one.get("verdict") in (APPLIED, ABSENT),
            }
        )
    return found


def _witness(kept: dict[str, Any]) -> dict[str, Any]:
    words = {name: worded(kept.get(name, "")) for name in ("asked", "answered")}
    return kept | words | {"at": _time(kept.get("at"))}


def last_asked_at(command: Command) -> str:
    """A mark of the newest evidence, to notice newer."""
    at = str(command.evidence[-1].get("at", "")) if command.evidence else ""
    return "".join(letter for letter in at if letter.isdigit())


def may_be_absent(command: Command) -> bool:
    """Whether a person may have it sent again: after proven absence, or where no endpoint can ever tell."""
    kind = KINDS.get(command.kind)
    if kind is not None and kind.repeat == NEVER:
        return True
    return bool(command.evidence) and command.evidence[-1].get("verdict") == ABSENT


def _time(text: Any) -> datetime | None:
    return parse_datetime(str(text)) if text else None
