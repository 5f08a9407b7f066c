"""Connections and commands as plain data, for commands that print JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dashboard.core.exports import plain_time
from dashboard.core.scrub import scrub
from dashboard.sync.feeds import feeds_of
from dashboard.sync.kinds import KINDS
from dashboard.sync.models import Command, Connection, FeedState, Run

EMPTY: tuple[Any, ...] = (None, "", [], {})


def iso(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with Z."""
    return None if value is None else plain_time(value)


def callback_urls(connection: Connection) -> dict[str, str]:
    """Event → path of every push that the platform can send."""
    callbacks = connection.declared.callbacks
    events = callbacks.events if callbacks is not None else ()
    return {one.event: f"/callbacks/{connection.callback_key}/{one.event}" for one in events}


def connection_facts(connection: Connection) -> dict[str, Any]:
    """SURFACE §2: slug, platform, title, base_url, state, callback_urls, feeds."""
    states = {state.feed: state for state in FeedState.objects.filter(connection=connection)}
    return {
        "slug": connection.slug,
        "platform": connection.platform,
        "title": connection.title,
        "base_url": connection.base_url,
        "state": connection.state,
        "state_reason": connection.state_reason,
        "callback_urls": callback_urls(connection),
        "feeds": [_feed(feed.name, states.get(feed.name)) for feed in feeds_of(connection)],
    }


def _feed(name: str, state: FeedState | None) -> dict[str, Any]:
    return {
        "feed": name,
        "last_ok_at": iso(state.last_ok_at) if state else None,
        "last_full_at": iso(state.last_full_at) if state else None,
        "next_due_at": iso(state.next_due_at) if state else None,
        "error": state.error if state else "",
        "alarm": state.alarm if state else "",
    }


def command_facts(command: Command) -> dict[str, Any]:
    """SURFACE §2: a command as JSON, its payload scrubbed."""
    return {
        "id": command.pk,
        "connection": command.connection.slug,
        "platform": command.connection.platform,
        "kind": command.kind,
        "target": command.target,
        "payload": shown_payload(command),
        "state": command.state,
        "attempts": command.attempts,
        "error": command.error,
        "evidence": command.evidence,
        "receipt": command.receipt,
        "batch": command.batch_id,
        "actor": command.actor.username if command.actor else None,
        "created_at": iso(command.created_at),
        "finished_at": iso(command.finished_at),
    }


def shown_payload(command: Command) -> Any:
    """The payload without its secret keys."""
    kind = KINDS.get(command.kind)
    hidden = kind.secret_keys if kind else ()
    return scrub({key: "•••" if key in hidden and value else value for key, value in command.payload.items()})


def payload_lines(value: Any) -> list[str]:
    """A value of a payload for people: each entry of a list on a line, goods as `12345 · red × 2`; a record by name."""
    if isinstance(value, list):
        return [_entry(one) if isinstance(one, dict) else str(one) for one in value]
    if isinstance(value, dict):
        return [f"{name}: {one}" for name, one in value.items() if one not in EMPTY]
    if isinstance(value, bool):
        return [_("yes") if value else _("no")]
    return [str(value)]


def _entry(entry: dict[str, Any]) -> str:
    words = " · ".join(str(one) for name, one in entry.items() if name != "quantity" and one not in EMPTY)
    return f"{words} × {entry['quantity']}" if "quantity" in entry else words


def run_facts(run: Run) -> dict[str, Any]:
    """SURFACE §2: one object a line of `refresh --format json`."""
    return {
        "connection": run.connection.slug,
        "feed": run.feed,
        "seen": run.seen,
        "created": run.created,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "gone": run.gone,
        "quarantined": run.quarantined,
        "error": run.error,
    }
