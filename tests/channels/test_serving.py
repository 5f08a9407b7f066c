"""What a simulator pushes arrives at every address that its event has at that moment."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from channels.sandbox import Push
from channels.serving import pushes_to

Got = tuple[str, str | None, bytes]


@pytest.fixture
def receiver() -> Iterator[tuple[str, queue.Queue[Got], list[int]]]:
    """An address, what arrives there, and the statuses it is to answer with (200 when there are none left)."""
    got: queue.Queue[Got] = queue.Queue()
    statuses: list[int] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.put((self.path, self.headers["X-Request-Id"], body))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got, statuses
    server.shutdown()
    server.server_close()


def push(body: bytes) -> Push:
    return Push(event="order-status", headers={"X-Request-Id": "7", "Content-Type": "application/json"}, body=body)


def test_addresses_are_asked_for_when_a_push_is_sent(receiver):
    url, got, _ = receiver
    paths: dict[str, list[str]] = {}
    send = pushes_to(f"{url}/", lambda event: paths.get(event, []))
    send(push(b"nobody"))
    paths["order-status"] = ["/callbacks/a/order-status", "/callbacks/b/order-status"]
    send(push(b"both"))
    assert [got.get(timeout=20) for _ in range(2)] == [
        ("/callbacks/a/order-status", "7", b"both"),
        ("/callbacks/b/order-status", "7", b"both"),
    ]
    assert got.empty()


def test_a_refused_push_is_sent_three_times_in_all(receiver):
    url, got, statuses = receiver
    statuses += [500, 401, 500]
    pushes_to(url, lambda event: ["/x", "/y"])(push(b"{}"))
    assert [got.get(timeout=20)[0] for _ in range(4)] == ["/x", "/x", "/x", "/y"]
