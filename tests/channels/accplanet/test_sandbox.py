"""The sandbox itself: it demands what the document demands, keeps state, moves, and can be begun anew."""

import json

import pytest

from channels.accplanet import PLATFORM
from channels.accplanet.routes import ROUTES
from channels.accplanet.sandbox import AccPlanetSandbox
from channels.accplanet.sandbox_shop import BUYER_KEY
from channels.sandbox import Request
from tests.channels.accplanet.support import ref
from tests.channels.opening import START, sandbox_of

LISTS = ("/products/api/supplier/list/", "/orders/api/supplier/list/", "/tickets/api/supplier/list/")
CREATE = "/products/api/supplier/create/"


def new_product(bench, **changes):
    leaf = next(key for key, one in bench.sandbox.categories.items() if not one["has_children"])
    return {"category_id": leaf, "title": "T", "description": "D", "price": "1.50", **changes}


def test_every_route_has_its_endpoint_and_none_besides():
    sandbox = AccPlanetSandbox()
    known = {(name, method) for _, (method, _, name, _) in sandbox._endpoints if name != "media"}
    assert known == {(route.name, route.method) for route in ROUTES}
    assert len(ROUTES) == 17
    for route in ROUTES:
        path = route.fill(dict.fromkeys(route.params, "x"))
        assert sandbox._match(Request(route.method, path, {}, {}, b""))[1] == route.name
    assert {route.name for route in ROUTES if route.documented} == {"products.upload_image", "products.create"}
    assert {route.name for route in ROUTES if route.secret} == {
        "products.append_accounts",
        "orders.update_delivered_info",
    }
    assert all(route.writes == (route.method == "POST") for route in ROUTES)


def test_same_seed_same_data_and_reset_begins_anew():
    one, two = sandbox_of(PLATFORM), sandbox_of(PLATFORM)
    assert (one.products, one.orders, one.pools) == (two.products, two.orders, two.pools)
    before = json.dumps(one.orders)
    for event in one.events:
        one.move(event)
    one.reset()
    assert {o["order_id"] for o in one.orders.values()} == set(json.loads(before))
    assert (one.ledger, len(one.products), len(one.orders), len(one.tickets)) == ([], 48, 72, 18)
    assert len(AccPlanetSandbox(start=START, scale="medium").orders) == 720


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "KEY"},
        {"authorization": "Bearer KEY"},
        {"authorization": "bearer KEY"},
    ],
)
def test_headers_that_authenticate(bench, headers):
    key = bench.sandbox.credentials["api_key"]
    given = {name: value.replace("KEY", key) for name, value in headers.items()}
    assert bench.sandbox.handle(Request("GET", "/account/api/balance/", {}, given, b"")).status == 200


@pytest.mark.parametrize("field", ["key", "apikey"])
def test_body_fields_that_authenticate(bench, field):
    body = new_product(bench, **{field: bench.sandbox.credentials["api_key"]})
    assert bench.call("POST", CREATE, body, key=None)[0] == 200


def test_others_are_refused(bench):
    refused = {"success": False, "message": "Invalid or missing API key."}
    for path in LISTS:
        assert bench.call("GET", path, key=None) == (401, refused)
        assert bench.call("GET", path, key="wrong") == (401, refused)
    assert bench.call("POST", CREATE, new_product(bench, key="wrong"), key=None) == (401, refused)
    status, answer = bench.call("GET", LISTS[0], key=BUYER_KEY)
    assert (status, answer["message"]) == (403, "This API key does not belong to a supplier.")


def test_other_manners(bench):
    bench.sandbox.error_key = "error"
    assert bench.call("GET", LISTS[0], key=None) == (401, {"success": False, "error": "Invalid or missing API key."})
    bench.sandbox.refuse_in_200 = True
    assert bench.call("GET", "/orders/api/x/") == (200, {"success": False, "error": "Order not found."})
    assert bench.call("GET", "/nowhere/")[0] == 404
    reply = bench.sandbox.handle(Request("POST", CREATE.rstrip("/"), {}, {}, b"{}"))
    assert (reply.status, reply.headers["Location"]) == (301, "create/")  # beside it, wherever it is served


