"""Starts a worker anew that takes nothing from its broker although work waits (R6).

A worker whose connection to the broker was cut may go on living without ever taking a message again, and nothing
outside can tell: the process is there and answers. So each worker watches its own progress. Nothing is lost by its new
start: commands, callbacks and feeds are rows.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from celery import bootsteps
from celery.worker import state
from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from dashboard.sync.broker import messages
from dashboard.sync.models import Heartbeat, Tally

log = logging.getLogger(__name__)

FULL = 60  # a worker whose every thread is taken may take so many times longer to begin with something new
FAILED = 75  # "try again later": what a worker that cannot start itself anew ends with


class Progress:
    """Tells from repeated looks whether a worker stands still: nothing begun for long, and work seen waiting twice."""

    def __init__(self, patience: float, now: float) -> None:
        self._patience, self._begun, self._since, self._seen = patience, 0, now, False

    def stands_still(self, begun: int, *, is_full: bool, is_work_waiting: Callable[[], bool], now: float) -> bool:
        """`begun`: how many tasks have begun so far. `is_work_waiting` is asked only when nothing begins for long."""
        if begun != self._begun:
            self._begun, self._since, self._seen = begun, now, False
            return False
        if now - self._since <= self._patience * (FULL if is_full else 1):
            return False
        before, self._seen = self._seen, is_work_waiting()
        return before and self._seen


class Watchdog(bootsteps.StartStopStep):
    """A thread beside the worker's own, which looks at its progress until the worker ends."""

    requires = ("celery.worker.components:Pool", "celery.worker.components:Beat")

    def __init__(self, parent: Any, **options: Any) -> None:
        self._over = threading.Event()
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        """Begin to watch."""
        threading.Thread(target=self._watch, args=(parent,), name="watchdog", daemon=True).start()

    def stop(self, parent: Any) -> None:
        """The worker ends by itself."""
        self._over.set()

    terminate = stop

    def _watch(self, worker: Any) -> None:
        patience = settings.WORKER_STALL_SECONDS
        progress = Progress(patience, time.monotonic())
        while not self._over.wait(patience / 6):
            is_full = len(state.active_requests) >= worker.concurrency
            asks = partial(is_work_waiting, worker.beat)
            begun, now = state.all_total_count[0], time.monotonic()
            if progress.stands_still(begun, is_full=is_full, is_work_waiting=asks, now=now):
                log.critical("Nothing comes through the broker although work waits: this worker starts anew.")
                count()
                start_anew(worker.beat)


def is_work_waiting(has_clock: Any) -> bool:
    """Whether the broker answers and holds messages; or, of a worker with its own clock, whether nobody sweeps."""
    try:
        return messages() > 0 or (bool(has_clock) and _is_quiet())
    except Exception as error:  # the broker or the database is away: a new start would change nothing
        log.info("It cannot be told whether work waits: %s", type(error).__name__)
        return False
    finally:
        connections.close_all()


def _is_quiet() -> bool:
    late = timezone.now() - timedelta(seconds=settings.WORKER_STALL_SECONDS)
    return not Heartbeat.objects.filter(name="worker", at__gte=late).exists()


def count() -> None:
    """One more for `/metrics`."""
    try:
        Tally.grow(Tally.NEW_STARTS)
    except DatabaseError as error:
        log.warning("The new start of a worker was not counted: %s", type(error).__name__)
    finally:
        connections.close_all()


def start_anew(beat: Any) -> None:
    """Put a fresh worker with the same command line into this process; its clock ends first. Never returns."""
    try:
        if beat is not None:
            beat.terminate()
            beat.join(5)
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
    finally:
        os._exit(FAILED)
