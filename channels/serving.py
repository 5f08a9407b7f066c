"""Sandboxes on a port: a threaded HTTP/1.1 server over the standard library, with callbacks going out."""

from __future__ import annotations

import io
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from channels.drawing import draw
from channels.sandbox import Dropped, Push, Sandbox

PICTURES = "_pictures"
PICTURE_HOSTS = (b"https://img.example.com", b"https://images.example.com", b"https://cdn.shoppo.com")


class _Handler(BaseHTTPRequestHandler):
    """Bridges one connection to the sandbox whose prefix the path has.

    The hosts of the pictures that the simulators name stand nowhere: where the server draws pictures, answers name
    the server in their place.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    server: SandboxServer

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        prefix, _, rest = path.lstrip("/").partition("/")
        sandbox = self.server.sandboxes.get(prefix)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if prefix == PICTURES and self.server.draws_pictures:
            self._write("200 OK", [("Content-Type", "image/png")], draw(rest))
            return
        if sandbox is None:
            self._write("404 Not Found", [], b'{"error": "No such platform here."}')
            return
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote("/" + rest),
            "RAW_PATH": "/" + rest,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **{f"HTTP_{k.upper().replace('-', '_')}": v for k, v in self.headers.items()},
        }
        answer: list[Any] = []
        try:
            parts = sandbox(environ, lambda status, headers: answer.extend((status, headers)))
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._write(answer[0], answer[1], self._with_pictures(b"".join(parts)))

    def _with_pictures(self, body: bytes) -> bytes:
        if not self.server.draws_pictures:
            return body
        here = f"http://{self.headers.get('Host', '')}/{PICTURES}".encode()
        for host in PICTURE_HOSTS:
            body = body.replace(host, here)
        return body

    def _write(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)  # the sandbox states its own Date
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the ledger tells what happened."""


class SandboxServer(ThreadingHTTPServer):
    """Serves several sandboxes, each under ``/<platform>``."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(
        self, sandboxes: Mapping[str, Sandbox], host: str = "127.0.0.1", port: int = 0, *, draws_pictures: bool = False
    ) -> None:
        self.sandboxes = dict(sandboxes)
        self.draws_pictures = draws_pictures
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """``http://host:port``; a sandbox is at ``url/<platform>``."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def start(self) -> threading.Thread:
        """Serve in a background thread until ``shutdown()``."""
        thread = threading.Thread(target=self.serve_forever, name="sandboxes", daemon=True)
        thread.start()
        return thread


def pushes_to(base_url: str, paths: Callable[[str], Iterable[str]]) -> Callable[[Push], None]:
    """A ``send_push`` that posts each callback to ``base_url`` + the paths that its event has then, without waiting.

    An answer other than 200 is tried twice more, as platforms do.
    """

    def post(push: Push, url: str) -> None:
        for _ in range(3):
            request = urllib.request.Request(url, data=push.body, headers=push.headers, method="POST")
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                continue

    def post_all(push: Push) -> None:
        for path in paths(push.event):
            post(push, base_url.rstrip("/") + path)

    def send(push: Push) -> None:
        threading.Thread(target=post_all, args=(push,), daemon=True).start()

    return send
