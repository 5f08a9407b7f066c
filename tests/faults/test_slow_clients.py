"""Clients that never finish what they say, at the web server as it is started in production (F21)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.utils import timezone

from channels.imetastore.sandbox import ImetastoreSandbox
from tests.connected import Connect, Connected, pull
from tests.faults.house import PATIENCE, House
from tests.faults.pushing import address, signed

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SLOW = 200


@pytest.fixture
def pushed(connect: Connect) -> Connected:
    found = connect("imetastore", "pushed", values=dict(ImetastoreSandbox.options))
    pull(found.connection, "orders")
    return found


@pytest.fixture
def web(pushed: Connected, tmp_path: Path) -> Iterator[str]:
    house = House(tmp_path)
    yield house.web()
    house.close()


def slow_ones(url: str) -> list[socket.socket]:
    """Half never end their headers; half never send the body that they announced to an address nobody can guess."""
    found = []
    for n in range(SLOW):
        link = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=PATIENCE)
        said = f"POST /callbacks/no-key-{n}/order-status HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        link.sendall((said + ("X-Slow: " if n % 2 else "Content-Length: 1000\r\n\r\n{")).encode())
        found.append(link)
    return found


def last_words(link: socket.socket) -> bytes:
    """Blocks until the server has answered or hung up, gently or not."""
    try:
        return link.recv(4096)
    except ConnectionResetError:
        return b""


def test_others_are_served_while_two_hundred_never_finish(web: str, pushed: Connected):
    push = signed(pushed.sandbox.callback_secret, pushed.sandbox.orders[0], timezone.now(), "5")
    where = address(pushed, push.event)
    with contextlib.ExitStack() as stack, httpx.Client(base_url=web, timeout=PATIENCE, trust_env=False) as client:
        slow = [stack.enter_context(link) for link in slow_ones(web)]
        statuses = [client.get("/healthz").status_code for _ in range(30)]
        statuses += [client.get("/staff/sign-in/").status_code for _ in range(30)]
        statuses += [client.post(where, content=push.body, headers=push.headers).status_code for _ in range(30)]
        ends = [last_words(link) for link in slow]
    assert statuses == [200] * 90
    assert [end[:12] for end in ends[::2]] == [b"HTTP/1.1 404"] * (SLOW // 2)
    assert all(end[:12] in (b"", b"HTTP/1.1 408") for end in ends[1::2])
    assert pushed.connection.callbacks.count() == 1
