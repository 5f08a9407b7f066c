"""Writing the catalog: the request that goes out, the endpoint it meets, the answer it becomes."""

import json
from decimal import Decimal
from typing import Any

import pytest

from channels import records as r
from channels.errors import Rejected
from channels.m2e import PLATFORM
from channels.m2e.channel import M2eChannel
from channels.m2e.sandbox import M2eSandbox
from channels.ports import Exchange
from channels.sandbox import Request
from tests.channels.m2e.support import TOKEN, effects, product, sample
from tests.channels.opening import START, open_over, sandbox_of


def variant_ref(item: dict[str, Any]) -> r.Ref:
    return r.Ref(remote_id=item["token"], sku=item["sku"])


def usd(amount: str) -> r.Money:
    return r.Money(amount=Decimal(amount), currency="USD")


# -- accounts --------------------------------------------------------------------------------------------------------


def test_check_credentials_reads_the_accounts(channel: M2eChannel, requests: list[Request]) -> None:
    found = channel.check_credentials()
    assert [(one.method, one.path) for one in requests] == [("GET", "/user/accounts/")]
    assert requests[0].headers["access-token"] == TOKEN
    assert "authorization" not in requests[0].headers
    assert found.name.startswith("Main eBay shop, Amazon.com, Walmart US, ")
    assert found.scopes is None
    assert found.notes == ("Kaufland – Händlerkonto on kaufland must be authorised again at M2E Cloud.",)


def test_pull_accounts(channel: M2eChannel) -> None:
    found = channel.pull_accounts(None, None)
    assert [(one.marketplace, one.is_valid) for one in found.records] == [
        ("ebay", True),
        ("amazon", True),
        ("walmart", True),
        ("tiktok", True),
        ("kaufland", False),
    ]
    assert (found.next, found.total, found.bad) == (None, 5, ())


# -- stock and prices ------------------------------------------------------------------------------------------------


def test_set_stock(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request], exchanges: list[Exchange]
) -> None:
    item = product(sandbox)["variants"][0]
    assert channel.set_stock((r.StockChange(variant=variant_ref(item), quantity=7),)) == r.Receipt(accepted=1)
    [request] = requests
    assert (request.method, request.path) == ("PATCH", "/catalog/product/variant/")
    assert request.headers["content-type"] == "application/json"
    assert (
        request.body == json.dumps({"variants": [{"sku": item["sku"], "quantity": 7}]}, separators=(",", ":")).encode()
    )
    assert [one.route for one in exchanges] == ["catalogProductsVariantsUpdate"]
    assert effects(sandbox) == [("catalogProductsVariantsUpdate", {"sku": item["sku"], "quantity": 7})]


def test_set_prices_sends_the_digits_as_they_are(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]
) -> None:
    item = product(sandbox)["variants"][0]
    receipt = channel.set_prices((r.PriceChange(variant=variant_ref(item), price=usd("1999.10")),))
    assert receipt == r.Receipt(accepted=1)
    assert requests[0].body == b'{"variants":[{"sku":"' + item["sku"].encode() + b'","price":1999.10}]}'
    assert channel.read_product(r.Ref(remote_id="", sku=product(sandbox)["sku"])) is not None
    assert item["price"] == Decimal("1999.10")


def test_a_batch_of_500_is_one_call(channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]) -> None:
    skus = [v["sku"] for p in sandbox.world.products.values() for v in p["variants"] if v["sku"]]
    named = (skus * 10)[:500]
    changes = tuple(r.StockChange(variant=r.Ref(remote_id="x", sku=sku), quantity=1) for sku in named)
    assert channel.set_stock(changes).accepted == 500
    assert len(requests) == 1
    assert (channel.stock_batch, channel.price_batch) == (500, 500)
    with pytest.raises(Rejected, match="at most 500 items, 501 found"):
        channel.set_stock((*changes, changes[0]))


