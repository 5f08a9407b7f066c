"""Runs the benchmarks on the database that `DATABASE_URL` names (SQLite without one), in a database of their own.

`python -m tests.bench [mirror|lists|memory …] [--rows N]`
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile

BENCHES = ("mirror", "lists", "memory")


def main() -> None:
    """Set Django up, make a database, run, drop it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("benches", nargs="*", choices=[[], *BENCHES], default=list(BENCHES))
    parser.add_argument("--rows", type=int, default=20_000, help="orders (default 20,000)")
    options = parser.parse_args()
    os.environ.setdefault("DEBUG", "1")
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-"))
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment(debug=False)
    made = setup_databases(verbosity=0, interactive=False)
    try:
        for name in options.benches or BENCHES:
            module = __import__(f"tests.bench.{name}", fromlist=["run"])
            module.run(options.rows)
    finally:
        teardown_databases(made, verbosity=0)


if __name__ == "__main__":
    main()
