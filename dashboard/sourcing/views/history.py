"""What happened to one purchase or shipment, newest first: what was given to it, and what changed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.core import html
from dashboard.core.templatetags.dash import when_at
from dashboard.sync.models import Change, Command
from dashboard.sync.web import shown

LATEST = 20


def given_to(row: Any) -> list[Command]:
    """The newest commands given to it; one query."""
    rows = Command.objects.filter(connection=row.connection_id, target=row.remote_id, kind__startswith="sourcing.")
    return list(rows.select_related("connection", "actor").order_by("-id")[:LATEST])


def history_of(row: Any, domain: str, commands: list[Command]) -> list[dict[str, Any]]:
    """The events of `components/timeline.html`; one query."""
    now = timezone.now()
    changes = Change.objects.filter(connection=row.connection, domain=domain, remote_id=row.remote_id)
    found = [(one.at, _changed(one)) for one in changes.order_by("-at")[:LATEST]]
    found += [(one.created_at, _given(one)) for one in commands]
    if row.placed_at:
        found.append((row.placed_at, {"title": pgettext("event", "Placed"), "tone": ""}))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [{"at": when_at(at, now), **event} for at, event in found]


def _changed(change: Change) -> dict[str, Any]:
    """What the platform says that it changed."""
    words = [f"{name}: {old or '–'} → {new or '–'}" for name, (old, new) in change.fields.items()]
    return {"title": _("Changed on the platform"), "tone": "good", "text": "; ".join(words)}


def _given(command: Command) -> dict[str, Any]:
    """What somebody wanted, and what became of it."""
    told = shown(command)
    tone = {"unknown": "wait"}.get(told["tone"], told["tone"])
    return {
        "title": told["label"],
        "tone": tone,
        "badge": html.badge(told["tone"], told["word"]),
        "by": told["actor"],
        "text": told["sentence"],
    }
