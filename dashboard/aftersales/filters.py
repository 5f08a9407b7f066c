"""How the list of cases is narrowed, searched and sorted."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from dashboard.aftersales.models import Case
from dashboard.aftersales.searched import CASES as SEARCHED
from dashboard.aftersales.words import DECISION
from dashboard.core.filters import Head, ListSpec, Tab
from dashboard.sync.assigning import Assigned
from dashboard.sync.reach import OfFeed


class CaseFilters(OfFeed):
    """By connection, decision and person; the search box takes numbers, the order's id, the buyer and the reason."""

    decision = django_filters.ChoiceFilter(
        label=_("Decision"), choices=[(key, word) for key, (_tone, word) in DECISION.items()]
    )
    assigned = Assigned()

    feed = "cases"
    searched = SEARCHED

    class Meta:
        model = Case
        fields = ("connection", "decision", "assigned")


CASES = ListSpec(
    domain="cases",
    filters=CaseFilters,
    heads=(
        Head(_("Case"), "placed", ("placed_at",), "pin pin-2"),
        Head(_("Time left"), "due", ("decide_by",)),
        Head(_("Connection")),
        Head(_("Buyer"), "buyer", ("buyer",)),
        Head(_("Order")),
        Head(_("Reason"), css="grow"),
        Head(_("Amount"), "amount", ("amount",), "num"),
        Head(_("Decision")),
        Head(_("Assigned")),
        Head(_("Sync")),
    ),
    sort="due",
    offers_new=True,
    tabs=(
        Tab("waiting", _("Undecided"), lambda rows: rows.waiting(), "wait"),
        Tab("soon", _("Due within 6 h"), lambda rows: rows.due_soon(), "wait"),
        Tab("mine", _("Mine"), lambda rows, user: rows.mine(user), own=True),
        Tab("decided", _("Decided"), lambda rows: rows.decided(), counted=False, sort="-placed"),
        Tab("lapsed", _("Lapsed"), lambda rows: rows.lapsed(), counted=False, sort="-placed"),
        Tab("all", _("All"), counted=False, sort="-placed"),
    ),
)
