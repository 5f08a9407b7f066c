"""The simulator demands what the document demands: keys, scopes, allowance, bodies, queries."""

from typing import Any

import pytest

from channels import errors as e
from channels.fulfillbot import PLATFORM
from channels.fulfillbot.sandbox_state import BROWSING_KEY
from channels.sandbox import Request
from tests.channels.fulfillbot.support import Bench, purchase
from tests.channels.opening import START, open_over, sandbox_of


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer sk-wrong", "Basic sk-demo-fulfillbot-4f1c9a7be2d8"])
def test_a_key_that_nobody_knows(bench: Bench, authorization: str) -> None:
    reply = bench.sandbox.handle(Request("GET", "/user/profile", {}, {"authorization": authorization}, b""))
    assert reply.status == 401
    assert reply.body == {"statusCode": 401, "message": "Invalid API Key", "error": "Unauthorized"}
    assert "X-RateLimit-Limit" not in reply.headers


def test_a_wrong_key_changes_nothing(bench: Bench) -> None:
    channel = open_over(PLATFORM, bench.sandbox, credentials={"api_key": "sk-somebody-else"})
    before = bench.money()
    with pytest.raises(e.AuthFailed, match="Invalid API Key"):
        channel.place_purchase_order(purchase())
    assert (bench.applied, bench.money()) == ([], before)


def test_a_missing_scope_names_itself(bench: Bench) -> None:
    channel = open_over(PLATFORM, bench.sandbox, credentials={"api_key": BROWSING_KEY})
    assert channel.read_source_product("12345").title == "Nike Air Max 90"
    with pytest.raises(e.AuthFailed) as error:
        channel.place_purchase_order(purchase())
    assert error.value.missing_scope == "orders:write"
    assert error.value.words.endswith("Your key has: products:read, cart:read")
    assert bench.applied == []


def test_every_endpoint_demands_its_scope(bench: Bench) -> None:
    """The route table and the simulator were written apart from each other."""
    bench.sandbox.keys["sk-nothing"] = ()
    for route in PLATFORM.routes:
        status, answer = bench.call(route.method, route.fill({"id": "1"}), {}, key="sk-nothing")
        assert (route.name, status) == (route.name, 403)
        assert answer["message"] == f"Insufficient scope. Required: {route.scope}. Your key has: "


def test_sixty_calls_a_minute() -> None:
    sandbox = sandbox_of(PLATFORM)
    assert PLATFORM.sandbox.calls_per_minute == 60
    exchanges: list[Any] = []
    channel = open_over(PLATFORM, sandbox, exchanges=exchanges)
    sandbox.clock.advance(15)
    for _ in range(60):
        channel.read_countries()
    assert exchanges[0].response_headers["x-ratelimit-limit"] == "60"
    assert exchanges[0].response_headers["x-ratelimit-remaining"] == "59"
    assert exchanges[0].response_headers["x-ratelimit-reset"] == str(int(START.timestamp()) + 60)
    with pytest.raises(e.NotSent) as error:
        channel.read_countries()
    assert error.value.words == "Rate limit exceeded. Try again in 45s"
    assert error.value.rate_limited
    assert error.value.retry_at is not None
    assert (error.value.retry_at - sandbox.now()).total_seconds() == 45
    assert exchanges[-1].response_headers["x-ratelimit-remaining"] == "0"
    assert len(exchanges) == 61
    sandbox.clock.advance(45)
    assert len(channel.read_countries()) == 10


def test_each_key_has_its_own_allowance() -> None:
    bench = Bench(calls_per_minute=1)
    assert bench.call("GET", "/cart")[0] == 200
    assert bench.call("GET", "/cart")[0] == 429
    assert bench.call("GET", "/cart", key=BROWSING_KEY)[0] == 200


def test_an_unknown_address(bench: Bench) -> None:
    assert bench.call("GET", "/nowhere") == (
        404,
        {"statusCode": 404, "message": "Cannot GET /nowhere", "error": "Not Found"},
    )
    assert bench.call("DELETE", "/orders")[0] == 404


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"page": "0"}, "page must not be less than 1"),
        ({"page": "x"}, "page must be an integer number"),
        ({"page": "-3"}, "page must not be less than 1"),
        ({"limit": "0"}, "limit must not be less than 1"),
        ({"limit": "101"}, "limit must not be greater than 100"),
        ({"limit": "1.5"}, "limit must be an integer number"),
    ],
)
@pytest.mark.parametrize("path", ["/orders", "/shipping/orders", "/warehouse/packages", "/user/wallet/transactions"])
def test_paging_bounds(bench: Bench, path: str, query: dict[str, str], fault: str) -> None:
    status, answer = bench.call("GET", path, **query)
    assert (status, answer["message"]) == (400, [fault])


