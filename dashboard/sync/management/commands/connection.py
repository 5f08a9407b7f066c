"""Adds, changes, checks and removes connections."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels.registry import PLATFORMS
from dashboard.sync import connections
from dashboard.sync.cli import VerbParser, as_json, connection_named, key_values, secret_value, table
from dashboard.sync.conformance import Sheet, probe
from dashboard.sync.describe import connection_facts
from dashboard.sync.models import Connection


class Command(BaseCommand):
    """`connection add|list|show|check|set|enable|disable|remove`."""

    help = "Add, list, show, check, change, enable, disable or remove connections to platforms."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2."""
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=VerbParser)
        add = verbs.add_parser("add", help="a new connection")
        add.add_argument("platform", choices=sorted(PLATFORMS))
        add.add_argument("slug")
        _settings(add)
        many = verbs.add_parser("list", help="all connections")
        many.add_argument("--format", choices=["table", "json"], default="table")
        for verb, text in (
            ("show", "one connection with its feeds and callback addresses"),
            ("check", "the conformance sheet, probed live; exit 1 if a needed point fails"),
        ):
            one = verbs.add_parser(verb, help=text)
            one.add_argument("slug")
            one.add_argument("--format", choices=["table", "json"], default="table")
        change = verbs.add_parser("set", help="change a connection")
        change.add_argument("slug")
        _settings(change)
        change.add_argument("--route", action="append", default=[], metavar="NAME='METHOD /path'")
        change.add_argument("--confirm-route", action="append", default=[], metavar="NAME")
        for verb in ("enable", "disable", "remove"):
            verbs.add_parser(verb).add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        """One verb."""
        try:
            getattr(self, f"_{options['verb']}")(options)
        except connections.Invalid as error:
            raise CommandError(str(error)) from None

    def _add(self, options: dict[str, Any]) -> None:
        made = connections.add(options["platform"], options["slug"], self._changes(options), trusted=True, by=None)
        self._printed(made, options)

    def _set(self, options: dict[str, Any]) -> None:
        connection = connection_named(options["slug"])
        changes = self._changes(options)
        changes["routes"] = _routes(options["route"])
        changes["confirmed_routes"] = options["confirm_route"]
        connections.change(connection, changes, trusted=True, by=None)
        self._printed(connection, options)

    def _printed(self, connection: Connection, options: dict[str, Any]) -> None:
        """The connection as it is now; a callback address that can be guessed is taken, and said."""
        self._print(connection, "table")
        if options["callback_key"] and connections.is_guessable(options["callback_key"]):
            self.stderr.write(
                "This callback key can be guessed; a random one of 22 characters or more cannot. "
                "What is signed is still checked."
            )

    def _changes(self, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "title": options["title"],
            "base_url": options["base_url"],
            "values": key_values(options["set"]),
            "callback_secrets": [secret_value(text) for text in options["callback_secret"]],
            "callback_key": options["callback_key"],
        }

    def _list(self, options: dict[str, Any]) -> None:
        facts = [connection_facts(row) for row in Connection.objects.order_by("slug")]
        if options["format"] == "json":
            self.stdout.write(as_json(facts))
            return
        head = ("slug", "platform", "title", "base_url", "state")
        self.stdout.write(table([[fact[name] for name in head] for fact in facts], head))

    def _show(self, options: dict[str, Any]) -> None:
        self._print(connection_named(options["slug"]), options["format"])

    def _print(self, connection: Connection, style: str) -> None:
        facts = connection_facts(connection)
        if style == "json":
            self.stdout.write(as_json(facts))
            return
        for name in ("slug", "platform", "title", "base_url", "state", "state_reason"):
            self.stdout.write(f"{name:13} {facts[name]}".rstrip())
        for event, path in facts["callback_urls"].items():
            self.stdout.write(f"callback      {event}: {path}")
        head = ("feed", "last_ok_at", "next_due_at", "error")
        self.stdout.write(table([[feed[name] or "–" for name in head] for feed in facts["feeds"]], head))

    def _check(self, options: dict[str, Any]) -> None:
        sheet: Sheet = probe(connection_named(options["slug"]))
        if options["format"] == "json":
            self.stdout.write(as_json(sheet.facts()))
        else:
            self._print_sheet(sheet)
        if not sheet.is_proven:
            self.stderr.write("A point that is needed failed.")
            raise SystemExit(1)

    def _print_sheet(self, sheet: Sheet) -> None:
        """Points, endpoints, pushes, and what is missing with the reason."""
        head = ("endpoint", "address", "basis", "supported", "last", "to know")
        self.stdout.write(table([point.row() for point in sheet.points], ("point", "result", "detail")))
        self.stdout.write(table([route.row() for route in sheet.routes], head))
        if sheet.pushes:
            self.stdout.write(table([push.row() for push in sheet.pushes], ("callback", "path", "signed", "last")))
        self.stdout.write(table(sheet.missing, ("not offered", "why")))

    def _enable(self, options: dict[str, Any]) -> None:
        connections.set_state(connection_named(options["slug"]), Connection.ACTIVE, by=None)
        self.stdout.write(f"{options['slug']} is active.")

    def _disable(self, options: dict[str, Any]) -> None:
        connections.set_state(connection_named(options["slug"]), Connection.DISABLED, by=None)
        self.stdout.write(f"{options['slug']} is disabled.")

    def _remove(self, options: dict[str, Any]) -> None:
        connections.remove(connection_named(options["slug"]), by=None)
        self.stdout.write(f"{options['slug']} and everything mirrored from it is removed.")


def _settings(parser: ArgumentParser) -> None:
    parser.add_argument("--title")
    parser.add_argument("--base-url")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a credential or an option")
    parser.add_argument("--callback-secret", action="append", default=[], metavar="VALUE")
    parser.add_argument("--callback-key", metavar="KEY")


def _routes(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            raise CommandError(f"“{word}” is not NAME='METHOD /path'.")
        found[name] = value.strip("'\" ")
    return found
