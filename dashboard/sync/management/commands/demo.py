"""Starts everything: database, demo people and connections, sandboxes, worker, web."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from channels.sandbox import SCALES
from dashboard.sync import demo

LIVED = 5.0  # seconds after which the end of a process is no longer taken for a failure to start


class Command(BaseCommand):
    """`demo [--host H] [--port N] [--reset] [--scale small|medium|large]`."""

    help = "Start the dashboard over live sandboxes: everything needed, on this machine, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SURFACE §2."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--sandbox-port", type=int, default=9000)
        parser.add_argument("--reset", action="store_true", help="begin anew: forget the demo's data first")
        parser.add_argument("--scale", choices=list(SCALES), default="small")
        parser.add_argument("--move-every", type=float, default=45.0, help="seconds between things that happen")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start the children, watch them, end them."""
        for name in ("port", "sandbox_port"):
            demo.require_free_port(options["host"] if name == "port" else "127.0.0.1", options[name])
        if options["reset"]:
            self._reset()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        fillings = demo.prepare(f"http://127.0.0.1:{options['sandbox_port']}")
        children = Children(self._programs(options))
        try:
            with contextlib.suppress(KeyboardInterrupt):
                children.start("sandboxes")
                children.wait_for("sandboxes", options["sandbox_port"])
                children.start("web", "worker")
                self._welcome(options)
                children.watch("worker", meanwhile=fillings.go_on)
        finally:
            children.stop()
            self.stdout.write("Stopped.")

    def _programs(self, options: dict[str, Any]) -> dict[str, list[str]]:
        manage = [sys.executable, "manage.py"]
        address = f"http://{options['host']}:{options['port']}"
        web = [sys.executable, "-m", "granian", "--interface", "wsgi", "dashboard.wsgi:application"]
        web += ["--host", options["host"], "--port", str(options["port"]), "--blocking-threads", "8", "--no-log"]
        sandboxes = ["sandbox", "--port", str(options["sandbox_port"]), "--scale", options["scale"]]
        sandboxes += ["--callbacks-to", address, "--move-every", str(options["move_every"]), "--draw-pictures"]
        worker = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "dashboard", "--quiet", "worker"]
        worker += ["-B", "-P", "threads", "-c", "6"]
        return {
            "sandboxes": [*manage, *sandboxes],
            "web": web,
            "worker": [*worker, "-l", "WARNING", "-s", str(Path(settings.DATA_DIR) / "celerybeat-schedule")],
        }

    def _welcome(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"\nThe dashboard: http://{options['host']}:{options['port']}\n")
        self.stdout.write("Sign in as (one per role):")
        for name, password, role in demo.PEOPLE:
            self.stdout.write(f"  {name:<12} {password:<26} {role}")
        self.stdout.write(f"Data: {settings.DATA_DIR} (kept; make demo-reset begins anew). Ctrl-C stops everything.\n")
        self.stdout.flush()

    def _reset(self) -> None:
        database = settings.DATABASES["default"]
        if not str(database["ENGINE"]).endswith("sqlite3"):
            raise CommandError("--reset only forgets the demo's own SQLite file; empty this database by hand.")
        for path in Path(settings.DATA_DIR).glob(Path(database["NAME"]).name + "*"):
            path.unlink()
        shutil.rmtree(Path(settings.DATA_DIR) / "broker" / "messages", ignore_errors=True)
        (Path(settings.DATA_DIR) / "broker" / "messages").mkdir(parents=True, exist_ok=True)


class Children:
    """The processes of the demo: started together, ended together, none left behind."""

    def __init__(self, programs: dict[str, list[str]]) -> None:
        self._programs = programs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._since: dict[str, float] = {}

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)

    def start(self, *names: str) -> None:
        """Start each in a process group of its own, so that Ctrl-C reaches this process alone."""
        for name in names:
            program = self._programs[name]
            self._since[name] = time.monotonic()
            self._running[name] = subprocess.Popen(program, start_new_session=True, env=os.environ.copy())  # noqa: S603

    def wait_for(self, name: str, port: int) -> None:
        """Return once something listens on the local port. Raises `CommandError` when none does within two minutes."""
        deadline = time.monotonic() + 120
        while not demo.listens(port):
            self._require_running()
            if time.monotonic() > deadline:
                raise CommandError(f"The {name} process did not listen on port {port} within two minutes.")
            time.sleep(0.1)

    def watch(self, *revived: str, meanwhile: Callable[[], None]) -> None:
        """Until Ctrl-C, which raises `KeyboardInterrupt`, or until one ends by itself, which raises `CommandError`.

        Those to be revived are started anew, unless they end at once.
        """
        while True:
            meanwhile()
            for name in revived:
                if self._running[name].poll() is not None and time.monotonic() - self._since[name] > LIVED:
                    self.start(name)
            self._require_running()
            time.sleep(0.5)

    def _require_running(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                raise CommandError(f"The {name} process ended with {process.returncode}.")

    def stop(self) -> None:
        """Ask them to end; after eight seconds end them."""
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + 8
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait(5)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """To the whole group, so that grandchildren end too."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
