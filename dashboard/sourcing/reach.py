"""What every page of buying reads first: the connections that can buy and that a person may see."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from channels import capabilities as can
from dashboard.sync.models import Connection
from dashboard.sync.submit import why_not

SECRETS = ("credentials", "callback_secrets", "callback_key")
BUYING = (can.SearchesSources, can.PullsPurchaseOrders, can.PullsPackages, can.PullsShipments)


class Reach:
    """Connections that can buy; one query, once a request. `chosen` is the one that the address names, or the first."""

    def __init__(self, request: Any) -> None:
        rows = Connection.objects.visible_to(request.user).defer(*SECRETS).order_by("title")
        found = (one for one in rows if any(one.can(capability) for capability in BUYING))
        self.connections: dict[int, Connection] = {one.pk: one for one in found}
        wanted = request.POST.get("connection") or request.GET.get("connection", "")
        named = [one for one in self.connections.values() if one.slug == wanted]
        self.is_named = bool(named)
        self.chosen: Connection | None = next(iter(named or self.connections.values()), None)

    @classmethod
    def of(cls, request: Any) -> Reach:
        """The reach of the person who asks; kept on the request."""
        if not hasattr(request, "sourcing_reach"):
            request.sourcing_reach = cls(request)
        found: Reach = request.sourcing_reach
        return found

    def choices(self) -> list[tuple[str, str]]:
        """For a filter or a form."""
        return [(one.slug, one.title) for one in self.connections.values()]

    def or_404(self) -> Connection:
        """The chosen connection. 404 without one."""
        if self.chosen is None:
            raise Http404
        return self.chosen

    def narrow(self, rows: Any) -> Any:
        """Rows of the connection that the address names; of all, when it names none."""
        return rows.filter(connection=self.chosen) if self.is_named else rows


def reason(connection: Connection | None, capability: type) -> str:
    """Why something cannot be done, in one sentence; empty when it can."""
    if connection is None:
        return ""
    return "" if connection.can(capability) else why_not(connection, capability)
