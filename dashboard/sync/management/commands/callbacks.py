"""Applies received callbacks without a worker."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dashboard.sync import callbacks
from dashboard.sync.feeds import FEEDS
from dashboard.sync.models import Connection, FeedState
from dashboard.sync.models.callbacks import FAILED
from dashboard.sync.opening import close_channels
from dashboard.sync.runner import refresh


class Command(BaseCommand):
    """`callbacks process`."""

    help = "Apply received callbacks, without a worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2."""
        parser.add_argument("verb", choices=["process"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Until none is due. A callback that names nothing makes a feed due: that is run too."""
        started_at = timezone.now()
        applied = failed = 0
        while pks := callbacks.waiting():
            for pk in pks:
                done = callbacks.process(pk)
                applied += done is not None
                failed += done is not None and done.state == FAILED
        due = FeedState.objects.filter(next_due_at__range=(started_at, timezone.now()), feed__in=FEEDS)
        for state in due.filter(connection__state=Connection.ACTIVE).select_related("connection") if applied else ():
            refresh(state.connection, FEEDS[state.feed], purpose="foreground")
        close_channels()
        self.stdout.write(f"{applied} applied, {failed} of them could not be understood.")
