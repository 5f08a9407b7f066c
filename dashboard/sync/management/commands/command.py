"""Submits, lists, shows and settles commands from a shell."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dashboard.sync import engine, verify
from dashboard.sync.cli import VerbParser, as_json, connection_named, payload_words, table
from dashboard.sync.describe import command_facts
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command as Row
from dashboard.sync.models.commands import DONE, FINAL, NEEDS_REVIEW, QUEUED, SENDING, STATES, UNKNOWN
from dashboard.sync.opening import close_channels
from dashboard.sync.submit import submit

NOW_SECONDS = 45
COLUMNS = ("id", "connection", "kind", "target", "state", "attempts", "created_at", "error")


class Command(BaseCommand):
    """`command submit|list|show|settle`."""

    help = "Submit a command to a platform, list and show commands, settle one that cannot be proven."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2."""
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=VerbParser)
        one = verbs.add_parser("submit", help="queue a command")
        one.add_argument("slug")
        one.add_argument("kind")
        one.add_argument("target", help="remote id, number or SKU; - when the kind has no target")
        one.add_argument("words", nargs="*", metavar="KEY=VALUE", help="payload; KEY:=JSON for lists and objects")
        one.add_argument("--json", dest="payload", metavar="PAYLOAD", help="the whole payload as JSON")
        one.add_argument("--key", help="the same key always gives the same command")
        how = one.add_mutually_exclusive_group()
        how.add_argument("--wait", type=float, metavar="SECONDS", help="wait for a worker to bring it to its end")
        how.add_argument("--now", action="store_true", help="send it here, in the foreground")
        many = verbs.add_parser("list", help="list commands, newest first")
        many.add_argument("--state", choices=STATES)
        many.add_argument("--connection", metavar="SLUG")
        many.add_argument("--format", choices=["table", "json"], default="table")
        show = verbs.add_parser("show", help="one command with its evidence")
        show.add_argument("id", type=int)
        show.add_argument("--format", choices=["json"], default="json")
        end = verbs.add_parser("settle", help="decide what cannot be proven")
        end.add_argument("id", type=int)
        end.add_argument("--as", dest="outcome", choices=["done", "absent", "cancelled"], required=True)
        end.add_argument("--why", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """One verb."""
        getattr(self, f"_{options['verb']}")(options)

    def _submit(self, options: dict[str, Any]) -> None:
        connection = connection_named(options["slug"])
        payload = self._payload(options)
        try:
            made = submit(connection, options["kind"], options["target"], payload, None, form_key=options["key"])
        except Refused as error:
            raise CommandError(error.words, returncode=1) from None
        command = made.command
        if options["now"]:
            self._send_now(command)
        elif options["wait"]:
            self._wait(command, options["wait"])
        command.refresh_from_db()
        self.stdout.write(as_json(command_facts(command)))
        code = exit_code(command.state)
        if code:
            raise SystemExit(code)

    def _payload(self, options: dict[str, Any]) -> dict[str, Any]:
        whole: dict[str, Any] = {}
        if options["payload"]:
            try:
                whole = json.loads(options["payload"])
            except ValueError as error:
                raise CommandError(f"--json is not JSON: {error}.") from None
            if not isinstance(whole, dict):
                raise CommandError("--json must be an object.")
        return {**whole, **payload_words(options["words"])}

    def _send_now(self, command: Row) -> None:
        """Send; where the answer was lost, ask the platform what became of it, and send again if proven absent.

        A refused rate, which burns no try, is waited for where it ends in time.
        """
        deadline = time.monotonic() + NOW_SECONDS
        may_send, tries = True, command.tries_left
        while time.monotonic() < deadline:
            command.refresh_from_db()
            is_slowed = command.tries_left == tries and seconds_until(command.not_before) < deadline - time.monotonic()
            if command.state == QUEUED and (may_send or is_slowed):
                may_send = engine.perform(command.pk, ignore_backoff=True, purpose="foreground") is None
            elif command.state == UNKNOWN:
                may_send = verify.verify(command.pk, ignore_backoff=True, purpose="foreground") is not None
            elif command.state != SENDING:
                break
            time.sleep(0.05)
        close_channels()

    def _wait(self, command: Row, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            command.refresh_from_db()
            if command.state in FINAL or command.state == NEEDS_REVIEW:
                return
            time.sleep(0.1)

    def _list(self, options: dict[str, Any]) -> None:
        rows = Row.objects.select_related("connection", "actor").order_by("-created_at", "-id")
        if options["state"]:
            rows = rows.filter(state=options["state"])
        if options["connection"]:
            rows = rows.filter(connection=connection_named(options["connection"]))
        facts = [command_facts(row) for row in rows.iterator(500)]
        if options["format"] == "json":
            self.stdout.write(as_json(facts))
        else:
            self.stdout.write(table([[fact[name] for name in COLUMNS] for fact in facts], COLUMNS))

    def _show(self, options: dict[str, Any]) -> None:
        self.stdout.write(as_json(command_facts(self._row(options["id"]))))

    def _settle(self, options: dict[str, Any]) -> None:
        command = self._row(options["id"])
        try:
            verify.settle(command, options["outcome"], options["why"], None)
        except Refused as error:
            raise CommandError(error.words) from None
        self.stdout.write(as_json(command_facts(command)))

    def _row(self, pk: int) -> Row:
        found = Row.objects.select_related("connection", "actor").filter(pk=pk).first()
        if found is None:
            raise CommandError(f"There is no command {pk}.")
        return found


def seconds_until(at: datetime) -> float:
    """Seconds to come; none for what is past."""
    return max(0.0, (at - timezone.now()).total_seconds())


def exit_code(state: str) -> int:
    """0 queued or done, 2 rejected or failed, 3 unknown or needs_review (SURFACE §2)."""
    if state in (QUEUED, SENDING, DONE):
        return 0
    return 3 if state in (UNKNOWN, NEEDS_REVIEW) else 2
