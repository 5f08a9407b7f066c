"""Rows of the machinery's lists as the template prints them: an address, a tone, cells of class and text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.core import formatting, html
from dashboard.core.templatetags.dash import when_at
from dashboard.core.wording import worded
from dashboard.sync.feeds import FEEDS
from dashboard.sync.kinds import kind_label
from dashboard.sync.models import Approval, Batch, Callback, Command, Connection, Exchange, Quarantined, Run
from dashboard.sync.models.approvals import APPROVED, DECLINED, WAITING
from dashboard.sync.models.callbacks import FAILED, PROCESSED
from dashboard.sync.models.commands import NEEDS_REVIEW, UNKNOWN
from dashboard.sync.progress import Progress
from dashboard.sync.runner import LEASE
from dashboard.sync.web import page_url, state_sign

Cell = tuple[str, Any]


class Row(NamedTuple):
    """One line: where it leads, its urgent edge, the words of its link, and the other cells."""

    id: str
    url: str
    tone: str
    name: Any
    cells: list[Cell]

    @property
    def pk(self) -> str:
        """The key that its id ends with."""
        return self.id.rpartition("-")[2]


def conn(connection: Connection) -> SafeString:
    """Mark and title."""
    return html.connection(connection.mark, connection.title)


def batch_label(batch: Batch) -> str:
    """The kinds of a batch."""
    return ", ".join(map(kind_label, batch.kinds))


def feed_label(name: str) -> str:
    """A feed in the reader's language; one that is not known any more keeps its name."""
    return _(FEEDS[name].label) if name in FEEDS else name


def target_link(about: Command | Approval) -> SafeString | str:
    """What a command is about, as a link where that has a page. Needs `connection`."""
    name = about.target_label or ("" if about.target == "-" else about.target)
    url = page_url(about.kind, about.connection, about.target)
    return format_html('<a class="link" href="{}">{}</a>', url, name) if url else name


def command_rows(commands: list[Command]) -> list[Row]:
    """Needs `connection` and `actor`."""
    now = timezone.now()
    return [
        Row(
            f"command-{c.pk}",
            reverse("sync:command", args=[c.pk]),
            {NEEDS_REVIEW: "act", UNKNOWN: "wait"}.get(c.state, ""),
            command_name(c),
            [
                ("named", target_link(c)),
                ("nowrap", conn(c.connection)),
                ("nowrap", html.state(*state_sign(c.state))),
                ("grow soft", worded(c.error)),
                ("nowrap", c.actor.label if c.actor else _("the system")),
                ("nowrap", when_at(c.created_at, now)),
            ],
        )
        for c in commands
    ]


def command_name(command: Command) -> str:
    """What was intended: the kind, and in its words how."""
    label, summary = kind_label(command.kind), worded(command.summary)
    return f"{label}: {summary}" if summary and summary != label else label


def approval_sign(approval: Approval) -> SafeString:
    """What became of a question to a second person."""
    signs = {WAITING: ("wait", _("Waiting")), APPROVED: ("good", _("Approved")), DECLINED: ("", _("Declined"))}
    return html.state(*signs[approval.state])


def approval_rows(approvals: list[Approval]) -> list[Row]:
    """Needs `connection`, `asked_by` and `decided_by`; never reads payloads."""
    now = timezone.now()
    return [
        Row(
            f"approval-{one.pk}",
            reverse("sync:approval", args=[one.pk]),
            "wait" if one.state == WAITING else "",
            one.summary or kind_label(one.kind),
            [
                ("named", target_link(one)),
                ("nowrap", conn(one.connection)),
                ("nowrap", approval_sign(one)),
                ("num nowrap", formatting.money(one.amount, one.currency)),
                ("grow soft", one.reason),
                ("nowrap", one.asked_by.label if one.asked_by else ""),
                ("nowrap", one.decided_by.label if one.decided_by else ""),
                ("nowrap", when_at(one.asked_at, now)),
            ],
        )
        for one in approvals
    ]


def batch_rows(batches: list[Batch], counts: dict[int, dict[str, int]]) -> list[Row]:
    """`counts`: batch id → state → commands (see `dashboard.sync.progress`)."""
    now, rows = timezone.now(), []
    for batch in batches:
        progress = Progress.of(counts.get(batch.pk, {}), len(batch.skipped))
        rows.append(
            Row(
                f"batch-{batch.pk}",
                reverse("sync:batch", args=[batch.pk]),
                progress.edge,
                batch.title,
                [
                    ("", batch_label(batch)),
                    ("nowrap", html.state(progress.tone, progress.word)),
                    ("num", formatting.count(progress.total)),
                    ("num", formatting.count(progress.skipped)),
                    ("nowrap", batch.actor.label if batch.actor else _("the system")),
                    ("nowrap", when_at(batch.created_at, now)),
                ],
            )
        )
    return rows


