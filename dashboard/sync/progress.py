"""How far a batch is: counts by state, and one word for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.sync.models import Batch, Command
from dashboard.sync.models.commands import (
    CANCELLED,
    DONE,
    FAILED,
    NEEDS_REVIEW,
    QUEUED,
    REJECTED,
    SENDING,
    SUPERSEDED,
    UNKNOWN,
)


@dataclass(frozen=True)
class Progress:
    """Commands of a batch by what became of them."""

    done: int = 0
    rejected: int = 0
    unknown: int = 0
    to_go: int = 0
    set_aside: int = 0
    skipped: int = 0

    @classmethod
    def of(cls, states: dict[str, int], skipped: int) -> Progress:
        """From counts by state."""

        def count(*names: str) -> int:
            return sum(states.get(name, 0) for name in names)

        return cls(
            done=count(DONE),
            rejected=count(REJECTED, FAILED),
            unknown=count(UNKNOWN, NEEDS_REVIEW),
            to_go=count(QUEUED, SENDING),
            set_aside=count(SUPERSEDED, CANCELLED),
            skipped=skipped,
        )

    @property
    def total(self) -> int:
        """All commands."""
        return self.done + self.rejected + self.unknown + self.to_go + self.set_aside

    @property
    def is_moving(self) -> bool:
        """Something more will happen by itself."""
        return bool(self.to_go or self.unknown)

    @property
    def tone(self) -> str:
        """Green only when every single one is confirmed."""
        if self.to_go:
            return "wait"
        if self.unknown:
            return "unknown"
        if self.rejected:
            return "wait" if self.done else "act"
        return "good" if self.done else ""

    @property
    def edge(self) -> str:
        """The urgent edge of its row."""
        return "wait" if self.rejected or self.unknown else ""

    @property
    def word(self) -> str:
        """One word for all."""
        if self.to_go:
            return _("Sending")
        if self.unknown:
            return pgettext("command", "Unknown")
        if self.rejected:
            return _("Partly") if self.done else _("Refused")
        return _("Confirmed") if self.done else _("Nothing to do")

    def bars(self) -> list[dict[str, Any]]:
        """The stacked bar: class, start and width of each part."""
        parts = (
            ("fill-good", self.done), ("fill-act", self.rejected), ("fill-wait", self.unknown),
            ("fill-ink", self.set_aside + self.skipped),
        )  # fmt: skip
        found, at = [], 0
        for css, width in parts:
            if width:
                found.append({"css": css, "x": at, "width": width})
            at += width
        return found


def counts_of(batches: Iterable[Batch], user: Any) -> dict[int, dict[str, int]]:
    """Batch id → state → commands that the person may see; one query."""
    rows = Command.objects.visible_to(user).filter(batch__in=[batch.pk for batch in batches])
    found: dict[int, dict[str, int]] = {}
    for batch, state, number in rows.values_list("batch", "state").annotate(n=Count("pk")).order_by():
        found.setdefault(batch, {})[state] = number
    return found
