import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from channels import records as r
from channels.errors import WireError
from channels.m2e import mapping
from channels.m2e import wire as w
from channels.wire import decode, each
from tests.channels.m2e.support import sample

ACCOUNT = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def order_of(**changes: Any) -> r.OrderRecord:
    raw = json.dumps({**json.loads(sample("OrdersFind__documented"))["list"][0], **changes}).encode()
    return mapping.order(decode(raw, w.Order), raw, "amazon", ACCOUNT, "EUR")


def product_of(**changes: Any) -> r.ProductRecord:
    raw = json.dumps({**json.loads(sample("CatalogProductGet__composed")), **changes}).encode()
    return mapping.product(decode(raw, w.CatalogProduct), raw, "EUR")


def test_the_documented_order() -> None:
    found = decode(sample("OrdersFind__documented"), w.Found)
    raw = bytes(found.items[0])
    assert found.total == 1
    assert mapping.order(decode(raw, w.Order), raw, "amazon", ACCOUNT, "EUR") == r.OrderRecord(
        remote_id="1529970e-7508-489f-8a79-281225ee330e",
        number="113-00010001-0002002",
        source_order_id="0002002",
        account_remote_id=ACCOUNT,
        marketplace="amazon",
        status="completed",
        remote_status="completed",
        payment_status="paid",
        fulfilment_status="delivered",
        currency="USD",
        total=Decimal("44.5500"),
        totals=(
            r.Attribute(name="subtotal", value="40.00"),
            r.Attribute(name="shipping", value="5.55"),
            r.Attribute(name="tax", value="0.55"),
            r.Attribute(name="discount", value="1.00"),
        ),
        buyer="Nadine Beebis",
        buyer_email="nbeebis0@eventbrite.com",
        address=r.Address(
            name="Nadine Beebis",
            phone="318-395-7232",
            street1="7 Summerview Center",
            street2="PO Box 29079",
            city="Sixi",
            state="NY",
            postcode="976800",
            country="US",
        ),
        quantity=2,
        ship_by=datetime(2020, 12, 30, 15, 30, 50, tzinfo=UTC),
        shipped_at=datetime(2020, 12, 31, 10, 20, tzinfo=UTC),
        placed_at=datetime(2020, 12, 30, 15, 30, 50, tzinfo=UTC),
        lines=(
            r.OrderLineRecord(
                remote_id="item-5678",
                sku="WBH-12345",
                title="Wireless Bluetooth Headphones",
                quantity=2,
                unit_price=Decimal("59.9900"),
                barcode="012345678905",
            ),
        ),
        parcels=(
            r.ParcelRecord(
                remote_id="1529970e-7508-489f-8a79-281225ee330e:1Z9999999999999999",
                carrier="UPS Ground",
                tracking_number="1Z9999999999999999",
                shipped_at=datetime(2020, 12, 31, 10, 20, tzinfo=UTC),
            ),
        ),
        raw=raw,
    )


def test_a_product_with_its_variant() -> None:
    raw = sample("CatalogProductGet__composed")
    changed = datetime(2022, 11, 4, 13, 43, 28, tzinfo=UTC)
    assert mapping.product(decode(raw, w.CatalogProduct), raw, "EUR") == r.ProductRecord(
        remote_id="b3f7a0c2-5d1e-4f7a-9c64-0a1b2c3d4e5f",
        number="9007199254740993",
        title="Wireless Bluetooth Headphones",
        status="on_sale",
        remote_status="Active",
        sku="test-product-SKU",
        quantity=100,
        images=("https://example.com/product-image.jpg",),
        attributes=(r.Attribute(name="material", value="cotton"),),
        variants=(
            r.VariantRecord(
                remote_id="0f8fad5b-d9cb-469f-a165-70867728950e",
                sku="WBH-12345",
                barcode="012345678905",
                title="Medium",
                price=Decimal("79.9900"),
                currency="EUR",
                quantity=100,
                image="https://example.com/variant-image1.jpg",
                options=(r.Attribute(name="Size", value="Medium"),),
                attributes=(r.Attribute(name="material", value="cotton"),),
                weight_grams=1,
                updated_at=changed,
            ),
        ),
        updated_at=changed,
        raw=raw,
    )


def test_accounts_of_known_and_new_channels() -> None:
    raws = decode(sample("UserAccountsList__composed"), list[Any])
    raws = [json.dumps(one).encode() for one in raws]
    assert [mapping.account(decode(raw, w.Account), raw) for raw in raws] == [
        r.AccountRecord(
            remote_id=ACCOUNT,
            marketplace="ebay",
            title="Main shop",
            identifier="cool-seller_77",
            created_at=datetime(2022, 11, 4, 13, 43, 28, tzinfo=UTC),
            raw=raws[0],
        ),
        r.AccountRecord(
            remote_id="6ba7b810-9dad-41d1-80b4-00c04fd430c8",
            marketplace="onbuy",
            identifier="4711",
            is_valid=False,
            created_at=datetime(2023, 1, 2, 1, 4, 5, tzinfo=UTC),
            raw=raws[1],
        ),
    ]


