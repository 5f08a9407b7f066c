"""The history of one mirrored row, as `components/timeline.html` prints it: our commands and the platform's changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.sync.models import Change, Command
from dashboard.sync.web import shown

SHOWN = 50
Event = dict[str, Any]


def commands_about(connection_id: int, target: str, area: str) -> list[Command]:
    """The commands of an area (``tickets.``) about one target, newest first."""
    rows = Command.objects.filter(connection=connection_id, target=target, kind__startswith=area)
    return list(rows.select_related("actor", "connection").defer("payload", "evidence").order_by("-pk")[:SHOWN])


def events(
    row: Any, domain: str, commands: Sequence[Command], words: Callable[[str, Any], tuple[str, str]]
) -> list[Event]:
    """Commands and changes of a row, newest first. `words(field, value)` gives a field's name and value for people."""
    now = timezone.now()
    changes = Change.objects.filter(connection=row.connection_id, domain=domain, remote_id=row.remote_id)
    told = [(command.created_at, _command(command, now)) for command in commands]
    told += [(change.at, _change(change, words, now)) for change in changes.order_by("-at")[:SHOWN]]
    return [event for _at, event in sorted(told, key=lambda one: one[0], reverse=True)]


def _command(command: Command, now: datetime) -> Event:
    said = shown(command)
    return {
        "id": f"command-{command.pk}",
        "at": when_at(command.created_at, now),
        "title": f"{said['label']}: {said['summary']}" if said["summary"] else said["label"],
        "tone": "wait" if said["tone"] == "unknown" else said["tone"],
        "badge": html.badge(said["tone"], said["word"]),
        "by": said["actor"] or _("the system"),
        "text": said["sentence"],
        "evidence": format_html(
            '<p class="small"><a class="link" href="{}">{}</a></p>', said["url"], _("Evidence and exchanges")
        ),
    }


def _change(change: Change, words: Callable[[str, Any], tuple[str, str]], now: datetime) -> Event:
    lines = []
    for field, (old, new) in change.fields.items():
        name, was = words(field, old)
        lines.append(f"{name}: {was} → {words(field, new)[1]}")
    return {"at": when_at(change.at, now), "title": _("Changed on the platform"), "text": "; ".join(lines)}


def time_words(value: Any) -> str:
    """A kept time for people."""
    return formatting.exact(datetime.fromisoformat(str(value)), seconds=False) if value else "–"
