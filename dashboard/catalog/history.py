"""What happened to a product: commands and what changed on the platform, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.catalog import words
from dashboard.catalog.causes import cause_of, with_values
from dashboard.catalog.models import Product, Variant
from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.sync.models import Change, Command
from dashboard.sync.rows import command_name
from dashboard.sync.web import shown, states_so_far

LIMIT = 40
MANY = 300
ONE_READING = timedelta(seconds=1)  # a product and its variants are written a moment apart


def commands_of(product: Product, variants: Iterable[Variant]) -> list[Command]:
    """The newest commands on a product and its variants, and the one that made it."""
    targets = {"-", product.remote_id, *(one.remote_id for one in list(variants)[:MANY])}
    rows = Command.objects.filter(connection=product.connection_id, target__in=targets, kind__startswith="catalog.")
    made = Q(kind="catalog.create_product", receipt__remote_id=product.remote_id)
    rows = rows.filter(~Q(target="-") | made).select_related("connection", "actor")
    return with_values(rows.order_by("-id")[:LIMIT])


def changes_of(product: Product) -> list[Change]:
    """The newest changes of a product and of its variants."""
    rows = Change.objects.filter(
        connection=product.connection_id, domain__in=["products", "variants"], remote_id=product.remote_id
    )
    return list(rows.order_by("-at", "-id")[:LIMIT])


def events(commands: Sequence[Command], changes: Iterable[Change], names: dict[str, str]) -> list[dict[str, Any]]:
    """Entries for `components/timeline.html`. `names` are the variants' names by remote id; empty for the only one.

    A change that a command brought about names it.
    """
    now = timezone.now()
    found = [(one.created_at, _of_command(one, now)) for one in commands]
    found += [(together[0].at, _of_changes(together, names, commands, now)) for together in _at_once(changes)]
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


def _of_changes(
    changes: list[Change], names: dict[str, str], commands: Sequence[Command], now: datetime
) -> dict[str, Any]:
    changed = [one for change in changes for one in _changed(change)]
    lines = list(dict.fromkeys(_line(one, names) for one in changed))
    causes = [cause_of(one.targets, one.field, one.new, one.at, commands) for one in changed]
    return {
        "at": when_at(changes[0].at, now),
        "title": _("Changed on the platform"),
        "tone": "",
        "text": "; ".join(lines[:12]) + ("; …" if len(lines) > 12 else ""),
        "evidence": _ours(list(dict.fromkeys(filter(None, causes)))),
    }


class _Changed(NamedTuple):
    """One value that became another: of a product, or of its variant that is named."""

    at: datetime
    targets: tuple[str, ...]
    variant: str
    field: str
    old: Any
    new: Any


def _changed(change: Change) -> Iterator[_Changed]:
    of_each = change.fields if change.domain == "variants" else {"": change.fields}
    for variant, fields in of_each.items():
        for field, (old, new) in fields.items():
            yield _Changed(change.at, (change.remote_id, variant), variant, field, old, new)


def _line(one: _Changed, names: dict[str, str]) -> str:
    """Old and new value, in words."""
    text = f"{words.FIELDS.get(one.field, one.field)}: {_value(one.field, one.old)} → {_value(one.field, one.new)}"
    name = names.get(one.variant, one.variant)
    return f"{name}: {text}" if name else text


def _ours(causes: Iterable[Command]) -> SafeString:
    """The commands that brought a change about, each a link to its page."""
    named = [(reverse("sync:command", args=[one.pk]), command_name(one)) for one in causes]
    if not named:
        return SafeString("")
    links = format_html_join(", ", '<a class="link" href="{}">{}</a>', named)
    return format_html('<p class="small">{} {}</p>', _("By our command:"), links)


def _value(key: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if key == "status":
        return str(words.STATUS.get(str(value), (value, value))[1])
    return formatting.number(value) if key == "price" else str(value)
