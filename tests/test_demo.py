"""The demo from its start to Ctrl-C: everything answers, a worker that dies is replaced, no process is left behind."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nobody listens on, below those that the system itself gives to connections and other tests."""
    while True:
        port = random.SystemRandom().randrange(15_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def status(url: str) -> int:
    """The status of a GET, 0 while nothing listens."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return 0


@pytest.mark.slow
def test_the_demo_starts_serves_and_ends_without_leftovers(tmp_path: Path) -> None:
    web, boxes = free_port(), free_port()
    clean = {
        k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "CELERY_", "REDIS_", "DJANGO_", "SECRET"))
    }
    program = [sys.executable, "manage.py", "demo", "--port", str(web), "--sandbox-port", str(boxes)]
    with (tmp_path / "said").open("w") as said:
        demo = subprocess.Popen(
            program, cwd=ROOT, env={**clean, "DATA_DIR": str(tmp_path / "data")}, stdout=said, stderr=said
        )
        try:
            deadline = time.monotonic() + 600
            for url in (f"http://127.0.0.1:{web}/readyz", f"http://127.0.0.1:{boxes}/m2e/_sandbox/ledger"):
                while status(url) != 200:
                    assert demo.poll() is None, (tmp_path / "said").read_text()
                    assert time.monotonic() < deadline, f"{url} did not come up"
                    time.sleep(0.5)
            first, begun = worker_of(tmp_path), time.monotonic()
            while (again := worker_of(tmp_path)) in ("", first):  # the clock goes with its worker
                assert demo.poll() is None, (tmp_path / "said").read_text()
                assert time.monotonic() < deadline, "no worker took the place of the one that died"
                if again and time.monotonic() - begun > 6:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(int(first), signal.SIGKILL)
                time.sleep(0.5)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(300)
    words = (tmp_path / "said").read_text()
    assert f"http://127.0.0.1:{web}" in words
    assert "amira" in words
    assert worker_of(tmp_path) == ""
    assert status(f"http://127.0.0.1:{web}/readyz") == 0
    assert status(f"http://127.0.0.1:{boxes}/m2e/_sandbox/ledger") == 0
    deadline = time.monotonic() + 120
    while left := processes_of(web, boxes):
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


def worker_of(folder: Path) -> str:
    """The number of the demo's worker, its clock left out; empty while there is none."""
    found = subprocess.run(["pgrep", "-o", "-f", f"celery.*{folder}"], capture_output=True, text=True, check=False)
    return found.stdout.strip()


def processes_of(*ports: int) -> str:
    """The processes that were started for these ports."""
    named = "|".join(f"port {port}( |$)" for port in ports)
    return subprocess.run(["pgrep", "-f", named], capture_output=True, text=True, check=False).stdout
