"""Answers that are nearly right, on every platform: a read raises nothing but `WireError`, a write never lies.

Where what was spoiled is the platform's own verdict (its code, its success, its errors), the answer may also read as
a refusal: that is what such an answer says.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from channels import errors as e
from channels.sandbox import Reply, Request
from tests.channels.contract.bench import Bench, fits
from tests.channels.contract.mutants import mutants
from tests.channels.test_contract import READS, WRITES, Case, named

EACH, OF_A_PAGE = 40, 176  # besides the broken ones
MOST_REQUESTS = 600  # no call may go on for ever, whatever it is told


def corpus(case: Case) -> list[bytes]:
    """The true answer to the call's last request, spoiled; the same mutants in every run."""
    bench, call = case.ready()
    call()
    number = OF_A_PAGE if case.method.startswith("pull_") else EACH
    return list(mutants(bench.replies[-1].encoded(), number, zlib.crc32(named(case).encode())))


def answering(bench: Bench, body: bytes) -> list[Request]:
    """Let the platform answer everything with these bytes; gives what it was asked, logins left out."""
    asked: list[Request] = []

    def handle(request: Request, in_process: bool = True) -> Reply:
        if not request.path.endswith("/login"):
            asked.append(request)
        if len(asked) > MOST_REQUESTS:
            pytest.fail(f"More than {MOST_REQUESTS} requests after {body[:200]!r}")
        return Reply(200, body)

    bench.sandbox.handle = handle
    return asked


def outcome(call: Callable[[], Any]) -> Any:
    """What a call answers, or the channel error that it raises; any other exception breaks the test."""
    try:
        return call()
    except e.ChannelError as error:
        return error


@pytest.mark.parametrize("case", READS, ids=named)
def test_a_spoiled_answer_to_a_read(case: Case):
    bodies = corpus(case)
    bench, call = case.ready()
    for body in bodies:
        answering(bench, body)
        found = outcome(call)
        if isinstance(found, e.WireError):
            assert (bool(found.words), bool(found.path)) == (True, True)
        elif isinstance(found, e.ChannelError):
            assert isinstance(found, e.Rejected | e.AuthFailed | e.NotSent)
            assert isinstance(json.loads(body), dict | list)
        else:
            assert fits(found, case.promised)
    assert bench.sandbox.ledger == []


@pytest.mark.parametrize("case", WRITES, ids=named)
def test_a_spoiled_answer_to_a_write(case: Case):
    bodies = corpus(case)
    bench, call = case.ready()
    for body in bodies:
        asked = answering(bench, body)
        found = outcome(call)
        if isinstance(found, e.Rejected | e.AuthFailed | e.NotSent):
            assert isinstance(json.loads(body), dict | list)
        else:
            assert isinstance(found, e.Ambiguous) or fits(found, case.promised)
        assert len(asked) == 1 or (len(asked) == 2 and isinstance(json.loads(body), dict))
