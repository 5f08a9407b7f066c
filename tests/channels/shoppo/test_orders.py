"""Orders: pulling, reading, finding, and the four writes."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from channels import records as r
from channels.errors import Rejected, WireError
from channels.sandbox import Request
from channels.shoppo import PLATFORM
from channels.shoppo.channel import ShoppoChannel
from channels.shoppo.queries import document
from channels.shoppo.sandbox import ShoppoSandbox
from tests.channels.opening import START, open_over, sandbox_of
from tests.channels.shoppo.support import a_sku, an_order, answers, asked, draft, effects

DAY = 86400
SECONDS = int(START.timestamp())


def pull_all(channel: ShoppoChannel, since: datetime | None) -> list[r.OrderRecord]:
    after, found = None, []
    for _ in range(50):
        page = channel.pull_orders(after, since)
        assert page.bad == ()
        found += page.records
        after = page.next
        if after is None:
            return found
    raise AssertionError("no end")


def ref(thing: dict[str, Any]) -> r.Ref:
    return r.Ref(remote_id=thing["id"])


# -- reading ---------------------------------------------------------------------------------------------------------


def test_a_sweep_brings_every_order(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    found = pull_all(channel, None)
    assert [one.remote_id for one in found] == list(reversed(sandbox.shop.orders))
    for record in found:
        kept = sandbox.shop.orders[record.remote_id]
        assert (record.remote_status, record.total) == (kept["status"], kept["orderTotal"])
        assert [line.remote_id for line in record.lines] == kept["_items"]
        assert [line.variant_remote_id for line in record.lines] == kept["_skus"]


def test_since_looks_back_a_month_by_payment_and_takes_unpaid_ones_by_status(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]
) -> None:
    found = pull_all(channel, START)
    assert [asked(request)["variables"]["filters"] for request in requests] == [
        {"time_payment_processed_range": [SECONDS - 30 * DAY - 1, SECONDS + DAY]},
        {"status_in": ["OPEN"]},
    ]
    wanted = {o["id"] for o in sandbox.shop.orders.values() if o["timePaymentProcessed"] or o["status"] == "OPEN"}
    assert {one.remote_id for one in found} == wanted
    assert len(found) == len(wanted)


def test_the_spelling_and_the_days_are_options(sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    channel = open_over(PLATFORM, sandbox, options={"order_filter_style": "camel", "lookback_days": "0"})
    pull_all(channel, START)
    assert [asked(request)["variables"]["filters"] for request in requests] == [
        {"timePaymentProcessedRange": [SECONDS - 1, SECONDS + DAY]},
        {"statusIn": ["OPEN"]},
    ]


def test_a_status_that_moved_on_an_older_order_is_seen(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    moved = sandbox.move("order-received").split()[1]
    assert sandbox.shop.orders[moved]["timePaymentProcessed"] < SECONDS - 3 * DAY
    record = next(one for one in pull_all(channel, START) if one.remote_id == moved)
    assert {line.remote_status for line in record.lines} == {"DELIVERED"}
    assert record.parcels[0].delivered_at == START


def test_many_orders_by_both_turns() -> None:
    sandbox = sandbox_of(PLATFORM, scale="medium")
    found = pull_all(open_over(PLATFORM, sandbox), START)
    wanted = {o["id"] for o in sandbox.shop.orders.values() if o["timePaymentProcessed"] or o["status"] == "OPEN"}
    assert {one.remote_id for one in found} == wanted


def test_a_cursor_of_another_feed_is_refused(channel: ShoppoChannel, requests: list[Request]) -> None:
    with pytest.raises(WireError) as caught:
        channel.pull_orders("question|x", START)
    assert (caught.value.path, requests) == ("cursor", [])


def test_one_order(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    kept = an_order(sandbox, "DELIVERED")
    record = channel.read_order(ref(kept))
    assert record is not None
    assert (record.remote_id, record.status, record.partner_code) == (kept["id"], "delivered", "")
    assert json.loads(record.raw)["id"] == kept["id"]
    assert asked(requests[0]) == {
        "query": document("order"),
        "variables": {"id": kept["id"]},
        "operationName": "order",
    }


def test_an_order_that_is_not_there(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    assert channel.read_order(r.Ref(remote_id="nobody")) is None
    sandbox.speaks_status = True
    assert channel.read_order(r.Ref(remote_id="nobody")) is None


def test_orders_by_partner_code(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    kept = an_order(sandbox, "PAID")
    (record,) = channel.find_orders(kept["_code"])
    assert (record.remote_id, record.partner_code) == (kept["id"], kept["_code"])
    assert asked(requests[0])["variables"] == {"first": 100, "filters": {"partner_order_code": kept["_code"]}}
    assert channel.find_orders("P-nobody") == ()
    assert channel.find_orders("") == ()


@pytest.mark.parametrize(
    "page",
    [
        {"edges": [{"node": {"id": "o"}, "cursor": "c"}], "pageInfo": {"hasNextPage": True, "endCursor": "c"}},
        {"edges": [{"node": {"id": "o"}}, {"node": {"id": None}}]},
        {"edges": [{"node": None}]},
    ],
)
def test_absence_is_not_concluded_from_half_an_answer(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, page: dict[str, Any]
) -> None:
    answers(sandbox, {"data": {"orderList": page}})
    with pytest.raises(WireError):
        channel.find_orders("P-1")


# -- creating --------------------------------------------------------------------------------------------------------


def test_an_order_is_created(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    sku = a_sku(sandbox)
    before = sku["inventory"]
    receipt = channel.create_order(
        draft(sku["id"], 2, tracking_number="T-1", seller_name="Sunrise", logistic_attribute="DDP")
    )
    order = sandbox.shop.orders[receipt.remote_id]
    assert (receipt.words, order["status"], order["_code"]) == ("OPEN", "OPEN", "P-1001")
    assert (order["trackingNumber"], order["_sellerName"]) == ("T-1", "Sunrise")
    assert order["shippingAddress"]["logisticAttribute"] == "DDP"
    assert sku["inventory"] == before - 2
    total = (sku["price"] + sku["shippingPrice"]) * 2
    assert effects(sandbox) == [
        (
            "createOrder",
            {
                "order_id": receipt.remote_id,
                "partner_order_code": "P-1001",
                "items": [{"sku_id": sku["id"], "quantity": 2}],
                "total": str(total),
            },
        )
    ]
    (record,) = channel.find_orders("P-1001")
    assert (record.status, record.payment_status, record.total) == ("unpaid", "unpaid", total)
    assert (record.lines[0].variant_remote_id, record.lines[0].quantity) == (sku["id"], 2)
    assert record.lines[0].product_remote_id == sku["_product"]
    assert asked(requests[0])["variables"]["shippingAddress"]["streetAddress2"] == ""


def test_the_stock_that_falls_is_pushed(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sku = a_sku(sandbox)
    channel.create_order(draft(sku["id"], 2))
    assert [(push.event, json.loads(push.body)["sku_id"]) for push in sandbox.pushes] == [("sku-update", sku["id"])]
    assert json.loads(sandbox.pushes[0].body)["inventory"] == sku["inventory"]


def test_optional_variables_stay_away(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    channel.create_order(draft(a_sku(sandbox)["id"]))
    assert set(asked(requests[0])["variables"]) == {"shippingAddress", "orderItems", "partnerOrderCode"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": 0}, "Quantity must be at least 1."),
        ({"quantity": 5000}, "has only"),
        ({"code": " "}, "partnerOrderCode is required."),
        ({"first_name": ""}, "Shipping address: recipientFirstName is required."),
        ({"sku_id": "nobody"}, "Invalid relay ID nobody"),
        ({"lines": ()}, "An order needs at least one order item."),
        ({"address": r.Address(country="DE")}, "CountryCode"),
        ({"quantity": 2**31}, "Int cannot represent"),
    ],
)
def test_a_refused_order_leaves_nothing(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, changes: dict[str, Any], words: str
) -> None:
    sku = a_sku(sandbox)
    before, count = sku["inventory"], len(sandbox.shop.orders)
    with pytest.raises(Rejected) as caught:
        channel.create_order(draft(changes.pop("sku_id", sku["id"]), **changes))
    assert words in caught.value.words
    assert (effects(sandbox), sku["inventory"], len(sandbox.shop.orders)) == ([], before, count)


def test_a_snapshot_and_a_sku_that_is_off_cannot_be_ordered(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sku = a_sku(sandbox)
    snapshot = sandbox.shop.snapshot(sku)
    sku["enabled"] = False
    for sku_id, code in ((snapshot["id"], "InvalidRelayID"), (sku["id"], "SkuDisabled")):
        with pytest.raises(Rejected) as caught:
            channel.create_order(draft(sku_id))
        assert caught.value.code == code
    assert effects(sandbox) == []


# -- paying and cancelling -------------------------------------------------------------------------------------------


def test_an_open_order_is_paid(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    order = an_order(sandbox, "OPEN")
    assert channel.mark_paid(ref(order), "charge-1") == r.Receipt(remote_id=order["id"], words="PAID")
    assert asked(requests[0])["variables"] == {"orderId": order["id"], "chargeId": "charge-1"}
    assert effects(sandbox) == [
        ("setOrderAsPaid", {"order_id": order["id"], "charge_id": "charge-1", "partner_order_code": order["_code"]})
    ]
    record = channel.read_order(ref(order))
    assert record is not None
    assert (record.status, record.payment_status, record.paid_at) == ("to_deliver", "paid", START)


@pytest.mark.parametrize("status", ["PAID", "IN_PROGRESS", "DELIVERED", "EXPIRED", "CLOSED"])
def test_only_an_open_order_can_be_paid(channel: ShoppoChannel, sandbox: ShoppoSandbox, status: str) -> None:
    order = an_order(sandbox, status)
    with pytest.raises(Rejected) as caught:
        channel.mark_paid(ref(order), "charge-1")
    assert caught.value.words == f"Order status should be OPEN, but it is {status}."
    assert (caught.value.code, caught.value.status) == ("InvalidOrderStatus", 200)
    assert (effects(sandbox), order["status"]) == ([], status)


def test_a_charge_pays_one_order(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    first, second = [o for o in sandbox.shop.orders.values() if o["status"] == "OPEN"][:2]
    channel.mark_paid(ref(first), "charge-1")
    with pytest.raises(Rejected) as caught:
        channel.mark_paid(ref(second), "charge-1")
    assert (caught.value.words, second["status"]) == ("chargeId should be unique.", "OPEN")
    assert len(effects(sandbox)) == 1


def test_a_paid_order_is_cancelled(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    order = an_order(sandbox, "PAID", "PAID")
    assert channel.cancel_order(ref(order)) == r.Receipt(remote_id=order["id"], words="CLOSED")
    assert effects(sandbox) == [
        ("cancelOrder", {"order_id": order["id"], "partner_order_code": order["_code"]}),
    ]
    record = channel.read_order(ref(order))
    assert record is not None
    assert (record.status, record.payment_status) == ("cancelled", "refunded")
    assert {line.remote_status for line in record.lines} == {"CANCELLED"}


def test_one_item_is_cancelled_once(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    order = next(
        o for o in sandbox.shop.orders.values() if len(o["_items"]) > 1 and o["timePaymentProcessed"] is not None
    )
    order["status"] = "PAID"
    order["timePaymentProcessed"] = SECONDS
    for item in order["_items"]:
        sandbox.shop.nodes[item].update(status="PAID", isRefunded=False)
    line = r.Ref(remote_id=order["_items"][0], parent=order["id"])
    assert channel.cancel_line(line) == r.Receipt(remote_id=order["_items"][0], words="CANCELLED")
    with pytest.raises(Rejected) as caught:
        channel.cancel_line(line)
    assert caught.value.words == (
        "Only order items whose status is PAID can be cancelled, this one is CANCELLED. "
        "Please create a customer service ticket."
    )
    with pytest.raises(Rejected):
        channel.cancel_order(ref(order))
    assert [name for name, _ in effects(sandbox)] == ["cancelOrderItem"]
    assert (order["status"], order["refundStatus"]) == ("PAID", "PARTIAL_REFUNDED")


@pytest.mark.parametrize("status", ["OPEN", "IN_PROGRESS", "DELIVERED", "EXPIRED", "CLOSED"])
def test_other_orders_cannot_be_cancelled(channel: ShoppoChannel, sandbox: ShoppoSandbox, status: str) -> None:
    order = an_order(sandbox, status)
    for write in (
        lambda: channel.cancel_order(ref(order)),
        lambda: channel.cancel_line(r.Ref(remote_id=order["_items"][0])),
    ):
        with pytest.raises(Rejected) as caught:
            write()
        assert caught.value.code == "InvalidOrderItemStatus"
    assert (effects(sandbox), order["status"]) == ([], status)


def test_after_two_hours_only_a_ticket_helps(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    order = an_order(sandbox, "PAID", "PAID")
    sandbox.clock.advance(timedelta(hours=2).total_seconds())
    with pytest.raises(Rejected) as caught:
        channel.cancel_order(ref(order))
    assert "IN_FULFILLMENT" in caught.value.words
    assert order["status"] == "IN_PROGRESS"


def test_unpaid_orders_expire_and_their_stock_returns(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sku = a_sku(sandbox)
    before = sku["inventory"]
    receipt = channel.create_order(draft(sku["id"], 2))
    sandbox.clock.advance(timedelta(hours=24).total_seconds())
    record = channel.read_order(r.Ref(remote_id=receipt.remote_id))
    assert record is not None
    assert (record.status, sku["inventory"]) == ("expired", before)
    assert record.total == Decimal(effects(sandbox)[0][1]["total"])
