"""Forgets what is past its retention."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dashboard.sync.retention import prune_all


class Command(BaseCommand):
    """`prune`."""

    help = (
        "Delete exchanges after 7 days, runs and pictures after 30, callbacks after 60, pictures that were given to "
        "platforms after a year. Commands are never deleted."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Once."""
        gone = prune_all()
        self.stdout.write(", ".join(f"{count} {name}" for name, count in gone.items()) + " deleted.")
