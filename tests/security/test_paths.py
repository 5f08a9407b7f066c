"""Ids that would climb out of their place in an address or a query: they stay one segment, or one variable (S20)."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from channels import records as r
from channels.errors import ChannelError
from channels.http import Call, Http
from channels.platform import MemoryTokens, Ports, Settings
from channels.ports import StaticHeaders
from channels.registry import PLATFORMS
from channels.routes import Route, Routes
from channels.shoppo.queries import document, operations

# An id as somebody may have planted it, and the bytes that stand for it in a path.
CORPUS = {
    "7": b"7",
    "a-b_c.d~e": b"a-b_c.d~e",
    "..": b"%2E%2E",
    ".": b"%2E",
    "...": b"%2E%2E%2E",
    "../admin": b"..%2Fadmin",
    "../../": b"..%2F..%2F",
    "/": b"%2F",
    "//evil.example/": b"%2F%2Fevil.example%2F",
    "\\..\\x": b"%5C..%5Cx",
    "a?b=c": b"a%3Fb%3Dc",
    "a&b=c": b"a%26b%3Dc",
    "a#b": b"a%23b",
    "a%2fb": b"a%252fb",
    "%2e%2e": b"%252e%252e",
    "%00": b"%2500",
    "\x00": b"%00",
    "a b": b"a%20b",
    "a+b": b"a%2Bb",
    "a;b": b"a%3Bb",
    "a:b@c": b"a%3Ab%40c",
    "{id}": b"%7Bid%7D",
    "1\r\nX-Evil: 1": b"1%0D%0AX-Evil%3A%201",
    "订单": b"%E8%AE%A2%E5%8D%95",
    "Ä/ö": b"%C3%84%2F%C3%B6",
    "\u202e7": b"%E2%80%AE7",
    "\U0001f4a3": b"%F0%9F%92%A3",
    '"}) { x }': b"%22%7D%29%20%7B%20x%20%7D",
}


class Listener:
    """Hears requests on a port and answers 404; `heard` holds the bytes of each head."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                found, _ = self._socket.accept()
            except OSError:
                return
            with found:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += found.recv(65_536)
                self.heard.append(head)
                found.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


class Silent:
    """A dialect that explains nothing."""

    def explain(self, answer: Any, route: Any, now: Any) -> None:
        return None

    def limits(self, answer: Any) -> None:
        return None


def with_ids() -> list[Any]:
    """Every route of every platform that has an id in its path."""
    found = [(key, route) for key, one in sorted(PLATFORMS.items()) for route in one.routes if route.params]
    return [pytest.param(key, route, id=f"{key} {route.name}") for key, route in found]


@pytest.mark.parametrize(("key", "route"), with_ids())
def test_an_id_is_one_segment_of_the_request_line(listener: Listener, key: str, route: Route):
    http = Http(
        base_url=f"{listener.url}/base",
        routes=Routes(PLATFORMS[key].routes),
        authorizer=StaticHeaders({}),
        dialect=Silent(),
        private_hosts=frozenset({"127.0.0.1"}),
    )
    for remote_id in CORPUS:
        with pytest.raises(ChannelError):
            http.send(Call(route=route, params=dict.fromkeys(route.params, remote_id)))
    http.close()
    wanted = []
    for encoded in CORPUS.values():
        path = route.path.encode()
        for name in route.params:
            path = path.replace(b"{%s}" % name.encode(), encoded)
        wanted.append(b"%s /base%s HTTP/1.1" % (route.method.encode(), path))
    assert [head.split(b"\r\n")[0] for head in listener.heard] == wanted
    assert not any(line.lower().startswith(b"x-evil") for head in listener.heard for line in head.split(b"\r\n"))


def test_three_platforms_have_ids_in_paths_and_two_have_none():
    assert {param.values[0] for param in with_ids()} == {"accplanet", "fulfillbot", "imetastore"}
    assert len(with_ids()) == 30


def asked(key: str, call: Callable[[Any], Any]) -> list[httpx.Request]:
    """The requests that a call makes of a platform that knows nothing."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(404, json={})

    platform = PLATFORMS[key]
    credentials = {field.key: "x" * 12 for field in platform.credentials}
    settings = Settings(base_url="https://sandbox.test", credentials=credentials)
    ports = Ports(transport=httpx.MockTransport(answer), tokens=MemoryTokens(), pause=lambda seconds: None)
    channel = platform.open(settings, ports)
    try:
        call(channel)
    except ChannelError:
        pass
    finally:
        channel.http.close()
    return seen


GRAPHQL: dict[str, Callable[[Any, str], Any]] = {
    "read_order": lambda channel, given: channel.read_order(r.Ref(remote_id=given)),
    "read_product": lambda channel, given: channel.read_product(r.Ref(remote_id=given)),
    "read_ticket": lambda channel, given: channel.read_ticket(r.Ref(remote_id=given, kind="refund")),
    "find_orders": lambda channel, given: channel.find_orders(given),
    "pull_orders": lambda channel, given: channel.pull_orders(given, None),
    "pull_products": lambda channel, given: channel.pull_products(given, None),
    "cancel_order": lambda channel, given: channel.cancel_order(r.Ref(remote_id=given)),
    "cancel_line": lambda channel, given: channel.cancel_line(r.Ref(remote_id=given)),
    "mark_paid": lambda channel, given: channel.mark_paid(r.Ref(remote_id=given), given),
    "reply_ticket": lambda channel, given: channel.reply_ticket(r.Ref(remote_id=given), given),
}


@pytest.mark.parametrize("name", sorted(GRAPHQL))
def test_an_id_is_a_variable_and_never_a_part_of_the_query(name: str):
    documents = {document(operation) for operation in operations()}
    told = 0
    for remote_id in CORPUS:
        for request in asked("shoppo", lambda channel, given=remote_id: GRAPHQL[name](channel, given)):
            body = json.loads(request.content)
            assert body["query"] in documents
            assert (request.method, request.url.raw_path.partition(b"?")[0]) == ("POST", b"/")
            told += remote_id in str(body["variables"].values()) or remote_id in texts(body["variables"])
    assert told >= len(CORPUS) - 1 or name.startswith("pull_")


def texts(value: Any) -> list[str]:
    """Every text inside a JSON value."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


QUERIED: dict[str, Callable[[Any, str], Any]] = {
    "read_product": lambda channel, given: channel.read_product(r.Ref(remote_id=given, sku=given)),
    "delete_product": lambda channel, given: channel.delete_product(r.Ref(remote_id=given, sku=given)),
    "read_order": lambda channel, given: channel.read_order(r.Ref(remote_id=given, parent="shop:1")),
    "set_stock": lambda channel, given: channel.set_stock(
        (r.StockChange(variant=r.Ref(remote_id=given, parent=given, sku=given), quantity=1),)
    ),
}


@pytest.mark.parametrize("name", sorted(QUERIED))
def test_an_id_in_a_query_string_stays_one_value(name: str):
    paths, told = {route.path.encode() for route in PLATFORMS["m2e"].routes}, 0
    for remote_id in CORPUS:
        for request in asked("m2e", lambda channel, given=remote_id: QUERIED[name](channel, given)):
            path, _, query = request.url.raw_path.partition(b"?")
            assert path in paths
            pairs = parse_qsl(query.decode(), keep_blank_values=True)
            assert {key for key, _value in pairs} <= {"sku", "channel", "account_token", "page", "limit"}
            assert all(value == remote_id for key, value in pairs if key == "sku")
            told += ("sku", remote_id) in pairs or remote_id in texts(json.loads(request.content or b"null"))
    assert told >= len(CORPUS) or name == "read_order"
