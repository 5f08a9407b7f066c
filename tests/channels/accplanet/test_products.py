"""Products: what goes out, what the sandbox applied, what comes back."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import msgspec
import pytest

from channels import capabilities as c
from channels import records as r
from channels.accplanet import bodies
from channels.accplanet.channel import AccPlanetChannel
from channels.errors import Rejected, WireError
from tests.channels.accplanet.support import Bench, answering, ref, sample

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
CAPABILITIES = {
    "ChecksCredentials", "PullsProducts", "ReadsProducts", "PullsCategories", "SetsStock", "SetsPrices", "SetsListings",
    "CreatesProducts", "UpdatesProducts", "DeletesProducts", "AppendsAccounts", "UploadsImages", "PullsOrders",
    "ReadsOrders", "ReadsDeliveries", "DeliversOrders", "SetsOrderStatus", "RefundsOrders", "PullsTickets",
    "ReadsTickets", "OpensTickets", "UpdatesTickets", "PullsPayments", "PullsBalances",
}  # fmt: skip


def test_capabilities_are_these():
    assert {name for name, kind in c.CAPABILITIES.items() if c.has(AccPlanetChannel, kind)} == CAPABILITIES


def category(bench):
    return next(key for key, one in bench.sandbox.categories.items() if one["parent_id"])


def draft(bench, **changes):
    given = {
        "category_id": category(bench),
        "title": "Gmail 2020 ☕",
        "description": "<p>Aged</p>",
        "price": Decimal("4.5"),
        **changes,
    }
    return r.ProductDraft(**given)


def test_pull_walks_all_pages(bench):
    for n in range(160):
        bench.sandbox._stock_product(100 + n)
    found = bench.all_of(bench.channel.pull_products)
    assert {one.remote_id for one in found} == set(bench.sandbox.products)
    assert [q.query for q in bench.requests] == [{"page": str(n), "page_size": "100"} for n in (1, 2, 3)]
    by_id = {one.remote_id: one for one in found}
    for key, shown in bench.sandbox.products.items():
        assert by_id[key].variants[0].price == Decimal(shown["price"])
        assert by_id[key].quantity == shown["stock"]


def test_since_reads_everything_unless_a_sort_word_is_known(bench):
    since = datetime(2026, 3, 1, tzinfo=UTC)
    assert len(bench.channel.pull_products(None, since).records) == 48
    assert "sort" not in bench.requests[0].query
    sorted_bench = Bench(options={"product_sort": "-updated_at"})
    for n in range(100):
        sorted_bench.sandbox._stock_product(100 + n)
    page = sorted_bench.channel.pull_products(None, since)
    assert (len(page.records), page.next) == (100, None)
    assert sorted_bench.requests[0].query["sort"] == "-updated_at"
    assert sorted_bench.channel.pull_products(None, None).next is not None


def test_read_product(bench):
    product = bench.product(status="inactive")
    assert bench.channel.read_product(ref(product["product_id"])).status == "off_sale"
    assert bench.channel.read_product(ref("nobody")) is None


def test_read_product_does_not_call_absent_what_it_could_not_read(bench):
    product = bench.unsold()
    product["price"] = "lots"
    with pytest.raises(WireError) as caught:
        bench.channel.read_product(ref(product["product_id"]))
    assert caught.value.path.endswith(".price")
    other = bench.product(status="inactive")
    assert bench.channel.read_product(ref(other["product_id"])) is not None


def test_bad_product_is_set_aside(bench):
    bench.unsold()["price"] = {"amount": 1}
    page = bench.channel.pull_products(None, None)
    assert (len(page.records), len(page.bad)) == (47, 1)
    assert page.bad[0].remote_id == bench.unsold()["product_id"]
    assert page.bad[0].path.startswith("$.results[")
    assert page.bad[0].path.endswith("].price")


def test_categories_are_derived(bench):
    found = {one.remote_id: one for one in bench.all_of(bench.channel.pull_categories)}
    used = {p["category_id"] for p in bench.sandbox.products.values()}
    parents = {p["parent_category_id"] for p in bench.sandbox.products.values()} - {None}
    assert set(found) == used | parents
    assert all(found[key].path == bench.sandbox.categories[key]["path"] for key in found)


def test_set_stock(bench):
    product = bench.unsold()
    receipt = bench.channel.set_stock((r.StockChange(variant=ref(product["product_id"]), quantity=7),))
    path = f"/products/api/supplier/{product['product_id']}/update/"
    assert bench.sent == [("POST", path, b'{"stock":7}')]
    assert bench.requests[0].headers["content-type"] == "application/json"
    assert bench.requests[0].headers["x-api-key"] == bench.sandbox.credentials["api_key"]
    assert receipt == r.Receipt(
        remote_id=product["product_id"], number=str(product["business_id"]), words="Product updated successfully"
    )
    assert bench.writes == [
        (
            "products.update",
            {"product_id": product["product_id"], "changes": {"stock": 7}, "accounts_imported": 0},
        )
    ]
    assert bench.exchanges[0].request_body == '{"stock":7}'


def test_set_price(bench):
    product = bench.unsold()
    change = r.PriceChange(variant=ref(product["product_id"]), price=r.Money(amount=Decimal("12.5000"), currency="USD"))
    bench.channel.set_prices((change,))
    assert bench.sent[0][2] == b'{"price":"12.50"}'
    assert bench.channel.read_product(ref(product["product_id"])).variants[0].price == Decimal("12.50")


def test_price_in_another_currency_is_never_sent(bench):
    change = r.PriceChange(variant=ref("p"), price=r.Money(amount=Decimal(1), currency="EUR"))
    with pytest.raises(Rejected) as caught:
        bench.channel.set_prices((change,))
    assert caught.value.words == "Prices of this connection are in USD, not EUR. Nothing was sent."
    assert bench.sent == []


@pytest.mark.parametrize(("listed", "word", "ours"), [(True, "active", "on_sale"), (False, "inactive", "off_sale")])
def test_set_listing(bench, listed, word, ours):
    product = bench.product(status="inactive" if listed else "active", approval_status="approved")
    bench.channel.set_listings((r.ListingChange(product=ref(product["product_id"]), listed=listed),))
    assert bench.sent[0][2] == f'{{"status":"{word}"}}'.encode()
    assert bench.channel.read_product(ref(product["product_id"])).status == ours


def test_create_product(bench):
    image = "http://sandbox.test/media/product_images/x.webp"
    given = draft(
        bench,
        currency="usd",
        quantity=3,
        min_quantity=2,
        images=(image, "/media/product_images/y.webp"),
        source_id="SRC-9",
        source_url="https://example.com/9",
        warranty_days=30,
        supplier_name="Sunrise",
        status="inactive",
        accounts="ann:pa:ss|1\r\n\nbob|p:w\n",
    )
    receipt = bench.channel.create_product(given)
    assert json.loads(bench.sent[0][2]) == {
        "category_id": category(bench),
        "title": "Gmail 2020 ☕",
        "description": "<p>Aged</p>",
        "price": "4.50",
        "stock": 3,
        "min_quantity": 2,
        "images": ["/media/product_images/x.webp", "/media/product_images/y.webp"],
        "source_product_id": "SRC-9",
        "source_product_url": "https://example.com/9",
        "warranty_period_days": 30,
        "supplier_name": "Sunrise",
        "status": "inactive",
        "accounts": [{"username": "ann", "password": "pa:ss|1"}, {"username": "bob", "password": "p:w"}],
    }
    stored = bench.sandbox.products[receipt.remote_id]
    assert [pair[1:] for pair in bench.sandbox.pools[receipt.remote_id]] == [("ann", "pa:ss|1"), ("bob", "p:w")]
    assert receipt == r.Receipt(
        remote_id=stored["product_id"],
        number=str(stored["business_id"]),
        words="Product created successfully",
        data={"approval_status": "approved", "accounts_imported": "2"},
    )
    assert [name for name, _ in bench.writes] == ["products.create"]
    assert (bench.exchanges[0].request_body, bench.exchanges[0].response_body[:8]) == (
        f"(hidden: {len(bench.sent[0][2])} bytes)",
        "(hidden:",
    )


def test_create_without_secrets_is_recorded(bench):
    bench.channel.create_product(draft(bench))
    assert "Gmail 2020" in bench.exchanges[0].request_body


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sku": "A"}, "AccPlanet products have no sku. Nothing was sent."),
        ({"currency": "EUR"}, "Prices of this connection are in USD, not EUR. Nothing was sent."),
        ({"accounts": "justaname"}, "Account 1 is not username:password. Nothing was sent."),
        ({"accounts": ""}, "There are no accounts. Nothing was sent."),
        ({"accounts": ({"username": "u"},)}, "Account 1 is not username:password. Nothing was sent."),
        ({"accounts": "\n".join(["a:b"] * 1001)}, "At most 1000 accounts a call, not 1001. Nothing was sent."),
    ],
)
def test_drafts_that_are_never_sent(bench, changes, words):
    with pytest.raises(Rejected) as caught:
        bench.channel.create_product(draft(bench, **changes))
    assert (caught.value.words, bench.sent, bench.writes) == (words, [], [])


def test_create_refused_by_the_platform(bench):
    with pytest.raises(Rejected) as caught:
        bench.channel.create_product(draft(bench, category_id="nope", source_id="x" * 201))
    assert caught.value.status == 400
    assert caught.value.words == "source_product_id must have at most 200 characters."
    assert bench.writes == []


def test_find_product_gives_the_newest_match(bench):
    given = draft(bench)
    assert bench.channel.find_product(given) is None
    first = bench.channel.create_product(given)
    bench.sandbox.clock.advance(5)
    second = bench.channel.create_product(given)
    bench.channel.create_product(draft(bench, price=Decimal(5)))
    assert bench.channel.find_product(given).remote_id == second.remote_id != first.remote_id


def test_find_product_by_a_source_id_where_one_is_shown():
    keys = msgspec.json.decode(sample("list_products"))
    pages = [[{**keys, "product_id": n, "source_product_id": f"S{n}"} for n in (1, 2)]]
    channel = answering(httpx.Response(200, json=pages[0]), httpx.Response(200, json=[]))
    wanted = r.ProductDraft(title="Product Title", source_id="S2")
    assert channel.find_product(wanted).remote_id == "2"
    assert channel.find_product(r.ProductDraft(title="Product Title", source_id="S3")) is None


def test_find_product_does_not_call_absent_what_it_could_not_read(bench):
    given = draft(bench)
    receipt = bench.channel.create_product(given)
    bench.sandbox.products[receipt.remote_id]["stock"] = "lots"
    with pytest.raises(WireError):
        bench.channel.find_product(given)
    assert bench.channel.find_product(draft(bench, title="Another")) is None


def test_update_product(bench):
    product = bench.unsold()
    changes = r.ProductDraft(title="New", images=(), warranty_days=0)
    bench.channel.update_product(ref(product["product_id"]), changes)
    assert json.loads(bench.sent[0][2]) == {"title": "New", "images": [], "warranty_period_days": 0}
    assert (product["title"], product["images"], product["warranty_period_days"]) == ("New", [], "0")
    with pytest.raises(Rejected):
        bench.channel.update_product(ref(product["product_id"]), r.ProductDraft())
    assert len(bench.sent) == 1


def test_update_with_accounts_hides_them_and_counts_them(bench):
    product = bench.unsold()
    receipt = bench.channel.update_product(ref(product["product_id"]), r.ProductDraft(accounts="u1:secret-one"))
    assert receipt.data == {"accounts_imported": "1"}
    assert "secret-one" not in str(bench.exchanges) + str(bench.writes)


def test_delete_product(bench):
    product = bench.unsold()
    receipt = bench.channel.delete_product(ref(product["product_id"]))
    assert receipt.words == "Product deleted successfully"
    assert bench.writes == [("products.delete", {"product_id": product["product_id"]})]
    assert bench.channel.read_product(ref(product["product_id"])) is None
    with pytest.raises(Rejected) as caught:
        bench.channel.delete_product(ref(product["product_id"]))
    assert (caught.value.status, caught.value.words) == (404, "Product not found.")


def test_delete_of_a_sold_product_is_refused(bench):
    order = bench.order(status="refunded_order")
    with pytest.raises(Rejected) as caught:
        bench.channel.delete_product(ref(order["product_id"]))
    assert (caught.value.status, caught.value.words) == (409, "A product that has been sold cannot be deleted.")
    assert bench.writes == []
    assert order["product_id"] in bench.sandbox.products


def test_append_accounts_queues_deliveries_that_come_later(bench):
    order = bench.waiting(2)
    product = bench.sandbox.products[order["product_id"]]
    bench.sandbox.pools[product["product_id"]].clear()
    bench.sandbox.tasks.clear()
    stock = product["stock"]
    receipt = bench.channel.append_accounts(ref(product["product_id"]), "ann:p1xx\nbob|p2:|xx\nann:p1xx")
    assert json.loads(bench.sent[0][2]) == {
        "accounts": [
            {"username": "ann", "password": "p1xx"},
            {"username": "bob", "password": "p2:|xx"},
            {"username": "ann", "password": "p1xx"},
        ]
    }
    queued = len(bench.sandbox.tasks)
    assert receipt == r.Receipt(
        remote_id=product["product_id"],
        words="Accounts imported.",
        accepted=2,
        data={"delivery_tasks_queued": str(queued)},
    )
    assert queued >= 1
    assert product["stock"] == stock + 2
    assert order["delivered_units"] == 0
    while bench.sandbox.tasks:
        bench.sandbox.move("auto_delivery")
    assert bench.sandbox.pools[product["product_id"]] == []
    assert "p1xx" not in str(bench.exchanges) + str(bench.writes) + str(receipt)


def test_append_accounts_that_are_all_there(bench):
    product_id = bench.unsold()["product_id"]
    bench.channel.append_accounts(ref(product_id), ({"username": "u", "password": "p"},))
    assert bench.channel.append_accounts(ref(product_id), "u|p").accepted == 0


def test_a_secret_that_the_platform_repeats_is_hidden(bench):
    refusal = httpx.Response(400, json={"success": False, "message": "Row ann:hunter22 is bad"})
    channel = answering(refusal)
    with pytest.raises(Rejected) as caught:
        channel.append_accounts(ref("p"), "ann:hunter22")
    assert caught.value.words == "Row ann:••• is bad"
    done = httpx.Response(
        200, json={"success": True, "product_id": "p", "message": "hunter22 in", "accounts_imported": 1}
    )
    assert answering(done).append_accounts(ref("p"), "ann:hunter22").words == "••• in"


def test_upload_image(bench):
    receipt = bench.channel.upload_image(r.Upload(name="a b.png", content_type="image/png", content=PNG))
    assert receipt.words == "Image uploaded successfully"
    assert bench.sandbox.images[receipt.remote_id] == PNG
    assert bench.requests[0].headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="image"; filename="a b.png"' in bench.sent[0][2]
    again = bench.channel.upload_image(r.Upload(name="b.png", content_type="image/png", content=PNG))
    assert again.remote_id == receipt.remote_id
    with pytest.raises(Rejected) as caught:
        bench.channel.upload_image(r.Upload(name="a.svg", content_type="image/svg+xml", content=b"<svg/>"))
    assert caught.value.words == "The file is not an image (PNG, JPEG, GIF or WebP)."


@pytest.mark.parametrize(
    ("line", "username", "password"),
    [
        ("user:pass", "user", "pass"),
        ("user|pass", "user", "pass"),
        ("user:pa:ss|x", "user", "pa:ss|x"),
        ("user|pa:ss|x ", "user", "pa:ss|x "),
        ("a@b.example:пароль", "a@b.example", "пароль"),
    ],
)
def test_lines_are_split_at_the_first_delimiter(line, username, password):
    assert bodies.account_rows(line) == [{"username": username, "password": password}]
