"""Makes a restored backup safe to work with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dashboard.sync.recovery import recover


class Command(BaseCommand):
    """`recover`."""

    help = (
        "After restoring a backup, before workers start: every unfinished command is proven on its platform before "
        "it may be sent again, and every feed is swept anew."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Once."""
        counts = recover()
        self.stdout.write(
            f"{counts['doubted']} commands will be proven first, {counts['review']} wait for a person, "
            f"{counts['feeds']} feeds will be swept."
        )
