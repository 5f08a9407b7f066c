"""Notices rows that are older than what this machine has seen: a backup was restored, and nobody ran `recover`.

A worker keeps the newest sign of life that it read in a file of `DATA_DIR`, and looks there before it takes anything.
"""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from dashboard.sync.models import Heartbeat
from dashboard.sync.recovery import recover

log = logging.getLogger(__name__)

SLACK = timedelta(seconds=5)  # workers on other machines write their own clock's time


def recover_if_restored() -> bool:
    """Doubt all that may have been sent since, if the rows are older than what was seen here; whether they were."""
    seen, told = _kept(), _told()
    if seen is None or (told is not None and told > seen - SLACK):
        return False
    log.warning("The database is older than what this worker has seen: unfinished commands are proven first")
    recover()
    remember()
    return True


def remember() -> None:
    """Keep the newest sign of life, for the next start."""
    told = _told()
    if told is None:
        _file().unlink(missing_ok=True)
        return
    fresh = _file().with_name(f"{_file().name}.{os.getpid()}")
    fresh.write_text(told.isoformat())
    fresh.replace(_file())


def _file() -> Path:
    return Path(settings.DATA_DIR) / "worker-seen"


def _kept() -> datetime | None:
    try:
        return datetime.fromisoformat(_file().read_text())
    except (OSError, ValueError):
        return None


def _told() -> datetime | None:
    return Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
