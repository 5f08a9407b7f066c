"""What each write means after a fault: how often it took effect, and what the caller may do next."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from channels import records as r
from channels.errors import Ambiguous, NotSent, Rejected, WireError
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.ports import Exchange
from channels.sandbox import Fault
from tests.channels.imetastore.support import case_ref, effects, pending, ref, scripted, undecided
from tests.channels.opening import START


def variant(sandbox: ImetastoreSandbox) -> r.Ref:
    return r.Ref(remote_id=str(next(sku for _, sku in sandbox.skus())["id"]))


Write = Callable[[Channel, ImetastoreSandbox], Any]

WRITES: dict[str, Write] = {
    "products.stock": lambda c, s: c.set_stock((r.StockChange(variant=variant(s), quantity=7),)),
    "products.price": lambda c, s: c.set_prices(
        (r.PriceChange(variant=variant(s), price=r.Money(amount=Decimal(7), currency="USD")),)
    ),
    "products.listing": lambda c, s: c.set_listings(
        (r.ListingChange(product=r.Ref(remote_id=str(s.products[0]["id"])), listed=False),)
    ),
    "orders.deliver": lambda c, s: c.deliver_order(ref(pending(s)), r.Delivery(content="x")),
    "orders.deliver_error": lambda c, s: c.report_delivery_error(ref(pending(s)), "x", ()),
    "aftersales.audit": lambda c, s: c.decide_case(case_ref(undecided(s)), r.CaseDecision(approve=True)),
    "im.send": lambda c, s: c.send_message(r.Ref(remote_id="1907369850568257537"), "hi", 1),
}


@pytest.fixture(params=sorted(WRITES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def attempt(name: str, channel: Channel, sandbox: ImetastoreSandbox) -> Any:
    return WRITES[name](channel, sandbox)


def test_without_a_fault(name: str, channel: Channel, sandbox: ImetastoreSandbox) -> None:
    assert attempt(name, channel, sandbox) == r.Receipt(words="Success")
    assert len(effects(sandbox, name)) == len(sandbox.ledger) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "drop_after_apply"},
        {"fault": "slow"},
        {"fault": "malformed"},
        {"fault": "malformed", "body": ""},
        {"fault": "malformed", "body": "<html>ok</html>"},
        {"fault": "malformed", "body": "null"},
        {"fault": "malformed", "body": "{}"},
        {"fault": "malformed", "body": '{"msg":"Success","data":true}'},
        {"fault": "malformed", "body": '{"code":0,"data":true}'},
        {"fault": "malformed", "body": '{"code":"0000","data":false}'},
        {"fault": "status", "code": 500, "after": True},
        {"fault": "status", "code": 502, "after": True},
        {"fault": "status", "code": 504, "after": True},
    ],
)
def test_applied_without_a_usable_answer(
    name: str, channel: Channel, sandbox: ImetastoreSandbox, exchanges: list[Exchange], fault: dict[str, Any]
) -> None:
    sandbox.faults.append(Fault(name, times=9, **fault))
    with pytest.raises(Ambiguous) as caught:
        attempt(name, channel, sandbox)
    assert name in caught.value.words
    assert len(effects(sandbox, name)) == 1
    assert [one.route for one in exchanges].count(name) == 1


@pytest.mark.parametrize("code", [500, 502, 504])
def test_a_server_error_before_applying_cannot_be_told_from_one_after(
    name: str, channel: Channel, sandbox: ImetastoreSandbox, code: int
) -> None:
    sandbox.faults.append(Fault(name, "status", code=code))
    with pytest.raises(Ambiguous):
        attempt(name, channel, sandbox)
    assert sandbox.ledger == []


def test_turned_away(name: str, channel: Channel, sandbox: ImetastoreSandbox) -> None:
    sandbox.faults.append(Fault(name, "status", code=503))
    with pytest.raises(NotSent):
        attempt(name, channel, sandbox)
    assert sandbox.ledger == []


@pytest.mark.parametrize(("seconds", "until"), [(30, START + timedelta(seconds=30)), (0, None)])
def test_too_many_requests(name: str, channel: Channel, sandbox: ImetastoreSandbox, seconds: float, until: Any) -> None:
    sandbox.faults.append(Fault(name, "rate_limit", seconds=seconds))
    with pytest.raises(NotSent) as caught:
        attempt(name, channel, sandbox)
    assert (caught.value.rate_limited, caught.value.retry_at) == (True, until)
    assert caught.value.words == "Too many requests (code SIM-429)"
    assert sandbox.ledger == []


def test_a_client_error_is_a_refusal(name: str, channel: Channel, sandbox: ImetastoreSandbox) -> None:
    sandbox.faults.append(Fault(name, "status", code=400))
    with pytest.raises(Rejected) as caught:
        attempt(name, channel, sandbox)
    assert (caught.value.words, caught.value.code) == ("Injected 400 (code SIM-400)", "SIM-400")
    assert sandbox.ledger == []


def test_a_token_that_ends_before_a_write(name: str, channel: Channel, sandbox: ImetastoreSandbox) -> None:
    sandbox.faults.append(Fault(name, "expire_token"))
    assert attempt(name, channel, sandbox) == r.Receipt(words="Success")
    assert len(effects(sandbox, name)) == 1


READS: dict[str, Callable[[Channel, ImetastoreSandbox], Any]] = {
    "products.list": lambda c, s: c.pull_products(None, None),
    "orders.list": lambda c, s: c.pull_orders(None, None),
    "orders.deliveries": lambda c, s: c.read_deliveries(ref(pending(s))),
    "orders.deliver_errors": lambda c, s: c.read_delivery_errors(ref(pending(s))),
    "aftersales.detail": lambda c, s: c.read_case(ref(pending(s))),
    "im.contacts": lambda c, s: c.pull_threads(None, None),
    "im.messages": lambda c, s: c.pull_messages(None, None),
}


@pytest.mark.parametrize("read", sorted(READS))
@pytest.mark.parametrize("fault", ["slow", "drop_after_apply", "status"])
def test_reads_are_tried_three_times(
    channel: Channel, sandbox: ImetastoreSandbox, exchanges: list[Exchange], read: str, fault: str
) -> None:
    sandbox.faults.append(Fault(read, fault, times=2))
    READS[read](channel, sandbox)
    assert [one.route for one in exchanges].count(read) == 3


@pytest.mark.parametrize("read", sorted(READS))
@pytest.mark.parametrize("body", [None, "", "<html>", "null", "[]", "{}", '{"code":0}', '{"code":"0000","data":5}'])
def test_a_read_unlike_the_document(channel: Channel, sandbox: ImetastoreSandbox, read: str, body: str | None) -> None:
    sandbox.faults.append(Fault(read, "malformed", body=body))
    with pytest.raises(WireError):
        READS[read](channel, sandbox)


def test_code_10004_on_a_server_error_is_not_believed() -> None:
    body = json.dumps({"code": "10004", "msg": "Server persistence error"}).encode()
    from channels.sandbox import Reply

    channel, platform = scripted({"order/7/deliver": [Reply(500, body)]})
    with pytest.raises(Ambiguous):
        channel.deliver_order(r.Ref(remote_id="7"), r.Delivery(content="x"))
    assert len(platform.bodies("order/7/deliver")) == 1
