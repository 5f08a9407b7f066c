"""The simulator is as strict as the document, and keeps its state."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from channels.imetastore import PLATFORM
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.sandbox import Fault
from tests.channels.imetastore.support import call, effects, pending, token_of, undecided
from tests.channels.opening import START

BUYER = 1907369850568257537
STOCK, PRICE, SWITCH, SEND = (
    "/seller/product-stock",
    "/seller/product-sku/price",
    "/seller/product-spu/switch",
    "/seller/im/send-msg",
)
TEXT = {"msgType": "TIMTextElem", "msgContent": {"text": "hi"}}


def test_the_same_seed_makes_the_same_data(sandbox: ImetastoreSandbox) -> None:
    other = PLATFORM.sandbox(start=START, seed=7)
    assert (other.products, other.orders, other.cases, other.messages) == (
        sandbox.products, sandbox.orders, sandbox.cases, sandbox.messages,
    )  # fmt: skip
    sandbox.move()
    sandbox.reset()
    assert sandbox.orders == other.orders


@pytest.mark.parametrize("scale", ["small", "medium"])
def test_how_much_there_is(scale: str) -> None:
    size = {"small": 1, "medium": 10}[scale]
    found = PLATFORM.sandbox(start=START, seed=1, scale=scale)
    assert (len(found.products), len(found.orders), len(found.messages)) == (48 * size, 64 * size, 40 * size)
    assert len({row["orderId"] for row in found.orders}) == 64 * size
    assert max(row["orderId"] for row in found.orders) > 2**53


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic x", "bearer {token}", "{token}"])
def test_every_business_call_wants_a_token(sandbox: ImetastoreSandbox, header: str) -> None:
    token = token_of(sandbox)
    status, body = call(sandbox, "POST", "/seller/product", {}, authorization=header.format(token=token))
    assert (status, body["code"], body["data"]) == (401, "SIM-TOKEN", None)
    assert body["time"] == "2026-03-02T10:00:00.000Z"


def test_a_token_ends(sandbox: ImetastoreSandbox) -> None:
    token = token_of(sandbox)
    sandbox.clock.advance(7199)
    assert call(sandbox, "POST", "/seller/product", {}, token=token)[0] == 200
    sandbox.clock.advance(1)
    assert call(sandbox, "POST", "/seller/product", {}, token=token)[0] == 401


def test_login(sandbox: ImetastoreSandbox) -> None:
    status, body = call(sandbox, "POST", "/seller/auth/login", dict(sandbox.credentials), token="")
    assert (status, body["code"], body["msg"], body["time"]) == (200, "0000", "Success", "2026-03-02T10:00:00.000Z")
    assert (body["data"]["tokenType"], body["data"]["expiresIn"]) == ("Bearer", 7200)
    assert set(body["data"]) == {"accessToken", "tokenType", "expiresIn", "refreshToken"}


@pytest.mark.parametrize("body", [{}, {"email": "x"}, {"email": 5, "password": "x"}, [], b"{"])
def test_a_login_wants_both(sandbox: ImetastoreSandbox, body: Any) -> None:
    status, answer = call(sandbox, "POST", "/seller/auth/login", body, token="")
    assert (status, answer["code"] != "0000", sandbox.logins) == (200, True, 0)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/seller/product"), ("POST", STOCK), ("PUT", SEND), ("POST", "/seller/nothing"), ("POST", "/product")],
)
def test_other_methods_and_paths_do_not_exist(sandbox: ImetastoreSandbox, method: str, path: str) -> None:
    status, body = call(sandbox, method, path, {})
    assert (status, body["code"]) == (404, "10001")


@pytest.mark.parametrize(
    ("body", "kind"), [(b"{", "application/json"), (b"[]", "application/json"), (b"{}", "text/plain")]
)
def test_a_body_is_a_json_object(sandbox: ImetastoreSandbox, body: bytes, kind: str) -> None:
    _, answer = call(sandbox, "POST", "/seller/product", body, **{"content-type": kind})
    assert answer["code"] == "10002"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ({"pageIndex": 1, "pageSize": 100}, "0000"),
        ({"pageIndex": 100, "pageSize": 1}, "0000"),
        ({"pageIndex": 0}, "SIM-PARAM"),
        ({"pageIndex": 101}, "SIM-PARAM"),
        ({"pageSize": 0}, "SIM-PARAM"),
        ({"pageSize": 101}, "SIM-PARAM"),
        ({"pageIndex": "1"}, "10002"),
        ({"pageIndex": True}, "10002"),
        ({"pageIndex": None}, "10002"),
    ],
)
@pytest.mark.parametrize("path", ["/seller/product", "/seller/order", "/seller/im/contact"])
def test_paging_bounds(sandbox: ImetastoreSandbox, path: str, page: Any, code: str) -> None:
    assert call(sandbox, "POST", path, page)[1]["code"] == code


def test_pages(sandbox: ImetastoreSandbox) -> None:
    data = call(sandbox, "POST", "/seller/product", {"pageIndex": 5, "pageSize": 10})[1]["data"]
    assert {key: data[key] for key in ("pageIndex", "pageSize", "totalCount", "pageCount")} == {
        "pageIndex": 5, "pageSize": 10, "totalCount": 48, "pageCount": 5,
    }  # fmt: skip
    assert [row["id"] for row in data["list"]] == [row["id"] for row in sandbox.products[40:]]
    assert not any(key.startswith("_") for row in data["list"] for key in row)


def test_product_filters(sandbox: ImetastoreSandbox) -> None:
    row = sandbox.products[20]

    def ids(**body: Any) -> set[int]:
        found = call(sandbox, "POST", "/seller/product", {"pageSize": 100, **body})[1]["data"]["list"]
        return {one["id"] for one in found}

    everything = ids()
    assert ids(productSpuNum=row["productSpuNum"]) == {row["id"]}
    assert row["id"] in ids(title=row["title"][2:8].upper()) < everything
    assert ids(productSpuStatus=0) == {one["id"] for one in sandbox.products if one["productSpuStatus"] == 0}
    assert ids(categoryId3=302) == {one["id"] for one in sandbox.products if one["categoryId3"] == 302}
    assert ids(brandIds=[102]) == {one["id"] for one in sandbox.products if one["brandId"] == 102}
    assert ids(minPrice=10, maxPrice=20.5) < everything
    at = row["_created"].isoformat()
    assert ids(createTimeStart=at, createTimeEnd=at) == {row["id"]}
    assert ids(updateTimeStart="2026-03-02T10:00:00.001Z") == set()


@pytest.mark.parametrize(
    "body",
    [{"createTimeStart": "yesterday"}, {"title": 5}, {"brandIds": 5}, {"minPrice": "1"}, {"productSpuStatus": "1"}],
)
def test_filters_of_the_wrong_kind(sandbox: ImetastoreSandbox, body: Any) -> None:
    assert call(sandbox, "POST", "/seller/product", body)[1]["code"] in ("10002", "SIM-PARAM")


def sku_id(sandbox: ImetastoreSandbox) -> int:
    return int(next(sku for _, sku in sandbox.skus())["id"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"skuList": []},
        {"skuList": [5]},
        {"skuList": [{"id": "$"}]},
        {"skuList": [{"id": "$", "stock": -1}]},
        {"skuList": [{"id": "$", "stock": 1.5}]},
        {"skuList": [{"id": "$", "stock": "1"}]},
        {"skuList": [{"id": "$", "stock": True}]},
        {"skuList": [{"id": "$", "stock": 1, "alertStock": -1}]},
        {"skuList": [{"stock": 1}]},
        {"skuList": [{"id": 1, "stock": 1}]},
        {"skuList": [{"id": "$", "stock": 1}, {"id": "$", "stock": 2}]},
        {"skuList": [{"id": n, "stock": 1} for n in range(1, 102)]},
    ],
)
def test_stock_bodies(sandbox: ImetastoreSandbox, body: Any) -> None:
    filled = json.loads(json.dumps(body).replace('"$"', str(sku_id(sandbox))))
    assert call(sandbox, "PUT", STOCK, filled)[1]["code"] != "0000"
    assert sandbox.ledger == []


@pytest.mark.parametrize(
    ("price", "currency"),
    [
        (0, "USD"),
        (-1, "USD"),
        ("1", "USD"),
        (1.999, "USD"),
        (1e300, "USD"),
        (None, "USD"),
        (1, "CNY"),
        (1, None),
        (1, 5),
    ],
)
def test_price_bodies(sandbox: ImetastoreSandbox, price: Any, currency: Any) -> None:
    body = {"productSkuPrices": [{"id": sku_id(sandbox), "price": price}], "currencyCode": currency}
    assert call(sandbox, "PUT", PRICE, body)[1]["code"] != "0000"
    assert sandbox.ledger == []


def test_price(sandbox: ImetastoreSandbox) -> None:
    body = {"productSkuPrices": [{"id": sku_id(sandbox), "price": 12.99}], "currencyCode": "EUR"}
    assert call(sandbox, "PUT", PRICE, body)[1]["data"] is True
    assert next(sku for _, sku in sandbox.skus())["price"] == Decimal("12.99")
    assert effects(sandbox, "products.price") == [
        {"id": str(sku_id(sandbox)), "price": "12.99", "currencyCode": "EUR"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ids", "word"),
    [([1], "ON_SALE"), (["$"], "on_sale"), (["$"], 1), ([], "ON_SALE"), (["x"], "ON_SALE"), (5, "ON_SALE")],
)
def test_switch_bodies(sandbox: ImetastoreSandbox, ids: Any, word: Any) -> None:
    body = json.loads(
        json.dumps({"productSpuIds": ids, "productStatus": word}).replace('"$"', str(sandbox.products[0]["id"]))
    )
    assert call(sandbox, "PUT", SWITCH, body)[1]["code"] != "0000"
    assert sandbox.ledger == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": ""},
        {"content": []},
        {"content": [""]},
        {"content": [5]},
        {"content": "x", "quantity": 0},
        {"content": "x", "quantity": 99},
        {"content": ["x"], "quantity": 2},
        {"content": "x", "carrier": 5},
    ],
)
def test_deliver_bodies(sandbox: ImetastoreSandbox, body: Any) -> None:
    row = pending(sandbox)
    assert call(sandbox, "POST", f"/seller/order/{row['orderId']}/deliver", body)[1]["code"] != "0000"
    assert (sandbox.ledger, row["_deliveries"], row["sellerOrderStatus"]) == ([], [], 1)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "deliver"),
        ("GET", "deliver"),
        ("POST", "deliver-error"),
        ("GET", "deliver-error"),
        ("GET", "after-sales"),
        ("POST", "after-sales/seller-audit"),
    ],
)
@pytest.mark.parametrize(("order", "code"), [("5", "SIM-NOT-FOUND"), ("SO5", "SIM-PARAM"), ("%2e%2e", "SIM-PARAM")])
def test_an_unknown_order(sandbox: ImetastoreSandbox, method: str, path: str, order: str, code: str) -> None:
    assert call(sandbox, method, f"/seller/order/{order}/{path}", {"content": "x"})[1]["code"] == code
    assert sandbox.ledger == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"isApproved": "true"},
        {"isApproved": 1},
        {"isApproved": False},
        {"isApproved": False, "rejectDescription": " "},
        {"isApproved": True, "rejectImageUrls": ["proof.png"]},
        {"isApproved": True, "rejectImageUrls": "https://x.example"},
    ],
)
def test_audit_bodies(sandbox: ImetastoreSandbox, body: Any) -> None:
    case = undecided(sandbox)
    path = f"/seller/order/{case['orderId']}/after-sales/seller-audit"
    assert call(sandbox, "POST", path, body)[1]["code"] != "0000"
    assert (sandbox.ledger, case["operationTime"]) == ([], None)


@pytest.mark.parametrize(
    "body",
    [
        {"msgRandom": 1, "msgBody": TEXT},
        {"buyerId": str(BUYER), "msgRandom": 1, "msgBody": TEXT},
        {"buyerId": BUYER, "msgBody": TEXT},
        {"buyerId": BUYER, "msgRandom": 2**32, "msgBody": TEXT},
        {"buyerId": BUYER, "msgRandom": -1, "msgBody": TEXT},
        {"buyerId": BUYER, "msgRandom": 1, "msgBody": [TEXT]},
        {"buyerId": BUYER, "msgRandom": 1, "msgBody": {**TEXT, "msgType": "Text"}},
        {"buyerId": BUYER, "msgRandom": 1, "msgBody": {**TEXT, "msgContent": '{"text":"hi"}'}},
        {"buyerId": BUYER, "msgRandom": 1, "msgBody": {**TEXT, "msgContent": {"Text": "hi"}}},
        {"buyerId": BUYER, "msgRandom": 1, "msgBody": {**TEXT, "msgContent": {"text": ""}}},
    ],
)
def test_message_bodies(sandbox: ImetastoreSandbox, body: Any) -> None:
    count = len(sandbox.messages)
    assert call(sandbox, "POST", SEND, body)[1]["code"] != "0000"
    assert (sandbox.ledger, len(sandbox.messages)) == ([], count)


def test_send_answers_no_data_and_tells_repeats_within_a_second(sandbox: ImetastoreSandbox) -> None:
    body = {"buyerId": BUYER, "msgRandom": 1, "msgBody": TEXT}
    answers = [call(sandbox, "POST", SEND, body)[1] for _ in range(2)]
    assert answers == [{"code": "0000", "msg": "Success", "time": "2026-03-02T10:00:00.000Z"}] * 2
    sandbox.clock.advance(1)
    call(sandbox, "POST", SEND, body)
    assert len(effects(sandbox, "im.send")) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"minTime": 1, "maxTime": 2}, "10002"),
        ({"buyerId": None, "maxTime": 2}, "10002"),
        ({"buyerId": "x", "minTime": 1, "maxTime": 2}, "10002"),
        ({"buyerId": None, "minTime": 3, "maxTime": 2}, "SIM-PARAM"),
        ({"buyerId": None, "minTime": 1, "maxTime": 1734450000250}, "SIM-PARAM"),
        ({"buyerId": None, "minTime": 1, "maxTime": 2, "lastMsgKey": "x"}, "SIM-PARAM"),
        ({"buyerId": None, "minTime": 1, "maxTime": 2}, "0000"),
    ],
)
def test_history_bodies(sandbox: ImetastoreSandbox, body: Any, code: str) -> None:
    assert call(sandbox, "POST", "/seller/im/msg", body)[1]["code"] == code


def test_an_order_without_a_case_cannot_be_decided(sandbox: ImetastoreSandbox) -> None:
    path = f"/seller/order/{pending(sandbox)['orderId']}/after-sales/seller-audit"
    assert call(sandbox, "POST", path, {"isApproved": True})[1]["msg"] == "The order has no after-sales request"
    assert sandbox.ledger == []


def test_history_says_seconds_and_milliseconds(sandbox: ImetastoreSandbox) -> None:
    body = {"buyerId": None, "minTime": 1, "maxTime": int(START.timestamp())}
    data = call(sandbox, "POST", "/seller/im/msg", body)[1]["data"]
    assert (data["msgCnt"], data["complete"], len(data["msgList"])) == (20, 0, 20)
    assert data["lastMsgTime"] // 1000 == data["msgList"][-1]["msgTimestamp"]
    assert isinstance(data["msgList"][0]["msgBody"][0]["msgContent"], str)


def test_stock_falls_when_ordered(sandbox: ImetastoreSandbox) -> None:
    before = sum(sku["stock"] for _, sku in sandbox.skus())
    sandbox.move("order")
    assert sum(sku["stock"] for _, sku in sandbox.skus()) == before - sandbox.orders[0]["quantity"]


def test_an_empty_shop_gets_no_orders(sandbox: ImetastoreSandbox) -> None:
    for _, sku in sandbox.skus():
        sku["stock"] = 0
    assert (sandbox.move("order"), sandbox.pushes) == ("nothing is in stock", [])


@pytest.mark.parametrize("event", ["order", "message", "case", "confirm"])
def test_moves(sandbox: ImetastoreSandbox, event: str) -> None:
    before = json.dumps([sandbox.orders, sandbox.messages, list(sandbox.cases.values())], default=str)
    assert sandbox.move(event) not in ("nothing", "")
    assert json.dumps([sandbox.orders, sandbox.messages, list(sandbox.cases.values())], default=str) != before
    assert sandbox.ledger == []


def test_moves_that_find_nothing(sandbox: ImetastoreSandbox) -> None:
    sandbox.orders.clear()
    assert sandbox.move("case") == "nobody has a reason to complain"
    assert sandbox.move("confirm") == "nothing awaits confirmation"
    assert sandbox.move("weather") == "nothing"


def test_what_was_delivered_is_confirmed_after_five_days(sandbox: ImetastoreSandbox) -> None:
    row = pending(sandbox)
    path = f"/seller/order/{row['orderId']}/deliver"
    call(sandbox, "POST", path, {"content": "x"})
    sandbox.clock.advance(timedelta(days=5).total_seconds())
    call(sandbox, "GET", path)
    assert row["sellerOrderStatus"] == 103


@pytest.mark.parametrize(("seconds", "header"), [(30, {"Retry-After": "30"}), (0, {})])
def test_too_many_requests(sandbox: ImetastoreSandbox, seconds: float, header: dict[str, str]) -> None:
    reply = sandbox.rate_limited(Fault("*", "rate_limit", seconds=seconds))
    assert (reply.status, reply.headers, reply.body["code"]) == (429, header, "SIM-429")
