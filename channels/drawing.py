"""Pictures for the simulators: every address has its own, drawn from its digest, the same each time."""

from __future__ import annotations

import hashlib
import struct
import zlib

SIDE = 96


def draw(seed: str) -> bytes:
    """A PNG of ``SIDE`` × ``SIDE`` pixels: two colours and a figure that the seed decides."""
    digest = hashlib.blake2b(seed.encode(), digest_size=8).digest()
    ground, ink = (_tint(digest[0], 205), _tint(digest[1], 95))
    rows = (_row(y, digest[2] % 3, ground, ink) for y in range(SIDE))
    return _png(zlib.compress(b"".join(rows), 6))


def _tint(turn: int, light: int) -> bytes:
    """A muted colour: ``turn`` (0 to 255) goes round the colours, ``light`` is its middle brightness."""
    third = turn / 256 * 3
    return bytes(int(light + 40 * (1 - min(abs(third - k), 3 - abs(third - k)) * 1.3)) for k in range(3))


def _row(y: int, figure: int, ground: bytes, ink: bytes) -> bytes:
    middle, reach = SIDE / 2, SIDE / 3.2

    def inside(x: int) -> bool:
        dx, dy = abs(x - middle), abs(y - middle)
        return (dx * dx + dy * dy < reach * reach, max(dx, dy) < reach * 0.85, dx + dy < reach * 1.2)[figure]

    return b"\0" + b"".join(ink if inside(x) else ground for x in range(SIDE))


def _png(pixels: bytes) -> bytes:
    """The file (PNG specification, sections 5.2 and 5.3): eight bits a channel, RGB, no interlace."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
