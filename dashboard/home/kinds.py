"""What the search knows: for each kind of record where it is found, who may see it, and how a hit reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dashboard.aftersales.searched import CASES
from dashboard.catalog.searched import PRODUCTS
from dashboard.core import formatting
from dashboard.core.searching import Searched
from dashboard.core.wording import worded
from dashboard.finance.searched import PAYMENTS
from dashboard.home.places import address
from dashboard.messaging.models import Thread
from dashboard.messaging.searched import MESSAGES, THREADS
from dashboard.messaging.words import line
from dashboard.orders.searched import ORDERS
from dashboard.sourcing.searched import PACKAGES, PURCHASES, SHIPMENTS
from dashboard.sync.kinds import kind_label
from dashboard.sync.searched import COMMANDS
from dashboard.sync.web import state_word
from dashboard.tickets.searched import TICKETS

Read = Callable[[Any], str]
OWN_NUMBERS = frozenset({"number", "remote_id", "source_order_id", "partner_code", "sku", "tracking_number"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One group of the search page.

    `columns` are read besides the searched ones; `page` is the address of one record (its key is added) or, with
    `row_page` false, of a list. `detail(row)` words what stands behind the name.
    """

    key: str
    permission: str
    name: Promise
    icon: str
    about: Searched
    page: str
    detail: Read
    list_page: str = ""
    columns: tuple[str, ...] = ()
    row_page: bool = True
    label: Read = str
    one: Promise | str = ""  # what the palette calls a hit; without it the kind's own app offers hits

    @property
    def model(self) -> Any:
        """The model that is searched."""
        return apps.get_model(self.about.model)

    def url(self, row: Any) -> str:
        """Where a hit leads."""
        return address(self.page, row.pk) if self.row_page else address(self.page, q=self.label(row))

    def at(self, row: Any) -> datetime | None:
        """The time by which hits are ordered."""
        return getattr(row, self.about.newest, None)

    def is_exactly(self, row: Any, q: str) -> bool:
        """Whether one of the row's own numbers is what was typed; one that names another record does not count."""
        own = (column for column in self.about.numbers if column in OWN_NUMBERS)
        return any(str(getattr(row, column)).casefold() == q.casefold() for column in own)


def _with(*names: str) -> Read:
    return lambda row: " · ".join(str(value) for name in names if (value := getattr(row, name)))


def _payment(row: Any) -> str:
    return " · ".join(filter(None, (formatting.money(row.amount, row.currency), row.order_remote_id)))


def _command(row: Any) -> str:
    return " · ".join(filter(None, (state_word(row.state), row.target_label or row.target, worded(row.summary))))


def _command_name(row: Any) -> str:
    return kind_label(row.kind)


def _message_name(row: Any) -> str:
    body = line(row.body)
    return f"{body[:117]}…" if len(body) > 118 else body


def _direction(row: Any) -> str:
    return _("from the buyer") if row.direction == "in" else _("from us")


RECORDS = (
    Kind("orders", "orders.view", lazy("Orders"), "shopping-bag", ORDERS, "orders:detail",
         _with("buyer", "items"), "orders:list"),
    Kind("products", "catalog.view", lazy("Products"), "cube", PRODUCTS, "catalog:product",
         _with("sku", "brand"), "catalog:list", one=lazy("Product")),
    Kind("cases", "aftersales.view", lazy("After-sales cases"), "arrow-uturn-left", CASES, "aftersales:detail",
         _with("buyer", "reason"), "aftersales:list"),
    Kind("threads", "messages.view", lazy("Conversations"), "chat-bubble-left-right", THREADS, "messaging:thread",
         lambda row: line(row.last_body), "messaging:list", ("last_body",)),
    Kind("tickets", "tickets.view", lazy("Tickets"), "ticket", TICKETS, "tickets:detail",
         _with("subject"), "tickets:list"),
    Kind("purchases", "sourcing.view", lazy("Purchase orders"), "truck", PURCHASES, "sourcing:purchase",
         _with("items", "tracking_number"), "sourcing:purchases"),
    Kind("packages", "sourcing.view", lazy("Packages in the warehouse"), "archive-box", PACKAGES, "sourcing:warehouse",
         _with("title", "purchase_order"), "sourcing:warehouse", row_page=False, label=lambda row: row.remote_id),
    Kind("shipments", "sourcing.view", lazy("Shipments"), "paper-airplane", SHIPMENTS, "sourcing:shipment",
         _with("tracking_number", "channel"), "sourcing:shipments"),
    Kind("payments", "finance.view", lazy("Payments"), "banknotes", PAYMENTS, "finance:payments",
         _payment, "finance:payments", ("amount", "currency"), row_page=False),
)  # fmt: skip
COMMANDS_GIVEN = Kind(
    "commands", "activity.view", lazy("Commands"), "queue-list", COMMANDS, "sync:command", _command, "sync:activity",
    ("kind", "state"), label=_command_name,
)  # fmt: skip
SAID = Kind(
    "messages", "messages.view", lazy("Messages"), "chat-bubble-bottom-center-text", MESSAGES, "messaging:thread",
    _direction, "messaging:list", ("thread_remote_id", "direction"), label=_message_name,
)  # fmt: skip
KINDS_OF_RECORDS = (*RECORDS, COMMANDS_GIVEN, SAID)


def threads_of(messages: list[Any]) -> dict[tuple[int, str], Thread]:
    """The threads that messages belong to, in one query, by connection and remote id."""
    rows = Thread.objects.filter(
        connection__in={each.connection_id for each in messages},
        remote_id__in={each.thread_remote_id for each in messages},
    )
    return {(row.connection_id, row.remote_id): row for row in rows.only("connection_id", "remote_id", "buyer")}