def test_wrong_method(bench):
    reply = bench.sandbox.handle(Request("DELETE", CREATE, {}, {}, b""))
    assert (reply.status, reply.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [{"page": "0"}, {"page": "-1"}, {"page": "x"}, {"page": "1.5"}, {"page_size": "0"}, {"page_size": "101"}],
)
def test_paging_bounds(bench, path, query):
    status, answer = bench.call("GET", path, **query)
    assert (status, answer["success"]) == (400, False)


def test_paging(bench):
    status, first = bench.call("GET", LISTS[1])
    assert (status, first["page"], first["page_size"], first["total"], first["total_pages"]) == (200, 1, 20, 72, 4)
    last = bench.call("GET", LISTS[1], page="4")[1]
    assert (len(first["results"]), len(last["results"])) == (20, 12)
    assert bench.call("GET", LISTS[1], page="5")[1]["results"] == []
    times = [one["created_at"] for one in first["results"]]
    assert times == sorted(times, reverse=True)


def test_filters(bench):
    running = bench.call("GET", LISTS[1], status="running_order", page_size="100")[1]["results"]
    assert {one["status"] for one in running} == {"running_order"}
    number = running[0]["order_no"]
    assert [one["order_no"] for one in bench.call("GET", LISTS[1], search=number)[1]["results"]] == [number]
    cheap = bench.call("GET", LISTS[0], max_price="20", min_price="5.5", sort="price", page_size="100")[1]["results"]
    prices = [float(one["price"]) for one in cheap]
    assert prices == sorted(prices)
    assert prices[0] >= 5.5
    assert prices[-1] <= 20
    assert bench.call("GET", LISTS[0], sort="best")[0] == 400
    assert bench.call("GET", LISTS[0], min_price="cheap")[0] == 400
    category = cheap[0]["category_id"]
    inside = bench.call("GET", LISTS[0], category_id=category)[1]["results"]
    assert {one["category_id"] for one in inside} == {category}


def test_list_shows_only_documented_keys(bench):
    shown = bench.call("GET", LISTS[0])[1]["results"][0]
    assert set(shown) == {
        "product_id", "category_id", "title", "description", "price", "stock", "min_quantity", "sales_count", "rating",
        "status", "approval_status", "images", "category_path", "parent_category_id", "tags", "created_at",
        "updated_at",
    }  # fmt: skip
    order = bench.call("GET", LISTS[1])[1]["results"][0]
    assert len(order) == 23
    assert {"business_id", "warranty_period_days", "source_product_id"} <= set(order["product"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": None}, "title is required."),
        ({"title": " "}, "title must be a string."),
        ({"title": 5}, "title must be a string."),
        ({"description": ""}, "description is required."),
        ({"price": 1.5}, "price must be a string."),
        ({"price": "0"}, "price must be a positive amount with at most two decimals."),
        ({"price": "1.999"}, "price must be a positive amount with at most two decimals."),
        ({"price": "-1"}, "price must be a positive amount with at most two decimals."),
        ({"category_id": "x"}, "category_id must be the id of a leaf category."),
        ({"stock": -1}, "stock must be a whole number, 0 or more."),
        ({"stock": "5"}, "stock must be a whole number, 0 or more."),
        ({"stock": True}, "stock must be a whole number, 0 or more."),
        ({"min_quantity": 0}, "min_quantity must be a whole number, 1 or more."),
        ({"images": "a.webp"}, "images must be a list of image paths."),
        ({"images": ["https://example.com/a.webp"]}, "images must be a list of image paths."),
        ({"source_product_id": "x" * 201}, "source_product_id must have at most 200 characters."),
        ({"source_product_url": "x" * 2001}, "source_product_url must have at most 2000 characters."),
        ({"warranty_period_days": 1.5}, "warranty_period_days must be a whole number, 0 or more."),
        ({"status": "paused"}, "status must be one of: active, inactive."),
        ({"accounts": "a:b"}, "accounts must be a list."),
        ({"accounts": [{"username": "a"}]}, "accounts[1] must have username and password."),
        ({"accounts_text": "a:b\nnodelimiter"}, "accounts_text line 2 must be username:password."),
        ({"accounts_text": ["a:b"]}, "accounts_text must be a string."),
        ({"accounts_text": "\n".join(f"u{n}:p" for n in range(1001))}, "At most 1000 accounts per request."),
    ],
)
def test_products_that_are_refused(bench, changes, words):
    status, answer = bench.call("POST", CREATE, new_product(bench, **changes))
    assert (status, answer) == (400, {"success": False, "message": words})
    assert (len(bench.sandbox.products), bench.writes) == (48, [])


