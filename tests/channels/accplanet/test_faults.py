"""Each write under each fault: the right error, and never more than one effect (DESIGN §5)."""

from decimal import Decimal

import pytest

from channels import records as r
from channels.errors import Ambiguous, NotSent
from tests.channels.accplanet.support import Bench, ref


def _draft(bench):
    leaf = next(key for key, one in bench.sandbox.categories.items() if not one["has_children"])
    return r.ProductDraft(category_id=leaf, title="T", description="D", price=Decimal(1))


def _money(amount):
    return r.Money(amount=Decimal(amount), currency="USD")


def _ticket(bench):
    return ref(next(iter(bench.sandbox.tickets)))


WRITES = {
    "products.upload_image": lambda b: b.channel.upload_image(
        r.Upload(name="a.png", content_type="image/png", content=b"\x89PNG\r\n\x1a\n")
    ),
    "products.create": lambda b: b.channel.create_product(_draft(b)),
    "products.update": lambda b: b.channel.set_prices(
        (r.PriceChange(variant=ref(b.unsold()["product_id"]), price=_money(3)),)
    ),
    "products.append_accounts": lambda b: b.channel.append_accounts(ref(b.unsold()["product_id"]), "u1:p1"),
    "products.delete": lambda b: b.channel.delete_product(ref(b.unsold()["product_id"])),
    "orders.refund": lambda b: b.channel.refund_order(ref(b.waiting(1)["order_id"])),
    "orders.update_delivered_info": lambda b: b.channel.deliver_order(
        ref(b.waiting(2)["order_id"]), r.Delivery(rows=("u:p",), append=True)
    ),
    "orders.change_status": lambda b: b.channel.set_order_status(ref(b.waiting(1)["order_id"]), "running_order"),
    "tickets.create": lambda b: b.channel.open_ticket(
        r.TicketDraft(kind="support", order=ref(b.waiting(1)["order_id"]), subject="S", text="T")
    ),
    "tickets.update": lambda b: b.channel.update_ticket(_ticket(b), r.TicketChange(status="closed")),
}

LOST = [
    {"fault": "drop_after_apply"},
    {"fault": "slow"},
    {"fault": "malformed"},
    {"fault": "malformed", "body": ""},
    {"fault": "malformed", "body": "<html><h1>Gateway</h1></html>"},
    {"fault": "malformed", "body": "{}"},
    {"fault": "malformed", "body": '{"success": null}'},
    {"fault": "status", "code": 500, "after": True},
    {"fault": "status", "code": 502, "after": True},
]


def broken(name, **fault):
    bench = Bench()
    bench.call("POST", "/_sandbox/faults", {"endpoint": name, **fault})
    return bench


@pytest.mark.parametrize("fault", LOST, ids=str)
@pytest.mark.parametrize("name", WRITES)
def test_an_answer_that_is_lost_is_ambiguous_and_applied_once(name, fault):
    bench = broken(name, **fault)
    with pytest.raises(Ambiguous):
        WRITES[name](bench)
    assert [endpoint for endpoint, _ in bench.writes] == [name]


@pytest.mark.parametrize("name", WRITES)
def test_an_error_before_is_ambiguous_too_and_not_sent_again(name):
    bench = broken(name, fault="status", code=500)
    with pytest.raises(Ambiguous):
        WRITES[name](bench)
    assert bench.writes == []
    assert len([one for one in bench.requests if not one.path.startswith("/_sandbox")]) == 1


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_is_turned_away_was_not_sent(name):
    for fault, limited in (({"fault": "status", "code": 503}, False), ({"fault": "rate_limit", "seconds": 30}, True)):
        bench = broken(name, **fault)
        with pytest.raises(NotSent) as caught:
            WRITES[name](bench)
        assert (caught.value.rate_limited, bench.writes) == (limited, [])
        if limited:
            assert (caught.value.retry_at - bench.sandbox.now()).total_seconds() == 30


@pytest.mark.parametrize("name", WRITES)
def test_without_a_fault_there_is_one_effect(name):
    bench = Bench()
    WRITES[name](bench)
    assert [endpoint for endpoint, _ in bench.writes] == [name]


@pytest.mark.parametrize("fault", [f for f in LOST if f["fault"] in ("drop_after_apply", "slow", "status")], ids=str)
def test_reads_are_tried_again(fault):
    bench = broken("orders.list", **fault, times=2)
    assert len(bench.channel.pull_orders(None, None).records) == 72


def test_a_refusal_inside_http_200_changes_nothing():
    from channels.errors import Rejected

    bench = broken("orders.refund", fault="status", code=200)
    with pytest.raises(Rejected) as caught:
        WRITES["orders.refund"](bench)
    assert (caught.value.words, bench.writes) == ("Injected 200", [])


def test_drift_between_pages_loses_nothing():
    for seed in range(5):
        bench = Bench()
        bench.sandbox.random.seed(seed)
        for n in range(160):
            bench.sandbox._stock_product(100 + n)
        before = set(bench.sandbox.products)
        bench.call("POST", "/_sandbox/faults", {"endpoint": "products.list", "fault": "drift", "skip": 1, "times": 2})
        seen = {one.remote_id for one in bench.all_of(bench.channel.pull_products)}
        assert before & set(bench.sandbox.products) <= seen


@pytest.mark.parametrize("position", [0, 50, 99, 100, 150])
def test_deletions_between_pages_lose_nothing(position):
    bench = Bench()
    for n in range(160):
        bench.sandbox._stock_product(100 + n)
    first = bench.channel.pull_products(None, None)
    listed = bench.sandbox.newest_first(bench.sandbox.products.values())
    for product in listed[position : position + 3]:
        del bench.sandbox.products[product["product_id"]]
    seen, after = {one.remote_id for one in first.records}, first.next
    while after:
        page = bench.channel.pull_products(after, None)
        seen |= {one.remote_id for one in page.records}
        after = page.next
    assert set(bench.sandbox.products) <= seen
