"""Runs feeds in the foreground, now."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dashboard.core.search_index import catch_up
from dashboard.sync.cli import as_json, connections_named, table
from dashboard.sync.describe import run_facts
from dashboard.sync.feeds import FEEDS, Feed, feeds_of
from dashboard.sync.models import Connection, FeedState, Run
from dashboard.sync.opening import close_channels
from dashboard.sync.runner import refresh

COLUMNS = ("connection", "feed", "seen", "created", "changed", "unchanged", "gone", "quarantined", "error")
PATIENCE_SECONDS = 600


class Command(BaseCommand):
    """`refresh [SLUG …] [--feed NAME …] [--full] [--format table|json]`; exit 1 if a feed failed."""

    help = "Refresh feeds in the foreground, now. A failing feed does not stop the others; exit 1 if one failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2."""
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="connections; all that are at work by default")
        parser.add_argument("--feed", action="append", default=[], metavar="NAME", help="only this feed (repeatable)")
        parser.add_argument("--full", action="store_true", help="sweep everything, so that what is gone is found")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run feed after feed."""
        wanted = self._known_feeds(options["feed"])
        connections = connections_named(options["slugs"])
        facts, failed = [], False
        for connection in connections:
            for feed in feeds_of(connection):
                if wanted and feed.name not in wanted:
                    continue
                fact = self._run(connection, feed, options["full"])
                failed = failed or bool(fact["error"])
                facts.append(fact)
                if options["format"] == "json":
                    self.stdout.write(as_json(fact))
                elif self.stdout.isatty():
                    self.stdout.write(f"{connection.slug} {feed.name}: {fact['seen']} seen {fact['error']}")
        close_channels()
        catch_up()
        if options["format"] == "table":
            self.stdout.write(table([[fact[name] for name in COLUMNS] for fact in facts], COLUMNS))
        if failed:
            self.stderr.write("Not every feed could be refreshed; see the error column.")
            raise SystemExit(1)

    def _run(self, connection: Connection, feed: Feed, full: bool) -> dict[str, Any]:
        connection.refresh_from_db()
        if not connection.is_at_work:
            reason = connection.state_reason or "Enable it first."
            run = Run(connection=connection, feed=feed.name, error=f"The connection is {connection.state}. {reason}")
            return run_facts(run)
        finished = self._when_free(connection, feed, full)
        return run_facts(finished or Run(connection=connection, feed=feed.name, error="Another process runs it."))

    def _when_free(self, connection: Connection, feed: Feed, full: bool) -> Run | None:
        """Run it; where a worker is at it, wait for its lease. A rate limit is waited for, and the run goes on."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            run = refresh(connection, feed, full=full, purpose="foreground")
            if run is not None:
                return run
            state = FeedState.objects.get(connection=connection, feed=feed.name)
            if state.leased_until is None or state.leased_until <= timezone.now():
                continue
            time.sleep(0.2)
        return None

    def _known_feeds(self, names: list[str]) -> set[str]:
        for name in names:
            if name not in FEEDS:
                raise CommandError(f"There is no feed “{name}”. Known: {', '.join(sorted(FEEDS))}.")
        return set(names)
