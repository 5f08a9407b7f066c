"""What the machinery shows around every page: sync sign, scopes, counts, and lines in the palette."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.core.navigation import register_count, register_scopes, register_sync_sign
from dashboard.core.palette import Hit, register_palette
from dashboard.staff.details import register_kinds
from dashboard.sync.health import verdicts
from dashboard.sync.kinds import kind_label
from dashboard.sync.models import Command, Connection, FeedState
from dashboard.sync.models.commands import NEEDS_REVIEW, UNKNOWN
from dashboard.sync.models.connections import SECRETS


def register() -> None:
    """Called once, when the app is ready."""
    register_sync_sign(sign)
    register_scopes(scopes)
    register_count("activity", doubtful)
    register_count("connections", troubled)
    register_palette(hits)
    register_kinds(kind_label)


def sign(user: Any) -> dict[str, Any]:
    """How many connections are up to date, how many are not, and (`behind`) which, by their slugs."""
    connections = list(Connection.objects.visible_to(user).exclude(state=Connection.DISABLED).defer(*SECRETS))
    url = reverse("sync:connections")
    if not connections:
        return {"tone": "", "text": _("No connection yet"), "failures": 0, "url": url, "behind": []}
    known = verdicts(connections)
    tones = Counter(verdict.tone for verdict in known)
    text = _("%(n)s of %(all)s up to date") % {"n": tones["good"], "all": len(connections)}
    tone = "act" if tones["act"] else "wait" if tones["good"] < len(connections) else "good"
    behind = [one.slug for one, verdict in zip(connections, known, strict=True) if verdict.tone != "good"]
    return {"tone": tone, "text": text, "failures": tones["act"], "url": url, "behind": behind}


def scopes(user: Any) -> list[dict[str, str]]:
    """The connections to choose from."""
    found = Connection.objects.visible_to(user).only("slug", "title", "platform")
    return [{"slug": one.slug, "title": one.title, "mark": one.mark} for one in found]


def doubtful(user: Any, slug: str = "") -> tuple[int, str]:
    """Commands whose outcome nobody knows: those that wait for a person are urgent."""
    numbers = (
        Command.objects.visible_to(user)
        .on(slug)
        .filter(state__in=[UNKNOWN, NEEDS_REVIEW])
        .aggregate(all=Count("pk"), review=Count("pk", filter=Q(state=NEEDS_REVIEW)))
    )
    return numbers["all"], "act" if numbers["review"] else "wait"


def troubled(user: Any, _slug: str = "") -> tuple[int, str]:
    """Connections that a person must look at: sign-in refused, or a feed with an alarm."""
    visible = Connection.objects.visible_to(user)
    refused = Q(state=Connection.REAUTH_NEEDED)
    alarmed = Q(pk__in=FeedState.objects.exclude(alarm="").values("connection"), state=Connection.ACTIVE)
    number = visible.filter(refused | alarmed).count()
    return number, "act" if number else ""


def hits(user: Any, q: str) -> Iterator[Hit]:
    """Connections by name, a command by its number."""
    words = q.casefold()
    if user.may("connections.view"):
        for one in Connection.objects.visible_to(user).only("slug", "title", "platform"):
            if words in one.title.casefold() or words in one.slug:
                yield Hit(reverse("sync:connection", args=[one.slug]), one.title, _("Connection"), "signal")
    if q.isascii() and q.isdigit() and len(q) < 12 and user.may("activity.view"):
        for command in Command.objects.visible_to(user).filter(pk=int(q)).only("kind", "summary"):
            label = _("Command %(n)s") % {"n": command.pk}
            yield Hit(reverse("sync:command", args=[command.pk]), label, command.summary, "queue-list")
