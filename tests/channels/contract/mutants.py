"""Answers that are nearly right: the bytes of a true answer, spoiled in one of many ways."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**53 + 1, 10**30, 1.5, 1e300, "", " ", "NaN", "-1e400", "9" * 400, "x" * 5000,
    "0001-01-01", "2025-02-30", "9999-12-31T23:59:59Z", "\u0000", "💥", "٣", [], {}, [None], [[]], {"list": None},
    "../../etc/passwd", "<script>", "=1+1",
)  # fmt: skip
BROKEN: tuple[bytes, ...] = (
    b"", b" ", b"null", b"true", b"0", b'""', b"[]", b"{}", b"[[]]", b"{", b"]", b"NaN", b"Infinity", b"1e400",
    b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"\xc3\x28", b"<html>Bad gateway</html>", b'{"data": NaN}',
    b'{"a": 1, "a": 2}', b'{"data": 1e999999999}', b"[" * 5000, b'{"data":' * 3000, b"\x00" * 64, b"{}{}", b"'{}'",
)  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a payload, the payload itself left out."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    inner = [place for key, item in pairs for place in places(item, (*at, key))]
    return [at, *inner] if at else inner


def mutants(body: bytes, number: int, seed: int) -> Iterator[bytes]:
    """The broken ones first, then cut and flipped bytes, then places dropped or replaced by something odd."""
    chosen = random.Random(seed)
    yield from BROKEN
    for _ in range(number // 4):
        yield body[: chosen.randrange(len(body))]
        at = chosen.randrange(len(body))
        yield body[:at] + bytes([body[at] ^ (1 << chosen.randrange(8))]) + body[at + 1 :]
    for _ in range(number // 2):
        yield _replaced(json.loads(body), chosen)


def _replaced(payload: Any, chosen: random.Random) -> bytes:
    for _ in range(chosen.randint(1, 3)):
        found = places(payload)
        if not found:
            break
        *way, key = chosen.choice(found)
        target = payload
        for step in way:
            target = target[step]
        if chosen.random() < 0.3 and isinstance(target, dict):
            del target[key]
        else:
            target[key] = copy.deepcopy(chosen.choice(ODD))  # the next step may change it
    text = json.dumps(payload)
    return text.replace('"NaN"', "NaN").encode("utf-8", "surrogatepass")
