"""Numbers that come as text, and whole numbers with a point: the records are the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from channels.registry import PLATFORMS
from channels.sandbox import Reply
from tests.channels.opening import open_over, sandbox_of


def as_text(value: Any) -> Any:
    """Every number, wherever it stands, as text."""
    if isinstance(value, dict):
        return {key: as_text(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_text(one) for one in value]
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def with_point(value: Any) -> Any:
    """Every count with a point and a zero; parts of ids and codes stay, and times are too large to be counts."""
    if isinstance(value, dict):
        named = ("id", "seq", "random", "status", "reason", "type", "days")
        return {key: one if key.lower().rstrip("3").endswith(named) else with_point(one) for key, one in value.items()}
    if isinstance(value, list):
        return [with_point(one) for one in value]
    is_count = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**6
    return float(value) if is_count else value


def everything(channel: Any) -> dict[str, list[Any]]:
    """The records of every feed, without the JSON that they came as."""
    found: dict[str, list[Any]] = {}
    for name in sorted(name for name in dir(channel) if name.startswith("pull_")):
        after, records = None, []
        for _ in range(50):
            page = getattr(channel, name)(after, None)
            assert page.bad == ()
            records += [
                msgspec.structs.replace(one, raw=b"") if "raw" in one.__struct_fields__ else one for one in page.records
            ]
            after = page.next
            if after is None:
                break
        found[name] = records
    return found


@pytest.mark.parametrize("change", [as_text, with_point])
@pytest.mark.parametrize("key", sorted(PLATFORMS))
def test_records_are_the_same_however_numbers_are_written(key: str, change: Callable[[Any], Any]) -> None:
    wanted = everything(open_over(PLATFORMS[key], sandbox_of(PLATFORMS[key])))
    sandbox = sandbox_of(PLATFORMS[key])
    handle = sandbox.handle

    def changed(request: Any, in_process: bool = True) -> Reply:
        reply = handle(request, in_process)
        whole = change(json.loads(reply.encoded(), parse_float=Decimal))
        return Reply(reply.status, json.dumps(whole, default=float).encode(), reply.headers)

    sandbox.handle = changed  # type: ignore[method-assign]
    assert everything(open_over(PLATFORMS[key], sandbox)) == wanted
    assert any(wanted.values())
