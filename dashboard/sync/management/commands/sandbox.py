"""Serves the platforms' sandboxes on one port."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from channels.registry import PLATFORMS
from channels.sandbox import SCALES, Sandbox
from channels.serving import SandboxServer, pushes_to
from dashboard.sync.describe import callback_urls
from dashboard.sync.models import Connection


class Command(BaseCommand):
    """`sandbox [PLATFORM …] [--port 9000] [--scale …] [--random-seed N] [--callbacks-to URL]`."""

    help = "Serve the platforms' sandboxes at http://HOST:PORT/<platform>."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2 and §4."""
        parser.add_argument("platforms", nargs="*", metavar="PLATFORM", help="all by default")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=9000)
        parser.add_argument("--scale", choices=list(SCALES), default="small")
        parser.add_argument("--random-seed", type=int, default=1)
        parser.add_argument("--callbacks-to", metavar="URL", help="this dashboard's address; sends the callbacks there")
        parser.add_argument("--draw-pictures", action="store_true", help="name pictures that this server draws")
        parser.add_argument("--move-every", type=float, metavar="SECONDS", help="let something happen by itself")

    def handle(self, *args: Any, **options: Any) -> None:
        """Until interrupted."""
        made = build(options["platforms"], options["scale"], options["random_seed"])
        try:
            drawing = options["draw_pictures"]
            server = SandboxServer(made, options["host"], options["port"], draws_pictures=drawing)
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error.strerror}.") from None
        if options["callbacks_to"]:
            wire_callbacks(server, options["callbacks_to"])
        for key, sandbox in made.items():
            told = {**sandbox.credentials, "callback_secret": getattr(sandbox, "callback_secret", "")}
            words = " ".join(f"{name}={value}" for name, value in told.items() if value)
            self.stdout.write(f"{server.url}/{key}  {words}")
        self.stdout.flush()
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        server.start()
        if options["move_every"]:
            keep_moving(made, options["move_every"], stop)
        stop.wait()
        server.shutdown()


def build(keys: list[str], scale: str, seed: int) -> dict[str, Sandbox]:
    """A sandbox for each platform named, or for all."""
    for key in keys:
        if key not in PLATFORMS:
            raise CommandError(f"There is no platform “{key}”. Known: {', '.join(PLATFORMS)}.")
    return {key: PLATFORMS[key].sandbox(scale=scale, seed=seed) for key in keys or PLATFORMS}


def wire_callbacks(server: SandboxServer, base_url: str) -> None:
    """Send each platform's callbacks to the connections of it that this database knows when one is sent."""
    for key, sandbox in server.sandboxes.items():
        sandbox.send_push = pushes_to(base_url, partial(_paths_apart, key, server.server_port))


def callback_paths(key: str, port: int, event: str) -> list[str]:
    """The addresses of an event: of the connections to this server, else of the platform's; of none, by its name."""
    try:
        rows = list(Connection.objects.filter(platform=key).order_by("pk"))
    except DatabaseError:  # a receiver of somebody else's needs no database of ours
        rows = []
    ours = [row for row in rows if urlsplit(row.base_url).port == port] or rows
    found = [callback_urls(row).get(event) for row in ours] or [f"/callbacks/{key}/{event}"]
    return [path for path in found if path]


def _paths_apart(key: str, port: int, event: str) -> list[str]:
    """The same, asked in a thread of its own, whose database connection nobody else will use."""
    try:
        return callback_paths(key, port, event)
    finally:
        connection.close()


def keep_moving(sandboxes: dict[str, Sandbox], seconds: float, stop: threading.Event) -> None:
    """Every so often one of the sandboxes moves by itself."""

    def move() -> None:
        while not stop.wait(seconds):
            for sandbox in sandboxes.values():
                with sandbox.lock:
                    sandbox.move()
                if stop.wait(seconds / max(1, len(sandboxes))):
                    return

    threading.Thread(target=move, name="moves", daemon=True).start()
