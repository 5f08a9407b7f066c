"""Notices rows that are older than what this machine has seen: a backup was restored, and nobody ran `recover`.

Signs of life are counted. A worker keeps the highest count that it read in a file of `DATA_DIR`, adds a last one when
it stops, and looks there before it takes anything: rows with a lower count are from before. Counts know no clock.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from django.conf import settings

from dashboard.sync.models import Tally
from dashboard.sync.recovery import recover

log = logging.getLogger(__name__)


def recover_if_restored() -> bool:
    """Doubt all that may have been sent since, if the rows are older than what was seen here; whether they were."""
    seen = _kept()
    if seen is None or _told() >= seen:
        return False
    log.warning("The database is older than what this worker has seen: unfinished commands are proven first")
    recover()
    remember()
    return True


def remember() -> None:
    """Keep the count of signs, for the next start."""
    fresh = _file().with_name(f"{_file().name}.{os.getpid()}")
    fresh.write_text(str(_told()))
    fresh.replace(_file())


def keep_up() -> None:
    """Look again, and keep the count of signs: a backup may be restored under a worker that runs."""
    if not recover_if_restored():
        remember()


def sign_off() -> None:
    """One last sign, so that a backup from before this worker's stop is known for one."""
    Tally.grow(Tally.SIGNS)
    keep_up()


def _file() -> Path:
    return Path(settings.DATA_DIR) / "worker-seen"


def _kept() -> int | None:
    try:
        return int(_file().read_text())
    except (OSError, ValueError):
        return None


def _told() -> int:
    return Tally.of(Tally.SIGNS)
