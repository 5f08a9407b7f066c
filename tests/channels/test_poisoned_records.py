"""One poisoned record in a page: the others stand, and the poisoned one is set aside or stored without harm (F10).

Every field of every list of every platform is poisoned in turn.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from channels.records import Page
from channels.sandbox import Reply, Request
from tests.channels.contract.bench import Bench
from tests.channels.contract.mutants import places
from tests.channels.test_contract import READS, Case, named

POISONS: tuple[Any, ...] = (
    None, True, [], {}, [None], "", "NaN", "-1e400", "0001-01-01", "2025-02-30T25:61:00Z", 10**30, -1, 1.5,
    "x" * 300_000,
)  # fmt: skip
PULLS = [case for case in READS if case.method.startswith("pull_")]


def item_lists(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of lists of at least two objects, the outermost first."""
    if isinstance(value, list) and len(value) > 1 and all(isinstance(one, dict) for one in value):
        yield at
        return
    pairs = value.items() if isinstance(value, dict) else ()
    for key, inner in pairs:
        yield from item_lists(inner, (*at, key))


def at_path(payload: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        payload = payload[step]
    return payload


@pytest.mark.parametrize("case", PULLS, ids=named)
def test_one_poisoned_record_leaves_the_others(case: Case):
    bench, call = case.ready()
    call()
    payload = json.loads(bench.replies[-1].encoded())
    path = next(item_lists(payload), None)
    if path is None:
        pytest.skip("a list of one has no others")
    del at_path(payload, path)[4:]
    plain = answered(bench, call, payload)
    assert len(plain.records) >= 2
    for n, place in enumerate(fields(at_path(payload, path)[0])):
        for poison in POISONS[n % 3 :: 3]:
            spoiled = copy.deepcopy(payload)
            at_path(spoiled, (*path, 0, *place[:-1]))[place[-1]] = poison
            page = answered(bench, call, spoiled)
            lost = {one.remote_id for one in plain.records} - {one.remote_id for one in page.records}
            assert len(lost) <= 1, f"{place} = {str(poison)[:40]!r} cost {sorted(lost)[:3]}"
            assert all(bad.path.startswith("$") and bad.reason and len(bad.raw) <= 65_536 for bad in page.bad)


def answered(bench: Bench, call: Callable[[], Page[Any]], payload: Any) -> Page[Any]:
    """The call with its true answers, the last one replaced."""
    bodies = iter([*(one.encoded() for one in bench.replies[:-1]), json.dumps(payload).encode()])

    def handle(request: Request, in_process: bool = True) -> Reply:
        body = next(bodies, None)
        return bench.truly(request, in_process) if body is None else Reply(200, body)

    bench.sandbox.handle = handle
    return call()


def fields(item: Any) -> list[tuple[Any, ...]]:
    """Places in a record, two levels deep; in an edge of a connection only those of its node."""
    top: tuple[str, ...] = ("node",) if isinstance(item.get("node"), dict) else ()
    return [(*top, *place) for place in places(item["node"] if top else item) if len(place) <= 2]