@pytest.mark.parametrize(
    ("word", "status", "payment", "fulfilment"),
    [
        ("pending", "unpaid", "unpaid", "none"),
        ("unshipped", "to_deliver", "paid", "none"),
        ("Partially Shipped", "part_delivered", "paid", "part_delivered"),
        ("PARTIALLY-SHIPPED", "part_delivered", "paid", "part_delivered"),
        ("completed", "completed", "paid", "delivered"),
        ("cancelled", "cancelled", "paid", "cancelled"),
        ("refunded", "refunded", "refunded", "delivered"),
        ("awaiting_pickup", "unknown", "unknown", "delivered"),
    ],
)
def test_order_words(word: str, status: str, payment: str, fulfilment: str) -> None:
    found = order_of(status=word)
    assert (found.status, found.payment_status, found.fulfilment_status) == (status, payment, fulfilment)
    assert found.remote_status == word


def test_what_the_parcels_tell_where_the_status_does_not() -> None:
    item = json.loads(sample("OrdersFind__documented"))["list"][0]["items"][0]
    bare = {**item, "item_id": "b", "tracking_numbers": []}
    assert order_of(status="refunded", items=[bare]).fulfilment_status == "unknown"
    assert order_of(status="refunded", items=[item, bare]).fulfilment_status == "part_delivered"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Active", "on_sale"), ("Available", "on_sale"), ("Publish", "on_sale"), ("Preorder", "on_sale"),
        ("Inactive", "off_sale"), ("Disabled", "off_sale"), ("Private", "off_sale"), ("Draft", "draft"),
        ("Pending", "in_review"), ("Archive", "archived"), ("Archived", "archived"), ("Sleeping", "unknown"),
        (None, "unknown"), (11, "unknown"),
    ],
)  # fmt: skip
def test_product_words(word: object, status: str) -> None:
    found = product_of(status=word)
    assert (found.status, found.remote_status) == (status, "" if word is None else str(word))


def test_lines_without_an_id_or_with_a_repeated_one_are_counted() -> None:
    item = json.loads(sample("OrdersFind__documented"))["list"][0]["items"][0]
    found = order_of(items=[{**item, "item_id": None}, item, {**item, "quantity": 3}])
    order = found.remote_id
    assert [line.remote_id for line in found.lines] == [f"{order}:1", "item-5678", f"{order}:3"]
    assert found.quantity == 7
    assert len(found.parcels) == 1


def test_an_order_almost_without_fields() -> None:
    raw = b'{"token": 9007199254740993, "shipping_address": [], "country_code": "DE"}'
    found = mapping.order(decode(raw, w.Order), raw, "ebay", ACCOUNT, "EUR")
    assert found == r.OrderRecord(
        remote_id="9007199254740993",
        account_remote_id=ACCOUNT,
        marketplace="ebay",
        currency="EUR",
        address=r.Address(country="DE"),
        quantity=0,
        raw=raw,
    )


def test_a_product_almost_without_fields() -> None:
    raw = b'{"token": "t", "variants": [{"token": "v", "weight": 3, "weight_unit": "STONES"}]}'
    assert mapping.product(decode(raw, w.CatalogProduct), raw, "USD") == r.ProductRecord(
        remote_id="t", variants=(r.VariantRecord(remote_id="v", currency="USD"),), raw=raw
    )


def test_money_keeps_its_digits() -> None:
    assert order_of(total={"total": 1234567890.1234}).total == Decimal("1234567890.1234")
    assert order_of(total={"total": 0.1}).total == Decimal("0.1000")
    assert order_of(total=None).total is None


def test_one_bad_item_leaves_the_page_standing() -> None:
    good = json.loads(sample("OrdersFind__documented"))["list"][0]
    bad = {**good, "token": "bad", "items": [{**good["items"][0], "price": "cheap"}]}
    body = json.dumps({"list": [good, bad], "total": 2}).encode()

    def record(wire: w.Order, raw: bytes) -> r.OrderRecord:
        return mapping.order(wire, raw, "ebay", ACCOUNT, "USD")

    records, found = each(decode(body, w.Found).items, w.Order, record, id_of="token", at="$.list")
    assert [one.remote_id for one in records] == [good["token"]]
    assert [(one.remote_id, one.path) for one in found] == [("bad", "$.list[1].items[0].price")]


def test_a_variant_without_a_token_names_its_path() -> None:
    with pytest.raises(WireError) as caught:
        product_of(variants=[{"sku": "a"}])
    assert caught.value.path == "$.variants[0].token"
