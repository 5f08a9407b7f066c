"""What happened to a product: commands and what changed on the platform, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from dashboard.catalog import words
from dashboard.catalog.models import Product, Variant
from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.sync.models import Change, Command
from dashboard.sync.web import shown, states_so_far

LIMIT = 40
MANY = 300
ONE_READING = timedelta(seconds=1)  # a product and its variants are written a moment apart


def commands_of(product: Product, variants: Iterable[Variant]) -> list[Command]:
    """The newest commands on a product and its variants."""
    targets = {product.remote_id, *(one.remote_id for one in list(variants)[:MANY])}
    rows = Command.objects.filter(connection=product.connection_id, target__in=targets, kind__startswith="catalog.")
    return list(rows.select_related("connection", "actor").defer("payload").order_by("-id")[:LIMIT])


def changes_of(product: Product) -> list[Change]:
    """The newest changes of a product and of its variants."""
    rows = Change.objects.filter(
        connection=product.connection_id, domain__in=["products", "variants"], remote_id=product.remote_id
    )
    return list(rows.order_by("-at", "-id")[:LIMIT])


def events(commands: Iterable[Command], changes: Iterable[Change], names: dict[str, str]) -> list[dict[str, Any]]:
    """Entries for `components/timeline.html`. `names` are the variants' names by remote id; empty for the only one."""
    now = timezone.now()
    found = [(one.created_at, _of_command(one, now)) for one in commands]
    found += [(together[0].at, _of_changes(together, names, now)) for together in _at_once(changes)]
    return [event for _at, event in sorted(found, key=lambda pair: pair[0], reverse=True)][:LIMIT]


def _of_command(command: Command, now: datetime) -> dict[str, Any]:
    facts = shown(command)
    tone = "wait" if facts["tone"] == "unknown" else facts["tone"]
    path = states_so_far(command.created_at, command.sent_at, command.finished_at, command.state)
    return {
        "at": when_at(command.created_at, now),
        "title": f"{facts['label']}: {facts['summary']}"
        if facts["summary"] not in ("", facts["label"])
        else facts["label"],
        "tone": tone,
        "badge": html.badge(facts["tone"], facts["word"]),
        "by": facts["actor"],
        "path": path,
        "text": facts["sentence"] if command.error else "",
        "evidence": format_html('<a class="link small" href="{}">{}</a>', facts["url"], _("Open command")),
    }


def _at_once(changes: Iterable[Change]) -> list[list[Change]]:
    """What one reading changed, in a product and in its variants, taken together; newest first as it came."""
    found: list[list[Change]] = []
    for one in changes:
        if found and found[-1][0].at - one.at <= ONE_READING:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _of_changes(changes: list[Change], names: dict[str, str], now: datetime) -> dict[str, Any]:
    lines: list[str] = []
    for change in changes:
        if change.domain == "variants":
            for remote_id, fields in change.fields.items():
                lines += _lines(fields, names.get(remote_id, remote_id))
        else:
            lines += _lines(change.fields, "")
    lines = list(dict.fromkeys(lines))
    return {
        "at": when_at(changes[0].at, now),
        "title": _("Changed on the platform"),
        "tone": "",
        "text": "; ".join(lines[:12]) + ("; …" if len(lines) > 12 else ""),
    }


def _lines(fields: dict[str, list[Any]], name: str) -> list[str]:
    """Old and new value of each field, in words."""
    found = []
    for key, (old, new) in fields.items():
        label = words.FIELDS.get(key, key)
        text = f"{label}: {_value(key, old)} → {_value(key, new)}"
        found.append(f"{name}: {text}" if name else text)
    return found


def _value(key: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if key == "status":
        return str(words.STATUS.get(str(value), (value, value))[1])
    return formatting.number(value) if key == "price" else str(value)