def run_sign(run: Run) -> SafeString:
    """How a run ended, or that it is at work."""
    if run.finished_at is None:
        broken = timezone.now() - run.started_at > LEASE * 6
        return html.state("act", _("Broken off")) if broken else html.state("wait", _("At work"))
    if run.error:
        return html.state("act", _("Failed"))
    return html.state("wait", _("Partly")) if run.quarantined else html.state("good", _("Read"))


def run_rows(runs: list[Run]) -> list[Row]:
    """Needs `connection`."""
    now = timezone.now()
    numbers = ("seen", "created", "changed", "gone", "quarantined")
    return [
        Row(
            f"run-{run.pk}",
            reverse("sync:run", args=[run.pk]),
            "act" if run.error else "",
            " · ".join(filter(None, (feed_label(run.feed), _("full") if run.is_full else ""))),
            [
                ("nowrap", conn(run.connection)),
                ("nowrap", run_sign(run)),
                *(("num", formatting.count(getattr(run, name))) for name in numbers),
                ("grow soft", worded(run.error)),
                ("nowrap", when_at(run.started_at, now)),
            ],
        )
        for run in runs
    ]


def callback_sign(callback: Callback) -> SafeString:
    """What became of a push."""
    if callback.state == PROCESSED:
        return html.state("good", _("Applied"))
    return html.state("act", _("Failed")) if callback.state == FAILED else html.state("wait", _("Waiting"))


def callback_rows(callbacks: list[Callback]) -> list[Row]:
    """Needs `connection`; never reads bodies."""
    now = timezone.now()
    return [
        Row(
            f"callback-{c.pk}",
            reverse("sync:callback_page", args=[c.pk]),
            "act" if c.state == FAILED else "",
            " · ".join(filter(None, (c.event, _("hint") if c.is_hint else ""))),
            [
                ("nowrap", conn(c.connection)),
                ("nowrap", callback_sign(c)),
                ("grow soft", worded(c.error or c.outcome)),
                ("num", c.attempts),
                ("nowrap", when_at(c.received_at, now)),
            ],
        )
        for c in callbacks
    ]


def quarantine_rows(rows: list[Quarantined]) -> list[Row]:
    """Needs `connection`; never reads payloads."""
    now = timezone.now()
    return [
        Row(
            f"quarantined-{q.pk}",
            reverse("sync:quarantined", args=[q.pk]),
            "wait",
            q.record_remote_id or _("without an id"),
            [
                ("nowrap", conn(q.connection)),
                ("nowrap", feed_label(q.feed)),
                ("mono", q.path),
                ("grow soft", worded(q.reason)),
                ("num", formatting.count(q.times)),
                ("nowrap", when_at(q.at, now)),
            ],
        )
        for q in rows
    ]


def exchange_rows(exchanges: list[Exchange], *, of_many: bool = False) -> list[Row]:
    """Never reads headers or bodies. `of_many`: each names its connection, which is needed then."""
    now = timezone.now()
    return [
        Row(
            f"exchange-{e.pk}",
            reverse("sync:exchange", args=[e.pk]),
            "wait" if e.error else "",
            f"{e.method} {e.route}",
            [
                *([("nowrap", conn(e.connection))] if of_many else []),
                ("grow mono", e.url),
                ("num nowrap", e.status or _("no answer")),
                ("num nowrap", took(e.milliseconds)),
                ("nowrap", made_by(e)),
                ("nowrap", when_at(e.at, now)),
            ],
        )
        for e in exchanges
    ]


def took(milliseconds: int) -> str:
    """A duration as short as it deserves."""
    if milliseconds < 1000:
        return f"{milliseconds}{formatting.NBSP}ms"
    return f"{milliseconds / 1000:.1f}{formatting.NBSP}s"


def made_by(exchange: Exchange) -> str | SafeString:
    """A link to the run, command or callback that an exchange belongs to."""
    for name, page, words in (
        ("command", "sync:command", _("command %(n)s")),
        ("run", "sync:run", _("run %(n)s")),
        ("callback", "sync:callback_page", _("callback %(n)s")),
    ):
        pk = getattr(exchange, f"{name}_id")
        if pk:
            return format_html('<a href="{}">{}</a>', reverse(page, args=[pk]), words % {"n": pk})
    return ""


def every(interval: timedelta) -> str:
    """A feed's rhythm."""
    return formatting.duration(interval.total_seconds()) if interval >= timedelta(minutes=1) else _("on change")
