"""Runs the benchmarks on the database that `DATABASE_URL` names (SQLite without one), in a database of their own.

`python -m tests.bench [mirror|lists|inbox|memory|pushes|outbox|neighbours …] [--rows N] [--keep]`
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
from base64 import b64encode

BENCHES = ("mirror", "lists", "inbox", "memory", "pushes", "outbox", "neighbours")


def main() -> None:
    """Set Django up as in production, make a database, run, drop it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("benches", nargs="*", choices=[[], *BENCHES], default=list(BENCHES))
    parser.add_argument("--rows", type=int, default=20_000, help="orders (default 20,000)")
    parser.add_argument("--keep", action="store_true", help="keep the database, and begin with the one that was kept")
    options = parser.parse_args()
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="bench-"))
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("SECRETS_KEYS", b64encode(b"key of a bench that may be kept.").decode())
    os.environ |= {"ALLOWED_HOSTS": "127.0.0.1", "SECURE_SSL_REDIRECT": "false", "LOG_LEVEL": "WARNING"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_databases, teardown_databases

    call_command("collectstatic", interactive=False, verbosity=0)
    made = setup_databases(verbosity=0, interactive=False, keepdb=options.keep, serialized_aliases=[])
    try:
        for name in options.benches or BENCHES:
            module = __import__(f"tests.bench.{name}", fromlist=["run"])
            module.run(options.rows)
    finally:
        teardown_databases(made, verbosity=0, keepdb=options.keep)


if __name__ == "__main__":
    main()
