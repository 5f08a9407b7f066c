"""The whole house as it runs in production, with services that a test may break: PostgreSQL, Redis, web, worker."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from dashboard.staff.models import User
from tests.drill.farm import ROOT, environment

PATIENCE = 600  # seconds that anything may take on a busy machine


def until(is_so: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait for it; its first true value."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} seconds"
        time.sleep(0.1)
    return found


def free_port() -> int:
    """A port that nobody listens on, below those that the system itself gives out."""
    while True:
        port = random.SystemRandom().randrange(15_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def listens(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Program:
    """A process with its children; what it says goes into a file."""

    def __init__(self, command: list[str], said: Path, environ: Mapping[str, str] | None = None) -> None:
        self.said = said
        with said.open("ab") as stream:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=stream, stderr=stream, start_new_session=True
            )

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its number, and that of its group."""
        return self._process.pid

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal to it and its children, and wait; the deaf are killed."""
        for one in (number, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, one)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(60)
                break


class Redis:
    """A Redis of one's own, without any file."""

    def __init__(self, folder: Path) -> None:
        self._program = shutil.which("redis-server")
        if self._program is None:
            pytest.skip("no redis-server is installed")
        self._folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        assert self._program
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir"]
        self._running = Program([*command, str(self._folder)], self._folder / "redis.log")
        until(lambda: listens(self.port), "Redis")

    def kill(self) -> None:
        """As when its machine loses power."""
        self._running.end(signal.SIGKILL)

    def client(self) -> Any:
        """To ask it."""
        import redis

        return redis.Redis(port=self.port)


class Postgres:
    """A PostgreSQL cluster of one's own in a folder of its own; `crash` is what an operator would rather not do.

    `rows` and `log`, empty folders, hold what its tables hold and what it writes ahead, if those shall lie elsewhere.
    """

    def __init__(self, rows: Path | None = None, log: Path | None = None) -> None:
        places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
        found = str(places[-1]) if places else shutil.which("initdb")
        if found is None:
            pytest.skip("no initdb is installed")
        pytest.importorskip("psycopg")
        self._bin = Path(found).resolve().parent
        self._as: list[str] = []
        self.folder = Path(tempfile.mkdtemp(prefix="dashboard-postgres-"))
        if os.getuid() == 0:
            if shutil.which("setpriv") is None or not _is_user("postgres"):
                pytest.skip("PostgreSQL does not run as root, and there is no setpriv or no user postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            for one in filter(None, (self.folder, rows, log)):
                shutil.chown(one, "postgres", "postgres")
        self.port = free_port()
        aside = ["-X", str(log), "--wal-segsize=1"] if log else []
        self._run("initdb", "-A", "trust", "-U", "postgres", "-D", str(self.folder / "data"), *aside)
        try:
            self.start()
            with self._link("postgres") as link:
                if rows:
                    link.execute(f"CREATE TABLESPACE small LOCATION '{rows}'")
                link.execute("CREATE DATABASE house" + (" TABLESPACE small" if rows else ""))
        except BaseException:
            self.remove()
            raise

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c max_connections=80"
        self._control("start", "-w", "-t", str(PATIENCE), "-o", options)

    def crash(self) -> None:
        """Every session is cut off in the middle; nothing is written back."""
        self._control("stop", "-m", "immediate", "-w", "-t", str(PATIENCE))

    def come_back(self) -> None:
        """Wait until it answers; if it has ended, start it again."""
        ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]

        def answers() -> bool:
            with contextlib.suppress(subprocess.CalledProcessError):  # it had not ended yet, or has since
                if not self._control("status", check=False):
                    self.start()
            return subprocess.run(ready, check=False).returncode == 0

        until(answers, "PostgreSQL")

    def remove(self) -> None:
        """End it and forget it."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cut_off_everybody_else(self) -> int:
        """Terminate every other session of the database, whatever it does; how many there were."""
        with self._link("house") as link:
            rows = link.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = 'house' AND application_name <> 'the test'"
            ).fetchall()
        return len(rows)

    def _link(self, name: str) -> Any:
        import psycopg

        address = f"postgresql://postgres@127.0.0.1:{self.port}/{name}"
        return psycopg.connect(address, autocommit=True, application_name="the test")

    def _control(self, *words: str, check: bool = True) -> bool:
        return self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), *words, check=check)

    def _run(self, name: str, *words: str, check: bool = True) -> bool:
        command = [*self._as, str(self._bin / name), *words]
        done = subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        return done.returncode == 0


def _is_user(name: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@contextlib.contextmanager
def lived_in(postgres: Postgres) -> Iterator[None]:
    """This process works on that cluster's database, migrated, instead of the tests' own."""
    theirs = connections.databases["default"]
    there = {
        **theirs,
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "house", "USER": "postgres", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": postgres.port,
        "OPTIONS": {}, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True,
    }  # fmt: skip
    kept = connections["default"]
    connections.databases["default"] = there
    del connections["default"]
    try:
        call_command("migrate", interactive=False, verbosity=0)
        yield
    finally:
        connections["default"].close()
        connections.databases["default"] = theirs
        connections["default"] = kept


class House:
    """The web server and the worker, over this process's database, configured as in production."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.environ = {
            **environment(),
            "DEBUG": "false",
            "DATA_DIR": str(folder / "data"),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "false",
            "CELERY_BROKER_URL": "filesystem://",
            "REDIS_URL": "",
            "DATABASE_POOL": "true",
            "LOG_LEVEL": "WARNING",
            **environ,
        }
        self.programs: dict[str, Program] = {}
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, cwd=ROOT, env=self.environ, check=True, timeout=600)

    def web(self, *options: str) -> str:
        """Start the web server as the README says; its address."""
        port = free_port()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "dashboard.wsgi:application", "--no-log"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "8"]
        command += ["--http1-header-read-timeout", "10000", *options]
        self.programs["web"] = Program(command, self.folder / "web.log", self.environ)
        address = f"http://127.0.0.1:{port}"
        until(lambda: _status(f"{address}/healthz") == 200, "the web server")
        return address

    def worker(self, *options: str) -> None:
        """Start a worker with its clock."""
        command = [sys.executable, "-m", "celery", "-A", "dashboard", "worker", "-B", "-P", "threads", "-c", "4"]
        command += ["-l", "WARNING", "-s", str(self.folder / "beat"), *options]
        self.programs["worker"] = Program(command, self.folder / "worker.log", self.environ)

    def close(self) -> None:
        """End what was started."""
        for program in self.programs.values():
            program.end()


def signed_in(address: str, user: User) -> httpx.Client:
    """A browser of that person: signed in, with a token against forged forms."""
    from django.middleware.csrf import _get_new_csrf_string
    from django.test import Client

    own = Client()
    own.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    token = _get_new_csrf_string()
    cookies = {settings.SESSION_COOKIE_NAME: own.cookies[settings.SESSION_COOKIE_NAME].value, "csrftoken": token}
    headers = {"X-CSRFToken": token}
    return httpx.Client(base_url=address, cookies=cookies, headers=headers, timeout=PATIENCE, trust_env=False)


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=60, trust_env=False).status_code
    except httpx.HTTPError:
        return 0
