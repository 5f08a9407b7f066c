"""Answers without an end, and small ones that swell: refused at the cap, and memory stays (F11)."""

from __future__ import annotations

import gzip
import resource
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels import errors as e
from channels.platform import Ports, Settings
from channels.registry import PLATFORMS

PIECE = 64 * 1024
MIB = 1024 * 1024


class Endless(httpx.BaseTransport):
    """Answers with pieces until somebody stops reading."""

    def __init__(self, pieces: Callable[[], Iterator[bytes]], **headers: str) -> None:
        self.pieces, self.headers, self.given, self.asked = pieces, headers, 0, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return httpx.Response(200, headers=self.headers, content=self._counted())

    def _counted(self) -> Iterator[bytes]:
        for piece in self.pieces():
            self.given += len(piece)
            yield piece


def endless() -> Iterator[bytes]:
    """A gigabyte, made as it is read."""
    for _ in range(1024 * MIB // PIECE):
        yield b"0" * PIECE


@cache
def squeezed() -> bytes:
    """256 MiB squeezed to a thousandth."""
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(made.compress(b"0" * MIB) for _ in range(256)) + made.flush()


def bomb() -> Iterator[bytes]:
    """It, in the pieces in which it comes."""
    yield from (squeezed()[at : at + PIECE] for at in range(0, len(squeezed()), PIECE))


def peak(*, afresh: bool = False) -> int:
    """The largest memory of this process, in bytes: so far, or beginning `afresh` where the system can forget it."""
    try:
        if afresh:
            Path("/proc/self/clear_refs").write_text("5")
        told = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(told.partition("VmHWM:")[2].split()[0]) * 1024


def opened(key: str, transport: httpx.BaseTransport) -> Any:
    """A channel whose platform answers through the transport."""
    platform = PLATFORMS[key]
    settings = Settings(base_url="https://sandbox.test", credentials={f.key: "x" * 12 for f in platform.credentials})
    return platform.open(settings, Ports(transport=transport, pause=lambda seconds: None))


@pytest.mark.parametrize("key", sorted(PLATFORMS))
@pytest.mark.parametrize("kind", ["endless", "bomb"])
def test_a_huge_answer_is_refused_at_the_cap(key: str, kind: str):
    headers = {"content-encoding": "gzip"} if kind == "bomb" else {}
    transport = Endless(bomb if kind == "bomb" else endless, **headers)
    assert len(squeezed()) < MIB
    channel = opened(key, transport)
    before = peak(afresh=True)
    with pytest.raises(e.NotSent, match="larger than 16 MiB"):
        channel.check_credentials()
    assert peak() - before <= 64 * MIB
    assert transport.given <= transport.asked * 17 * MIB


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity", ""])
def test_what_is_small_is_read_squeezed_or_not(encoding: str):
    answer = b'{"success": true, "data": {"id": 1, "username": "Ann"}}'
    body = gzip.compress(answer) if "gzip" in encoding.lower() else answer
    transport = Endless(lambda: iter([body[:20], body[20:]]), **{"content-encoding": encoding})
    assert opened("fulfillbot", transport).check_credentials().name == "Ann"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "compress", "gzip, gzip"])
def test_what_cannot_be_inflated_is_no_answer(encoding: str):
    for body in (gzip.compress(b"{}" * 900)[:-12], b"not squeezed", b""):
        transport = Endless(lambda body=body: iter([body]), **{"content-encoding": encoding})
        with pytest.raises(e.NotSent, match="no complete answer came back"):
            opened("fulfillbot", transport).check_credentials()
