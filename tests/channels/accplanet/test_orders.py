"""Orders: reading, delivering, refunding, setting the status."""

import json

import httpx
import msgspec
import pytest

from channels import records as r
from channels.errors import Ambiguous, Rejected, WireError
from tests.channels.accplanet.support import answering, ref, sample


def path(order, action):
    return f"/orders/api/supplier/{order['order_id']}/{action}/"


def deliver(bench, order, *rows, **more):
    return bench.channel.deliver_order(ref(order["order_id"]), r.Delivery(rows=rows, **more))


def test_pull_orders(bench):
    found = {one.remote_id: one for one in bench.all_of(bench.channel.pull_orders)}
    assert set(found) == set(bench.sandbox.orders)
    for key, shown in bench.sandbox.orders.items():
        assert (found[key].number, found[key].remote_status) == (shown["order_no"], shown["status"])
        assert found[key].delivered_units == shown["delivered_units"]
    assert bench.sent[0][:2] == ("GET", "/orders/api/supplier/list/")
    assert bench.requests[0].query == {"page": "1", "page_size": "100"}


def test_bad_order_goes_to_quarantine_without_what_it_delivered(bench):
    order = bench.order(status="completed_order")
    order.update(total_amount="free", delivered_info="user:hunter2]")
    page = bench.channel.pull_orders(None, None)
    assert [one.remote_id for one in page.bad] == [order["order_id"]]
    assert page.bad[0].path.endswith(".total_amount")
    assert b"hunter2" not in page.bad[0].raw
    assert b"order_no" in page.bad[0].raw


def test_read_order(bench):
    order = bench.order(status="completed_order")
    found = bench.channel.read_order(ref(order["order_id"]))
    assert (found.remote_id, found.status) == (order["order_id"], "delivered")
    assert bench.sent == [("GET", f"/orders/api/{order['order_id']}/", b"")]
    assert bench.channel.read_order(ref("nobody")) is None


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (httpx.Response(404, json={"success": False, "message": "Order not found."}), None),
        (httpx.Response(200, json={"success": False, "error": "Order does not exist"}), None),
        (httpx.Response(200, json={"success": False, "message": "Not your order"}), Rejected),
        (httpx.Response(404, html="<h1>Not Found</h1>"), WireError),
        (httpx.Response(200, json={"success": True}), WireError),
        (httpx.Response(200, json={"success": True, "order": None}), WireError),
        (httpx.Response(200, json=[1]), WireError),
    ],
)
def test_absent_is_only_what_the_platform_says_is_absent(answer, outcome):
    channel = answering(answer)
    if outcome is None:
        assert channel.read_order(ref("o")) is None
    else:
        with pytest.raises(outcome):
            channel.read_order(ref("o"))


def test_deliver_text(bench):
    order = bench.waiting(1)
    receipt = bench.channel.deliver_order(ref(order["order_id"]), r.Delivery(content="login: ann\npassword: hunter2"))
    body = {"delivered_info": "login: ann\npassword: hunter2"}
    assert bench.sent[0][:2] == ("POST", path(order, "delivered-info"))
    assert json.loads(bench.sent[0][2]) == body
    assert receipt == r.Receipt(
        remote_id=order["order_id"],
        words="Delivered info updated.",
        data={"delivered_units": "1", "order_completed": "true", "append_delivered_info": "false"},
    )
    found = bench.channel.read_order(ref(order["order_id"]))
    assert (found.status, found.delivered, found.delivered_units) == ("delivered", body["delivered_info"], 1)


