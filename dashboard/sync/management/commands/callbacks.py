"""Applies received callbacks without a worker."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.sync import callbacks
from dashboard.sync.models.callbacks import FAILED
from dashboard.sync.opening import close_channels


class Command(BaseCommand):
    """`callbacks process`."""

    help = "Apply received callbacks, without a worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2."""
        parser.add_argument("verb", choices=["process"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Until none is due."""
        applied = failed = 0
        while pks := callbacks.waiting():
            for pk in pks:
                done = callbacks.process(pk)
                applied += done is not None
                failed += done is not None and done.state == FAILED
        close_channels()
        self.stdout.write(f"{applied} applied, {failed} of them could not be understood.")
