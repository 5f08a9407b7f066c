"""The simulator refuses what the document rules out, and keeps its state."""

import json
from typing import Any

import pytest

from channels.m2e.sandbox import M2eSandbox
from tests.channels.m2e.support import TOKEN, account, call, effects, product, sample

ENDPOINTS = [
    ("GET", "/user/accounts/"),
    ("GET", "/catalog/product/"),
    ("POST", "/catalog/product/find/"),
    ("POST", "/catalog/product/"),
    ("PATCH", "/catalog/product/"),
    ("PATCH", "/catalog/product/variant/"),
    ("DELETE", "/catalog/product/"),
    ("POST", "/order/find/"),
    ("POST", "/order/invoice/"),
]


def errors_of(status: int, *messages: str) -> list[dict[str, Any]]:
    """An ``ErrorList`` as the document's schema demands it: the code is text, and there is data."""
    return [{"code": str(status), "message": message, "data": {}} for message in messages]


NEW: dict[str, Any] = json.loads(sample("CatalogProductCreate__documented"))[0]


@pytest.fixture
def state(sandbox: M2eSandbox) -> str:
    return repr(vars(sandbox.world))


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
@pytest.mark.parametrize("token", ["", "wrong", f"Bearer {TOKEN}", TOKEN.upper()])
def test_credentials(sandbox: M2eSandbox, method: str, path: str, token: str) -> None:
    status, body, headers = call(sandbox, method, path, token=token)
    assert (status, body) == (401, errors_of(401, "Unauthorized"))
    assert not headers


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/catalog/product/"), ("GET", "/catalog/product"), ("GET", "/order/find/"), ("POST", "/user/accounts/")],
)
def test_other_methods_and_paths(sandbox: M2eSandbox, method: str, path: str) -> None:
    status, body, _ = call(sandbox, method, path)
    assert status == 404
    assert body[0]["code"] == "404"


def test_limit_headers_go_with_200_400_and_429_only(sandbox: M2eSandbox) -> None:
    expected = {
        "X-RateLimit-Limit": "6000",
        "X-RateLimit-Remaining": "5999",
        "X-RateLimit-Retry-After": "2026-03-02T10:01:00Z",
    }
    assert call(sandbox, "GET", "/user/accounts/")[2] == expected
    assert set(call(sandbox, "GET", "/catalog/product/")[2]) == set(expected)
    assert call(sandbox, "GET", "/catalog/product/", sku="no such")[2] == {}
    sandbox.calls = sandbox.calls_a_minute
    status, body, headers = call(sandbox, "GET", "/user/accounts/")
    assert (status, body) == (429, errors_of(429, "Too many requests."))
    assert headers["X-RateLimit-Remaining"] == "0"


CREATE, UPDATE, VARIANTS, DELETE = ENDPOINTS[3], ENDPOINTS[4], ENDPOINTS[5], ENDPOINTS[6]
FIND, ORDERS, INVOICE = ENDPOINTS[2], ENDPOINTS[7], ENDPOINTS[8]
ITEMS = "All array items must match schema"
NO_TIME = "The data must match the 'date-time' format"
NO_TEXT = "The data (integer) must match the type: string"
VARIANT = {**NEW["variants"][0]}
PAPER = {"order_id": "1", "invoice_number": "1", "invoice_data": ""}


def new(**changes: Any) -> list[dict[str, Any]]:
    return [{key: value for key, value in {**NEW, **changes}.items() if value != "-"}]


def new_variant(**changes: Any) -> list[dict[str, Any]]:
    return new(variants=[{key: value for key, value in {**VARIANT, **changes}.items() if value != "-"}])


