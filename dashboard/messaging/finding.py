"""What the frame asks of conversations: the count beside the navigation entry, and hits for the palette."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.core.counting import capped_counts
from dashboard.core.navigation import may
from dashboard.core.palette import Hit
from dashboard.core.searching import SHORTEST, narrow
from dashboard.messaging.inbox import REPLY_WITHIN
from dashboard.messaging.models import Thread
from dashboard.messaging.searched import THREADS

HITS = 4


def waiting(user: Any, slug: str = "") -> tuple[int, str]:
    """How many buyers wait for an answer; amber, or red while one has waited too long."""
    rows = Thread.objects.visible_to(user).on(slug).waiting()
    all_, late = capped_counts([rows, rows.filter(waiting_since__lt=timezone.now() - REPLY_WITHIN)])
    return all_, "act" if late else "wait" if all_ else ""


def hits(user: Any, q: str) -> Iterator[Hit]:
    """Threads by their buyer."""
    words = q.strip()
    if len(words) < SHORTEST or not may(user, "messages.view"):
        return
    rows = narrow(Thread.objects.visible_to(user).select_related("connection"), THREADS, words)
    fields = ("buyer", "buyer_remote_id", "remote_id", "connection__title")
    for thread in rows.only(*fields).order_by("-last_message_at")[:HITS]:
        hint = " · ".join((_("Messages"), thread.connection.title))
        yield Hit(reverse("messaging:thread", args=[thread.pk]), str(thread), hint, "chat-bubble-left-right")
