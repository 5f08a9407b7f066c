"""Processes that die: each step runs in a child of its own, killed by SIGKILL at a failpoint.

Run as a program it reads one request a line (`action pk failpoint`) and answers one line (`dead` or `alive`). The
actions are `perform` and `verify` (of a command), `process` (a callback) and `refresh` (the feed of a state).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

ROOT = Path(__file__).resolve().parents[2]


class Farm:
    """The parent of processes that die, with this process's database and keys."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.drill.farm"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def step(self, action: str, pk: int, failpoint: str) -> bool:
        """Do one step in a process that dies at the failpoint; whether it did."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        connections.close_all()
        self._process.stdin.write(f"{action} {pk} {failpoint or '-'}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if answer not in ("dead", "alive"):
            raise RuntimeError(f"The farm answered {answer!r}.")
        return answer == "dead"

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(300)


def environment(**more: str) -> dict[str, str]:
    """What another process needs to work on the same rows, sockets only, absence counting at once."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DEBUG": "true",
        "DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "SECRETS_KEYS": ",".join(settings.SECRETS_KEYS),
        "CHANNEL_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "COMMAND_SETTLE_SECONDS": "0",
        "COMMAND_LEASE_SECONDS": str(settings.COMMAND_LEASE_SECONDS),
        "CELERY_BROKER_URL": "memory://",
        "DATABASE_POOL": "false",
        **more,
    }


def database_url() -> str:
    """The address of the database that this process works on."""
    found: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    name = f"{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"
    return f"postgres://{name}"


def main() -> None:
    """Answer until the input ends."""
    import django

    django.setup()
    for line in sys.stdin:
        action, pk, failpoint = line.split()
        child = os.fork()
        if child == 0:
            _live(action, int(pk), failpoint)
        _, status = os.waitpid(child, 0)
        sys.stdout.write("dead\n" if os.WIFSIGNALED(status) else "alive\n")
        sys.stdout.flush()


def _live(action: str, pk: int, failpoint: str) -> None:
    """The child's whole life."""
    from dashboard.sync import callbacks, engine, verify
    from dashboard.sync.feeds import FEEDS
    from dashboard.sync.models import FeedState
    from dashboard.sync.runner import refresh

    os.environ["FAILPOINT"] = failpoint
    try:
        if action == "perform":
            engine.perform(pk, ignore_backoff=True, purpose="foreground")
        elif action == "verify":
            verify.verify(pk, ignore_backoff=True, purpose="foreground")
        elif action == "refresh":
            state = FeedState.objects.select_related("connection").get(pk=pk)
            refresh(state.connection, FEEDS[state.feed], purpose="foreground")
        else:
            callbacks.process(pk)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