@pytest.mark.parametrize(
    ("endpoint", "body", "last"),
    [
        (CREATE, None, "Syntax error"),
        (CREATE, b"{", "Syntax error"),
        (CREATE, b"[NaN]", "Syntax error"),
        (CREATE, b"\xff", "Syntax error"),
        (CREATE, {"products": new()}, "The data (object) must match the type: array"),
        (CREATE, [], "Array should have at least 1 items, 0 found"),
        (CREATE, new() * 501, "Array should have at most 500 items, 501 found"),
        (CREATE, new(currency="-"), "The required properties (currency) are missing"),
        (CREATE, new(currency="-", title="-"), "The required properties (currency, title) are missing"),
        (CREATE, new(currency="usd"), "The string should match pattern: ^[A-Z]{3}$"),
        (CREATE, new(sku=""), "Minimum string length is 1, found 0"),
        (CREATE, new(sku=5), NO_TEXT),
        (CREATE, new(status=6), "The data should match one item from enum"),
        (CREATE, new(status="Active"), "The data (string) must match the type: integer"),
        (CREATE, new(status=True), "The data (boolean) must match the type: integer"),
        (CREATE, new(is_simple=1), "The data (integer) must match the type: boolean"),
        (CREATE, new(images=["no address"]), "The data must match the 'uri' format"),
        (CREATE, new(attributes=[{"name": "x"}]), "The required properties (value) are missing"),
        (CREATE, new(description=None), "The data (null) must match the type: string"),
        (CREATE, new(variants=[]), "Array should have at least 1 items, 0 found"),
        (CREATE, new_variant(barcode="-"), "The required properties (barcode) are missing"),
        (CREATE, new_variant(price=1000000.01), "Number must be lower than or equal to 1000000"),
        (CREATE, new_variant(price="79.99"), "The data (string) must match the type: number"),
        (CREATE, new_variant(quantity=-1), "Number must be greater than or equal to 0"),
        (CREATE, new_variant(quantity=1.5), "The data (number) must match the type: integer"),
        (CREATE, new_variant(quantity=None), "The data (null) must match the type: integer"),
        (UPDATE, [{"sku": "a"}], "The data (array) must match the type: object"),
        (UPDATE, {}, "The required properties (products) are missing"),
        (UPDATE, {"products": []}, "Array should have at least 1 items, 0 found"),
        (UPDATE, {"products": [{"title": "a"}]}, "The required properties (sku) are missing"),
        (UPDATE, {"products": [{"sku": "a", "title": None}]}, "The data (null) must match the type: string"),
        (VARIANTS, [{"sku": "a"}], "The data (array) must match the type: object"),
        (VARIANTS, {"products": [{"sku": "a"}]}, "The required properties (variants) are missing"),
        (VARIANTS, {"variants": [{"sku": "a"}] * 501}, "Array should have at most 500 items, 501 found"),
        (VARIANTS, {"variants": [{"sku": "a", "barcode": None}]}, "The data (null) must match the type: string"),
        (VARIANTS, {"variants": [{"sku": "a", "price": 10**7}]}, "Number must be lower than or equal to 1000000"),
        (DELETE, {"sku": "a"}, "The data (object) must match the type: array"),
        (DELETE, [{"sku": None}], "The data (null) must match the type: string"),
        (FIND, [], "The data (array) must match the type: object"),
        (FIND, {"sort": {"price": "up"}}, "The data should match one item from enum"),
        (FIND, {"_result": {}}, "The required properties (limit) are missing"),
        (FIND, {"_result": {"limit": {"count": 10}}}, "The required properties (offset) are missing"),
        (FIND, {"_result": {"limit": {"count": 101, "offset": 0}}}, "Number must be lower than or equal to 100"),
        (FIND, {"_result": {"limit": {"count": 0, "offset": 0}}}, "Number must be greater than or equal to 1"),
        (FIND, {"_result": {"limit": {"count": 1, "offset": -1}}}, "Number must be greater than or equal to 0"),
        (FIND, {"filters": {"is_simple": [True, False]}}, "Array should have at most 1 items, 2 found"),
        (FIND, {"filters": {"status": [6]}}, "The data should match one item from enum"),
        (FIND, {"filters": {"price": {"from": "1"}}}, "The data (string) must match the type: number"),
        (ORDERS, {"filters": {"archived": []}}, "Array should have at least 1 items, 0 found"),
        (ORDERS, {"filters": {"status": [6]}}, "The data should match one item from enum"),
        (ORDERS, {"filters": {"sale_date": {"from": "yesterday"}}}, NO_TIME),
        (ORDERS, {"filters": {"sale_date": {"from": "2026-01-01T00:00:00"}}}, NO_TIME),
        (ORDERS, {"search": 5}, "The data (integer) must match the type: string, null"),
        (INVOICE, {"order_id": "1", "invoice_number": "1"}, "The required properties (invoice_data) are missing"),
        (INVOICE, {**PAPER, "order_id": "1" * 301}, "Maximum string length is 300, found 301"),
        (INVOICE, {**PAPER, "order_id": 1}, NO_TEXT),
    ],
)  # fmt: skip
def test_bodies_are_held_against_their_schema(
    sandbox: M2eSandbox, state: str, endpoint: tuple[str, str], body: Any, last: str
) -> None:
    query = {"channel": "ebay", "account_token": account(sandbox, "ebay")["token"]} if endpoint is ORDERS else {}
    status, errors, _ = call(sandbox, *endpoint, body, **query)
    assert status == 400
    assert errors[-1:] == errors_of(400, last)
    assert (sandbox.ledger, repr(vars(sandbox.world))) == ([], state)


