"""The simulator itself: authentication, the shape of requests, the rules of the document, what moves."""

import json
from typing import Any

import pytest

from channels.shoppo import PLATFORM
from channels.shoppo.sandbox import ShoppoSandbox
from channels.shoppo.sandbox_images import measure
from tests.channels.opening import sandbox_of
from tests.channels.shoppo.support import HEADERS, PNG, a_sku, a_ticket, an_order, call, effects, post

LENGTH = (
    "query($first: Int, $last: Int, $after: String, $before: String, $filters: ProductFilterInput) {"
    " productList(first: $first, last: $last, after: $after, before: $before, filters: $filters) {"
    " length edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
)
ORDERS = "query($filters: OrderFilterInput) { orderList(first: 100, filters: $filters) { edges { node { id } } } }"
NODE = "query product($id: ID!) { node(id: $id) { ... on Product { id name } } }"


# -- the door --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["accesstoken", "viewerid"])
@pytest.mark.parametrize("value", ["", "wrong", "demo-shoppo-access-token ", "ключ"])
def test_both_headers_are_demanded(sandbox: ShoppoSandbox, header: str, value: str) -> None:
    status, body = call(sandbox, "{ productList { length } }", **{header: value})
    said = {"display_to_user": False, "message": "Unauthorized request", "type": "AccessDenied"}
    assert (status, body) == (403, {"errors": [said]})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/", 200), ("POST", "/api/graphql/partner", 200), ("GET", "/", 404), ("POST", "/graphql", 404)],
)
def test_one_address_and_one_method(sandbox: ShoppoSandbox, method: str, path: str, status: int) -> None:
    body = json.dumps({"query": "{ productList { length } }"}).encode()
    assert post(sandbox, body, method=method, path=path)[0] == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"{}",
        b"\xff",
        b"[" * 50_000,
        b'{"query": 1}',
        b'{"query": "{x}", "variables": [1]}',
        b'{"query": "{x}", "operationName": 5}',
    ],
)
def test_what_is_no_graphql_request(sandbox: ShoppoSandbox, body: bytes) -> None:
    status, answer = post(sandbox, body)
    assert (status, answer["errors"][0]["type"]) == (400, "BadRequest")


def test_other_content_types_are_refused(sandbox: ShoppoSandbox) -> None:
    body = json.dumps({"query": "{ productList { length } }"}).encode()
    status, answer = post(sandbox, body, **{"content-type": "text/plain"})
    assert (status, answer["errors"][0]["message"]) == (400, "Content-Type must be application/json.")
    assert post(sandbox, body, **{"content-type": "multipart/form-data"})[0] == 400
    assert post(sandbox, body, **{"content-type": "multipart/form-data; boundary=x"})[0] == 400


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("{ nothing }", None, "Cannot query field 'nothing' on type 'RootQuery'."),
        ("{", None, "Syntax Error: Expected Name, found <EOF>."),
        (NODE, "Product", "Unknown operation named 'Product'."),
        ("query order($id: ID!) { node(id: $id) { ... on order { id } } }", None, "Unknown type 'order'."),
        (NODE, None, "Expected a value of non-null type 'ID!' to be provided."),
    ],
)
def test_graphql_errors(sandbox: ShoppoSandbox, query: str, name: str | None, words: str) -> None:
    status, body = call(sandbox, query, name=name)
    assert status == 400
    assert "data" not in body
    assert words in body["errors"][0]["message"]


def test_an_empty_operation_name_is_none(sandbox: ShoppoSandbox) -> None:
    product = next(iter(sandbox.shop.products.values()))
    expected = {"data": {"node": {"id": product["id"], "name": product["name"]}}}
    assert call(sandbox, NODE, {"id": product["id"]}, name="") == (200, expected)


def test_an_unknown_id(sandbox: ShoppoSandbox) -> None:
    status, body = call(sandbox, NODE, {"id": "some_id"})
    assert (status, body["data"]) == (200, {"node": None})
    said = body["errors"][0]
    assert (said["message"], said["type"], said["path"]) == ("Invalid relay ID some_id", "InvalidRelayID", ["node"])


def test_a_node_of_another_type_is_empty(sandbox: ShoppoSandbox) -> None:
    assert call(sandbox, NODE, {"id": a_sku(sandbox)["id"]}) == (200, {"data": {"node": {}}})


# -- paging and filters ----------------------------------------------------------------------------------------------


def page(sandbox: ShoppoSandbox, **variables: Any) -> dict[str, Any]:
    status, body = call(sandbox, LENGTH, variables)
    assert status == 200
    found: dict[str, Any] = body["data"]["productList"]
    return found


@pytest.mark.parametrize(("first", "size"), [(None, 20), (0, 0), (1, 1), (48, 48), (1000, 48)])
def test_page_sizes(sandbox: ShoppoSandbox, first: int | None, size: int) -> None:
    found = page(sandbox, first=first)
    assert (len(found["edges"]), found["length"]) == (size, 48)
    assert found["pageInfo"]["hasNextPage"] is (size < 48)