def test_deliver_rows_then_append(bench):
    order = bench.waiting(3)
    first = deliver(bench, order, "ann:p1", 'b|"p2"')
    assert json.loads(bench.sent[0][2]) == {"delivered_info": '["ann:p1","b|\\"p2\\""]'}
    assert (first.data["delivered_units"], first.data["order_completed"]) == ("2", "false")
    assert order["status"] == "running_order"
    repeated = deliver(bench, order, "ann:p1", append=True)
    assert repeated.data["delivered_units"] == "2"
    last = deliver(bench, order, "имя:п4", append=True)
    assert json.loads(bench.sent[-1][2])["append_delivered_info"] is True
    assert (last.data["delivered_units"], last.data["order_completed"]) == ("3", "true")
    assert bench.channel.read_deliveries(ref(order["order_id"])) == (
        r.DeliveryRecord(
            remote_id=order["order_id"],
            order_remote_id=order["order_id"],
            content='ann:p1\nb|"p2"\nимя:п4',
            quantity=3,
        ),
    )
    assert [effect["delivered_units"] for _, effect in bench.writes] == [2, 2, 3]


def test_what_was_delivered_is_in_no_record_of_the_calls(bench):
    order = bench.waiting(2)
    deliver(bench, order, "ann:hunter2222", "bob:hunter3333")
    with pytest.raises(Rejected):
        deliver(bench, order, "x:hunter4444", "y:hunter5555", "z:hunter6666")
    found = bench.channel.read_order(ref(order["order_id"]))
    bench.channel.pull_orders(None, None)
    seen = str(bench.exchanges) + str(bench.writes) + repr(found.raw)
    assert "hunter" in found.delivered
    assert "hunter" not in seen
    assert bench.exchanges[0].request_body.startswith("(hidden:")


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (r.Delivery(), "Deliver either a text or rows. Nothing was sent."),
        (r.Delivery(content=" "), "Deliver either a text or rows. Nothing was sent."),
        (r.Delivery(content="a", rows=("b",)), "Deliver either a text or rows. Nothing was sent."),
        (r.Delivery(content="a", append=True), "Only rows can be appended to what was delivered. Nothing was sent."),
        (r.Delivery(rows=("a", " ")), "A row to deliver is empty. Nothing was sent."),
        (
            r.Delivery(content="a", tracking_number="1Z"),
            "AccPlanet delivers digital content: it takes no carrier and no tracking number. Nothing was sent.",
        ),
    ],
)
def test_deliveries_that_are_never_sent(bench, delivery, words):
    with pytest.raises(Rejected) as caught:
        bench.channel.deliver_order(ref("o"), delivery)
    assert (caught.value.words, bench.sent, bench.writes) == (words, [], [])


@pytest.mark.parametrize(
    ("wanted", "rows", "status", "words"),
    [
        ({"payment_status": "pending_payment"}, 1, 409, "Order has not been paid."),
        ({"status": "refunded_order"}, 1, 409, "Order can no longer be delivered."),
        ({"status": "completed_order", "quantity": 1}, 2, 400, "Delivered units (2) exceed the quantity (1)."),
    ],
)
def test_deliveries_that_the_platform_refuses(bench, wanted, rows, status, words):
    order = bench.order(**wanted)
    before = dict(order)
    with pytest.raises(Rejected) as caught:
        deliver(bench, order, *(f"u{n}:p" for n in range(rows)))
    assert (caught.value.status, caught.value.words) == (status, words)
    assert (order, bench.writes) == (before, [])


def test_refund_once(bench):
    order = bench.waiting(1)
    receipt = bench.channel.refund_order(ref(order["order_id"]))
    assert bench.sent == [("POST", path(order, "refund"), b"{}")]
    effect = {"order_id": order["order_id"], "refund_no": receipt.number, "amount": order["total_amount"]}
    assert bench.writes == [("orders.refund", effect)]
    assert (receipt.words, receipt.number[:3]) == ("Refund processed successfully.", "REF")
    with pytest.raises(Rejected) as caught:
        bench.channel.refund_order(ref(order["order_id"]))
    assert (caught.value.status, caught.value.words) == (409, "Order has already been refunded.")
    assert len(bench.writes) == 1
    found = bench.channel.read_order(ref(order["order_id"]))
    assert (found.status, found.payment_status) == ("refunded", "refunded")