def test_pages(bench: Bench) -> None:
    whole = bench.call("GET", "/orders", limit="100")[1]["data"]
    assert whole["total"] == len(whole["items"]) == 40
    assert len(bench.call("GET", "/orders")[1]["data"]["items"]) == 20
    third = bench.call("GET", "/orders", page="3", limit="15")[1]["data"]
    assert third == {"items": whole["items"][30:], "total": 40, "page": 3, "limit": 15}
    assert bench.call("GET", "/orders", page="9")[1]["data"]["items"] == []
    assert [row["createdAt"] for row in whole["items"]] == sorted(
        (row["createdAt"] for row in whole["items"]), reverse=True
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "Unexpected token in JSON"),
        (b"[]", ["body must be an object"]),
        (b'{"items": NaN}', "Unexpected token in JSON"),
        ({}, ["items must be an array"]),
        ({"items": []}, ["items should not be empty"]),
        ({"items": [1]}, ["items must be an array of objects"]),
        (
            {"items": [{"productId": 12345, "quantity": "2"}]},
            [
                "items.0.productId must be a string",
                "items.0.skuId must be a string",
                "items.0.quantity must be an integer number",
            ],
        ),
        (
            {"items": [{"productId": "12345", "skuId": " ", "quantity": 0}], "remark": 1, "couponId": "5"},
            [
                "items.0.skuId should not be empty",
                "items.0.quantity must not be less than 1",
                "remark must be a string",
                "couponId must be an integer number",
            ],
        ),
        (
            {"items": [{"productId": "12345", "skuId": "s001", "quantity": True}]},
            ["items.0.quantity must be an integer number"],
        ),
        (
            {"items": [{"productId": "12345", "skuId": "s001", "quantity": 1.0}]},
            ["items.0.quantity must be an integer number"],
        ),
    ],
)
def test_bodies_of_an_order(bench: Bench, body: Any, message: Any) -> None:
    before = bench.money()
    status, answer = bench.call("POST", "/orders", body)
    assert (status, answer["message"], answer["error"]) == (400, message, "Bad Request")
    assert (bench.applied, bench.money()) == ([], before)


def test_another_content_type_is_no_body(bench: Bench) -> None:
    headers = {"authorization": f"Bearer {bench.sandbox.credentials['api_key']}", "content-type": "text/plain"}
    reply = bench.sandbox.handle(Request("POST", "/cart/items", {}, headers, b'{"productId": "12345"}'))
    assert reply.status == 400
    assert reply.body["message"][0] == "productId must be a string"


@pytest.mark.parametrize(
    "path", ["/products/abc", "/products/1.0", "/warehouse/packages/-1", f"/products/{'9' * 40}", "/products/²"]
)
def test_ids_in_paths_are_integers(bench: Bench, path: str) -> None:
    status, answer = bench.call("GET", path)
    assert (status, answer["message"]) == (400, "Validation failed (numeric string is expected)")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/products/999999999"),
        ("PATCH", "/cart/items/9"),
        ("DELETE", "/cart/items/9"),
        ("GET", "/orders/ORD-1"),
        ("GET", "/orders/ORD-1/status"),
        ("GET", "/orders/ORD-1/logistics"),
        ("GET", "/orders/ORD-1/inspection"),
        ("POST", "/orders/ORD-1/cancel"),
        ("GET", "/shipping/orders/SHP-1"),
        ("POST", "/shipping/orders/SHP-1/cancel"),
        ("POST", "/shipping/orders/SHP-1/confirm-delivery"),
        ("GET", "/warehouse/packages/9"),
        ("PUT", "/user/addresses/9"),
        ("DELETE", "/user/addresses/9"),
        ("DELETE", "/user/favorites/999"),
    ],
)
def test_unknown_ids(bench: Bench, method: str, path: str) -> None:
    status, answer = bench.call(method, path, {})
    assert (status, answer["error"]) == (404, "Not Found")
    assert bench.applied == []


def test_the_same_seed_is_the_same_data() -> None:
    first, second = sandbox_of(PLATFORM), sandbox_of(PLATFORM)
    assert first.products == second.products
    assert first.orders.keys() == second.orders.keys()
    first.move()
    first.reset()
    assert first.transactions == second.transactions


def test_sizes() -> None:
    medium = sandbox_of(PLATFORM, scale="medium")
    assert (len(medium.products), len(medium.orders)) == (480, 400)
    assert medium.available == sum(one["amount"] for one in medium.transactions)
