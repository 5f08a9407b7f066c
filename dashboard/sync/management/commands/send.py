"""Sends what is due without a worker or a broker."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dashboard.sync import engine, verify
from dashboard.sync.models import Command as Row
from dashboard.sync.models.commands import MOVING, NEEDS_REVIEW, QUEUED
from dashboard.sync.opening import close_channels

PAUSE = 0.05


class Command(BaseCommand):
    """`send [--all] [--timeout 300]`."""

    help = (
        "Send due commands and prove unknown ones, without a worker. --all ignores backoff and ends when every "
        "command is final or waits for a person."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2."""
        parser.add_argument("--all", action="store_true", help="ignore backoff; go on until nothing moves by itself")
        parser.add_argument("--timeout", type=float, default=300, help="seconds after which to stop (default 300)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Round after round until nothing is left, or the time is up."""
        deadline = time.monotonic() + options["timeout"]
        touched = 0
        while True:
            moved = self._round(options["all"], deadline)
            touched += moved
            if moved == 0 and (not options["all"] or not self._moving()):
                break
            if time.monotonic() >= deadline:
                break
            if moved == 0:
                time.sleep(PAUSE)
        close_channels()
        left = self._moving()
        review = Row.objects.filter(state=NEEDS_REVIEW).count()
        self.stdout.write(f"{touched} steps, {left} still moving, {review} waiting for a person.")
        if options["all"] and left:
            self.stderr.write(f"{left} commands could not be brought to an end in {options['timeout']:g} seconds.")
            raise SystemExit(1)

    def _round(self, everything: bool, deadline: float) -> int:
        verify.lapse()
        moved = 0
        now = None if everything else timezone.now()
        for pk, state in engine.due(now).values_list("pk", "state"):
            if time.monotonic() >= deadline:
                break
            step = engine.perform if state == QUEUED else verify.verify
            moved += step(pk, ignore_backoff=everything, purpose="foreground") is not None
        return moved

    def _moving(self) -> int:
        """What may still move by itself: connections that rest keep theirs back."""
        rows = Row.objects.filter(state__in=MOVING, connection__state="active")
        return rows.count()
