"""The platform of the bench in a process of its own: `python -m tests.bench.platform PORT`."""

from __future__ import annotations

import sys
from typing import Any

from channels.registry import PLATFORMS
from channels.serving import SandboxServer


def main() -> None:
    """Serve until the end; it refuses no call for being one too many."""
    sandbox: Any = PLATFORMS["m2e"].sandbox(seed=7)
    sandbox.calls_a_minute = 1_000_000
    SandboxServer({"m2e": sandbox}, port=int(sys.argv[1])).serve_forever()


if __name__ == "__main__":
    main()
