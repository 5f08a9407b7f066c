"""The worker's own clock: does by itself what no message of the broker has brought it (R5).

A broker that is down, or whose line is long, costs seconds then, never a command. It asks two small questions a second
and does nothing while everything is done in time.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Any

from celery import bootsteps
from django.db import close_old_connections
from django.utils import timezone

from dashboard.sync import callbacks, engine, restored, verify
from dashboard.sync.models import Heartbeat
from dashboard.sync.models.commands import QUEUED
from dashboard.sync.slots import CONNECTIONS, FEEDS
from dashboard.sync.tasks import SWEEP_SECONDS

log = logging.getLogger(__name__)

EVERY = 0.5
MOST = 100  # of each sort at a time
QUIET_SWEEPS = 3  # so many sweeps without a sign of one: the lapsed are looked for here


class Sweeper(bootsteps.StartStopStep):
    """A thread of each worker, from its start to its end, whether or not the broker can be reached."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self._over, self._has_looked = threading.Event(), False
        self._thread = threading.Thread(target=self._go_on, name="sweeper", daemon=True)
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        """Begin; the worker's size is known by now."""
        FEEDS.leave_room_in(parent.concurrency)
        CONNECTIONS.leave_room_in(parent.concurrency)
        self._look_back()  # before any message is taken
        self._thread.start()

    def stop(self, parent: Any) -> None:
        """What is being sent comes to its end; the last sign of life is kept."""
        self._over.set()
        self._thread.join(30)
        if self._has_looked:
            self._sign_off()

    def terminate(self, parent: Any) -> None:
        """At once."""
        self._over.set()

    def _sign_off(self) -> None:
        try:
            restored.sign_off()
        except Exception as error:
            log.warning("The last sign of life could not be kept: %s", type(error).__name__)
        finally:
            close_old_connections()

    def _look_back(self) -> None:
        try:
            restored.recover_if_restored()
            self._has_looked = True
        except Exception as error:  # the database is away, and nothing can be taken; the next look comes soon
            log.warning("Whether a backup was restored is not known yet: %s", type(error).__name__)
        finally:
            close_old_connections()

    def _go_on(self) -> None:
        remembered = time.monotonic()
        while not self._over.wait(EVERY):
            try:
                if not self._has_looked:
                    self._look_back()
                    continue
                sweep(self._over)
                if time.monotonic() - remembered > SWEEP_SECONDS:
                    restored.keep_up()
                    remembered = time.monotonic()
            except Exception as error:  # the database is away; the next look comes soon
                log.warning("The worker's own sweep broke off: %s", type(error).__name__)
            finally:
                close_old_connections()


def sweep(over: threading.Event | None = None) -> int:
    """Send, prove and apply what has been due for longer than a sweep takes; gives how many. Ends early with `over`."""
    late = timezone.now() - timedelta(seconds=SWEEP_SECONDS)
    if not Heartbeat.objects.filter(name="worker", at__gte=late - timedelta(seconds=QUIET_SWEEPS * SWEEP_SECONDS)):
        verify.lapse()
    deadline = time.monotonic() + SWEEP_SECONDS
    steps: list[tuple[Any, int]] = [
        (engine.perform if state == QUEUED else verify.verify, pk)
        for pk, state in engine.fairly(engine.due(late)).values_list("pk", "state")[:MOST]
    ]
    steps += [(callbacks.process, pk) for pk in callbacks.waiting(late)[:MOST]]
    done = 0
    for step, pk in steps:
        if (over and over.is_set()) or time.monotonic() > deadline:
            break
        done += step(pk) is not None
    return done
