"""Where requests may go: no address of a private network, whatever its spelling, is ever called (S8)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpcore
import pytest

from channels import transport
from channels.errors import AuthFailed, NotSent
from channels.platform import Ports, Settings
from channels.registry import PLATFORMS
from dashboard.sync.connections import Invalid, checked_url

PRIVATE = (
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0", "0.0.0.0", "0x7f.0.0.1", "0x7f000001", "2130706433",
    "0177.0.0.1", "017700000001", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "192.168.255.255", "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "127.0.0.1.", "127.0.0.1.nip.io",
    "metadata.google.internal", "metadata", "host.docker.internal", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[fc00::1]",
    "[fd12:3456::1]", "[fe80::1]", "[fe80::1%25eth0]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[2001:db8::1]", "[::127.0.0.1]", "[64:ff9b::a9fe:a9fe]",
    "[2001:0:7f00:1::80ff:fffe]", "①②⑦.⓪.⓪.①", "ⓛocalhost", "127。0。0。1", "127．0．0．1",
)  # fmt: skip
TRICKS = (
    "https://{host}@127.0.0.1/", "https://user:pass@{host}/", "https://127.0.0.1#@{host}/",
    "https://127.0.0.1?@{host}/", "https://{host}#x", "https://{host}?next=http://127.0.0.1",
    "https://{host}.evil.example/", "https://evil.example/{host}", "https://{host}:22/", "https://{host}:8443/",
    "https://{host}:99999/", "http://{host}/", "ftp://{host}/", "file:///etc/passwd", "gopher://{host}/",
    "javascript:alert(1)", "data:text/plain,x", "//{host}/", "{host}", "https://", "https:///path",
    "https://{host}\\@127.0.0.1/", "https://[{host}]/", "https://{host}%00.evil.example/",
    "https://{host}%2f@127.0.0.1/", "https:/\\127.0.0.1/", "https://xn--80ak6aa92e.com/",
    "https://{host}\u3002evil.example/", "unix:///var/run/docker.sock", "dict://127.0.0.1:11211/stat",
)  # fmt: skip


def corpus(host: str) -> list[str]:
    """Addresses that nobody may set."""
    found = [f"{scheme}://{private}/" for private in PRIVATE for scheme in ("https", "http")]
    return [*found, *(trick.replace("{host}", host) for trick in TRICKS)]


@pytest.mark.parametrize("key", sorted(PLATFORMS))
def test_no_other_address_can_be_set(key: str, settings: Any):
    settings.CHANNEL_ALLOWED_HOSTS = []
    platform = PLATFORMS[key]
    found = corpus(sorted(platform.production_hosts)[0])
    assert len(found) >= 80
    for trusted in (True, False):
        for url in found:
            with pytest.raises(Invalid) as refused:
                checked_url(platform, url, trusted)
            assert refused.value.field == "base_url", url
    assert checked_url(platform, platform.base_url, trusted=False) == platform.base_url.rstrip("/")


@pytest.mark.parametrize("key", sorted(PLATFORMS))
def test_an_allowed_host_is_for_those_who_may(key: str, settings: Any):
    settings.CHANNEL_ALLOWED_HOSTS = ["127.0.0.1"]
    url = "http://127.0.0.1:9000/x"
    assert checked_url(PLATFORMS[key], url, trusted=True) == url
    with pytest.raises(Invalid):
        checked_url(PLATFORMS[key], url, trusted=False)
    for near in ("http://127.0.0.1.evil.example/", "http://127.0.0.1@10.0.0.1/", "http://127.0.0.10/", "http://127.1/"):
        with pytest.raises(Invalid):
            checked_url(PLATFORMS[key], near, trusted=True)


class Canary:
    """A listener on this machine that nobody may reach."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                found, _ = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            found.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


@pytest.mark.parametrize("private", PRIVATE)
def test_the_network_door_stays_shut(canary: Canary, private: str):
    """Even where a setting was wrong: the address itself is looked at in the moment of connecting."""
    host = private.strip("[]").replace("%25", "%")
    with pytest.raises(httpcore.ConnectError):
        transport.GuardedBackend(frozenset()).connect_tcp(host, canary.port, timeout=1)
    assert canary.hits == 0


def test_a_name_that_changes_its_mind_is_asked_once(canary: Canary, monkeypatch: pytest.MonkeyPatch):
    """A resolver that first answers a public address, then this machine: the checked one is the one that is called."""
    answers, called = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"]), []

    def resolver(host: str, port: int, **more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(self: Any, host: str, port: int, *more: Any) -> Any:
        called.append(host)
        raise httpcore.ConnectError("not in a test")

    monkeypatch.setattr(transport.socket, "getaddrinfo", resolver)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(httpcore.ConnectError, match="not in a test"):
        transport.GuardedBackend(frozenset()).connect_tcp("rebinding.example", canary.port)
    with pytest.raises(httpcore.ConnectError, match="private"):
        transport.GuardedBackend(frozenset()).connect_tcp("rebinding.example", canary.port)
    assert called == ["93.184.216.34"]
    assert canary.hits == 0


@pytest.mark.parametrize("key", sorted(PLATFORMS))
def test_a_redirect_is_not_followed(key: str, canary: Canary):
    """A platform that sends us elsewhere has not answered."""
    import httpx

    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": f"http://127.0.0.1:{canary.port}/"})

    platform = PLATFORMS[key]
    settings = Settings(base_url="https://sandbox.test", credentials={f.key: "x" * 12 for f in platform.credentials})
    ports = Ports(transport=httpx.MockTransport(answer), pause=lambda seconds: None)
    with pytest.raises((NotSent, AuthFailed)):
        platform.open(settings, ports).check_credentials()
    assert set(asked) == {"sandbox.test"}
    assert canary.hits == 0
