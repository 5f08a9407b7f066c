"""Questions about tickets."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q

from dashboard.sync.models import MirrorQuerySet

OPEN = ("open", "pending", "unknown")


class TicketQuerySet(MirrorQuerySet):
    """The views of the list: each is a question that staff ask."""

    def unsolved(self) -> Self:
        """Neither solved nor closed."""
        return self.present().filter(status__in=OPEN)

    def waiting(self) -> Self:
        """Unsolved and our turn: the other side wrote last, or somebody else opened it and nobody has begun."""
        untouched = Q(last_direction="", opened_for="", status="open")
        return self.unsolved().filter(Q(last_direction="in") | untouched)

    def mine(self, user: Any) -> Self:
        """Unsolved and assigned to a person."""
        return self.unsolved().filter(assignee=user)

    def of(self, order: Any) -> Self:
        """Those about one order, newest first."""
        its = Q(order_remote_id=order.remote_id) | Q(order_remote_id="", opened_for=order.remote_id)
        return self.filter(its, connection=order.connection_id).order_by("-moved_at", "-pk")
