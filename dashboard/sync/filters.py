"""How the machinery's lists are narrowed and headed: commands, batches, runs, callbacks, quarantine, exchanges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.core.days import SinceDay
from dashboard.core.filters import AnyOf, Filters, Head, ListSpec, Tab
from dashboard.sync.feeds import FEEDS
from dashboard.sync.kinds import KINDS
from dashboard.sync.models import Approval, Batch, Callback, Command, Connection, Exchange, Quarantined, Run
from dashboard.sync.models.approvals import WAITING
from dashboard.sync.models.callbacks import FAILED as CALLBACK_FAILED
from dashboard.sync.models.callbacks import PROCESSED, RECEIVED
from dashboard.sync.models.commands import (
    DONE,
    FAILED,
    NEEDS_REVIEW,
    QUEUED,
    REJECTED,
    SENDING,
    STATES,
    UNKNOWN,
)
from dashboard.sync.searched import COMMANDS as SEARCHED
from dashboard.sync.web import state_word

Rows = QuerySet[Any]


def connections_of(request: Any) -> QuerySet[Connection]:
    """The connections that the person may see."""
    return Connection.objects.visible_to(request.user)


class OfConnection(Filters):
    """By connection, as the scope in the top bar names it."""

    connection = django_filters.ModelChoiceFilter(label=_("Connection"), queryset=connections_of, to_field_name="slug")


class CommandFilters(OfConnection):
    """By state, kind and day; the search box looks into targets."""

    searched = SEARCHED

    state = AnyOf(label=_("State"), choices=lambda: [(state, state_word(state)) for state in STATES])
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=lambda: sorted((name, str(kind.label)) for name, kind in KINDS.items())
    )
    batch = django_filters.NumberFilter(label=_("Batch"))
    mine = django_filters.ChoiceFilter(label=_("Mine"), method="of_mine", choices=[("true", _("yes"))])
    since = SinceDay(label=_("From"), field_name="created_at")

    class Meta:
        model = Command
        fields = ("connection", "state", "kind", "batch", "mine", "since")

    def of_mine(self, rows: Rows, name: str, value: str) -> Rows:
        """What the person gave."""
        return rows.filter(actor=self.request.user) if value else rows


class ApprovalFilters(OfConnection):
    """The search box looks into targets."""

    search_fields = ("target", "target_label")

    class Meta:
        model = Approval
        fields = ("connection",)


class BatchFilters(Filters):
    """The search box looks into titles."""

    search_fields = ("title",)

    class Meta:
        model = Batch
        fields = ()


def _feed_choices() -> list[tuple[str, Any]]:
    return [(name, _(FEEDS[name].label)) for name in sorted(FEEDS)]


class RunFilters(OfConnection):
    """By feed; the search box looks into faults."""

    search_fields = ("error",)
    feed = django_filters.ChoiceFilter(label=_("Feed"), choices=_feed_choices)

    class Meta:
        model = Run
        fields = ("connection", "feed")


class CallbackFilters(OfConnection):
    """By event."""

    search_fields = ("event", "outcome", "error")
    event = django_filters.CharFilter(label=_("Event"))

    class Meta:
        model = Callback
        fields = ("connection", "event")


class QuarantineFilters(OfConnection):
    """By feed; the search box looks into ids, places and reasons."""

    search_fields = ("record_remote_id", "path", "reason")
    feed = django_filters.ChoiceFilter(label=_("Feed"), choices=_feed_choices)

    class Meta:
        model = Quarantined
        fields = ("connection", "feed")


class ExchangeFilters(Filters):
    """By endpoint and answer, on one connection; the search box looks into addresses and errors."""

    search_fields = ("url", "error")
    route = django_filters.CharFilter(label=_("Endpoint"))
    status = django_filters.NumberFilter(label=_("Answer"))

    class Meta:
        model = Exchange
        fields = ("route", "status")


class AllExchangeFilters(ExchangeFilters, OfConnection):
    """The same on every connection."""

    class Meta:
        model = Exchange
        fields = ("connection", "route", "status")


def in_states(*states: str) -> Any:
    """Narrows to these states."""
    return lambda rows: rows.filter(state__in=states)


def without_answer(rows: Rows) -> Rows:
    """Exchanges that did not go as they should."""
    return rows.exclude(error="")


def with_refusals(rows: Rows) -> Rows:
    """Batches of which something was refused, failed or is in doubt."""
    wrong = Command.objects.filter(batch=OuterRef("pk"), state__in=[REJECTED, FAILED, UNKNOWN, NEEDS_REVIEW])
    return rows.filter(Exists(wrong))


COMMANDS = ListSpec(
    domain="commands",
    filters=CommandFilters,
    heads=(
        Head(_("Command")),
        Head(_("Target")),
        Head(_("Connection")),
        Head(_("State")),
        Head(_("What the platform said"), css="grow"),
        Head(_("By")),
        Head(_("Given"), "created", ("created_at", "id")),
    ),
    sort="-created",
    offers_new=True,
    tabs=(
        Tab("all", _("All"), counted=False),
        Tab("review", _("Needs review"), in_states(NEEDS_REVIEW), tone="act"),
        Tab("unknown", pgettext_lazy("command", "Unknown"), in_states(UNKNOWN), tone="wait"),
        Tab("wrong", _("Refused or failed"), in_states(REJECTED, FAILED)),
        Tab("moving", _("To go"), in_states(QUEUED, SENDING)),
        Tab("done", _("Confirmed"), in_states(DONE), counted=False),
    ),
)
APPROVALS = ListSpec(
    domain="approvals",
    filters=ApprovalFilters,
    heads=(
        Head(_("What")),
        Head(_("Target")),
        Head(_("Connection")),
        Head(_("State")),
        Head(_("Amount"), css="num"),
        Head(_("Reason"), css="grow"),
        Head(_("Asked by")),
        Head(_("Decided by")),
        Head(_("Asked"), "asked", ("asked_at",)),
    ),
    sort="-asked",
    offers_new=True,
    tabs=(
        Tab("waiting", _("Waiting"), in_states(WAITING), tone="wait"),
        Tab("all", _("All"), counted=False),
    ),
)
BATCHES = ListSpec(
    domain="batches",
    filters=BatchFilters,
    heads=(
        Head(_("Batch")),
        Head(_("Kind")),
        Head(_("State")),
        Head(_("Commands"), css="num"),
        Head(_("Skipped"), css="num"),
        Head(_("By")),
        Head(_("Given"), "created", ("created_at", "id")),
    ),
    sort="-created",
    offers_new=True,
    tabs=(Tab("all", _("All"), counted=False), Tab("wrong", _("Need a look"), with_refusals, counted=False)),
)
RUNS = ListSpec(
    domain="runs",
    filters=RunFilters,
    heads=(
        Head(_("Feed")),
        Head(_("Connection")),
        Head(_("State")),
        Head(_("Seen"), css="num"),
        Head(_("New"), css="num"),
        Head(pgettext_lazy("count", "Changed"), css="num"),
        Head(_("Gone"), css="num"),
        Head(_("Quarantined"), css="num"),
        Head(_("Fault"), css="grow"),
        Head(_("Began"), "started", ("started_at", "id")),
    ),
    sort="-started",
    offers_new=True,
    tabs=(
        Tab("all", _("All"), counted=False),
        Tab("failed", _("Failed"), lambda rows: rows.exclude(error=""), tone="act", counted=False),
        Tab("full", _("Full sweeps"), lambda rows: rows.filter(is_full=True), counted=False),
    ),
)
CALLBACKS = ListSpec(
    domain="callbacks",
    filters=CallbackFilters,
    heads=(
        Head(_("Event")),
        Head(_("Connection")),
        Head(_("State")),
        Head(_("Outcome"), css="grow"),
        Head(_("Tries"), css="num"),
        Head(_("Received"), "received", ("received_at", "id")),
    ),
    sort="-received",
    offers_new=True,
    tabs=(
        Tab("all", _("All"), counted=False),
        Tab("failed", _("Failed"), in_states(CALLBACK_FAILED), tone="act"),
        Tab("waiting", _("Waiting"), in_states(RECEIVED)),
        Tab("applied", _("Applied"), in_states(PROCESSED), counted=False),
    ),
)
QUARANTINE = ListSpec(
    domain="quarantine",
    filters=QuarantineFilters,
    heads=(
        Head(_("Record")),
        Head(_("Connection")),
        Head(_("Feed")),
        Head(_("Place")),
        Head(_("Reason"), css="grow"),
        Head(_("Times"), css="num"),
        Head(_("First seen"), "at", ("at", "id")),
    ),
    sort="-at",
    offers_new=True,
)
EXCHANGES = ListSpec(
    domain="exchanges",
    filters=ExchangeFilters,
    heads=(
        Head(_("Request")),
        Head(_("Address"), css="grow"),
        Head(_("Answer"), css="num"),
        Head(_("Took"), css="num"),
        Head(_("Made by")),
        Head(_("At"), "at", ("at", "id")),
    ),
    sort="-at",
    tabs=(
        Tab("all", _("All"), counted=False),
        Tab("failed", _("Without a usable answer"), without_answer, counted=False),
    ),
)
ALL_EXCHANGES = replace(
    EXCHANGES,
    domain="all-exchanges",
    filters=AllExchangeFilters,
    heads=(
        EXCHANGES.heads[0],
        Head(_("Connection")),
        *EXCHANGES.heads[1:-1],
        Head(_("At"), "at", ("id",)),  # they are written as they happen: the key alone, which has an index
    ),
    offers_new=True,
)
