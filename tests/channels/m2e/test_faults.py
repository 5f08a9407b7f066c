"""Every write under every fault: what the caller learns, and how many effects the ledger shows."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from channels import errors as e
from channels import records as r
from channels.http import InProcess
from channels.m2e import PLATFORM
from channels.m2e.channel import M2eChannel
from channels.m2e.sandbox import M2eSandbox
from channels.platform import Ports, Settings
from channels.ports import Exchange, Limits, Unlimited
from channels.sandbox import Fault, Request
from tests.channels.m2e.support import an_order, product
from tests.channels.opening import START, open_over

Act = Callable[[M2eChannel, M2eSandbox], object]


def product_ref(sandbox: M2eSandbox) -> r.Ref:
    item = product(sandbox)
    return r.Ref(remote_id=item["token"], sku=item["sku"])


def variant_ref(sandbox: M2eSandbox) -> r.Ref:
    item = product(sandbox)["variants"][0]
    return r.Ref(remote_id=item["token"], sku=item["sku"])


def set_stock(channel: M2eChannel, sandbox: M2eSandbox) -> object:
    return channel.set_stock((r.StockChange(variant=variant_ref(sandbox), quantity=3),))


def set_prices(channel: M2eChannel, sandbox: M2eSandbox) -> object:
    price = r.Money(amount=Decimal(3), currency="USD")
    return channel.set_prices((r.PriceChange(variant=variant_ref(sandbox), price=price),))


def create(channel: M2eChannel, sandbox: M2eSandbox) -> object:
    return channel.create_product(r.ProductDraft(sku="NEW", title="Cup", price=Decimal(1), quantity=1))


def update(channel: M2eChannel, sandbox: M2eSandbox) -> object:
    return channel.update_product(product_ref(sandbox), r.ProductDraft(title="New"))


def delete(channel: M2eChannel, sandbox: M2eSandbox) -> object:
    return channel.delete_product(product_ref(sandbox))


def invoice(channel: M2eChannel, sandbox: M2eSandbox) -> object:
    order = an_order(sandbox)
    ref = r.Ref(remote_id=order["token"], source_order_id=order["source_order_id"])
    return channel.upload_invoice(ref, r.Invoice(number="R-1", pdf=b"%PDF-1.7"))


WRITES: dict[str, tuple[str, Act]] = {
    "set_stock": ("catalogProductsVariantsUpdate", set_stock),
    "set_prices": ("catalogProductsVariantsUpdate", set_prices),
    "create": ("CatalogProductCreate", create),
    "update": ("catalogProductsUpdate", update),
    "delete": ("CatalogProductDelete", delete),
    "invoice": ("UploadOrderInvoice", invoice),
}
every_write = pytest.mark.parametrize(("endpoint", "act"), WRITES.values(), ids=WRITES)
# The answer to an invoice has no documented body.
COUNTED = {name: write for name, write in WRITES.items() if name != "invoice"}
every_counted_write = pytest.mark.parametrize(("endpoint", "act"), COUNTED.values(), ids=COUNTED)


@every_write
@pytest.mark.parametrize(
    "fault",
    [
        Fault("*", "drop_after_apply"),
        Fault("*", "slow"),
        Fault("*", "malformed"),
        Fault("*", "malformed", body="<html>Bad gateway</html>"),
        Fault("*", "status", code=500, after=True),
        Fault("*", "status", code=502, after=True),
    ],
    ids=["drop", "slow", "half", "html", "500", "502"],
)
def test_an_answer_that_is_lost_leaves_one_effect(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request], endpoint: str, act: Act, fault: Fault
) -> None:
    sandbox.faults.append(Fault(**{**vars(fault), "endpoint": endpoint, "times": 1}))
    with pytest.raises(e.Ambiguous, match=f"{endpoint} was sent"):
        act(channel, sandbox)
    assert [entry.endpoint for entry in sandbox.ledger] == [endpoint]
    assert len(requests) == 1


@every_counted_write
@pytest.mark.parametrize("body", ["{}", "[]", '{"updated": null}', '{"updated": "many"}', '{"success": false}'])
def test_an_answer_without_its_count_is_no_yes(
    channel: M2eChannel, sandbox: M2eSandbox, endpoint: str, act: Act, body: str
) -> None:
    sandbox.faults.append(Fault(endpoint, "malformed", body=body))
    with pytest.raises(e.Ambiguous):
        act(channel, sandbox)
    assert len(sandbox.ledger) == 1


@every_write
def test_a_500_before_anything_happened_cannot_be_told_apart(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request], endpoint: str, act: Act
) -> None:
    sandbox.faults.append(Fault(endpoint, "status", code=500))
    with pytest.raises(e.Ambiguous):
        act(channel, sandbox)
    assert sandbox.ledger == []
    assert len(requests) == 1


@every_write
def test_a_503_had_no_effect(channel: M2eChannel, sandbox: M2eSandbox, endpoint: str, act: Act) -> None:
    sandbox.faults.append(Fault(endpoint, "status", code=503))
    with pytest.raises(e.NotSent) as caught:
        act(channel, sandbox)
    assert not caught.value.rate_limited
    assert sandbox.ledger == []


@every_write
@pytest.mark.parametrize(("seconds", "wait"), [(30.0, 30), (-600.0, 1), (7200.0, 900)])
def test_a_429_says_when_to_come_again(
    channel: M2eChannel,
    sandbox: M2eSandbox,
    requests: list[Request],
    endpoint: str,
    act: Act,
    seconds: float,
    wait: int,
) -> None:
    sandbox.faults.append(Fault(endpoint, "rate_limit", seconds=seconds))
    with pytest.raises(e.NotSent) as caught:
        act(channel, sandbox)
    assert caught.value.rate_limited
    assert caught.value.retry_at == START + timedelta(seconds=wait)
    assert caught.value.words == "Too many requests."
    assert sandbox.ledger == []
    assert len(requests) == 1


@every_write
def test_refused_credentials_change_nothing(channel: M2eChannel, sandbox: M2eSandbox, endpoint: str, act: Act) -> None:
    sandbox.faults.append(Fault(endpoint, "expire_token"))
    with pytest.raises(e.AuthFailed, match=r"^Unauthorized$"):
        act(channel, sandbox)
    assert sandbox.ledger == []
    sandbox.move("token")
    act(channel, sandbox)
    assert len(sandbox.ledger) == 1


@every_write
def test_an_error_list_inside_a_200_is_a_refusal(
    channel: M2eChannel, sandbox: M2eSandbox, endpoint: str, act: Act
) -> None:
    sandbox.faults.append(Fault(endpoint, "malformed", body='[{"code": "x", "message": "Not today."}]'))
    with pytest.raises(e.Rejected, match=r"^Not today\.$"):
        act(channel, sandbox)


READS: dict[str, tuple[str, Act]] = {
    "accounts": ("UserAccountsList", lambda channel, sandbox: channel.pull_accounts(None, None)),
    "products": ("CatalogProductsFind", lambda channel, sandbox: channel.pull_products(None, None)),
    "product": ("CatalogProductGet", lambda channel, sandbox: channel.read_product(product_ref(sandbox))),
    "orders": ("OrdersFind", lambda channel, sandbox: channel.pull_orders(None, None)),
}
every_read = pytest.mark.parametrize(("endpoint", "act"), READS.values(), ids=READS)


@every_read
@pytest.mark.parametrize(
    "fault",
    [Fault("*", "drop_after_apply"), Fault("*", "slow"), Fault("*", "status", code=500)],
    ids=["drop", "slow", "500"],
)
def test_a_read_is_tried_three_times(
    channel: M2eChannel, sandbox: M2eSandbox, exchanges: list[Exchange], endpoint: str, act: Act, fault: Fault
) -> None:
    sandbox.faults.append(Fault(**{**vars(fault), "endpoint": endpoint, "times": 2}))
    act(channel, sandbox)
    assert [one.route for one in exchanges].count(endpoint) >= 3
    sandbox.faults.append(Fault(**{**vars(fault), "endpoint": endpoint, "times": 3}))
    with pytest.raises(e.NotSent):
        act(channel, sandbox)


@every_read
@pytest.mark.parametrize("body", [None, "", "<html>", "[1", "NaN", "\ufeff{}", '{"list": 3}', '"text"', "[[]" * 500])
def test_an_unreadable_read_is_a_wire_error(
    channel: M2eChannel, sandbox: M2eSandbox, endpoint: str, act: Act, body: str | None
) -> None:
    sandbox.faults.append(Fault(endpoint, "malformed", body=body))
    with pytest.raises(e.WireError) as caught:
        act(channel, sandbox)
    assert caught.value.path.startswith("$")


@every_read
def test_a_read_waits_for_the_limit_instead_of_trying_again(
    channel: M2eChannel, sandbox: M2eSandbox, exchanges: list[Exchange], endpoint: str, act: Act
) -> None:
    sandbox.faults.append(Fault(endpoint, "rate_limit", seconds=5))
    with pytest.raises(e.NotSent) as caught:
        act(channel, sandbox)
    assert caught.value.retry_at == START + timedelta(seconds=5)
    assert [one.route for one in exchanges].count(endpoint) == 1


def test_the_limit_itself(sandbox: M2eSandbox) -> None:
    sandbox.calls_a_minute = 2
    channel = open_over(PLATFORM, sandbox)
    channel.pull_accounts(None, None)
    channel.pull_accounts(None, None)
    with pytest.raises(e.NotSent) as caught:
        channel.pull_accounts(None, None)
    assert caught.value.retry_at == START + timedelta(minutes=1)
    sandbox.clock.advance(60)
    channel.pull_accounts(None, None)


@pytest.mark.parametrize("ahead", [7200, -7200])
def test_a_clock_that_differs_from_ours(sandbox: M2eSandbox, ahead: float) -> None:
    ports = Ports(transport=InProcess(sandbox), now=lambda: START)
    channel = PLATFORM.open(Settings(base_url="http://sandbox.test", credentials=dict(sandbox.credentials)), ports)
    sandbox.clock.advance(ahead)
    sandbox.faults.append(Fault("*", "rate_limit", seconds=20))
    with pytest.raises(e.NotSent) as caught:
        channel.pull_accounts(None, None)
    assert caught.value.retry_at == START + timedelta(seconds=20)


def test_what_the_limiter_learns(sandbox: M2eSandbox) -> None:
    learnt: list[Limits] = []

    class Learning(Unlimited):
        def observe(self, bucket: str, limits: Limits) -> None:
            learnt.append(limits)

    ports = Ports(transport=InProcess(sandbox), now=lambda: START, limiter=Learning())
    channel = PLATFORM.open(Settings(base_url="http://sandbox.test", credentials=dict(sandbox.credentials)), ports)
    channel.pull_accounts(None, None)
    assert learnt == [Limits(limit=6000, remaining=5999, reset_at=START + timedelta(minutes=1))]


def test_wrong_credentials(sandbox: M2eSandbox, exchanges: list[Exchange]) -> None:
    channel = open_over(PLATFORM, sandbox, credentials={"access_token": "not-the-token"}, exchanges=exchanges)
    with pytest.raises(e.AuthFailed, match=r"^Unauthorized$"):
        channel.check_credentials()
    assert len(exchanges) == 1, "there is nothing to renew"
    assert "not-the-token" not in repr(exchanges)


def test_the_token_is_never_recorded(channel: M2eChannel, sandbox: M2eSandbox, exchanges: list[Exchange]) -> None:
    for _, act in [*WRITES.values(), *READS.values()]:
        act(channel, sandbox)
    assert M2eSandbox.credentials["access_token"] not in repr(exchanges)
    assert not any(account["token"] in one.url for one in exchanges for account in sandbox.world.accounts)
