"""Products: pulling, reading again, listing, stock and price."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from channels import records as r
from channels.errors import NotSent, Rejected, WireError
from channels.imetastore.channel import Channel
from channels.imetastore.sandbox import ImetastoreSandbox
from channels.sandbox import Request
from tests.channels.imetastore.support import effects, envelope, paged, sample, scripted
from tests.channels.opening import START


def last(requests: list[Request]) -> tuple[str, str, Any]:
    return requests[-1].method, requests[-1].path, json.loads(requests[-1].body)


def skus(sandbox: ImetastoreSandbox, count: int) -> list[dict[str, Any]]:
    return [sku for _, sku in sandbox.skus()][:count]


def money(value: str, currency: str) -> r.Money:
    return r.Money(amount=Decimal(value), currency=currency)


def test_pull_products(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    page = channel.pull_products(None, None)
    assert last(requests) == ("POST", "/seller/product", {"pageIndex": 1, "pageSize": 100})
    assert [one.remote_id for one in page.records] == [str(row["id"]) for row in sandbox.products]
    assert (page.bad, page.next, page.total) == ((), None, 48)
    assert min(int(v.remote_id) for one in page.records for v in one.variants) > 2**53


def test_pull_products_since(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    changed = sandbox.products[30]
    sandbox.touch(changed)
    page = channel.pull_products(None, START - timedelta(hours=1))
    assert last(requests)[2] == {"pageIndex": 1, "pageSize": 100, "updateTimeStart": "2026-03-02T09:00:00.000Z"}
    assert [one.remote_id for one in page.records] == [str(changed["id"])]


def test_one_bad_product_leaves_the_rest() -> None:
    rows = [{"id": 1}, {"id": 2, "productSkus": [{"id": 3, "price": "dear"}]}, {"title": "no id"}, {"id": 1.5}]
    channel, _ = scripted({"product": [paged(rows)]})
    page = channel.pull_products(None, None)
    assert [one.remote_id for one in page.records] == ["1"]
    assert [(bad.remote_id, bad.path) for bad in page.bad] == [
        ("2", "$.data.list[1].productSkus[0].price"),
        ("", "$.data.list[2].id"),
        ("", "$.data.list[3].id"),
    ]
    assert page.bad[0].raw == json.dumps(rows[1]).encode()


@pytest.mark.parametrize("data", [None, {}, {"totalCount": 3}, {"totalCount": 3, "list": None}])
def test_a_list_that_is_missing_does_not_look_empty(data: Any) -> None:
    channel, _ = scripted({"product": [envelope(data)]})
    with pytest.raises(WireError, match="no list"):
        channel.pull_products(None, None)


def test_a_null_list_of_nothing_is_empty() -> None:
    channel, _ = scripted({"product": [envelope({"totalCount": 0, "list": None})]})
    assert channel.pull_products(None, None) == r.Page(records=(), total=0)


def test_read_product_by_number(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    row = sandbox.products[40]
    found = channel.read_product(r.Ref(remote_id=str(row["id"]), number=row["productSpuNum"]))
    assert found is not None
    assert found.remote_id == str(row["id"])
    assert [json.loads(one.body)["productSpuNum"] for one in requests] == [row["productSpuNum"]]


@pytest.mark.parametrize("number", ["", "SPU-of-before"])
def test_read_product_by_walking(channel: Channel, sandbox: ImetastoreSandbox, number: str) -> None:
    row = sandbox.products[40]
    found = channel.read_product(r.Ref(remote_id=str(row["id"]), number=number))
    assert found is not None
    assert found.title == row["title"]


def test_read_product_walks_every_page(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    oldest = sandbox.products[-1]
    for _ in range(160):
        sandbox.add_product()
    found = channel.read_product(r.Ref(remote_id=str(oldest["id"])))
    assert found is not None
    assert found.remote_id == str(oldest["id"])


def test_a_walk_without_an_end_proves_nothing() -> None:
    rows = [{"id": 1}] * 100
    channel, _ = scripted({"product": [envelope({"list": rows})]})
    with pytest.raises(WireError, match="not among the first 50000"):
        channel.read_product(r.Ref(remote_id="2"))


def test_a_product_that_is_not_there(channel: Channel) -> None:
    assert channel.read_product(r.Ref(remote_id="1", number="SPU1")) is None


def test_set_stock(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    one, two = skus(sandbox, 2)
    before = two["alertStock"]
    receipt = channel.set_stock(
        (
            r.StockChange(variant=r.Ref(remote_id=str(one["id"])), quantity=500, alert=50),
            r.StockChange(variant=r.Ref(remote_id=str(two["id"])), quantity=0),
        )
    )
    assert receipt == r.Receipt(words="Success")
    body = {"skuList": [{"id": one["id"], "stock": 500, "alertStock": 50}, {"id": two["id"], "stock": 0}]}
    assert last(requests) == ("PUT", "/seller/product-stock", body)
    assert (one["stock"], one["alertStock"], two["stock"], two["alertStock"]) == (500, 50, 0, before)
    assert effects(sandbox, "products.stock") == [
        {"id": str(one["id"]), "stock": 500, "alertStock": 50},
        {"id": str(two["id"]), "stock": 0, "alertStock": before},
    ]


def test_set_prices(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    (sku,) = skus(sandbox, 1)
    channel.set_prices((r.PriceChange(variant=r.Ref(remote_id=str(sku["id"])), price=money("12.99", "EUR")),))
    assert requests[-1].body == b'{"productSkuPrices":[{"id":%d,"price":12.99}],"currencyCode":"EUR"}' % sku["id"]
    assert (sku["price"], sku["currencyCode"]) == (Decimal("12.99"), "EUR")


def test_prices_of_two_currencies_are_never_sent(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    one, two = (r.Ref(remote_id=str(sku["id"])) for sku in skus(sandbox, 2))
    changes = (
        r.PriceChange(variant=one, price=money("1", "USD")),
        r.PriceChange(variant=two, price=money("1", "EUR")),
    )
    with pytest.raises(NotSent, match="prices of one currency"):
        channel.set_prices(changes)
    assert sandbox.ledger == []


def test_set_listings(channel: Channel, sandbox: ImetastoreSandbox, requests: list[Request]) -> None:
    row = next(one for one in sandbox.products if one["productSpuStatus"] == 1)
    product = r.Ref(remote_id=str(row["id"]))
    channel.set_listings((r.ListingChange(product=product, listed=False),))
    body = {"productSpuIds": [row["id"]], "productStatus": "SHELF_DOWN"}
    assert last(requests) == ("PUT", "/seller/product-spu/switch", body)
    assert row["productSpuStatus"] == 2
    channel.set_listings((r.ListingChange(product=product, listed=True),))
    assert row["productSpuStatus"] == 1
    assert [one["productStatus"] for one in effects(sandbox, "products.listing")] == ["SHELF_DOWN", "ON_SALE"]


def test_both_directions_are_never_sent(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    refs = [r.Ref(remote_id=str(row["id"])) for row in sandbox.products[:2]]
    with pytest.raises(NotSent, match="products of one direction"):
        channel.set_listings(tuple(r.ListingChange(product=ref, listed=ref is refs[0]) for ref in refs))
    assert sandbox.ledger == []


def test_a_refusal_changes_nothing_and_keeps_the_words(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    (sku,) = skus(sandbox, 1)
    before = sku["stock"]
    changes = tuple(r.StockChange(variant=r.Ref(remote_id=i), quantity=1) for i in (str(sku["id"]), "404"))
    with pytest.raises(Rejected) as caught:
        channel.set_stock(changes)
    assert (caught.value.words, caught.value.code) == ("SKU 404 does not exist (code SIM-NOT-FOUND)", "SIM-NOT-FOUND")
    assert (sandbox.ledger, sku["stock"]) == ([], before)


def test_a_draft_cannot_be_listed(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    row = next(one for one in sandbox.products if one["productSpuStatus"] == 0)
    with pytest.raises(Rejected, match="can be neither listed nor delisted now"):
        channel.set_listings((r.ListingChange(product=r.Ref(remote_id=str(row["id"])), listed=True),))
    assert (sandbox.ledger, row["productSpuStatus"]) == ([], 0)


def test_an_id_that_is_no_number_is_refused_there(channel: Channel, sandbox: ImetastoreSandbox) -> None:
    with pytest.raises(Rejected, match="id must be an integer"):
        channel.set_stock((r.StockChange(variant=r.Ref(remote_id="../1"), quantity=1),))
    assert sandbox.ledger == []


def test_declarations(channel: Channel) -> None:
    assert channel.price_rule.currencies == ("USD", "EUR")
    assert channel.stock_rule.has_alert
    assert channel.stock_batch == channel.price_batch == channel.listing_batch == 100


def test_the_assumed_list_sample() -> None:
    channel, _ = scripted({"product": [sample("products.list__assumed")]})
    page = channel.pull_products(None, None)
    assert [one.remote_id for one in page.records] == ["2001591587541073922", "2001591587541073923"]
    assert page.bad == ()
