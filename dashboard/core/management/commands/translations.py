"""``manage.py translations``: find words, compile them, or check that none is missing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.core import translations


class Command(BaseCommand):
    """Keep the catalogues of the languages in step with the sources."""

    help = "Update the .po files from the sources, compile them, or check that every message is translated."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of three things to do."""
        choice = parser.add_mutually_exclusive_group(required=True)
        choice.add_argument("--update", action="store_true", help="add new messages to the .po files, drop unused ones")
        choice.add_argument("--compile", action="store_true", help="write the .mo files")
        choice.add_argument("--check", action="store_true", help="exit 1 and list what is not translated")

    def handle(self, **options: Any) -> None:
        """Do it for every language."""
        for path in translations.po_files():
            language = f"{path.parts[-5]} {path.parts[-3]}"
            if options["update"]:
                translations.update(path)
                self.stdout.write(f"{language}: {len(translations.missing(path))} messages to translate")
            elif options["compile"]:
                self.stdout.write(f"{language}: {translations.compile_file(path).name} written")
            else:
                self._check(language, translations.missing(path))

    def _check(self, language: str, missing: list[str]) -> None:
        for words in missing:
            self.stderr.write(f"{language}: {words!r}")
        if missing:
            raise CommandError(f"{language}: {len(missing)} messages are not translated")
        self.stdout.write(f"{language}: complete")
