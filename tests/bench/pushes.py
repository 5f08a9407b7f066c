"""Pushes in: verified, without doubles, kept for good, against a bare view of the same server (QUALITY T8)."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection as database
from django.utils import timezone

from channels.imetastore.callbacks import signature
from dashboard.sync.models import Callback, Connection
from tests.drill.farm import ROOT, environment
from tests.faults.house import Program, free_port, listens, until

EVENT, SECRET, KEY = "order-status", "a-secret-of-this-bench", "key-of-this-bench"
CLIENTS, ROUNDS, SECONDS = 8, 5, 1.0
Latencies = list[float]


def run(rows: int) -> None:
    """Print rates by turns and their ratios, then how long pushes take at half and at the whole rate."""
    Connection.objects.filter(slug="bench-pushes").delete()
    Connection.objects.create(
        platform="imetastore", slug="bench-pushes", title="Pushes", base_url="https://imetastore.io/api",
        callback_key=KEY, callback_secrets=[SECRET],
    )  # fmt: skip
    database.close()
    with _web() as port:
        doors = {
            "bare": lambda: _request("/callbacks/bare"),
            "ours": lambda: _push(f"/callbacks/{KEY}/{EVENT}"),
            "plain": lambda: _push(f"/callbacks/plain/{KEY}/{EVENT}"),
        }
        rates: dict[str, list[float]] = {name: [] for name in doors}
        for made in doors.values():
            _load(port, made, 0.5)
        for _ in range(ROUNDS):
            for name, made in doors.items():
                rates[name].append(len(_load(port, made, SECONDS)) / SECONDS)
        at_most = _load(port, doors["ours"], SECONDS)
        rate = statistics.median(rates["ours"])
        at_half = _load(port, doors["ours"], SECONDS, pause=CLIENTS / (rate / 2))
    print(f"\npushes on {database.vendor}, granian, {CLIENTS} clients; medians of {ROUNDS} turns, a second")
    for name, found in rates.items():
        print(f"  {name:<6} {statistics.median(found):8.0f}  ({min(found):.0f}–{max(found):.0f})")
    print(f"  ours ÷ bare view     {_ratio(rates, 'bare'):.2f}")
    print(f"  ours ÷ get_or_create {_ratio(rates, 'plain'):.2f}")
    print(f"  p99 at most {_p99(at_most):.0f} ms, at half {_p99(at_half):.0f} ms")
    insert = _pgbench()
    if insert:
        print(f"  ours ÷ the same INSERT by pgbench ({insert:.0f} a second) {rate / insert:.2f}")
    Callback.objects.all().delete()


def _ratio(rates: dict[str, list[float]], other: str) -> float:
    return statistics.median(ours / theirs for ours, theirs in zip(rates["ours"], rates[other], strict=True))


def _p99(found: Latencies) -> float:
    return sorted(found)[int(len(found) * 0.99)] * 1000


@contextmanager
def _web() -> Iterator[int]:
    """The server as the README starts it, over this database; the port."""
    port, said = free_port(), Path(tempfile.mkdtemp(prefix="bench-")) / "web.log"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "tests.bench.pushes_web:application", "--no-log"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "8"]
    more = {"DEBUG": "false", "ALLOWED_HOSTS": "127.0.0.1", "SECURE_SSL_REDIRECT": "false", "DATABASE_POOL": "true"}
    more["CELERY_BROKER_URL"] = os.environ.get("CELERY_BROKER_URL", "filesystem://")
    program = Program(command, said, environment(**more))
    try:
        until(lambda: listens(port), "the web server")
        yield port
    finally:
        program.end()
        shutil.rmtree(said.parent)


def _request(path: str, body: bytes = b"{}", **headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _push(path: str) -> bytes:
    """A push that nobody has sent before, signed."""
    stamp, one = str(int(timezone.now().timestamp() * 1000)), secrets.token_hex(8)
    body = json.dumps({"orderId": one, "orderNum": one, "sellerOrderStatus": 2}).encode()
    signed = signature(stamp, one, SECRET)
    return _request(path, body, X_Timestamp=stamp, X_Request_Id=one, X_Signature=signed)


def _load(port: int, made: Callable[[], bytes], seconds: float, pause: float = 0.0) -> Latencies:
    """Every client sends one request after the other over its own connection; how long each took."""
    found: list[Latencies] = [[] for _ in range(CLIENTS)]
    until_ = time.monotonic() + seconds
    threads = [threading.Thread(target=_client, args=(port, made, until_, pause, each)) for each in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [one for each in found for one in each]


def _client(port: int, made: Callable[[], bytes], deadline: float, pause: float, found: Latencies) -> None:
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (begun := time.monotonic()) < deadline:
            request = made()
            sent = time.monotonic()
            link.sendall(request)
            answer = _whole(link)
            if not answer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(answer[:200].decode("latin-1"))
            found.append(time.monotonic() - sent)
            if pause:
                time.sleep(max(0.0, begun + pause - time.monotonic()))


def _whole(link: socket.socket) -> bytes:
    """One answer to its end, whether its length is stated or it comes in chunks."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += link.recv(65_536)
    head, _, body = answer.partition(b"\r\n\r\n")
    _, _, stated = head.lower().partition(b"content-length: ")
    length = int(stated.split(b"\r\n")[0]) if stated else None
    while len(body) < length if length is not None else not body.endswith(b"0\r\n\r\n"):
        more = link.recv(65_536)
        answer, body = answer + more, body + more
    return answer


def _pgbench() -> float:
    """How often a second the database takes the same row from as many clients; 0 where it cannot be told."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    if database.vendor != "postgresql" or not programs:
        return 0.0
    kept = Callback.objects.order_by("-pk").first()
    if kept is None:
        return 0.0
    fields = [field for field in Callback._meta.concrete_fields if not field.primary_key]
    names = ", ".join(str(field.column) for field in fields)
    values = ", ".join("md5(random()::text)" if field.name == "dedupe_key" else str(field.column) for field in fields)
    script = f"INSERT INTO sync_callback ({names}) SELECT {values} FROM sync_callback WHERE id = {kept.pk}"
    at = database.settings_dict
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(f"{script} ON CONFLICT DO NOTHING RETURNING id;\n")
        file.flush()
        command = [str(programs[-1]), "-n", "-h", at["HOST"] or "127.0.0.1", "-p", str(at["PORT"] or 5432)]
        command += ["-U", at["USER"], "-c", str(CLIENTS), "-j", "2", "-T", "5", "-f", file.name, at["NAME"]]
        environ = {**os.environ, "PGPASSWORD": at["PASSWORD"]}
        said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=environ).stdout
    return float(next(line for line in said.splitlines() if line.startswith("tps")).split()[2])
