"""What the frame asks of buying: the count beside the navigation entry, and hits for the palette."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.core.counting import capped_counts
from dashboard.core.navigation import may
from dashboard.core.palette import Hit
from dashboard.core.searching import narrow
from dashboard.sourcing.models import Package, PurchaseOrder, Shipment
from dashboard.sourcing.searched import PURCHASES, SHIPMENTS

HITS = 4


def waiting(user: Any, _slug: str = "") -> tuple[int, str]:
    """How many packages wait to be shipped; amber while storage runs out or an inspection failed."""
    packages, purchases = Package.objects.visible_to(user), PurchaseOrder.objects.visible_to(user)
    ready, overdue, failed = capped_counts([packages.shippable(), packages.overdue(), purchases.troubled()])
    return ready, "wait" if overdue or failed else ""


def hits(user: Any, q: str) -> Iterator[Hit]:
    """Purchase orders and shipments by number and tracking number."""
    if not may(user, "sourcing.view"):
        return
    words = q.strip()
    if len(words) < 2:
        return
    yield from _purchases(user, words)
    yield from _shipments(user, words)


def at_the_sources(user: Any, q: str) -> Iterator[Hit]:
    """The way to search the sources for the same words."""
    words = q.strip()
    if len(words) < 2 or not may(user, "sourcing.view"):
        return
    label = _("Search the sources for “%(words)s”") % {"words": words[:40]}
    yield Hit(f"{reverse('sourcing:index')}?{urlencode({'q': words[:100]})}", label, _("Action"), "magnifying-glass")


def _purchases(user: Any, words: str) -> Iterator[Hit]:
    rows = narrow(PurchaseOrder.objects.visible_to(user), PURCHASES, words)
    for one in rows.only("number", "remote_id", "items").order_by("-placed_at", "-pk")[:HITS]:
        hint = " · ".join(filter(None, (_("Purchase order"), one.items[:40])))
        yield Hit(reverse("sourcing:purchase", args=[one.pk]), str(one), hint, "truck")


def _shipments(user: Any, words: str) -> Iterator[Hit]:
    rows = narrow(Shipment.objects.visible_to(user), SHIPMENTS, words)
    for one in rows.only("number", "remote_id", "tracking_number").order_by("-placed_at", "-pk")[:HITS]:
        hint = " · ".join(filter(None, (_("Shipment"), one.tracking_number)))
        yield Hit(reverse("sourcing:shipment", args=[one.pk]), str(one), hint, "paper-airplane")
