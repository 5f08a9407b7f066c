"""Orders, deliveries, delivery errors and cases."""

import json
from datetime import timedelta
from typing import Any

import pytest

from channels import records as r
from channels.errors import NotSent, Rejected, RouteUnconfirmed, WireError
from channels.imetastore import BASE_URL, PLATFORM
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.ports import Exchange
from channels.sandbox import Request
from tests.channels.imetastore.support import (
    case_ref,
    effects,
    envelope,
    paged,
    pending,
    ref,
    sample,
    scripted,
    undecided,
)
from tests.channels.opening import START, open_over


def test_pull_orders(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    page = channel.pull_orders(None, None)
    assert (requests[-1].method, requests[-1].path) == ("POST", "/seller/order")
    assert json.loads(requests[-1].body) == {"pageIndex": 1, "pageSize": 100}
    assert [one.remote_id for one in page.records] == [str(row["orderId"]) for row in sandbox.orders]
    assert {one.status for one in page.records} == {
        "to_deliver", "part_delivered", "delivered", "completed", "refunded", "unknown",
    }  # fmt: skip


def test_pull_orders_since_looks_back_for_changed_ones(channel: Channel, requests: list[Request]) -> None:
    page = channel.pull_orders(None, START)
    assert json.loads(requests[-1].body)["createTimeStart"] == "2026-01-31T10:00:00.000Z"
    assert 0 < len(page.records) < 64


def test_how_far_to_look_back_is_an_option(sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    open_over(PLATFORM, sandbox, options={"order_lookback_days": "3"}).pull_orders(None, START)
    assert json.loads(requests[-1].body)["createTimeStart"] == "2026-02-27T10:00:00.000Z"


def test_read_order(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    row = pending(sandbox)
    found = channel.read_order(ref(row))
    assert json.loads(requests[-1].body) == {"pageIndex": 1, "pageSize": 10, "orderId": row["orderId"]}
    assert found is not None
    assert (found.remote_id, found.status) == (str(row["orderId"]), "to_deliver")


def test_read_order_by_number(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    row = pending(sandbox)
    found = channel.read_order(r.Ref(remote_id="", number=row["orderNum"]))
    assert json.loads(requests[-1].body) == {"pageIndex": 1, "pageSize": 10, "orderNum": row["orderNum"]}
    assert found is not None
    assert found.remote_id == str(row["orderId"])


def test_an_order_that_is_not_there(channel: Channel) -> None:
    assert channel.read_order(r.Ref(remote_id="1")) is None


def test_an_ignored_filter_proves_nothing() -> None:
    channel, _ = scripted({"order": [sample("orders.list__assumed")]})
    with pytest.raises(WireError, match="other orders than the one"):
        channel.read_order(r.Ref(remote_id="1"))


@pytest.mark.parametrize(
    ("delivery", "body", "units"),
    [
        (r.Delivery(content="КОД-1 🔑"), {"content": "КОД-1 🔑"}, 2),
        (r.Delivery(rows=("a", "b")), {"content": ["a", "b"]}, 2),
        (
            r.Delivery(content="x", quantity=1, carrier="DHL", tracking_number="J1"),
            {"content": "x", "quantity": 1, "carrier": "DHL", "trackingNumber": "J1"},
            1,
        ),
    ],
)
def test_deliver(
    channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request], delivery: r.Delivery, body: Any, units: int
) -> None:
    row = pending(sandbox, quantity=2)
    row["quantity"] = 2
    assert channel.deliver_order(ref(row), delivery) == r.Receipt(words="Success")
    assert (requests[-1].method, requests[-1].path) == ("POST", f"/seller/order/{row['orderId']}/deliver")
    assert json.loads(requests[-1].body) == body
    assert [(one["orderId"], one["units"]) for one in effects(sandbox, "orders.deliver")] == [
        (str(row["orderId"]), units)
    ]
    found = channel.read_order(ref(row))
    assert found is not None
    assert found.status == ("delivered" if units == 2 else "part_delivered")
    (told,) = channel.read_deliveries(ref(row))
    assert told.remote_id == f"{row['orderId']}:1"
    assert told.content == (delivery.content or "a\nb")
    assert (told.quantity, told.carrier, told.created_at) == (units, delivery.carrier, START)


def test_a_delivered_order_stays_delivered(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    row = pending(sandbox)
    channel.deliver_order(ref(row), r.Delivery(content="once"))
    with pytest.raises(Rejected) as caught:
        channel.deliver_order(ref(row), r.Delivery(content="twice"))
    assert caught.value.words == "The order is not awaiting delivery (code SIM-STATE)"
    assert len(effects(sandbox, "orders.deliver")) == len(row["_deliveries"]) == 1


def test_delivered_content_is_never_recorded(
    channel: Channel, sandbox: ImetastoreSandbox, exchanges: list[Exchange]
) -> None:
    row = pending(sandbox)
    channel.deliver_order(ref(row), r.Delivery(content="SECRET-KEY-1"))
    channel.read_deliveries(ref(row))
    assert "SECRET-KEY-1" not in repr(exchanges)
    assert "SECRET-KEY-1" not in repr(sandbox.ledger)


def test_no_deliveries(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    assert channel.read_deliveries(ref(pending(sandbox))) == ()


def test_a_delivery_that_cannot_be_read_is_not_left_out() -> None:
    channel, _ = scripted({"order/7/deliver": [envelope([{"content": "a"}, {"createTime": "soon"}])]})
    with pytest.raises(WireError) as caught:
        channel.read_deliveries(r.Ref(remote_id="7"))
    assert caught.value.path == "$.data[1].createTime"


@pytest.mark.parametrize("path", ["deliver", "deliver-error"])
def test_deliveries_that_are_missing_are_not_none(path: str) -> None:
    channel, _ = scripted({f"order/7/{path}": [envelope(None)]})
    read = channel.read_deliveries if path == "deliver" else channel.read_delivery_errors
    with pytest.raises(WireError, match="no list"):
        read(r.Ref(remote_id="7"))


def test_report_delivery_error(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    row = pending(sandbox)
    assert channel.read_delivery_errors(ref(row)) == ()
    words, pictures = "The delivery code was rejected by the platform", ("https://example.com/error-screenshot.png",)
    channel.report_delivery_error(ref(row), words, pictures)
    assert (requests[-1].method, requests[-1].path) == ("POST", f"/seller/order/{row['orderId']}/deliver-error")
    assert requests[-1].body == sample("orders.deliver_error__request")
    (told,) = channel.read_delivery_errors(ref(row))
    assert (told.remark, told.image_urls, told.created_at) == (words, pictures, START)
    assert len(effects(sandbox, "orders.deliver_error")) == 1


def test_read_case(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    case = undecided(sandbox)
    found = channel.read_case(r.Ref(remote_id=str(case["orderId"])))
    assert (requests[-1].method, requests[-1].path) == ("GET", f"/seller/order/{case['orderId']}/after-sales")
    assert found is not None
    assert (found.remote_id, found.decision, found.remote_status) == (str(case["id"]), "pending", "101")
    assert found.decide_by == case["_created"] + timedelta(hours=48)


@pytest.mark.parametrize(
    "answer",
    [sample("aftersales.detail__none"), b'{"code":"0000","msg":"Success"}', envelope({}), envelope([])],
)
def test_an_order_without_a_case(answer: bytes) -> None:
    channel, _ = scripted({"order/7/after-sales": [answer]})
    assert channel.read_case(r.Ref(remote_id="7")) is None


def test_a_case_unlike_the_document_names_its_path() -> None:
    channel, _ = scripted({"order/7/after-sales": [envelope({"id": 1, "createTime": "soon"})]})
    with pytest.raises(WireError) as caught:
        channel.read_case(r.Ref(remote_id="7"))
    assert caught.value.path == "$.data.createTime"


def test_approve(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    case = undecided(sandbox)
    channel.decide_case(case_ref(case), r.CaseDecision(approve=True))
    path = f"/seller/order/{case['orderId']}/after-sales/seller-audit"
    assert (requests[-1].method, requests[-1].path, requests[-1].body) == ("POST", path, b'{"isApproved":true}')
    found = channel.read_case(r.Ref(remote_id=str(case["orderId"])))
    assert found is not None
    assert (found.decision, found.status, found.decided_at) == ("approved", "closed", START)
    order = channel.read_order(r.Ref(remote_id=str(case["orderId"])))
    assert order is not None
    assert (order.status, order.payment_status) == ("refunded", "refunded")


def test_reject(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    case = undecided(sandbox)
    reason = "The item was already delivered and redeemed by the buyer"
    proof = ("https://example.com/proof.png",)
    channel.decide_case(case_ref(case), r.CaseDecision(approve=False, reason=reason, image_urls=proof))
    assert requests[-1].body == sample("aftersales.audit__reject")
    found = channel.read_case(r.Ref(remote_id=str(case["orderId"])))
    assert found is not None
    assert (found.decision, found.reject_reason, found.reject_image_urls) == ("rejected", "9", proof)


def test_a_rejection_without_a_reason_is_refused(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    case = undecided(sandbox)
    with pytest.raises(Rejected, match="rejectDescription is required when rejecting"):
        channel.decide_case(case_ref(case), r.CaseDecision(approve=False))
    assert (sandbox.ledger, case["operationTime"]) == ([], None)


def test_a_case_is_decided_once(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    case = undecided(sandbox)
    channel.decide_case(case_ref(case), r.CaseDecision(approve=True))
    with pytest.raises(Rejected, match="already decided"):
        channel.decide_case(case_ref(case), r.CaseDecision(approve=False, reason="no"))
    assert len(effects(sandbox, "aftersales.audit")) == 1


def test_an_undecided_case_lapses(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    case = undecided(sandbox)
    sandbox.clock.advance(48 * 3600)
    found = channel.read_case(r.Ref(remote_id=str(case["orderId"])))
    assert found is not None
    assert (found.decision, found.decided_at) == ("lapsed", None)
    with pytest.raises(Rejected, match="already decided"):
        channel.decide_case(case_ref(case), r.CaseDecision(approve=True))


def test_an_assumed_route_is_refused_on_the_production_host(sandbox: ImetastoreSandbox) -> None:
    channel = open_over(PLATFORM, sandbox, base_url=BASE_URL)
    with pytest.raises(RouteUnconfirmed) as caught:
        channel.deliver_order(r.Ref(remote_id="7"), r.Delivery(content="x"))
    assert caught.value.route == "orders.deliver"
    assert sandbox.ledger == []


def test_a_route_can_be_bent() -> None:
    channel, platform = scripted(
        {"partner/order": [paged([])]}, routes={"orders.list": "POST /seller/partner/order"}
    )  # fmt: skip
    assert channel.pull_orders(None, None).records == ()
    assert platform.asked[-1].path == "/seller/partner/order"


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("10001", Rejected, "URL parsing error (code 10001)"),
        ("10002", Rejected, "URL parsing error (code 10002)"),
        ("10004", NotSent, "URL parsing error (code 10004)"),
        ("77", Rejected, "URL parsing error (code 77)"),
    ],
)
def test_error_codes(code: str, kind: type[Exception], words: str) -> None:
    channel, _ = scripted({"order/7/deliver-error": [json.dumps({"code": code, "msg": "URL parsing error"}).encode()]})
    with pytest.raises(kind) as caught:
        channel.report_delivery_error(r.Ref(remote_id="7"), "x", ())
    assert str(caught.value) == words


def test_the_documents_own_error() -> None:
    channel, _ = scripted({"order/7/deliver-error": [sample("error__signature")]})
    with pytest.raises(Rejected) as caught:
        channel.report_delivery_error(r.Ref(remote_id="7"), "x", ())
    assert (caught.value.words, caught.value.code) == ("Request signature error. (code 10003)", "10003")
