"""What the frame asks of after-sales: the count beside the navigation entry, and hits for the palette."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.aftersales.models import Case
from dashboard.aftersales.searched import CASES
from dashboard.core.counting import capped_counts
from dashboard.core.navigation import may
from dashboard.core.palette import Hit
from dashboard.core.search_words import TRIGRAM
from dashboard.core.searching import narrow

HITS = 4


def waiting(user: Any, slug: str = "") -> tuple[int, str]:
    """How many cases are undecided; amber, or red while one has less than two hours left."""
    rows = Case.objects.visible_to(user).on(slug)
    undecided, urgent = capped_counts([rows.waiting(), rows.urgent()])
    return undecided, "act" if urgent else "wait" if undecided else ""


def hits(user: Any, q: str) -> Iterator[Hit]:
    """Cases as their own list finds them."""
    words = q.strip()
    if len(words) < TRIGRAM or not may(user, "aftersales.view"):
        return
    rows = narrow(Case.objects.visible_to(user).select_related("connection"), CASES, words)
    for case in rows.only("number", "remote_id", "buyer", "connection__title").order_by("-placed_at", "-pk")[:HITS]:
        hint = " · ".join(filter(None, (_("Case"), case.connection.title, case.buyer)))
        yield Hit(reverse("aftersales:detail", args=[case.pk]), str(case), hint, "arrow-uturn-left")