def test_never_more_than_a_hundred() -> None:
    sandbox = sandbox_of(PLATFORM, scale="medium")
    assert len(page(sandbox, first=1000)["edges"]) == 100
    assert len(page(sandbox, last=1000)["edges"]) == 100


def test_forward_and_backward(sandbox: ShoppoSandbox) -> None:
    ids = list(reversed(sandbox.shop.products))
    one = page(sandbox, first=3)
    two = page(sandbox, first=3, after=one["pageInfo"]["endCursor"])
    back = page(sandbox, last=2, before=two["pageInfo"]["startCursor"])
    assert [edge["node"]["id"] for edge in one["edges"] + two["edges"]] == ids[:6]
    assert [edge["node"]["id"] for edge in back["edges"]] == ids[1:3]
    assert two["pageInfo"]["hasPreviousPage"] is True
    assert [edge["node"]["id"] for edge in page(sandbox, last=2)["edges"]] == ids[-2:]


@pytest.mark.parametrize(
    "variables",
    [
        {"first": -1},
        {"last": -1},
        {"after": "nonsense"},
        {"before": "nonsense"},
        {"filters": {"timeUpdatedRange": [1]}},
        {"filters": {"timeUpdatedRange": [2, 1]}},
        {"filters": {"timeCreateRange": [1, None]}},
    ],
)
def test_page_arguments_out_of_bounds(sandbox: ShoppoSandbox, variables: dict[str, Any]) -> None:
    status, body = call(sandbox, LENGTH, variables)
    assert (status, body["data"], body["errors"][0]["type"]) == (200, {"productList": None}, "InvalidArgument")


def test_product_filters(sandbox: ShoppoSandbox) -> None:
    products = sandbox.shop.products.values()
    one = next(iter(products))
    at = one["_timeCreated"]
    assert page(sandbox, filters={"timeCreateRange": [at, at]})["edges"][0]["node"]["id"] == one["id"]
    assert page(sandbox, filters={"productEnabled": False})["length"] == sum(not p["enabled"] for p in products)
    category = one["categoryId"]
    assert page(sandbox, filters={"categoryId": category})["length"] == sum(
        p["categoryId"] == category for p in products
    )


@pytest.mark.parametrize("style", ["camel", "snake"])
def test_order_filters_in_both_spellings(sandbox: ShoppoSandbox, style: str) -> None:
    order = an_order(sandbox, "PAID")
    spelling = {
        "order_id": order["id"],
        "partner_order_code": order["_code"],
        "sku_id": order["_skus"][0],
        "order_csv_upload_record_id": order["_csv"],
        "time_payment_processed_range": [order["timePaymentProcessed"]] * 2,
        "status_in": ["PAID"],
    }
    if style == "camel":
        spelling = {
            "".join(w if n == 0 else w.title() for n, w in enumerate(k.split("_"))): v for k, v in spelling.items()
        }
    status, body = call(sandbox, ORDERS, {"filters": spelling})
    assert (status, [edge["node"]["id"] for edge in body["data"]["orderList"]["edges"]]) == (200, [order["id"]])


# -- data ------------------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_shop() -> None:
    one, two = sandbox_of(PLATFORM), sandbox_of(PLATFORM)
    assert one.shop.nodes == two.shop.nodes
    one.move("order")
    one.reset()
    assert one.shop.nodes == two.shop.nodes
    assert PLATFORM.sandbox(seed=8).shop.products.keys() != one.shop.products.keys()  # type: ignore[attr-defined]


def test_the_starting_state_has_some_of_everything(sandbox: ShoppoSandbox) -> None:
    shop = sandbox.shop
    assert {o["status"] for o in shop.orders.values()} == {
        "OPEN",
        "PAID",
        "IN_PROGRESS",
        "DELIVERED",
        "CLOSED",
        "EXPIRED",
    }
    assert len({t["__typename"] for t in shop.tickets.values()}) == 3
    assert (len(shop.products), len(shop.orders), len(shop.tickets)) == (48, 70, 18)
    assert any(int(one) > 2**53 for one in shop.nodes if one.isdecimal())
    assert any("<script>" in product["description"] for product in shop.products.values())
    assert any(product["brand"] is None for product in shop.products.values())
    assert (sandbox.pushes, sandbox.ledger) == ([], [])


def test_the_scale(sandbox: ShoppoSandbox) -> None:
    assert len(sandbox_of(PLATFORM, scale="medium").shop.orders) == 10 * len(sandbox.shop.orders)


def test_stock_is_never_below_zero() -> None:
    shop = sandbox_of(PLATFORM, scale="medium").shop
    assert min(node["inventory"] for node in shop.nodes.values() if node["__typename"] == "Sku") >= 0


