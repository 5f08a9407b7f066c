"""The demo from its start to Ctrl-C: everything answers, and no process is left behind."""

from __future__ import annotations

import os
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
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(url: str) -> int:
    """The status of a GET, 0 while nothing listens."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
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
            deadline = time.monotonic() + 300
            for url in (f"http://127.0.0.1:{web}/readyz", f"http://127.0.0.1:{boxes}/m2e/_sandbox/ledger"):
                while status(url) != 200:
                    assert demo.poll() is None, (tmp_path / "said").read_text()
                    assert time.monotonic() < deadline, f"{url} did not come up"
                    time.sleep(0.5)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)
    words = (tmp_path / "said").read_text()
    assert f"http://127.0.0.1:{web}" in words
    assert "amira" in words
    assert status(f"http://127.0.0.1:{web}/readyz") == 0
    assert status(f"http://127.0.0.1:{boxes}/m2e/_sandbox/ledger") == 0
    left = subprocess.run(["pgrep", "-f", f"port {web}|port {boxes}"], capture_output=True, text=True, check=False)
    assert left.stdout == ""
