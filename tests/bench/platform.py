"""A platform of a bench in a process of its own: `python -m tests.bench.platform PORT KEY SECONDS-A-CALL`."""

from __future__ import annotations

import sys
import time
from typing import Any

from channels.registry import PLATFORMS
from channels.serving import SandboxServer


def main() -> None:
    """Serve until the end; it refuses no call for being one too many."""
    port, key, seconds = sys.argv[1:]
    sandbox: Any = PLATFORMS[key].sandbox(seed=7)
    sandbox.calls_a_minute = sandbox.calls_per_minute = 1_000_000
    handle = sandbox.handle

    def slowly(request: Any, in_process: bool = False) -> Any:
        time.sleep(float(seconds))
        return handle(request, in_process)

    sandbox.handle = slowly
    SandboxServer({key: sandbox}, port=int(port)).serve_forever()


if __name__ == "__main__":
    main()