# -- what moves ------------------------------------------------------------------------------------------------------


def test_every_event_moves_something(sandbox: ShoppoSandbox) -> None:
    assert {event: sandbox.move(event) for event in sandbox.events if sandbox.move(event) == "nothing"} == {}
    assert sandbox.move("weather") == "nothing"
    assert [sandbox.move() for _ in range(40)].count("nothing") < 20
    assert effects(sandbox) == []


def test_an_order_from_paid_to_received(sandbox: ShoppoSandbox) -> None:
    shop = sandbox.shop
    for order in list(shop.orders.values()):
        del shop.orders[order["id"]]
    order = shop.orders[sandbox.move("order").split()[1]]
    seen = []
    for event in ("payment", "order-progress", "order-deliver", "order-received"):
        sandbox.move(event)
        seen.append((order["status"], {shop.nodes[item]["status"] for item in order["_items"]}))
    assert seen == [
        ("PAID", {"PAID"}),
        ("IN_PROGRESS", {"IN_FULFILLMENT"}),
        ("DELIVERED", {"SHIPPED"}),
        ("DELIVERED", {"DELIVERED"}),
    ]
    assert [push.event for push in sandbox.pushes if push.event.startswith("order")] == ["order-deliver"]
    for event in ("payment", "order-progress", "order-deliver", "order-received", "order-cancel", "order-expire"):
        assert sandbox.move(event) == "nothing"


def test_the_documented_body_of_a_cancelled_order(sandbox: ShoppoSandbox) -> None:
    order = sandbox.shop.orders[sandbox.move("order-cancel").split()[1]]
    push = sandbox.pushes[-1]
    assert push.headers == {"Content-Type": "application/json", "accesstoken": sandbox.callback_secret}
    assert json.loads(push.body) == {"order_id": order["_code"], "timestamp": sandbox.shop.now()}


def test_the_desk_replies_without_a_token(sandbox: ShoppoSandbox) -> None:
    ticket = sandbox.shop.tickets[sandbox.move("ticket-reply").split()[1]]
    push = sandbox.pushes[-1]
    assert push.headers == {"Content-Type": "application/json"}
    assert json.loads(push.body) == {"ticketId": ticket["id"], "content": ticket["_comments"][-1]["content"]}


def test_a_product_that_goes_takes_its_skus_and_leaves_snapshots(sandbox: ShoppoSandbox) -> None:
    shop = sandbox.shop
    order = an_order(sandbox, "PAID", "PAID")
    item = shop.nodes[order["_items"][0]]
    product = shop.products[item["product"]["originalId"]]
    shop.remove(product)
    assert call(sandbox, NODE, {"id": product["id"]})[1]["data"] == {"node": None}
    wanted = "query($id: ID!) { node(id: $id) { ... on Order { orderItems { product { name skus { id } } } } } }"
    status, body = call(sandbox, wanted, {"id": order["id"]})
    assert (status, body["data"]["node"]["orderItems"][0]["product"]) == (200, {"name": product["name"], "skus": []})
    cancelled = call(
        sandbox, "mutation($id: ID!) { cancelOrder(orderId: $id) { order { status } } }", {"id": order["id"]}
    )
    assert cancelled == (200, {"data": {"cancelOrder": {"order": {"status": "CLOSED"}}}})


def test_comments_are_a_connection(sandbox: ShoppoSandbox) -> None:
    ticket = a_ticket(sandbox, typename="RefundTicket")
    ticket["_comments"] = [{"content": f"c{n}"} for n in range(30)]
    query = (
        "query($id: ID!) { refundTicket(ticketId: $id) { comments(first: 25) { length edges { node { content } } } } }"
    )
    status, body = call(sandbox, query, {"id": ticket["id"]})
    found = body["data"]["refundTicket"]["comments"]
    assert (status, found["length"], len(found["edges"])) == (200, 30, 25)


# -- images ----------------------------------------------------------------------------------------------------------


def test_measures() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x01\x90\x02\x58\x01\x01\x11\x00"
    assert measure(PNG) == ("png", 2000, 1644)
    assert measure(jpeg) == ("jpeg", 600, 400)


def test_a_file_must_be_uploaded_not_named(sandbox: ShoppoSandbox) -> None:
    query = "mutation($image: File!) { uploadImage(file: $image) { image { id } } }"
    status, body = call(sandbox, query, {"image": "/etc/passwd"})
    assert (status, body["data"], body["errors"][0]["type"]) == (200, {"uploadImage": None}, "InvalidImage")
    assert effects(sandbox) == []


def test_the_demo_credentials_are_those_of_the_surface(sandbox: ShoppoSandbox) -> None:
    assert set(sandbox.credentials) == {field.key for field in PLATFORM.credentials} == {"access_token", "viewer_id"}
    assert HEADERS["accesstoken"] == sandbox.credentials["access_token"]
