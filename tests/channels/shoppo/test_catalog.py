"""Products, categories and images."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels import records as r
from channels.errors import Ambiguous, Rejected, WireError
from channels.ports import Exchange
from channels.sandbox import Fault, Request
from channels.shoppo import PLATFORM
from channels.shoppo.channel import ShoppoChannel
from channels.shoppo.queries import document
from channels.shoppo.sandbox import ShoppoSandbox
from tests.channels.opening import START, open_over, sandbox_of
from tests.channels.shoppo.support import PNG, a_sku, answers, asked, effects


def test_a_request_as_it_goes_out(channel: ShoppoChannel, requests: list[Request]) -> None:
    channel.pull_products(None, None)
    sent = requests[0]
    assert (sent.method, sent.path, sent.query) == ("POST", "/", {})
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["accesstoken"] == "demo-shoppo-access-token"
    assert sent.headers["viewerid"] == "mSandboxViewer"
    assert asked(sent) == {
        "query": document("productList"),
        "variables": {"first": 100},
        "operationName": "productList",
    }


def test_the_base_url_is_the_whole_address(sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    channel = open_over(PLATFORM, sandbox, base_url="http://sandbox.test/api/graphql/partner")
    channel.pull_categories(None, None)
    assert requests[0].path == "/api/graphql/partner"


def test_credentials_are_hidden_in_exchanges(channel: ShoppoChannel, exchanges: list[Exchange]) -> None:
    assert channel.check_credentials() == r.Identity(name="Shoppo partner", notes=("48 products",))
    kept = json.dumps([exchanges[0].request_headers, exchanges[0].request_body, exchanges[0].response_headers])
    assert "demo-shoppo-access-token" not in kept
    assert exchanges[0].request_headers["viewerid"] == "•••"
    assert (exchanges[0].route, exchanges[0].status) == ("productList", 200)


def test_a_sweep_brings_every_product(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    page = channel.pull_products(None, None)
    assert [one.remote_id for one in page.records] == list(reversed(sandbox.shop.products))
    assert (page.bad, page.next, page.total) == ((), None, 48)
    for record in page.records:
        kept = sandbox.shop.products[record.remote_id]
        assert (record.title, record.quantity) == (kept["name"], kept["inventory"])
        assert [v.remote_id for v in record.variants] == kept["_skus"]
        assert [v.price for v in record.variants] == [sandbox.shop.nodes[sku]["price"] for sku in kept["_skus"]]


def test_since_asks_by_update_time(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    moved = sandbox.move("product-update").split()[1]
    page = channel.pull_products(None, START)
    assert [one.remote_id for one in page.records] == [moved]
    start = int(START.timestamp())
    assert asked(requests[0])["variables"]["filters"] == {"timeUpdatedRange": [start - 1, start + 86400]}


def test_one_product(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    wanted = next(iter(sandbox.shop.products.values()))
    record = channel.read_product(r.Ref(remote_id=wanted["id"]))
    assert record is not None
    assert (record.remote_id, record.title) == (wanted["id"], wanted["name"])
    assert (asked(requests[0])["operationName"], asked(requests[0])["variables"]) == ("product", {"id": wanted["id"]})


def test_a_product_that_is_not_there(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    assert channel.read_product(r.Ref(remote_id="nobody")) is None
    assert channel.read_product(r.Ref(remote_id=a_sku(sandbox)["id"])) is None


@pytest.mark.parametrize("given", ["../../admin", "a?b=c", "x%2fy", "two words", '"} { viewer', "ключ\n", "{id}"])
def test_an_id_travels_as_a_variable_whatever_it_holds(
    channel: ShoppoChannel, requests: list[Request], given: str
) -> None:
    assert channel.read_product(r.Ref(remote_id=given)) is None
    assert requests[0].path == "/"
    assert asked(requests[0])["variables"] == {"id": given}
    assert asked(requests[0])["query"] == document("product")


def test_a_sku_and_an_order_item_by_their_ids(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sku = a_sku(sandbox)
    found = json.loads(bytes(channel._client.sku(sku["id"]) or b""))
    assert (found["id"], found["product"]["id"]) == (sku["id"], sku["_product"])
    item = next(thing for thing in sandbox.shop.nodes.values() if thing["__typename"] == "OrderItem")
    found = json.loads(bytes(channel._client.order_item(item["id"]) or b""))
    assert (found["id"], found["order"]["id"]) == (item["id"], item["_order"])
    assert found["sku"]["originalId"] in sandbox.shop.nodes


def test_categories(channel: ShoppoChannel, requests: list[Request]) -> None:
    page = channel.pull_categories(None, datetime(2020, 1, 1, tzinfo=UTC))
    assert (page.records[0].remote_id, page.records[0].name, len(page.records)) == ("5010101", "Aromatherapy", 10)
    assert asked(requests[0])["variables"] == {"first": 100}


# -- paging ----------------------------------------------------------------------------------------------------------


def sweep(channel: ShoppoChannel) -> list[r.Page[r.ProductRecord]]:
    after, pages = None, []
    for _ in range(50):
        pages.append(channel.pull_products(after, None))
        after = pages[-1].next
        if after is None:
            return pages
    raise AssertionError("no end")


def test_pages_overlap_so_that_nothing_slips_through() -> None:
    sandbox = sandbox_of(PLATFORM, scale="medium")
    pages = sweep(open_over(PLATFORM, sandbox))
    assert [len(page.records) for page in pages] == [100, 100, 100, 100, 100]
    assert pages[0].records[-5:] == pages[1].records[:5]
    assert {one.remote_id for page in pages for one in page.records} == set(sandbox.shop.products)


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_come_and_go_between_pages(seed: int) -> None:
    sandbox = PLATFORM.sandbox(start=START, seed=seed, scale="medium")
    channel = open_over(PLATFORM, sandbox)
    before = set(sandbox.shop.products)  # type: ignore[attr-defined]
    sandbox.faults.append(Fault("productList", "drift", times=100))
    seen = {one.remote_id for page in sweep(channel) for one in page.records}
    assert before & set(sandbox.shop.products) <= seen  # type: ignore[attr-defined]


def page_of(edges: list[Any], info: Any = None, length: int | None = None, **more: Any) -> dict[str, Any]:
    return {"data": {"productList": {"length": length, "edges": edges, "pageInfo": info}}, **more}


def test_no_edges_end_a_list_that_always_promises_more(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    answers(sandbox, page_of([], {"hasNextPage": True, "endCursor": "x"}))
    assert channel.pull_products("w", None).next is None


def test_a_cursor_given_twice_is_an_error(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    answers(sandbox, page_of([{"node": {"id": "p"}, "cursor": "x"}], {"hasNextPage": True, "endCursor": "x"}))
    assert channel.pull_products(None, None).next == "x"
    with pytest.raises(WireError) as caught:
        channel.pull_products("x", None)
    assert (caught.value.words, caught.value.path) == ("The platform gave the same page cursor twice.", "cursor")


def test_without_page_info_the_last_cursor_leads_on(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    answers(sandbox, page_of([{"node": {"id": "p"}, "cursor": "x"}]))
    assert channel.pull_products(None, None).next == "x"
    answers(sandbox, page_of([{"node": {"id": "p"}}]))
    assert channel.pull_products(None, None).next is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"data": null}', b'{"data": {}}', b'{"data": {"productList": null}}']
)
def test_an_answer_without_the_list_is_a_wire_error(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, body: bytes
) -> None:
    answers(sandbox, body)
    with pytest.raises(WireError) as caught:
        channel.pull_products(None, None)
    assert caught.value.path.startswith("$")


# -- partial data ----------------------------------------------------------------------------------------------------


def test_an_error_beside_whole_data_is_only_a_remark(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    remarks = [{"message": "deprecated"}, {"message": "slow", "path": ["productList", "edges", 0, "node", "id"]}]
    answers(sandbox, page_of([{"node": {"id": "p"}}], errors=remarks))
    assert [one.remote_id for one in channel.pull_products(None, None).records] == ["p"]


def test_an_item_that_came_with_a_hole_is_bad_in_the_platforms_words(
    channel: ShoppoChannel, sandbox: ShoppoSandbox
) -> None:
    edges = [{"node": {"id": "a"}}, {"node": {"id": "b", "skus": None}}, {"node": None}, None, {"node": {"id": 1.5}}]
    errors = [
        {"message": "Sku service is down", "path": ["productList", "edges", 1, "node", "skus"]},
        {"message": "No such product", "path": ["productList", "edges", 2, "node"]},
    ]
    answers(sandbox, page_of(edges, errors=errors))
    page = channel.pull_products(None, None)
    assert [one.remote_id for one in page.records] == ["a"]
    assert [(one.path, one.remote_id, one.reason) for one in page.bad] == [
        ("$.data.productList.edges[1]", "b", "Sku service is down"),
        ("$.data.productList.edges[2]", "", "No such product"),
        ("$.data.productList.edges[3]", "", "Unlike the document: Expected `object`, got `null`."),
        ("$.data.productList.edges[4].id", "", "Unlike the document: Expected `int | str | null`, got `float`."),
    ]
    assert json.loads(page.bad[0].raw) == {"id": "b", "skus": None}


@pytest.mark.parametrize(
    ("steps", "path"),
    [(["pageInfo"], ".pageInfo"), (["edges", 1, "node"], ".edges[1].node"), (["edges", -2], ".edges[-2]")],
)
def test_a_hole_elsewhere_spoils_the_page(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, steps: list[str | int], path: str
) -> None:
    said = {"message": "No paging today", "path": ["productList", *steps]}
    answers(sandbox, page_of([{"node": {"id": "a"}}], errors=[said]))
    with pytest.raises(WireError) as caught:
        channel.pull_products(None, None)
    assert (caught.value.words, caught.value.path) == ("No paging today", f"$.data.productList{path}")


def test_one_product_with_a_hole_is_not_taken(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    holed = {"data": {"node": {"id": "p", "skus": [None]}}, "errors": [{"message": "x", "path": ["node", "skus", 0]}]}
    answers(sandbox, holed)
    with pytest.raises(WireError) as caught:
        channel.read_product(r.Ref(remote_id="p"))
    assert (caught.value.words, caught.value.path) == ("x", "$.data.node.skus[0]")


# -- images ----------------------------------------------------------------------------------------------------------


def upload(content: bytes = PNG) -> r.Upload:
    return r.Upload(name="broken “cup”.png", content_type="image/png", content=content)


def test_an_image_by_the_multipart_convention(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]
) -> None:
    receipt = channel.upload_image(upload())
    image = sandbox.shop.nodes[receipt.remote_id]
    assert receipt.data == {"url": image["originalUrl"], "checksum": image["checksum"]}
    assert (image["originalWidth"], image["originalHeight"], image["type"]) == (2000, 1644, "png")
    sizes = [(v["width"], v["height"]) for v in image["versions"]]
    assert sizes == [(2000, 1644), (121, 100), (486, 400), (1216, 1000)]
    assert requests[0].headers["content-type"].startswith("multipart/form-data; boundary=")
    names = [line for line in requests[0].body.split(b"\r\n") if line.startswith(b"Content-Disposition")]
    assert [line.split(b'name="')[1].split(b'"')[0] for line in names] == [b"operations", b"map", b"0"]
    assert b'\r\n\r\n{"0":["variables.image"]}\r\n' in requests[0].body
    assert b'"variables":{"image":null},"operationName":"uploadImage"' in requests[0].body
    assert b"\r\n\r\n" + PNG + b"\r\n" in requests[0].body
    size = len(PNG)
    assert effects(sandbox) == [
        ("uploadImage", {"image_id": receipt.remote_id, "checksum": image["checksum"], "size": size})
    ]


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PDF-1.7", PNG[:18], b"\xff\xd8\xff"])
def test_what_is_no_image_is_refused(channel: ShoppoChannel, sandbox: ShoppoSandbox, content: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        channel.upload_image(upload(content))
    assert caught.value.code == "InvalidImage"
    assert effects(sandbox) == []


def test_an_upload_whose_answer_is_lost(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sandbox.faults.append(Fault("uploadImage", "drop_after_apply"))
    with pytest.raises(Ambiguous):
        channel.upload_image(upload())
    assert [name for name, _ in effects(sandbox)] == ["uploadImage"]


def test_the_update_time_follows_the_stock(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sandbox.clock.advance(3600)
    moved = sandbox.move("sku-update").split()[1]
    page = channel.pull_products(None, START + timedelta(minutes=30))
    assert [variant.remote_id for one in page.records for variant in one.variants if variant.remote_id == moved] == [
        moved
    ]
