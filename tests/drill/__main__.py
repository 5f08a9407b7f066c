"""`python -m tests.drill --commands 1000 --seeds 1,2,3 [--kills 0.3]`: the long drill, on SQLite or DATABASE_URL.

Prints a table for each seed; ends with 1 when anything was lost, doubled, untrue or stuck, or when more than one in a
hundred waits for a person who is not needed.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time


def main() -> int:
    """Run the seeds one after the other; 0 when all are good."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill")
    parser.add_argument("--commands", type=int, default=1000, help="commands for each seed (default 1000)")
    parser.add_argument("--seeds", default="1,2,3", help="comma-separated (default 1,2,3)")
    parser.add_argument("--kills", type=float, default=0.3, help="share whose process is killed (default 0.3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "DEBUG": "true",
            "DATA_DIR": folder,
            "COMMAND_SETTLE_SECONDS": "0",
            "CELERY_BROKER_URL": "memory://",
            "DATABASE_POOL": "false",
        }
        return _drill(options)


def _drill(options: argparse.Namespace) -> int:
    import django
    from django.test.utils import get_runner, setup_test_environment

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.conf import settings

    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        good = [_seed(int(seed), options.commands, options.kills) for seed in options.seeds.split(",")]
    finally:
        runner.teardown_databases(databases)
    return 0 if all(good) else 1


def _seed(seed: int, commands: int, kills: float) -> bool:
    from django.db import connection

    from tests.drill.report import is_good, rendered
    from tests.drill.run import Drill

    started = time.monotonic()
    drilled = Drill(seed=seed, kills=kills).run(commands)
    seconds = time.monotonic() - started
    sys.stdout.write(f"\nseed {seed}, {len(drilled)} commands on {connection.vendor}, {seconds:.0f} s\n")
    sys.stdout.write(rendered(drilled) + "\n")
    sys.stdout.flush()
    return is_good(drilled)


if __name__ == "__main__":
    sys.exit(main())
