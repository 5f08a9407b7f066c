"""Says whether everything that the dashboard needs is well."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.sync.cli import as_json, table
from dashboard.sync.doctor import diagnose


class Command(BaseCommand):
    """`doctor [--format table|json]`; exit 1 if a point failed."""

    help = "Check database, broker, worker, keys, stale feeds and stuck commands; exit 1 if a point failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2."""
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything, then say it."""
        points = diagnose()
        if options["format"] == "json":
            self.stdout.write(as_json([vars(point) for point in points]))
        else:
            self.stdout.write(table([(p.name, p.result, p.detail) for p in points], ("point", "result", "detail")))
        if any(point.result == "failed" for point in points):
            self.stderr.write("Something is not well; see the points that failed.")
            raise SystemExit(1)
