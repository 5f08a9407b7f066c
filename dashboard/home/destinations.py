"""What the palette offers beside records: pages, views of lists, saved views, and what can be begun or done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from channels import capabilities as can
from dashboard.aftersales.filters import CASES
from dashboard.catalog.filters import CATEGORIES, PRODUCTS
from dashboard.core.filters import ListSpec, Tab
from dashboard.core.models import SavedView
from dashboard.core.navigation import NAVIGATION
from dashboard.core.palette import Hit, register_palette
from dashboard.core.saved_views import MOST, with_id
from dashboard.finance.filters import COUPONS, MOVEMENTS, PAYMENTS
from dashboard.home.places import Reach, address
from dashboard.messaging.inbox import BOXES
from dashboard.orders.filters import ORDERS
from dashboard.sourcing.filters import FAVOURITES, PACKAGES, PURCHASES, SHIPMENTS
from dashboard.staff.filters import TRAIL
from dashboard.sync.filters import APPROVALS, BATCHES, CALLBACKS, COMMANDS, QUARANTINE, RUNS
from dashboard.sync.models import Connection
from dashboard.tickets.filters import TICKETS

OFFERED = 6
NAVIGATED = frozenset(entry.url_name for entry in NAVIGATION)
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its words, its address by name, who may open it, its heroicon; the list that it shows, if any."""

    label: Words
    url_name: str
    permission: str
    icon: str
    spec: ListSpec | None = None
    tabs: Sequence[Tab] = ()

    @property
    def views(self) -> Sequence[Tab]:
        """The views to choose from on the page; one alone is the page itself."""
        tabs = self.tabs or (self.spec.tabs if self.spec else ())
        return tabs if len(tabs) > 1 else ()


PLACES = (
    Place(lazy("Orders"), "orders:list", "orders.view", "shopping-bag", ORDERS),
    Place(lazy("After-sales"), "aftersales:list", "aftersales.view", "arrow-uturn-left", CASES),
    Place(
        lazy("Messages"),
        "messaging:list",
        "messages.view",
        "chat-bubble-left-right",
        tabs=[Tab(key, label) for key, (label, _hint) in BOXES.items()],
    ),
    Place(lazy("Canned replies"), "messaging:canned", "messages.view", "chat-bubble-left-right"),
    Place(lazy("Tickets"), "tickets:list", "tickets.view", "ticket", TICKETS),
    Place(lazy("Catalog"), "catalog:list", "catalog.view", "cube", PRODUCTS),
    Place(lazy("Categories"), "catalog:categories", "catalog.view", "cube", CATEGORIES),
    Place(lazy("Cart"), "sourcing:cart", "sourcing.view", "truck"),
    Place(lazy("Purchase orders"), "sourcing:purchases", "sourcing.view", "truck", PURCHASES),
    Place(lazy("Warehouse"), "sourcing:warehouse", "sourcing.view", "truck", PACKAGES),
    Place(lazy("Shipments"), "sourcing:shipments", "sourcing.view", "truck", SHIPMENTS),
    Place(lazy("Favourites"), "sourcing:favourites", "sourcing.view", "truck", FAVOURITES),
    Place(lazy("Addresses"), "sourcing:addresses", "sourcing.view", "truck"),
    Place(lazy("Payments"), "finance:payments", "finance.view", "banknotes", PAYMENTS),
    Place(lazy("Wallet"), "finance:movements", "finance.view", "banknotes", MOVEMENTS),
    Place(lazy("Coupons"), "finance:coupons", "finance.view", "banknotes", COUPONS),
    Place(lazy("Margins"), "finance:margins", "finance.view", "banknotes"),
    Place(lazy("Commands"), "sync:activity", "activity.view", "queue-list", COMMANDS),
    Place(lazy("Approvals"), "sync:approvals", "activity.view", "queue-list", APPROVALS),
    Place(lazy("Batches"), "sync:batches", "activity.view", "queue-list", BATCHES),
    Place(lazy("Runs"), "sync:runs", "activity.view", "queue-list", RUNS),
    Place(lazy("Callbacks"), "sync:callbacks", "activity.view", "queue-list", CALLBACKS),
    Place(lazy("Quarantine"), "sync:quarantine", "activity.view", "queue-list", QUARANTINE),
    Place(lazy("Audit trail"), "staff:audit", "staff.manage", "users", TRAIL),
    Place(lazy("Your profile"), "staff:profile", "", "user"),
)
BEGINNINGS = (
    Place(lazy("New order"), "orders:new", "orders.create", "plus"),
    Place(lazy("Open a ticket"), "tickets:open", "tickets.work", "plus"),
    Place(lazy("Prices and stock from a file"), "catalog:bulk_file", "catalog.edit", "arrow-up-tray"),
    Place(lazy("Compare freight"), "sourcing:quotes", "sourcing.view", "truck"),
    Place(lazy("New canned reply"), "messaging:canned_new", "messages.send", "plus"),
    Place(lazy("Add a connection"), "sync:connection_add", "connections.manage", "plus"),
    Place(lazy("New person"), "staff:new", "staff.manage", "plus"),
)


def destinations(user: Any, q: str) -> Iterator[Hit]:
    """What somebody may begin, do or open and whose words hold every word of ``q``.

    Without words what can be begun, and nothing that acts at once: no key does something unasked.
    """
    words = q.casefold().split()
    offered = _everything(user) if words else _beginnings(user)
    found = (hit for hit in offered if all(word in hit.label.casefold() for word in words))
    yield from islice(found, OFFERED)


def _everything(user: Any) -> Iterator[Hit]:
    yield from _beginnings(user)
    yield from _on_connections(user)
    kept = SavedView.objects.visible_to(user).order_by("name", "pk")[:MOST]
    for place in PLACES:
        if not place.permission or user.may(place.permission):
            yield from _views(place, [view for view in kept if place.spec and view.domain == place.spec.domain])
    yield Hit(address("staff:sign_out"), _("Sign out"), _("Action"), "arrow-right-start-on-rectangle", True, True)


def _beginnings(user: Any) -> Iterator[Hit]:
    for place in BEGINNINGS:
        if user.may(place.permission):
            yield Hit(address(place.url_name), str(place.label), _("Action"), place.icon)


def _on_connections(user: Any) -> Iterator[Hit]:
    """What is begun on a connection by name, and to read one now."""
    for one in Reach(user).every:
        if user.may("catalog.edit") and one.state != Connection.DISABLED and one.can(can.CreatesProducts):
            label = _("New product on %(where)s") % {"where": one.title}
            yield Hit(address("catalog:new", one.slug), label, _("Action"), "plus")
        if user.may("connections.manage") and one.state == Connection.ACTIVE:
            label = _("Refresh %(connection)s now") % {"connection": one.title}
            yield Hit(address("sync:connection_refresh", one.slug), label, _("Action"), "arrow-path", True)


def _views(place: Place, kept: list[SavedView]) -> Iterator[Hit]:
    page = address(place.url_name)
    named = _("%(page)s: %(view)s")
    if place.url_name not in NAVIGATED:  # the palette offers those by itself
        yield Hit(page, str(place.label), _("Page"), place.icon)
    for tab in place.views:
        label = named % {"page": place.label, "view": tab.label}
        yield Hit(address(place.url_name, view=tab.key), label, _("View"), place.icon)
    for view in kept:
        label = named % {"page": place.label, "view": view.name}
        yield Hit(f"{page}?{with_id(view)}", label, _("Saved view"), "bookmark")


def register() -> None:
    """Offer them in the palette, above records: what somebody pastes is never the name of a page."""
    register_palette(destinations, first=True)
