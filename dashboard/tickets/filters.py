"""How the list of tickets is narrowed, searched and sorted."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from dashboard.core.filters import Head, ListSpec, Tab
from dashboard.sync.assigning import Assigned
from dashboard.sync.reach import OfFeed
from dashboard.tickets.models import Ticket
from dashboard.tickets.searched import TICKETS as SEARCHED
from dashboard.tickets.words import KINDS, STATUS


class TicketFilters(OfFeed):
    """By connection, kind, status and person; the search box takes numbers, subject, buyer and the order's id."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=list(KINDS.items()))
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=[(key, word) for key, (_tone, word) in STATUS.items()]
    )
    assigned = Assigned()

    feed = "tickets"
    searched = SEARCHED

    class Meta:
        model = Ticket
        fields = ("connection", "kind", "status", "assigned")


TICKETS = ListSpec(
    domain="tickets",
    filters=TicketFilters,
    heads=(
        Head(_("Ticket"), css="pin pin-2"),
        Head(_("Moved"), "moved", ("moved_at",)),
        Head(_("Connection")),
        Head(_("Kind"), "kind", ("kind",)),
        Head(_("Subject"), css="grow"),
        Head(_("Order")),
        Head(_("Status"), "status", ("status",)),
        Head(_("Replies"), "replies", ("reply_count",), "num"),
        Head(_("Assigned")),
        Head(_("Sync")),
    ),
    sort="-moved",
    offers_new=True,
    tabs=(
        Tab("unsolved", _("Unsolved"), lambda rows: rows.unsolved()),
        Tab("waiting", _("Our turn"), lambda rows: rows.waiting(), "wait"),
        Tab("mine", _("Mine"), lambda rows, user: rows.mine(user), own=True),
        Tab("solved", _("Solved and closed"), lambda rows: rows.filter(status__in=("solved", "closed")), counted=False),
        Tab("all", _("All"), counted=False),
    ),
)
