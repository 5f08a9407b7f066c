"""What pages of every domain use of the machinery: giving commands, and showing their state."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.core import formatting
from dashboard.core.wording import worded
from dashboard.sync.kinds import KINDS, NEVER, kind_label
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
from dashboard.sync.submit import Submitted, submit

MATTERING = (QUEUED, SENDING, UNKNOWN, NEEDS_REVIEW, REJECTED, FAILED)  # what a row of a list shows beside it
# what was refused or not sent, and was done by a later command of its kind
MENDED = """
    sync_command.state IN (%s, %s) AND EXISTS (
        SELECT 1 FROM sync_command AS later
        WHERE later.connection_id = sync_command.connection_id AND later.target = sync_command.target
        AND later.id > sync_command.id AND later.kind = sync_command.kind AND later.state = %s
    )
"""
# state → tone of the design: act, wait, good, calm ("").
TONES = {
    QUEUED: "wait",
    SENDING: "wait",
    UNKNOWN: "unknown",
    DONE: "good",
    REJECTED: "act",
    FAILED: "act",
    NEEDS_REVIEW: "act",
    SUPERSEDED: "",
    CANCELLED: "",
}


def state_word(state: str) -> str:
    """A command's state in the reader's language."""
    return {
        QUEUED: _("Queued"),
        SENDING: _("Sending"),
        UNKNOWN: pgettext("command", "Unknown"),
        DONE: _("Confirmed"),
        REJECTED: _("Refused"),
        FAILED: _("Failed"),
        NEEDS_REVIEW: _("Needs review"),
        SUPERSEDED: _("Superseded"),
        CANCELLED: _("Cancelled"),
    }[state]


def state_sign(state: str) -> tuple[str, str]:
    """A command's state as lists show it: tone and word."""
    return TONES[state], state_word(state)


def sync_sign(row: Any, command: Command | None) -> tuple[str, str]:
    """Whether a mirrored row is in step: gone, what its newest command is about to do or failed to, or yes."""
    if row.gone_at is not None:
        return "", _("Gone")
    return state_sign(command.state) if command else ("", _("In step"))


def states_so_far(queued_at: datetime, sent_at: datetime | None, ended_at: datetime | None, state: str) -> list[str]:
    """The states of a command, each with its time; the day is said once."""

    def at(moment: datetime) -> dict[str, str]:
        return {"at": formatting.clock_time(moment, queued_at, seconds=True)}

    path = [_("queued %(at)s") % {"at": formatting.exact(queued_at)}]
    if sent_at:
        path.append(_("sent %(at)s") % at(sent_at))
    if ended_at:
        path.append(_("%(word)s %(at)s") % ({"word": state_word(state).lower()} | at(ended_at)))
    return path


def state_sentence(command: Command) -> str:
    """What is known of a command, as a sentence that claims no more than is proven (UI §5)."""
    where = command.connection.title
    if command.state == REJECTED and command.sent_at is None:
        return _("Not sent to %(where)s: %(words)s") % {"where": where, "words": worded(command.error)}
    return {
        QUEUED: _("Queued for %(where)s") % {"where": where},
        SENDING: _("Being sent to %(where)s") % {"where": where},
        UNKNOWN: _("Sent to %(where)s, no answer yet: it is being asked") % {"where": where},
        DONE: _("Confirmed by %(where)s") % {"where": where},
        REJECTED: _("Refused by %(where)s: “%(words)s”") % {"where": where, "words": worded(command.error)},
        FAILED: _("Not sent to %(where)s: %(words)s") % {"where": where, "words": worded(command.error)},
        NEEDS_REVIEW: _("Nobody can tell whether %(where)s did it; a person must decide") % {"where": where},
        SUPERSEDED: _("A newer value took over"),
        CANCELLED: _("Cancelled"),
    }[command.state]


def new_form_key() -> str:
    """A key for a form, so that a double click is one command."""
    return secrets.token_urlsafe(18)


def give(
    request: HttpRequest, connection: Connection, kind: str, target: str, payload: dict[str, Any], **more: Any
) -> Submitted:
    """Submit on behalf of the person who asks, with the form's key. Raises `Refused`."""
    return submit(connection, kind, target, payload, request.user, form_key=form_key(request), **more)


def form_key(request: HttpRequest) -> str | None:
    """The key of the form that was posted, as commands keep it: nobody meets another person's."""
    key = request.POST.get("form_key", "")[:80]
    return f"{request.user.pk}:{key}" if key else None


def sent_already(request: HttpRequest) -> Submitted | None:
    """The command that this very form has given before: what was a fair answer then is not judged anew."""
    key = form_key(request)
    kept = Command.objects.filter(form_key=key).first() if key else None
    return Submitted(kept, is_new=False) if kept else None


def command_response(request: HttpRequest, command: Command, status: int = 202) -> HttpResponse:
    """The command's own row, which asks for itself every two seconds until it is final."""
    return render(request, "sync/_command.html", {"command": shown(command)}, status=status)


def may_prove(user: Any, kind_name: str) -> bool:
    """Whether somebody may ask the platform what became of a command of a kind: it tells, and their role gives such."""
    kind = KINDS.get(kind_name)
    return kind is not None and kind.repeat != NEVER and bool(user.may(kind.permission))


def shown(command: Command) -> dict[str, Any]:
    """A command as `sync/_command.html` and timelines show it."""
    label, summary = kind_label(command.kind), worded(command.summary)
    return {
        "pk": command.pk,
        "label": label,
        "summary": command.target_label if summary == label else summary,  # a kind without words of its own: on what
        "state": command.state,
        "word": state_word(command.state),
        "tone": TONES[command.state],
        "sentence": state_sentence(command),
        "is_moving": command.is_moving,
        "error": worded(command.error),
        "actor": command.actor.label if command.actor else "",
        "at": command.finished_at or command.sent_at or command.created_at,
        "url": reverse("sync:command", args=[command.pk]),
        "row_url": reverse("sync:command_row", args=[command.pk]),
    }


def page_url(kind_name: str, connection: Connection, remote_id: str) -> str:
    """What leads to the page of a command's target, or of what it made; empty where the kind has none. Asks nothing."""
    kind = KINDS.get(kind_name)
    if kind is None or kind.page is None or remote_id in ("", "-"):
        return ""
    return f"{reverse('sync:target', args=[connection.slug, kind_name])}?{urlencode({'id': remote_id})}"


def latest_commands(connection_ids: Iterable[int], targets: Iterable[str], kinds: Iterable[str]) -> dict[Any, Command]:
    """For list pages, in one query: (connection id, target) → its newest command of these kinds that still matters.

    What was refused matters until a later command of its kind is done.
    Written out: to make it, the ORM would take longer than the database to answer.
    """
    columns = {"connection_id": connection_ids, "target": targets, "kind": kinds, "state": MATTERING}
    among: dict[str, list[Any]] = {column: list(values) for column, values in columns.items()}
    if not all(among.values()):
        return {}
    conditions = [f"{column} IN ({', '.join(['%s'] * len(values))})" for column, values in among.items()]
    statement = (
        "SELECT id, connection_id, target, kind, state, summary, error FROM sync_command "  # noqa: S608
        f"WHERE {' AND '.join(conditions)} AND created_at >= %s AND NOT ({MENDED}) ORDER BY id"
    )
    values = [*itertools.chain(*among.values()), timezone.now() - timedelta(days=3), REJECTED, FAILED, DONE]
    return {(row.connection_id, row.target): row for row in Command.objects.raw(statement, values)}