def test_unknown_skus_lower_the_count(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    item = product(sandbox)["variants"][0]
    changes = (
        r.StockChange(variant=variant_ref(item), quantity=1),
        r.StockChange(variant=r.Ref(remote_id="x", sku="no such"), quantity=1),
    )
    assert channel.set_stock(changes).accepted == 1
    assert channel.set_stock(changes[1:]).accepted == 0
    assert len(sandbox.ledger) == 1


def test_unknown_skus_refuse_the_batch_where_the_switch_says_so(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    sandbox.refuses_unknown_skus = True
    item = product(sandbox)["variants"][0]
    changes = tuple(
        r.StockChange(variant=r.Ref(remote_id="x", sku=sku), quantity=1) for sku in (item["sku"], "no such")
    )
    with pytest.raises(Rejected, match=r"^Entity is not found\.$"):
        channel.set_stock(changes)
    assert sandbox.ledger == []


def test_a_variant_without_a_sku_is_refused_before_anything_is_sent(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]
) -> None:
    item = product(sandbox)["variants"][0]
    bare = r.Ref(remote_id="token-1")
    with pytest.raises(Rejected, match="The variant token-1 has no SKU"):
        channel.set_stock(
            (r.StockChange(variant=variant_ref(item), quantity=1), r.StockChange(variant=bare, quantity=1))
        )
    with pytest.raises(Rejected, match="The variant token-1 has no SKU"):
        channel.set_prices((r.PriceChange(variant=bare, price=usd("1")),))
    assert requests == []
    assert sandbox.ledger == []


def test_another_currency_is_refused_before_anything_is_sent(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]
) -> None:
    price = r.Money(amount=Decimal(1), currency="EUR")
    with pytest.raises(Rejected, match="Prices are kept in USD here; EUR cannot be set"):
        channel.set_prices((r.PriceChange(variant=r.Ref(remote_id="x", sku="y"), price=price),))
    assert requests == []


def test_the_currency_is_an_option() -> None:
    sandbox = sandbox_of(PLATFORM)
    channel = open_over(PLATFORM, sandbox, options={"currency": "gbp"})
    item = product(sandbox)["variants"][0]
    price = r.Money(amount=Decimal(1), currency="GBP")
    assert channel.set_prices((r.PriceChange(variant=variant_ref(item), price=price),)).accepted == 1
    assert {v.currency for p in channel.pull_products(None, None).records for v in p.variants} == {"GBP"}


def test_declared_bounds(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    assert (channel.price_rule.minimum, channel.price_rule.maximum) == (Decimal(0), Decimal(1_000_000))
    assert (channel.stock_rule.minimum, channel.stock_rule.maximum) == (0, 1_000_000)
    item = variant_ref(product(sandbox)["variants"][0])
    with pytest.raises(Rejected, match="Number must be lower than or equal to 1000000"):
        channel.set_stock((r.StockChange(variant=item, quantity=1_000_001),))
    with pytest.raises(Rejected, match="Number must be greater than or equal to 0"):
        channel.set_prices((r.PriceChange(variant=item, price=usd("-0.01")),))
    assert sandbox.ledger == []


# -- create, update, delete ------------------------------------------------------------------------------------------


def test_create_product_as_documented(channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]) -> None:
    wanted = json.loads(sample("CatalogProductCreate__documented"))
    given = wanted[0]
    draft = r.ProductDraft(
        sku=given["sku"],
        title=given["title"],
        description=given["description"],
        currency="USD",
        status="Active",
        images=tuple(given["images"]),
        attributes=(r.Attribute(name="material", value="cotton"),),
        variants=tuple(given["variants"]),
    )
    assert channel.create_product(draft) == r.Receipt(accepted=1, data={"sku": "test-product-SKU"})
    assert (requests[0].method, requests[0].path) == ("POST", "/catalog/product/")
    assert json.loads(requests[0].body) == wanted
    found = channel.find_product(draft)
    assert found is not None
    assert (found.title, found.status, found.variants[0].sku) == (given["title"], "on_sale", "WBH-12345")


def test_create_product_without_variants_makes_one(channel: M2eChannel, requests: list[Request]) -> None:
    draft = r.ProductDraft(
        sku="NEW-1", title="Чайник 茶壶 🫖", price=Decimal("12.30"), quantity=4, barcode="4006381333931", status="7"
    )
    assert channel.create_product(draft).accepted == 1
    assert json.loads(requests[0].body) == [
        {
            "sku": "NEW-1",
            "status": 7,
            "is_simple": True,
            "currency": "USD",
            "title": "Чайник 茶壶 🫖",
            "images": [],
            "attributes": [],
            "variants": [
                {
                    "sku": "NEW-1",
                    "barcode": "4006381333931",
                    "price": 12.3,
                    "quantity": 4,
                    "images": [],
                    "options": [],
                    "attributes": [],
                    "weight": None,
                    "weight_unit": None,
                    "height": None,
                    "depth": None,
                    "width": None,
                    "dimension_unit": None,
                }
            ],
        }
    ]
    found = channel.find_product(draft)
    assert found is not None
    assert (found.status, found.quantity, found.variants[0].price) == ("draft", 4, Decimal("12.3000"))