@pytest.mark.parametrize("wanted", [{"payment_status": "pending_payment"}, {"status": "receipt_confirmed_order"}])
def test_refunds_that_the_platform_refuses(bench, wanted):
    with pytest.raises(Rejected) as caught:
        bench.channel.refund_order(ref(bench.order(**wanted)["order_id"]))
    assert (caught.value.status, bench.writes) == (409, [])


def test_set_status(bench):
    order = bench.waiting(1)
    receipt = bench.channel.set_order_status(ref(order["order_id"]), "running_order")
    assert bench.sent == [("POST", path(order, "status"), b'{"order_status":"running_order"}')]
    assert receipt.data == {"status": "running_order"}
    assert bench.writes == [
        (
            "orders.change_status",
            {"order_id": order["order_id"], "status": "running_order", "before": "pending_order"},
        )
    ]
    with pytest.raises(Rejected) as caught:
        bench.channel.set_order_status(ref(order["order_id"]), "pending_order")
    assert caught.value.words == "Order cannot go from running_order to pending_order."


@pytest.mark.parametrize("word", ["receipt_confirmed_order", "", "delivered", "PENDING_ORDER"])
def test_other_words_are_never_sent(bench, word):
    with pytest.raises(Rejected) as caught:
        bench.channel.set_order_status(ref("o"), word)
    assert caught.value.words.startswith(f"An order cannot be set to “{word}”;")
    assert bench.sent == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"message": "Refund processed successfully."}),
        httpx.Response(200, json={"success": None}),
        httpx.Response(200, json={"success": "yes"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, content=b""),
        httpx.Response(200, html="<p>Done</p>"),
        httpx.Response(200, content=b'{"success": true'),
        httpx.Response(502, html="<h1>Bad Gateway</h1>"),
    ],
)
def test_a_write_without_the_success_marker_is_ambiguous(answer):
    channel = answering(answer)
    with pytest.raises(Ambiguous):
        channel.refund_order(ref("o"))
    assert len(channel.asked) == 1


def test_the_documents_answers_become_receipts():
    def from_document(name):
        return answering(httpx.Response(200, content=sample(name)))

    assert from_document("refund_order").refund_order(ref("o")) == r.Receipt(
        remote_id="o", number="REF1772446511113", words="Refund processed successfully."
    )
    delivered = from_document("update_delivered_info").deliver_order(ref("o"), r.Delivery(rows=("u:p", "row2")))
    assert delivered.data == {"delivered_units": "2", "order_completed": "false", "append_delivered_info": "false"}
    assert from_document("change_order_status").set_order_status(ref("o"), "running_order") == r.Receipt(
        remote_id="o", words="Order status updated.", data={"status": "running_order"}
    )
    appended = from_document("append_product_accounts").append_accounts(ref("p"), "u:p")
    assert (appended.accepted, appended.data) == (5, {"delivery_tasks_queued": "2"})
    created = from_document("create_product").create_product(r.ProductDraft(title="t"))
    assert created == r.Receipt(
        remote_id="product_id_string",
        number="500",
        words="Product created successfully",
        data={"approval_status": "approved"},
    )
    order = msgspec.json.decode(sample("list_orders"))
    page = answering(httpx.Response(200, json={"orders": [order], "count": 1})).pull_orders(None, None)
    assert (page.records[0].number, page.total, page.next) == ("TK1772446511113", 1, None)


@pytest.mark.parametrize(
    "info", ["u:hunter2", ["u:hu]nter2", "v:hunter2"], {"a": "}", "b": "hunter2"}, '["u:hunter2"]']
)
def test_delivered_content_of_any_shape_is_hidden_from_the_record(bench, info):
    order = bench.order(status="completed_order")
    order["delivered_info"] = info
    assert "nter2" in bench.channel.read_order(ref(order["order_id"])).delivered
    assert "nter2" not in bench.exchanges[0].response_body
    assert order["order_no"] in bench.exchanges[0].response_body
