"""Questions about threads and messages."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q
from django.utils import timezone

from dashboard.sync.models import MirrorQuerySet


class ThreadQuerySet(MirrorQuerySet):
    """The views of the inbox: each is a question that staff ask."""

    def waiting(self) -> Self:
        """The buyer waits for us, and the thread does not rest."""
        awake = Q(snoozed_until=None) | Q(snoozed_until__lte=timezone.now())
        return self.present().filter(awake, waiting_since__isnull=False)

    def snoozed(self) -> Self:
        """The buyer waits for us, and the thread rests until a time."""
        return self.present().filter(waiting_since__isnull=False, snoozed_until__gt=timezone.now())

    def mine(self, user: Any) -> Self:
        """Assigned to a person."""
        return self.present().filter(assignee=user)

    def unassigned(self) -> Self:
        """Waiting, and nobody has taken it."""
        return self.waiting().filter(assignee=None)

    def with_buyer(self, order: Any) -> Self:
        """The threads with the buyer of an order."""
        rows = self.filter(connection=order.connection_id)
        return rows.filter(buyer_remote_id=order.buyer_remote_id) if order.buyer_remote_id else rows.none()


class MessageQuerySet(MirrorQuerySet):
    """Messages, which name their thread by its remote id."""

    def of(self, thread: Any) -> Self:
        """Those of one thread, newest first."""
        rows = self.filter(connection=thread.connection_id, thread_remote_id=thread.remote_id)
        return rows.order_by("-sent_at", "-pk")
