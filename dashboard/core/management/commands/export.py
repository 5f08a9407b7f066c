"""``manage.py export DOMAIN``: a domain's rows, gone ones included, to a file or to standard output."""

import datetime as dt
import re
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from dashboard.core import exports

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Command(BaseCommand):
    """Export one domain as CSV, JSON, NDJSON or XLSX."""

    help = "Export a domain: what it holds of every connection, or of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Domain and options."""
        known = ", ".join(sorted(exports.discover())) or "none yet"
        parser.add_argument("domain", metavar="DOMAIN", help=f"one of: {known}")
        parser.add_argument("--connection", metavar="SLUG", help="only this connection")
        parser.add_argument(
            "--since", metavar="WHEN", help="only rows changed since: 2025-11-20, 2025-11-20T14:00Z, 24h, 7d"
        )
        parser.add_argument("--format", choices=list(exports.FORMATS), default="csv")
        parser.add_argument("--output", metavar="FILE", help="write here; otherwise to standard output")

    def handle(self, **options: Any) -> None:
        """Write the rows."""
        export = exports.discover().get(options["domain"])
        if export is None:
            raise CommandError(f"unknown domain {options['domain']}; known: {', '.join(sorted(exports.EXPORTS))}")
        queryset = self._narrowed(export, options["connection"], options["since"])
        target, wanted = options["output"], options["format"]
        if wanted == "xlsx":
            stream: Any = target or getattr(self.stdout._out, "buffer", None) or sys.stdout.buffer
            exports.write_xlsx(export, exports.rows(export, queryset), stream)
        elif target:
            with Path(target).open("w", encoding="utf-8", newline="") as file:
                file.writelines(exports.text(export, queryset, wanted))
        else:
            for piece in exports.text(export, queryset, wanted):
                self.stdout.write(piece, ending="")

    @staticmethod
    def _narrowed(export: exports.Export, connection: str | None, since: str | None) -> QuerySet[Any]:
        queryset = export.queryset(None).order_by(*export.order)
        if connection:
            _refuse_unknown(queryset, export.connection, connection)
            queryset = queryset.filter(**{export.connection: connection})
        return queryset.filter(**{f"{export.since}__gte": moment(since)}) if since else queryset


def _refuse_unknown(queryset: QuerySet[Any], path: str, slug: str) -> None:
    """Say that a connection does not exist, instead of an empty export."""
    relation, _, attribute = path.rpartition("__")
    model: Any = queryset.model
    for name in relation.split("__") if relation else []:
        model = model._meta.get_field(name).related_model
    if relation and not model._base_manager.filter(**{attribute: slug}).exists():
        raise CommandError(f"no connection {slug}")


def moment(text: str) -> dt.datetime:
    """The time that ``--since`` names: ISO date or time (the site's zone unless it says), or an age such as 24h."""
    found = re.fullmatch(r"(\d{1,5})([mhdw])", text)
    if found:
        return timezone.now() - dt.timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        day = parse_date(text)
        at = dt.datetime.combine(day, dt.time()) if day else parse_datetime(text)
    except ValueError as problem:
        raise CommandError(f"--since {text}: {problem}") from problem
    if at is None:
        raise CommandError(f"--since {text}: expected 2025-11-20, 2025-11-20T14:00Z, 24h or 7d")
    return at if timezone.is_aware(at) else timezone.make_aware(at)