def test_parent_categories_with_children_are_refused(bench):
    parent = next(key for key, one in bench.sandbox.categories.items() if one["has_children"])
    assert bench.call("POST", CREATE, new_product(bench, category_id=parent))[0] == 400


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b"NaN", 400), (b"\xff", 400), (b"", 400)])
def test_bodies_that_are_refused(bench, body, status):
    assert bench.call("POST", CREATE, body)[0] == status
    assert bench.writes == []


def test_forms_are_refused_where_json_is_demanded(bench):
    headers = {"x-api-key": bench.sandbox.credentials["api_key"], "content-type": "application/x-www-form-urlencoded"}
    assert bench.sandbox.handle(Request("POST", CREATE, {}, headers, b"title=x")).status == 415
    path = "/products/api/supplier/upload-image/"
    assert bench.call("POST", path, {"image": "x"})[0] == 415


def test_account_text_and_objects_share_one_pool(bench):
    body = new_product(bench, accounts=[{"username": "a", "password": "1"}], accounts_text="a:1\nb|2:3\n")
    answer = bench.call("POST", CREATE, body)[1]
    assert (answer["accounts_imported"], answer["business_id"]) == (2, 548)
    assert [pair[1:] for pair in bench.sandbox.pools[answer["product_id"]]] == [("a", "1"), ("b", "2:3")]
    path = f"/products/api/supplier/{answer['product_id']}/accounts/"
    assert bench.call("POST", path, {})[0] == 400
    assert bench.call("POST", path, {"accounts_text": "b|2:3\nc:4"})[1]["accounts_imported"] == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "delivered_info is required."),
        ({"delivered_info": ["a:b"]}, "delivered_info must be a string."),
        ({"delivered_info": "[]"}, "delivered_info rows must be non-empty strings."),
        ({"delivered_info": "[1]"}, "delivered_info rows must be non-empty strings."),
        ({"delivered_info": "a", "append_delivered_info": "maybe"}, "append_delivered_info must be true or false."),
        (
            {"delivered_info": "a:b", "append_delivered_info": "true"},
            "delivered_info must be a JSON array when append_delivered_info is true.",
        ),
    ],
)
def test_deliveries_that_are_refused(bench, body, words):
    order = bench.waiting(3)
    status, answer = bench.call("POST", f"/orders/api/supplier/{order['order_id']}/delivered-info/", body)
    assert (status, answer["message"]) == (400, words)
    assert (bench.writes, order["delivered_units"]) == ([], 0)


def test_append_flag_as_text(bench):
    order = bench.waiting(3)
    path = f"/orders/api/supplier/{order['order_id']}/delivered-info/"
    bench.call("POST", path, {"delivered_info": "plain"})
    answer = bench.call("POST", path, {"delivered_info": '["a", "b"]', "append_delivered_info": "TRUE"})[1]
    assert (answer["delivered_units"], answer["order_completed"], answer["append_delivered_info"]) == (3, True, True)
    assert json.loads(order["delivered_info"]) == ["plain", "a", "b"]


def test_a_delivered_order_stays_delivered(bench):
    order = bench.waiting(2)
    path = f"/orders/api/supplier/{order['order_id']}/delivered-info/"
    bench.call("POST", path, {"delivered_info": '["a", "b"]'})
    assert bench.call("POST", path, {"delivered_info": "only one"})[0] == 409
    assert bench.call("POST", path, {"delivered_info": '["a", "c"]'})[1]["order_completed"] is False
    assert (order["status"], order["delivered_units"], order["remaining_to_deliver"]) == ("completed_order", 2, 0)


