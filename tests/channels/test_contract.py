"""Every platform × every capability × every fault: what it answers, what took effect, and what the caller may do next.

Each call is made against the platform's own sandbox. Its answer must be of the type that the capability promises; a
write must leave exactly one effect in the ledger; under a fault the error must be the one that tells the truth.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from channels import capabilities as can
from channels import errors as e
from channels.registry import PLATFORMS
from channels.sandbox import Request
from tests.channels.contract.bench import Bench, capabilities_of, fits, is_frozen, is_read, methods_of
from tests.channels.contract.calls import OWN, arrange
from tests.channels.opening import START


class Case(NamedTuple):
    """One method of one platform and what it promises to answer."""

    key: str
    method: str
    promised: Any

    def ready(self) -> tuple[Bench, Any]:
        """A fresh bench and the call, its arguments found."""
        bench = Bench(self.key)
        found = arrange(self.key, self.method)
        assert found is not None, f"{self.key}.{self.method} has no call in the table"
        return bench, bench.prepared(self.method, found)


CASES = [
    Case(key, method, promised)
    for key in PLATFORMS
    for capability in capabilities_of(key).values()
    for method, promised in methods_of(capability).items()
]
READS = [case for case in CASES if is_read(case.method)]
WRITES = [case for case in CASES if not is_read(case.method)]


def named(case: Case) -> str:
    return f"{case.key}.{case.method}"


every_read = pytest.mark.parametrize("case", READS, ids=named)
every_write = pytest.mark.parametrize("case", WRITES, ids=named)

LOST: dict[str, dict[str, Any]] = {
    "reset": {"kind": "drop_after_apply"},
    "timeout": {"kind": "slow"},
    "half": {"kind": "malformed"},
    "empty": {"kind": "malformed", "body": ""},
    "page": {"kind": "malformed", "body": "<html>Bad gateway</html>"},
    "null": {"kind": "malformed", "body": "null"},
    "500 after": {"kind": "status", "code": 500, "after": True},
    "504 after": {"kind": "status", "code": 504, "after": True},
}
UNANSWERED_READS: dict[str, dict[str, Any]] = {
    "reset": {"kind": "drop_after_apply"},
    "timeout": {"kind": "slow"},
    "500": {"kind": "status", "code": 500},
    "503": {"kind": "status", "code": 503},
}
# The answer to an invoice has no documented body: any 2xx that is no refusal is a yes.
BODILESS = {("m2e.upload_invoice", "empty"), ("m2e.upload_invoice", "null")}
RENEWING = {"imetastore"}  # sessions end and are renewed; the others' credentials never change by themselves


def test_every_platform_and_every_capability_is_called():
    assert set(OWN) == set(PLATFORMS)
    missing = [named(case) for case in CASES if arrange(case.key, case.method) is None]
    assert missing == []


def test_every_capability_is_had_by_some_platform():
    had = {name for key in PLATFORMS for name in capabilities_of(key)}
    assert set(can.CAPABILITIES) - had == set()


def test_no_call_of_the_table_is_left_over():
    for key, calls in OWN.items():
        assert set(calls) <= {case.method for case in CASES if case.key == key}


@pytest.mark.parametrize("key", PLATFORMS)
def test_faults_are_set_by_the_names_that_the_route_table_has(key: str):
    sandbox = Bench(key).sandbox
    assert {route.name for route in PLATFORMS[key].routes} - set(sandbox.endpoint_names()) == set()
    body = b'{"endpoint": "no.such", "fault": "slow"}'
    reply = sandbox.handle(Request("POST", "/_sandbox/faults", {}, {}, body))
    assert (reply.status, "No endpoint 'no.such'. Known: *, " in reply.body["error"]) == (400, True)
    assert sandbox.faults == []


def test_a_fault_is_set_leniently_and_refused_in_words():
    sandbox = Bench("m2e").sandbox

    def put(body: str) -> tuple[int, str]:
        reply = sandbox.handle(Request("POST", "/_sandbox/faults", {}, {}, body.encode()))
        return reply.status, reply.body.get("error", "")

    assert put('{"endpoint": "*", "fault": "slow", "seconds": 0.25, "chance": 0.5}') == (200, "")
    assert put('{"endpoint": "*", "fault": "status", "status": 503, "times": "2"}') == (200, "")
    assert put('{"endpoint": "*", "fault": "malformed", "body": {"list": 1}}') == (200, "")
    slow, status, malformed = sandbox.faults
    assert (type(slow.seconds), slow.seconds, slow.chance) == (float, 0.25, 0.5)
    assert (status.code, status.times, malformed.body) == (503, 2, '{"list": 1}')
    known = "endpoint, fault, times, skip, code, after, seconds, body, chance."
    assert put('{"endpoint": "*", "fault": "slow", "for": 1}') == (400, f"Not a fault: no key 'for'. Known: {known}")
    assert put('{"endpoint": "*", "fault": "gone"}')[1].startswith("Not a fault: no fault 'gone'. Known: status, ")
    assert put('{"fault": "slow"}') == (
        400,
        f"Not a fault: an object with endpoint and fault is needed. Known keys: {known}",
    )
    assert len(sandbox.faults) == 3


# -- reads -------------------------------------------------------------------------------------------------------------


@every_read
def test_a_read_answers_what_it_promises_and_changes_nothing(case: Case):
    bench, call = case.ready()
    answer = call()
    assert fits(answer, case.promised)
    assert is_frozen(answer)
    assert bench.sandbox.ledger == []
    assert bench.requests
    assert not any(bench.channel.http.routes.get(one.route).writes for one in bench.exchanges)


@every_read
@pytest.mark.parametrize("how", UNANSWERED_READS)
def test_a_read_is_tried_three_times(case: Case, how: str):
    _bench, plain = case.ready()
    expected = plain()
    bench, call = case.ready()
    bench.fault(**UNANSWERED_READS[how], times=2)
    answer = call()
    assert type(answer) is type(expected)
    assert len(getattr(answer, "records", ())) == len(getattr(expected, "records", ()))
    bench, call = case.ready()
    bench.fault(**UNANSWERED_READS[how], times=3)
    with pytest.raises(e.NotSent):
        call()
    assert (len(bench.requests), bench.sandbox.ledger) == (3, [])


@every_read
@pytest.mark.parametrize("how", ["half", "empty", "page", "null"])
def test_an_unreadable_answer_to_a_read_names_its_place(case: Case, how: str):
    bench, call = case.ready()
    bench.fault(**LOST[how], times=99)
    with pytest.raises(e.WireError) as caught:
        call()
    assert caught.value.path.startswith("$")
    assert bench.sandbox.ledger == []


@every_read
def test_a_limited_read_is_not_tried_again(case: Case):
    bench, call = case.ready()
    bench.fault("rate_limit", seconds=30)
    with pytest.raises(e.NotSent) as caught:
        call()
    assert caught.value.rate_limited
    assert caught.value.retry_at == START + timedelta(seconds=30)
    assert len(bench.requests) == 1


@every_read
def test_credentials_that_end_before_a_read(case: Case):
    bench, call = case.ready()
    bench.fault("expire_token")
    if case.key in RENEWING:
        assert fits(call(), case.promised)
        assert bench.sandbox.logins == 2
        return
    with pytest.raises(e.AuthFailed):
        call()
    assert len(bench.requests) == 1


# -- writes ------------------------------------------------------------------------------------------------------------


@every_write
def test_a_write_is_one_request_and_one_effect(case: Case):
    bench, call = case.ready()
    answer = call()
    assert fits(answer, case.promised)
    assert len(bench.requests) == 1
    assert len(bench.sandbox.ledger) == 1
    assert bench.channel.http.routes.get(bench.exchanges[-1].route).writes


@pytest.mark.parametrize(
    ("case", "how"),
    [pytest.param(c, h, id=f"{named(c)}-{h}") for c in WRITES for h in LOST if (named(c), h) not in BODILESS],
)
def test_a_write_whose_answer_is_lost_is_ambiguous_and_never_repeated(case: Case, how: str):
    bench, call = case.ready()
    bench.fault(**LOST[how], times=99)
    with pytest.raises(e.Ambiguous) as caught:
        call()
    assert caught.value.words
    assert (len(bench.requests), len(bench.sandbox.ledger)) == (1, 1)


@every_write
@pytest.mark.parametrize("code", [500, 502, 504])
def test_a_5xx_before_anything_happened_cannot_be_told_apart(case: Case, code: int):
    bench, call = case.ready()
    bench.fault("status", code=code, times=99)
    with pytest.raises(e.Ambiguous):
        call()
    assert (len(bench.requests), bench.sandbox.ledger) == (1, [])


@every_write
def test_a_503_had_no_effect_and_may_be_sent_again(case: Case):
    bench, call = case.ready()
    bench.fault("status", code=503)
    with pytest.raises(e.NotSent) as caught:
        call()
    assert not caught.value.rate_limited
    assert (len(bench.requests), bench.sandbox.ledger) == (1, [])
    call()
    assert len(bench.sandbox.ledger) == 1


@every_write
def test_a_limited_write_says_when_to_come_again(case: Case):
    bench, call = case.ready()
    bench.fault("rate_limit", seconds=30)
    with pytest.raises(e.NotSent) as caught:
        call()
    assert caught.value.rate_limited
    assert caught.value.retry_at == START + timedelta(seconds=30)
    assert (len(bench.requests), bench.sandbox.ledger) == (1, [])


@every_write
def test_credentials_that_end_before_a_write(case: Case):
    bench, call = case.ready()
    bench.fault("expire_token")
    if case.key in RENEWING:
        call()
        assert (bench.sandbox.logins, len(bench.sandbox.ledger)) == (2, 1)
        return
    with pytest.raises(e.AuthFailed):
        call()
    assert (len(bench.requests), bench.sandbox.ledger) == (1, [])
