"""Capabilities of after-sales, messages and tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from channels import records as r


@runtime_checkable
class ReadsCases(Protocol):
    """The after-sales case of an order, where the platform has no list of cases."""

    def read_case(self, order: r.Ref) -> r.CaseRecord | None: ...


@runtime_checkable
class DecidesCases(Protocol):
    """A case approved or rejected. ``case.parent`` is the order."""

    def decide_case(self, case: r.Ref, decision: r.CaseDecision) -> r.Receipt: ...


@runtime_checkable
class PullsThreads(Protocol):
    """Conversations with buyers."""

    def pull_threads(self, after: str | None, since: datetime | None) -> r.Page[r.ThreadRecord]: ...


@runtime_checkable
class PullsMessages(Protocol):
    """Messages of all threads.

    A channel may say in ``message_kinds`` what its types are: each of the platform's words → text, image, file, voice,
    video, location, emoticon or custom. The body of one that is no text begins with such a word in brackets.
    """

    def pull_messages(self, after: str | None, since: datetime | None) -> r.Page[r.MessageRecord]: ...


@runtime_checkable
class ReadsMessages(Protocol):
    """The messages of one thread from ``since`` (inclusive) to now, oldest first."""

    def read_messages(self, thread: r.Ref, since: datetime) -> tuple[r.MessageRecord, ...]: ...


@runtime_checkable
class SendsMessages(Protocol):
    """A text to a buyer. ``token`` (0 … 2^32-1) tells two equal texts of one second apart."""

    def send_message(self, thread: r.Ref, text: str, token: int) -> r.Receipt: ...


@runtime_checkable
class PullsTickets(Protocol):
    """Tickets, with their replies where the list carries them."""

    def pull_tickets(self, after: str | None, since: datetime | None) -> r.Page[r.TicketRecord]: ...


@runtime_checkable
class ReadsTickets(Protocol):
    """One ticket with its replies."""

    def read_ticket(self, ticket: r.Ref) -> r.TicketRecord | None: ...


@runtime_checkable
class OpensTickets(Protocol):
    """A new ticket about an order.

    ``ticket_kinds`` lists what may be opened, ``ticket_fields`` each kind's required fields of the draft.
    """

    ticket_kinds: tuple[str, ...]
    ticket_fields: dict[str, tuple[str, ...]]

    def open_ticket(self, draft: r.TicketDraft) -> r.Receipt: ...


@runtime_checkable
class RepliesToTickets(Protocol):
    """A reply on a ticket."""

    def reply_ticket(self, ticket: r.Ref, text: str) -> r.Receipt: ...


@runtime_checkable
class UpdatesTickets(Protocol):
    """Status, subject or text of a ticket changed; ``ticket_statuses`` are the platform's words."""

    ticket_statuses: tuple[str, ...]

    def update_ticket(self, ticket: r.Ref, change: r.TicketChange) -> r.Receipt: ...
