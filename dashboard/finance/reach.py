"""What every page of money reads first: the connections that state money and that a person may see."""

from __future__ import annotations

from typing import Any

from channels import capabilities as can
from dashboard.sync.models import Connection

SECRETS = ("credentials", "callback_secrets", "callback_key")
MONEY = (can.PullsPayments, can.PullsBalances, can.PullsWallet, can.PullsCoupons)


class Reach:
    """Connections with money; one query, once a request."""

    def __init__(self, user: Any) -> None:
        rows = Connection.objects.visible_to(user).defer(*SECRETS).order_by("title")
        self.connections: dict[int, Connection] = {
            one.pk: one for one in rows if any(one.can(capability) for capability in MONEY)
        }

    @classmethod
    def of(cls, request: Any) -> Reach:
        """The reach of the person who asks; kept on the request."""
        if not hasattr(request, "finance_reach"):
            request.finance_reach = cls(request.user)
        found: Reach = request.finance_reach
        return found

    def choices(self) -> list[tuple[str, str]]:
        """For a filter."""
        return [(one.slug, one.title) for one in self.connections.values()]