def test_the_documented_complaint(sandbox: M2eSandbox) -> None:
    status, errors, _ = call(sandbox, *CREATE, new(currency="-"))
    words = [one["message"] for one in json.loads(sample("Error__documented_400"))]
    assert (status, errors) == (400, errors_of(400, *words))


def test_inner_complaints_follow_the_outer_ones(sandbox: M2eSandbox) -> None:
    _, errors, _ = call(sandbox, *CREATE, new_variant(price=-1))
    assert [one["message"] for one in errors] == [
        ITEMS,
        "The properties must match schema: variants",
        "The properties must match schema: price",
        "Number must be greater than or equal to 0",
    ]


@pytest.mark.parametrize(
    ("path", "method", "query", "words"),
    [
        ("/catalog/product/", "GET", {}, "The required properties (sku) are missing"),
        ("/order/find/", "POST", {}, "The required properties (channel, account_token) are missing"),
        ("/order/find/", "POST", {"channel": "ebay"}, "The required properties (account_token) are missing"),
    ],
)
def test_queries_that_are_required(
    sandbox: M2eSandbox, path: str, method: str, query: dict[str, str], words: str
) -> None:
    assert call(sandbox, method, path, **query)[:2] == (400, errors_of(400, words))


def test_orders_of_an_unknown_or_mismatched_account(sandbox: M2eSandbox) -> None:
    token = account(sandbox, "ebay")["token"]
    not_found = (404, errors_of(404, "Entity is not found."))
    assert call(sandbox, *ORDERS, channel="ebay", account_token="x")[:2] == not_found
    assert call(sandbox, *ORDERS, channel="amazon", account_token=token)[:2] == not_found


def test_the_documented_requests_are_taken(sandbox: M2eSandbox) -> None:
    assert call(sandbox, *CREATE, sample("CatalogProductCreate__documented"))[:2] == (200, {"created": 1})
    assert call(sandbox, *UPDATE, sample("catalogProductsUpdate__documented"))[:2] == (200, {"updated": 1})
    assert call(sandbox, *VARIANTS, sample("catalogProductsVariantsUpdate__documented"))[:2] == (200, {"updated": 0})
    assert call(sandbox, *FIND, sample("CatalogProductsFind__documented"))[0] == 200
    token = account(sandbox, "ebay")["token"]
    orders = sample("OrdersFind__documented_request")
    assert call(sandbox, *ORDERS, orders, channel="ebay", account_token=token)[0] == 200
    assert call(sandbox, *DELETE, sample("CatalogProductDelete__documented"))[:2] == (200, {"deleted": 1})


def test_a_create_is_counted_once(sandbox: M2eSandbox) -> None:
    other = {**NEW, "sku": "other", "variants": [{**VARIANT, "sku": "other"}]}
    assert call(sandbox, *CREATE, [NEW, NEW, other])[1] == {"created": 2}
    assert call(sandbox, *CREATE, [{**NEW, "sku": "third"}])[1] == {"created": 0}, "its variant's SKU is taken"
    assert [effect["sku"] for _, effect in effects(sandbox)] == ["test-product-SKU", "other"]


def test_a_product_read_carries_neither_currency_nor_description(sandbox: M2eSandbox) -> None:
    call(sandbox, *CREATE, [NEW])
    _, body, _ = call(sandbox, "GET", "/catalog/product/", sku=NEW["sku"])
    assert not {"currency", "description"} & body.keys()
    assert (body["status"], body["quantity"], body["external_id"]) == ("Active", 100, None)
    assert sandbox.world.write_only[body["token"]] == {"currency": "USD", "description": NEW["description"]}


def test_archived_in_is_archive_out(sandbox: M2eSandbox) -> None:
    call(sandbox, *CREATE, new(status=11))
    assert call(sandbox, "GET", "/catalog/product/", sku=NEW["sku"])[1]["status"] == "Archive"


def test_what_the_document_does_not_name_is_taken_and_means_nothing(sandbox: M2eSandbox) -> None:
    item = product(sandbox)["variants"][0]
    before = item["weight"]
    body = {"variants": [{"sku": item["sku"], "weight": 5, "token": "x", "quantity": 1}]}
    assert call(sandbox, *VARIANTS, body)[1] == {"updated": 1}
    assert (item["weight"], effects(sandbox)[0][1]) == (before, {"sku": item["sku"], "quantity": 1})