@pytest.mark.parametrize("word", ["receipt_confirmed_order", "cancelled_order", None, 5])
def test_status_words_that_are_refused(bench, word):
    order = bench.waiting(1)
    path = f"/orders/api/supplier/{order['order_id']}/status/"
    assert bench.call("POST", path, {"order_status": word})[0] == 400
    assert (order["status"], bench.writes) == ("pending_order", [])


def test_status_goes_forward_only_and_may_be_named_status(bench):
    order = bench.waiting(1)
    path = f"/orders/api/supplier/{order['order_id']}/status/"
    assert bench.call("POST", path, {"status": "completed_order"})[0] == 409
    for word in ("running_order", "running_order", "completed_order", "refunded_order"):
        assert bench.call("POST", path, {"status": word})[1]["status"] == word
    assert bench.call("POST", path, {"status": "running_order"})[0] == 409


def test_move_does_each_event(bench):
    sandbox = bench.sandbox
    counts = len(sandbox.orders), len(sandbox.tickets)
    stock = sum(p["stock"] for p in sandbox.products.values())
    assert sandbox.move("order").startswith("order TK")
    assert sum(p["stock"] for p in sandbox.products.values()) < stock
    assert sandbox.move("payment").startswith("payment of TK")
    assert sandbox.move("auto_delivery").startswith("auto_delivery of ")
    assert sandbox.move("receipt").startswith("receipt of TK")
    assert sandbox.move("ticket").startswith("ticket TKT")
    assert sandbox.move("ticket_status").startswith("ticket_status TKT")
    assert sandbox.move("approval").startswith("approval of ")
    assert sandbox.move("approval") == "nothing"
    assert sandbox.move("flood").startswith("unknown event")
    assert (len(sandbox.orders), len(sandbox.tickets)) == (counts[0] + 1, counts[1] + 1)
    assert all(sandbox.move() != "nothing" for _ in range(40))
    assert sandbox.ledger == []


def test_drift_shifts_the_pages(bench):
    before = set(bench.sandbox.products)
    bench.sandbox.drift()
    after = set(bench.sandbox.products)
    assert (len(after - before), len(before - after)) == (1, 1)
    assert len(bench.sandbox.orders) == 73


def test_images_are_served(bench):
    product = next(p for p in bench.sandbox.products.values() if p["images"])
    reply = bench.sandbox.handle(Request("GET", product["images"][0], {}, {}, b""))
    assert (reply.status, reply.content_type, reply.body[:4]) == (200, "image/png", b"\x89PNG")


def test_rate_limit_answer(bench):
    bench.call("POST", "/_sandbox/faults", {"endpoint": "orders.list", "fault": "rate_limit", "seconds": 7})
    reply = bench.sandbox.handle(Request("GET", LISTS[1], {}, {}, b""))
    assert (reply.status, reply.headers["Retry-After"]) == (429, "7")
    assert reply.body == {"success": False, "message": "Too many requests. Please try again later."}


def test_control_shows_the_ledger(bench):
    bench.channel.refund_order(ref(bench.waiting(1)["order_id"]))
    status, answer = bench.call("GET", "/_sandbox/ledger", key=None)
    assert (status, [one["endpoint"] for one in answer["ledger"]]) == (200, ["orders.refund"])


def test_the_sandbox_reads_the_document_on_its_own():
    import ast
    from pathlib import Path

    import channels.accplanet as package

    for path in Path(package.__file__).parent.glob("sandbox*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            module = getattr(node, "module", "") or "" if isinstance(node, ast.ImportFrom) else ""
            if module.startswith("channels"):
                assert module == "channels.sandbox" or module.startswith("channels.accplanet")
                if module == "channels.accplanet":
                    assert all(name.name.startswith("sandbox") for name in node.names)
                elif module != "channels.sandbox":
                    assert module.startswith("channels.accplanet.sandbox")
