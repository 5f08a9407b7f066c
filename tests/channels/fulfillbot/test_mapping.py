"""The document's examples become exactly these records."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from channels import records as r
from channels.fulfillbot import mapping
from channels.fulfillbot import wire as w
from channels.wire import decode, word
from tests.channels.fulfillbot.support import HOME, ref, sample, scripted


def D(text: str) -> Decimal:
    return Decimal(text)


def bare(record: Any) -> Any:
    """A record without its raw JSON, which must be there."""
    assert msgspec.json.decode(record.raw)
    return msgspec.structs.replace(record, raw=b"")


def test_product() -> None:
    channel, _ = scripted(sample("products.read__document"))
    found = channel.read_source_product("12345")
    assert bare(found) == r.SourceProductRecord(
        remote_id="12345",
        title="Nike Air Max 90",
        source="taobao",
        price=D("299.0000"),
        original_price=D("499.0000"),
        currency="CNY",
        image="https://...",
        images=("https://...",),
        shop="Nike Official",
        url="https://...",
        sales=1580,
        quantity=200,
        minimum=1,
        description="Classic sneaker...",
        skus=(
            r.SourceSku(remote_id="s001", name="Black / US 9", price=D("299.0000"), stock=50, image="https://..."),
            r.SourceSku(remote_id="s002", name="White / US 9", price=D("319.0000"), stock=30, image="https://..."),
        ),
        attributes=(r.Attribute(name="Material", value="Leather"), r.Attribute(name="Origin", value="Vietnam")),
    )


def test_import_states_the_least_quantity() -> None:
    channel, _ = scripted(sample("products.import_1688__document"))
    found = channel.import_source_product(url="https://detail.1688.com/offer/xxx.html")
    assert bare(found) == r.SourceProductRecord(
        remote_id="12346",
        title="Wholesale Sports Shoes",
        source="1688",
        price=D("89.0000"),
        currency="CNY",
        minimum=2,
    )


def test_a_single_sku_names_the_product() -> None:
    wire = w.Product(id=7, skus=[w.Sku(skuId="s9")])
    assert mapping.source_product(wire, b"{}").sku == "s9"


def test_cart() -> None:
    channel, _ = scripted(sample("cart.read__document"))
    page = channel.pull_cart(None, None)
    assert [bare(one) for one in page.records] == [
        r.CartItemRecord(
            remote_id="501",
            product_remote_id="12345",
            sku="s001",
            title="Nike Air Max 90",
            sku_name="Black / US 9",
            price=D("299.0000"),
            currency="CNY",
            quantity=2,
            selected=True,
            stock=50,
            image="https://...",
        )
    ]
    assert (page.next, page.total, page.bad) == (None, 1, ())


def test_purchase_row_is_partial() -> None:
    channel, _ = scripted(sample("orders.list__document"))
    page = channel.pull_purchase_orders(None, None)
    assert [bare(one) for one in page.records] == [
        r.PurchaseOrderRecord(
            remote_id="ORD-20240115-001",
            number="ORD-20240115-001",
            status="in_warehouse",
            remote_status="in_warehouse",
            currency="CNY",
            total=D("598.0000"),
            item_count=1,
            placed_at=datetime(2024, 1, 15, 8, 30, tzinfo=UTC),
            is_partial=True,
        )
    ]
    assert page.total == 25


def test_purchase_order_is_whole() -> None:
    channel, _ = scripted(sample("orders.read__document"))
    found = channel.read_purchase_order(ref("ORD-20240115-001"))
    assert bare(found) == r.PurchaseOrderRecord(
        remote_id="ORD-20240115-001",
        number="ORD-20240115-001",
        status="in_warehouse",
        remote_status="in_warehouse",
        currency="CNY",
        total=D("598.0000"),
        service_fee=D("30.0000"),
        item_count=0,
        source="taobao",
        carrier="SF Express",
        tracking_number="SF1234567890",
        inspection="passed",
        inspection_weight_grams=850,
        inspection_photos=("https://...",),
        placed_at=datetime(2024, 1, 15, 8, 30, tzinfo=UTC),
        updated_at=datetime(2024, 1, 18, 10, 0, tzinfo=UTC),
    )


def test_purchase_lines() -> None:
    data = msgspec.json.decode(sample("orders.create__document"), type=w.Data[w.Order]).data
    assert mapping.purchase_order(data, b"{}").lines == (
        r.PurchaseLineRecord(
            product_remote_id="12345",
            title="Nike Air Max 90",
            sku_name="Black / US 9",
            price=D("299.0000"),
            quantity=2,
        ),
    )


def test_shipping_methods_and_countries() -> None:
    channel, _ = scripted(sample("logistics.methods__document"), sample("logistics.countries__document"))
    first, second = channel.pull_shipping_methods(None, None).records
    assert bare(first) == r.ShippingMethodRecord(
        remote_id="ch-001",
        name="EMS Express",
        carrier="EMS",
        delivery_days="7-15",
        cargo_types=("general",),
        minimum_grams=100,
        maximum_grams=30000,
    )
    assert second.cargo_types == ("general", "sensitive")
    assert channel.read_countries() == (
        r.CountryRecord(code="US", name="United States"),
        r.CountryRecord(code="GB", name="United Kingdom"),
        r.CountryRecord(code="JP", name="Japan"),
        r.CountryRecord(code="AU", name="Australia"),
    )


def test_quotes() -> None:
    channel, _ = scripted(sample("logistics.quote_all__document"))
    query = r.FreightQuery(country="US", weight_grams=1500, length_cm=30, width_cm=20, height_cm=15)
    assert channel.quote_freight(query) == (
        r.FreightQuote(
            channel_remote_id="ch-001",
            name="EMS Express",
            actual_grams=1500,
            volumetric_grams=1800,
            charge_grams=1800,
            price=D("185.0000"),
            currency="CNY",
            delivery_days="7-15",
        ),
        r.FreightQuote(
            channel_remote_id="ch-002",
            name="DHL Economy",
            actual_grams=1500,
            volumetric_grams=1800,
            charge_grams=1800,
            price=D("210.0000"),
            currency="CNY",
            delivery_days="10-20",
        ),
    )


def test_shipment_row_is_partial() -> None:
    channel, _ = scripted(sample("shipping.list__document"))
    page = channel.pull_shipments(None, None)
    assert [bare(one) for one in page.records] == [
        r.ShipmentRecord(
            remote_id="SHP-20240120-001",
            number="SHP-20240120-001",
            status="shipped",
            remote_status="shipped",
            channel="EMS Express",
            tracking_number="EMS1234567890CN",
            fee=D("185.0000"),
            currency="CNY",
            weight_grams=1650,
            placed_at=datetime(2024, 1, 20, 9, 0, tzinfo=UTC),
            is_partial=True,
        )
    ]
    assert page.total == 8


def test_shipment_is_whole() -> None:
    """The assumed detail: the row, its packages, and the recipient in the names of the create call."""
    row = msgspec.json.decode(sample("shipping.list__document"))["data"]["items"][0]
    made = msgspec.json.decode(sample("shipping.create__document"))["data"]
    sent = msgspec.json.decode(sample("shipping.create__body"))
    channel, _ = scripted({"data": {**sent, **row, "items": made["items"]}})
    found = channel.read_shipment(ref("SHP-20240120-001"))
    assert bare(found) == r.ShipmentRecord(
        remote_id="SHP-20240120-001",
        number="SHP-20240120-001",
        status="shipped",
        remote_status="shipped",
        channel="EMS Express",
        tracking_number="EMS1234567890CN",
        fee=D("185.0000"),
        currency="CNY",
        weight_grams=1650,
        recipient=HOME,
        items=(
            r.ShipmentItemRecord(package_remote_id="101", title="Nike Air Max 90"),
            r.ShipmentItemRecord(package_remote_id="102", title="Adidas Backpack"),
        ),
        placed_at=datetime(2024, 1, 20, 9, 0, tzinfo=UTC),
    )


PACKAGE = r.PackageRecord(
    remote_id="101",
    title="Nike Air Max 90",
    status="in_warehouse",
    remote_status="in_warehouse",
    purchase_order="ORD-20240115-001",
    weight_grams=850,
    storage_days=5,
    photos=("https://...",),
    shippable=True,
    arrived_at=datetime(2024, 1, 18, 10, 0, tzinfo=UTC),
)


def test_packages_know_whether_they_may_be_shipped() -> None:
    listed = msgspec.json.decode(sample("warehouse.packages__document"))
    listed["data"]["total"] = 1
    nothing: dict[str, Any] = {"data": {"items": [], "total": 0, "page": 1, "limit": 100}}
    channel, script = scripted(listed, listed, nothing, listed)
    assert [bare(one) for one in channel.pull_packages(None, None).records] == [PACKAGE]
    assert [one.shippable for one in channel.pull_packages(None, None).records] == [False]
    assert [path for _, path, _ in script.sent] == [
        "/warehouse/packages/shippable?page=1&limit=100",
        "/warehouse/packages?page=1&limit=100",
    ] * 2


def test_packages_without_a_word_on_shipping() -> None:
    """The shape of the shippable list is assumed: an answer unlike it spoils nothing."""
    channel, _ = scripted({"data": [101]}, sample("warehouse.packages__document"))
    assert [one.shippable for one in channel.pull_packages(None, None).records] == [None]


def test_stats() -> None:
    channel, _ = scripted({"data": {"total": 9, "inWarehouse": 4, "shippable": 3}}, {"data": {}})
    assert channel.read_warehouse_stats() == r.WarehouseStats(total=9, in_warehouse=4, shippable=3)
    assert channel.read_warehouse_stats() == r.WarehouseStats()


def test_profile_and_balance() -> None:
    channel, _ = scripted(sample("profile.read__document"), sample("wallet.balance__document"))
    (profile,) = channel.pull_profile(None, None).records
    assert bare(profile) == r.ProfileRecord(
        remote_id="1001",
        name="john_doe",
        email="john@example.com",
        language="en",
        avatar="https://...",
        created_at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    (balance,) = channel.pull_balances(None, None).records
    assert bare(balance) == r.BalanceRecord(
        remote_id="wallet", currency="CNY", balance=D("2000.0000"), frozen=D("598.0000"), available=D("1402.0000")
    )


def test_wallet_movement() -> None:
    row = {"id": 7, "type": "purchase", "amount": -598.00, "currency": "CNY", "orderNo": "ORD-1", "createdAt": None}
    channel, _ = scripted({"data": {"items": [row], "total": 1, "page": 1, "limit": 100}})
    (movement,) = channel.pull_wallet(None, None).records
    assert bare(movement) == r.WalletMovementRecord(
        remote_id="7", kind="purchase", amount=D("-598.0000"), currency="CNY", order_number="ORD-1"
    )


def test_address_and_favourite() -> None:
    channel, _ = scripted(sample("addresses.list__document"), sample("favorites.list__document"))
    (address,) = channel.pull_addresses(None, None).records
    assert bare(address) == r.AddressBookRecord(remote_id="10", address=HOME, is_default=True)
    (favourite,) = channel.pull_favourites(None, None).records
    assert bare(favourite) == r.FavouriteRecord(
        remote_id="5",
        product_remote_id="12345",
        title="Nike Air Max 90",
        price=D("299.0000"),
        currency="CNY",
        image="https://...",
        added_at=datetime(2024, 1, 10, 12, 0, tzinfo=UTC),
    )


def test_coupons_ours_win_over_those_on_offer() -> None:
    offer = sample("coupons.available__document")
    channel, _ = scripted({"data": []}, offer, offer, offer)
    (coupon,) = channel.pull_coupons(None, None).records
    assert bare(coupon) == r.CouponRecord(
        remote_id="50",
        name="New User Discount",
        kind="percentage",
        value=D("10.0000"),
        minimum=D("200.0000"),
        currency="CNY",
        claimed=False,
        expires_at=datetime(2024, 3, 1, tzinfo=UTC),
    )
    assert [one.claimed for one in channel.pull_coupons(None, None).records] == [True]


@pytest.mark.parametrize(
    "status", ["pending", "paid", "purchased", "shipped_to_warehouse", "in_warehouse", "completed", "cancelled"]
)
def test_purchases_keep_the_seven_words(status: str) -> None:
    assert mapping.purchase_row(w.OrderRow(orderNo="1", status=status), b"").status == status


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("pending", "pending"),
        ("shipped", "shipped"),
        ("delivered", "delivered"),
        ("completed", "delivered"),
        ("cancelled", "cancelled"),
        ("customs_clearance", "unknown"),
        (None, "unknown"),
    ],
)
def test_shipment_words(theirs: str | None, ours: str) -> None:
    found = mapping.shipment_row(w.ShipmentRow(orderNo="1", status=theirs), b"")
    assert (found.status, found.remote_status) == (ours, theirs or "")


def test_unknown_words_survive() -> None:
    found = mapping.purchase_row(w.OrderRow(orderNo="1", status="held_by_customs"), b"")
    assert (found.status, found.remote_status) == ("unknown", "held_by_customs")
    assert word(mapping.PURCHASE_STATUS, "In-Warehouse") == "in_warehouse"
    package = mapping.package(w.Package(id=1, status="lost"), b"")
    assert (package.status, package.remote_status, package.shippable) == ("lost", "lost", None)


def test_ids_beyond_a_float_stay_exact() -> None:
    wire = decode(b'{"id": 9007199254740993, "productId": "9007199254740995"}', w.Favorite)
    found = mapping.favourite(wire, b"")
    assert (found.remote_id, found.product_remote_id) == ("9007199254740993", "9007199254740995")


def test_missing_parts_are_empty() -> None:
    found = mapping.purchase_order(decode(b'{"orderNo": "1", "logistics": null, "items": null}', w.Order), b"")
    assert found == r.PurchaseOrderRecord(
        remote_id="1", number="1", status="unknown", currency="CNY", lines=(), item_count=None
    )
