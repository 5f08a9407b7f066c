"""The parts of the activity: what each lists, how its rows read, and what it says when there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.core.filters import ListSpec
from dashboard.sync import filters, rows
from dashboard.sync.models import Approval, Batch, Callback, Command, Exchange, Quarantined, Run
from dashboard.sync.progress import counts_of

Words = tuple[Promise, Promise]  # a title and a sentence
BODIES = ("request_body", "response_body", "request_headers", "response_headers")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its page, its list, the rows that somebody may see.

    `make(rows, user)` words them. `hint`: what its search looks into. `nothing`: what is said before anything came;
    `good`: what a view says, by its key, when it is good news that it is empty. `verb`: what may be done with chosen
    rows, by people who manage connections: the name of its address, and its word.
    """

    page: str
    label: Promise
    spec: ListSpec
    found: Callable[[Any], QuerySet[Any]]
    make: Callable[[list[Any], Any], list[rows.Row]]
    hint: Promise
    nothing: Words
    verb: tuple[str, Promise] | None = None
    good: Mapping[str, Words] = field(default_factory=dict)


def _commands(user: Any) -> QuerySet[Command]:
    fields = ("kind", "target", "target_label", "summary", "state", "error", "created_at", "actor")
    names = ("actor__username", "actor__first_name", "actor__last_name")
    owners = ("connection", "connection__platform", "connection__title", "connection__slug")
    found = Command.objects.visible_to(user).select_related("connection", "actor")
    return found.only(*fields, *names, *owners)


def _approvals(user: Any) -> QuerySet[Approval]:
    found = Approval.objects.visible_to(user).select_related("connection", "asked_by", "decided_by")
    return found.defer("payload", "connection__credentials")


def _of_connections(model: Any, *left_out: str) -> Callable[[Any], QuerySet[Any]]:
    hidden = ("connection__credentials", *left_out)
    return lambda user: model.objects.visible_to(user).select_related("connection").defer(*hidden)


PARTS = (
    Part(
        "sync:activity", _("Commands"), filters.COMMANDS, _commands, lambda found, _user: rows.command_rows(found),
        _("Target or words"),
        (_("Nothing was given yet"), _("Whatever staff send to a platform is kept here, with what became of it.")),
        None,
        {
            "review": (_("Nothing waits for a person"), _("What became of every command is known, or is being asked.")),
            "unknown": (_("Every outcome is known"), _("No command is without an answer.")),
            "wrong": (_("Nothing was refused"), _("No command was refused, and none failed.")),
            "moving": (_("Nothing waits to be sent"), _("Every command has left.")),
        },
    ),
    Part(
        "sync:approvals", _("Approvals"), filters.APPROVALS, _approvals, lambda found, _user: rows.approval_rows(found),
        _("Target"),
        (_("Nothing waits for a second person"), _("A refund above the limit is kept here until another agrees.")),
        None,
        {"waiting": (_("Nothing waits for a second person"),
                     _("A refund above the limit is kept here until another agrees."))},
    ),
    Part(
        "sync:batches", _("Batches"), filters.BATCHES,
        lambda user: Batch.objects.visible_to(user).select_related("actor"),
        lambda found, user: rows.batch_rows(found, counts_of(found, user)),
        _("Title"),
        (_("No bulk edit yet"), _("A change of many products at once is kept here, with its progress.")),
        None,
        {"wrong": (_("Nothing needs a look"), _("Nothing was refused, and nothing is in doubt."))},
    ),
    Part(
        "sync:runs", _("Runs"), filters.RUNS, _of_connections(Run), lambda found, _user: rows.run_rows(found),
        _("Words of a fault"),
        (_("No feed has run yet"), _("Every reading of a platform is kept here for 30 days.")),
        None,
        {"failed": (_("No reading failed"), _("Every reading of the last 30 days came to its end."))},
    ),
    Part(
        "sync:callbacks", _("Callbacks"), filters.CALLBACKS, _of_connections(Callback, "body", "headers"),
        lambda found, _user: rows.callback_rows(found), _("Event, outcome or fault"),
        (_("No platform has pushed yet"), _("The addresses to give to a platform stand on its connection's page.")),
        ("sync:callbacks_replay", _("Apply again")),
        {
            "failed": (_("No push failed"), _("Whatever was pushed is applied, or waits for its turn.")),
            "waiting": (_("No push waits"), _("Whatever was pushed is applied, or failed and is kept.")),
        },
    ),
    Part(
        "sync:quarantine", _("Quarantine"), filters.QUARANTINE, _of_connections(Quarantined, "payload"),
        lambda found, _user: rows.quarantine_rows(found), _("Id, place or reason"),
        (_("Everything was understood"),
         _("A record unlike its document is kept here; the rest of its page is stored.")),
        ("sync:quarantine_replay_many", _("Read again")),
        {"": (_("Everything was understood"),
              _("A record unlike its document is kept here; the rest of its page is stored."))},
    ),
    Part(
        "sync:exchanges", _("Exchanges"), filters.ALL_EXCHANGES, _of_connections(Exchange, *BODIES),
        lambda found, _user: rows.exchange_rows(found, of_many=True), _("Address or fault"),
        (_("Nothing was exchanged yet"), _("The last requests and answers stand here, secrets removed.")),
        None,
        {"failed": (_("Every request was answered"), _("No exchange of the last seven days went wrong."))},
    ),
)  # fmt: skip
BY_NAME = {part.spec.domain: part for part in PARTS}
