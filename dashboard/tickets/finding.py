"""What the frame asks of tickets: the count beside the navigation entry, and hits for the palette."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.core.counting import capped_counts
from dashboard.core.navigation import may
from dashboard.core.palette import Hit
from dashboard.core.search_words import TRIGRAM
from dashboard.core.searching import narrow
from dashboard.tickets.models import Ticket
from dashboard.tickets.searched import TICKETS

HITS = 4


def waiting(user: Any, slug: str = "") -> tuple[int, str]:
    """How many tickets are unsolved; amber while one waits for us: no desk states a deadline."""
    rows = Ticket.objects.visible_to(user).on(slug)
    unsolved, for_us = capped_counts([rows.unsolved(), rows.waiting()])
    return unsolved, "wait" if for_us else ""


def hits(user: Any, q: str) -> Iterator[Hit]:
    """Tickets as their own list finds them."""
    words = q.strip()
    if not may(user, "tickets.view"):
        return
    if len(words) >= TRIGRAM:
        rows = narrow(Ticket.objects.visible_to(user).select_related("connection"), TICKETS, words)
        for ticket in rows.only("number", "remote_id", "subject", "connection__title").order_by("-moved_at")[:HITS]:
            hint = " · ".join(filter(None, (_("Ticket"), ticket.connection.title, ticket.subject)))
            yield Hit(reverse("tickets:detail", args=[ticket.pk]), str(ticket), hint, "ticket")