def test_a_create_that_answers_deleted(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    sandbox.created_key = "deleted"
    draft = r.ProductDraft(sku="NEW-2", title="Cup", price=Decimal(1), quantity=1)
    assert channel.create_product(draft).accepted == 1
    assert channel.create_product(draft).accepted == 0
    assert [name for name, _ in effects(sandbox)] == ["CatalogProductCreate"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sku": None}, "needs a SKU and a title"),
        ({"title": " "}, "needs a SKU and a title"),
        ({"price": None}, "A variant needs price"),
        ({"price": None, "quantity": None}, "A variant needs price and quantity"),
        ({"status": "Sleeping"}, "“Sleeping” is no product status. Known: Active, Inactive"),
        ({"status": "6"}, "“6” is no product status"),
        ({"variants": ({"sku": "a", "price": "cheap", "quantity": 1},)}, "“cheap” is no price"),
        ({"variants": ({"sku": "a", "price": 1, "quantity": 1.5},)}, "“1.5” is no quantity"),
        ({"variants": ({"sku": "a", "price": 1, "quantity": "1e999999999"},)}, "is no quantity"),
        ({"variants": ({"sku": "a", "price": 1, "quantity": 1, "colour": "red"},)}, "A variant has no colour"),
        ({"variants": ({"price": 1, "quantity": 1}, {"price": 1, "quantity": 1})}, "A variant needs sku"),
    ],
)
def test_a_draft_that_cannot_be_sent(
    channel: M2eChannel, requests: list[Request], changes: dict[str, Any], words: str
) -> None:
    draft = {"sku": "NEW-3", "title": "Cup", "price": Decimal(1), "quantity": 1, **changes}
    with pytest.raises(Rejected, match=words):
        channel.create_product(r.ProductDraft(**draft))
    assert requests == []


@pytest.mark.parametrize(("word", "code"), [("Archived", 11), ("archive", 11), ("on-sale", None), ("PREORDER", 4)])
def test_status_words(channel: M2eChannel, requests: list[Request], word: str, code: int | None) -> None:
    draft = r.ProductDraft(sku="NEW-4", title="Cup", price=Decimal(1), quantity=1, status=word)
    if code is None:
        with pytest.raises(Rejected):
            channel.create_product(draft)
        assert requests == []
    else:
        channel.create_product(draft)
        assert json.loads(requests[0].body)[0]["status"] == code


def test_update_product_as_documented(channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]) -> None:
    wanted = json.loads(sample("catalogProductsUpdate__documented"))
    given = wanted["products"][0]
    changes = r.ProductDraft(
        title=given["title"],
        description=given["description"],
        currency="USD",
        images=tuple(given["images"]),
        attributes=(r.Attribute(name="material", value="cotton"),),
    )
    assert channel.update_product(r.Ref(remote_id="t", sku=given["sku"]), changes).accepted == 0
    assert (requests[0].method, requests[0].path) == ("PATCH", "/catalog/product/")
    assert json.loads(requests[0].body) == wanted
    assert sandbox.ledger == []


def test_update_product_sends_only_what_is_given(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    item = product(sandbox)
    ref = r.Ref(remote_id=item["token"], sku=item["sku"])
    assert channel.update_product(ref, r.ProductDraft(title="New", sku=item["sku"])).accepted == 1
    assert effects(sandbox) == [("catalogProductsUpdate", {"sku": item["sku"], "title": "New"})]
    found = channel.read_product(ref)
    assert found is not None
    assert (found.title, found.updated_at) == ("New", START)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (r.ProductDraft(price=Decimal(1)), "A product's price cannot be changed here. What can: title, description"),
        (r.ProductDraft(title="x", status="Active", sku="other"), "A product's sku, status cannot be changed here"),
        (r.ProductDraft(), "Nothing to change"),
    ],
)
def test_what_an_update_cannot_carry(
    channel: M2eChannel, requests: list[Request], changes: r.ProductDraft, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        channel.update_product(r.Ref(remote_id="t", sku="s"), changes)
    assert requests == []


def test_delete_product(channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]) -> None:
    item = product(sandbox, simple=False)
    ref = r.Ref(remote_id=item["token"], sku=item["sku"])
    assert channel.delete_product(ref) == r.Receipt(accepted=1)
    [request] = requests
    assert (request.method, request.path) == ("DELETE", "/catalog/product/")
    assert json.loads(request.body) == [{"sku": item["sku"]}]
    assert request.headers["content-type"] == "application/json"
    assert effects(sandbox) == [("CatalogProductDelete", {"sku": item["sku"], "token": item["token"]})]
    assert channel.delete_product(ref).accepted == 0
    assert channel.read_product(ref) is None


def test_a_product_without_a_sku_is_neither_changed_nor_deleted(channel: M2eChannel, requests: list[Request]) -> None:
    bare = r.Ref(remote_id="token-1")
    with pytest.raises(Rejected, match="The product token-1 has no SKU"):
        channel.delete_product(bare)
    with pytest.raises(Rejected, match="The product token-1 has no SKU"):
        channel.update_product(bare, r.ProductDraft(title="x"))
    assert requests == []
