"""Questions about cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.utils import timezone

from dashboard.sync.models import MirrorQuerySet

SOON = timedelta(hours=6)
URGENT = timedelta(hours=2)  # as the clock of a deadline turns red


class CaseQuerySet(MirrorQuerySet):
    """The views of the list: each is a question that staff ask."""

    def waiting(self) -> Self:
        """Nobody has decided yet."""
        return self.present().filter(decision="pending")

    def due_soon(self) -> Self:
        """Undecided, with less than six hours left, or late already."""
        return self.waiting().filter(decide_by__lt=timezone.now() + SOON)

    def urgent(self) -> Self:
        """Undecided, with less than two hours left, or late already."""
        return self.waiting().filter(decide_by__lt=timezone.now() + URGENT)

    def mine(self, user: Any) -> Self:
        """Undecided and assigned to a person."""
        return self.waiting().filter(assignee=user)

    def decided(self) -> Self:
        """Approved or rejected."""
        return self.filter(decision__in=("approved", "rejected"))

    def lapsed(self) -> Self:
        """The deadline passed and the platform decided by itself."""
        return self.filter(decision="lapsed")

    def of(self, order: Any) -> Self:
        """The cases of one order, newest first."""
        rows = self.filter(connection=order.connection_id, order_remote_id=order.remote_id)
        return rows.order_by("-placed_at", "-pk")