def test_a_change_of_a_variant_changes_its_product(sandbox: M2eSandbox) -> None:
    item = product(sandbox, simple=False)
    sandbox.clock.advance(60)
    call(sandbox, *VARIANTS, {"variants": [{"sku": item["variants"][0]["sku"], "quantity": 5}]})
    assert item["quantity"] == sum(one["quantity"] for one in item["variants"])
    assert item["update_date"] == item["variants"][0]["update_date"] == "2026-03-02T10:01:00Z"


# -- finding ---------------------------------------------------------------------------------------------------------


def found(sandbox: M2eSandbox, **criteria: Any) -> list[dict[str, Any]]:
    criteria.setdefault("_result", {"limit": {"offset": 0, "count": 100}})
    return list(call(sandbox, *FIND, criteria)[1]["list"])


def test_paging(sandbox: M2eSandbox) -> None:
    whole = found(sandbox)
    assert len(whole) == 50
    page = call(sandbox, *FIND, {"_result": {"limit": {"offset": 45, "count": 10}}})[1]
    assert (page["list"], page["total"]) == (whole[45:], 50)
    assert call(sandbox, *FIND, {"_result": {"limit": {"offset": 50, "count": 10}}})[1] == {"list": [], "total": 50}
    assert len(call(sandbox, *FIND)[1]["list"]) == 10


def test_sorting_and_filters_of_products(sandbox: M2eSandbox) -> None:
    assert [p["update_date"] for p in found(sandbox)] == sorted(
        (p["update_date"] for p in found(sandbox)), reverse=True
    )
    by_quantity = found(sandbox, sort={"quantity": "asc", "unknown": "desc"})
    assert [p["quantity"] for p in by_quantity] == sorted(p["quantity"] for p in by_quantity)
    assert {p["status"] for p in found(sandbox, filters={"status": [11, 1]})} == {"Active", "Archive"}
    assert {p["is_simple"] for p in found(sandbox, filters={"is_simple": [False]})} == {False}
    some = found(sandbox, filters={"quantity": {"from": 10, "to": 100}})
    assert some
    assert all(10 <= p["quantity"] <= 100 for p in some)
    cheap = found(sandbox, filters={"price": {"to": 20.5}})
    assert cheap
    assert all(min(v["price"] for v in p["variants"]) <= 20.5 for p in cheap)
    sku = product(sandbox)["sku"]
    assert [p["sku"] for p in found(sandbox, filters={"sku": [sku, "no such"], "unknown": 1})] == [sku]


def orders(sandbox: M2eSandbox, **criteria: Any) -> list[dict[str, Any]]:
    criteria.setdefault("_result", {"limit": {"offset": 0, "count": 100}})
    token = account(sandbox, "ebay")["token"]
    return list(call(sandbox, *ORDERS, criteria, channel="ebay", account_token=token)[1]["list"])


def test_sorting_filters_and_search_of_orders(sandbox: M2eSandbox) -> None:
    whole = orders(sandbox)
    assert [o["sale_date"] for o in whole] == sorted((o["sale_date"] for o in whole), reverse=True)
    assert {o["status"] for o in orders(sandbox, filters={"status": [2, 4]})} == {"unshipped", "completed"}
    edge = whole[3]["sale_date"]
    assert orders(sandbox, filters={"sale_date": {"from": edge}}) == whole[:4]
    assert orders(sandbox, filters={"sale_date": {"to": edge}}) == whole[3:]
    assert orders(sandbox, filters={"archived": [True]}) == [o for o in whole if o["is_archived"]]
    assert orders(sandbox, filters={"data_source_order": ["no"]}) == []
    assert len(orders(sandbox, filters={"shipping_price": {"from": 5, "to": 6}})) == len(whole)
    totals = [o["total"]["total"] for o in orders(sandbox, sort={"total": "asc"}, filters={"price": {"from": 100}})]
    assert totals == sorted(totals)
    assert min(totals) >= 100
    one = whole[0]
    for words in (one["order_id"], one["source_order_id"], one["items"][0]["sku"], one["items"][0]["title"].upper()):
        assert one in orders(sandbox, search=words)
    assert orders(sandbox, search=None) == whole
    named = next(o for o in whole if o["buyer_name"])
    assert named in orders(sandbox, filters={"buyer": [named["buyer_name"][:4]]})
