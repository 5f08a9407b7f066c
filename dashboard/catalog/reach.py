"""What every page of the catalog reads first: the connections with products that a person may see."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from channels import capabilities as can
from dashboard.catalog.models import Product, Variant
from dashboard.catalog.querysets import SECRETS
from dashboard.core import formatting
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Connection, FeedState
from dashboard.sync.submit import why_not


class Reach:
    """Connections whose products a person may see, with when each was last read; one query, once a request."""

    def __init__(self, user: Any) -> None:
        read = FeedState.objects.filter(connection=OuterRef("pk"), feed="products").values("last_ok_at")[:1]
        rows = Connection.objects.visible_to(user).defer(*SECRETS).annotate(read_at=Subquery(read))
        self.connections: dict[int, Any] = {one.pk: one for one in rows if one.can(can.PullsProducts)}
        self._reasons: dict[tuple[int, str], str] = {}

    @classmethod
    def of(cls, request: Any) -> Reach:
        """The reach of the person who asks; kept on the request."""
        if not hasattr(request, "catalog_reach"):
            request.catalog_reach = cls(request.user)
        found: Reach = request.catalog_reach
        return found

    def choices(self) -> list[tuple[str, str]]:
        """For a filter."""
        return [(one.slug, one.title) for one in self.connections.values()]

    def able(self, capability: type) -> list[Any]:
        """The connections whose channel has a capability and that are not disabled."""
        usable = (one for one in self.connections.values() if one.state != Connection.DISABLED)
        return [one for one in usable if one.can(capability)]

    def why_not(self, connection_id: int, capability: type) -> str:
        """Why something cannot be done on a connection; empty when it can."""
        key = (connection_id, capability.__name__)
        if key not in self._reasons:
            self._reasons[key] = reason(self.connections[connection_id], capability)
        return self._reasons[key]

    @cached_property
    def fresh(self) -> dict[str, Any]:
        """The freshness line (`components/list_fresh.html`)."""
        budget = FEEDS["products"].every * 3
        items = []
        for one in self.connections.values():
            old = one.read_at is None or formatting.timezone.now() - one.read_at > budget or not one.is_at_work
            items.append({"title": one.title, "age": formatting.age(one.read_at), "tone": "wait" if old else ""})
        return {"url": "", "items": items, "new": 0, "show_url": "", "is_stale": any(item["tone"] for item in items)}


def reason(connection: Connection, capability: type) -> str:
    """Why a connection cannot do something, in one sentence; empty when it can."""
    if connection.state == Connection.DISABLED:
        return _("This connection is disabled.")
    return "" if connection.can(capability) else why_not(connection, capability)


def product_of(request: Any, pk: int) -> Product:
    """The product with its connection, all of its columns. 404 for a foreign one."""
    rows = Product.objects.visible_to(request.user).select_related("connection")
    found: Product = get_object_or_404(rows, pk=pk)
    return found


def variant_of(request: Any, pk: int) -> Variant:
    """The variant with its product and connection. 404 for a foreign one."""
    found: Variant = get_object_or_404(Variant.objects.visible_to(request.user).whole(), pk=pk)
    return found


def connection_of(request: Any, slug: str) -> Connection:
    """A connection that the person may see. 404 for a foreign one."""
    found = Connection.objects.visible_to(request.user).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def read_at_of(connection: Connection) -> datetime | None:
    """When a connection's products were last read."""
    states = FeedState.objects.filter(connection=connection, feed="products")
    return states.values_list("last_ok_at", flat=True).first()
