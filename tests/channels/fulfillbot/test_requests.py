"""What goes out: method, path, query and body of every documented endpoint; and what a receipt says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from channels import errors as e
from channels import records as r
from channels.fulfillbot.channel import FulfillbotChannel
from channels.fulfillbot.client import Client
from channels.fulfillbot.routes import ROUTES
from tests.channels.fulfillbot.support import HOME, KEY, SHOE, parcel, purchase, ref, said, sample, scripted

LISTING = {"items": [], "total": 0, "page": 1, "limit": 100}
Act = Callable[[FulfillbotChannel], Any]


def body(name: str) -> Any:
    return json.loads(sample(f"{name}__body"))


ADDRESS_BODY = {
    "name": "John Doe",
    "phone": "+1-555-0123",
    "country": "US",
    "state": "California",
    "city": "Los Angeles",
    "address": "123 Main St",
    "zipCode": "90001",
}
BACKPACK = r.PurchaseItem(product="67890", sku="s010", quantity=1)
FREIGHT = r.FreightQuery(country="US", weight_grams=1500, length_cm=30, width_cm=20, height_cm=15)

# name: what is done, the answer, and the request that it makes.
CASES: dict[str, tuple[Act, Any, tuple[str, str, Any]]] = {
    "search": (
        lambda c: c.search_sources(
            r.SourceQuery(words="наушники", page=2, limit=500, category_id="23", sort="price", order="asc")
        ),
        {"data": LISTING},
        (
            "GET",
            "/products/search?q=%D0%BD%D0%B0%D1%83%D1%88%D0%BD%D0%B8%D0%BA%D0%B8&page=2&limit=100"
            "&categoryId=23&sort=price&order=asc",
            None,
        ),
    ),
    "search of one source": (
        lambda c: c.search_sources(r.SourceQuery(words="a b", source="weidian", sort="price")),
        {"data": LISTING},
        ("GET", "/products/platform/weidian/search?q=a+b&page=1&limit=20", None),
    ),
    "import by url": (
        lambda c: c.import_source_product(url="https://detail.1688.com/offer/xxx.html"),
        sample("products.import_1688__document"),
        ("POST", "/products/import/1688", body("products.import_1688")),
    ),
    "import by offer": (
        lambda c: c.import_source_product(offer_id="610947572360"),
        sample("products.import_1688__document"),
        ("POST", "/products/import/1688", {"offerId": "610947572360"}),
    ),
    "cart add": (
        lambda c: c.add_to_cart((r.PurchaseItem(product="12345", sku="s001", quantity=2, remark="Size US 9"),)),
        said(sample("cart.add__document"), 201),
        ("POST", "/cart/items", body("cart.add")),
    ),
    "cart add batch": (
        lambda c: c.add_to_cart((SHOE, BACKPACK)),
        said(sample("cart.add_batch__document"), 201),
        ("POST", "/cart/items/batch", body("cart.add_batch")),
    ),
    "cart update": (
        lambda c: c.update_cart(ref("502"), 3, True),
        sample("cart.update__document"),
        ("PATCH", "/cart/items/502", body("cart.update")),
    ),
    "cart deselect": (
        lambda c: c.update_cart(ref("502"), None, False),
        sample("cart.update__document"),
        ("PATCH", "/cart/items/502", {"selected": False}),
    ),
    "cart remove": (
        lambda c: c.remove_from_cart(ref("502")),
        sample("cart.remove__document"),
        ("DELETE", "/cart/items/502", None),
    ),
    "cart clear": (lambda c: c.clear_cart(), said(b"", 204), ("DELETE", "/cart", None)),
    "place": (
        lambda c: c.place_purchase_order(
            purchase(
                r.PurchaseItem(product="12345", sku="s001", quantity=2, remark="Check quality"),
                remark="Handle with care",
            )
        ),
        said(sample("orders.create__document"), 201),
        ("POST", "/orders", body("orders.create")),
    ),
    "place with coupon": (
        lambda c: c.place_purchase_order(r.PurchaseDraft(items=(SHOE,), coupon="51")),
        said(sample("orders.create__document"), 201),
        ("POST", "/orders", {"items": [{"productId": "12345", "skuId": "s001", "quantity": 2}], "couponId": 51}),
    ),
    "cancel": (
        lambda c: c.cancel_purchase_order(ref("ORD-20240115-002"), "Changed my mind"),
        sample("orders.cancel__document"),
        ("POST", "/orders/ORD-20240115-002/cancel", body("orders.cancel")),
    ),
    "cancel without a reason": (
        lambda c: c.cancel_purchase_order(ref("ORD-20240115-002"), ""),
        sample("orders.cancel__document"),
        ("POST", "/orders/ORD-20240115-002/cancel", {}),
    ),
    "quote all": (
        lambda c: c.quote_freight(FREIGHT),
        sample("logistics.quote_all__document"),
        ("POST", "/logistics/calculate-freight-batch", body("logistics.quote_all")),
    ),
    "quote one": (
        lambda c: c.quote_freight(r.FreightQuery(country="US", weight_grams=900, channel="ch-002")),
        {"data": {"channelId": "ch-002"}},
        ("POST", "/logistics/calculate-freight", {"country": "US", "weight": 900, "channelId": "ch-002"}),
    ),
    "ship": (
        lambda c: c.create_shipment(parcel("101", "102")),
        said(sample("shipping.create__document"), 201),
        ("POST", "/shipping/create", body("shipping.create")),
    ),
    "cancel shipment": (
        lambda c: c.cancel_shipment(ref("SHP-1")),
        {"data": {"orderNo": "SHP-1", "status": "cancelled", "message": "ok"}},
        ("POST", "/shipping/orders/SHP-1/cancel", None),
    ),
    "confirm": (
        lambda c: c.confirm_delivery(ref("SHP-1")),
        {"data": {"orderNo": "SHP-1", "status": "delivered", "message": "ok"}},
        ("POST", "/shipping/orders/SHP-1/confirm-delivery", None),
    ),
    "create address": (
        lambda c: c.save_address(None, HOME, None),
        said({"data": {"id": 11}}, 201),
        ("POST", "/user/addresses", ADDRESS_BODY),
    ),
    "update address": (
        lambda c: c.save_address(ref("10"), HOME, True),
        {"data": {"id": 10}},
        ("PUT", "/user/addresses/10", {**ADDRESS_BODY, "isDefault": True}),
    ),
    "delete address": (
        lambda c: c.delete_address(ref("10")),
        {"data": {"message": "Address deleted"}},
        ("DELETE", "/user/addresses/10", None),
    ),
    "add favourite": (
        lambda c: c.add_favourite("12345"),
        said({"data": {"id": 6}}, 201),
        ("POST", "/user/favorites", {"productId": "12345"}),
    ),
    "remove favourite": (lambda c: c.remove_favourite(ref("6")), {"data": None}, ("DELETE", "/user/favorites/6", None)),
    "update profile": (
        lambda c: c.update_profile({"language": "de"}),
        {"data": {"id": 1001, "language": "de"}},
        ("PUT", "/user/profile", {"language": "de"}),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_request(name: str) -> None:
    act, answer, expected = CASES[name]
    channel, script = scripted(answer)
    act(channel)
    assert script.sent == [expected]
    request = script.requests[0]
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers.get("content-type") == (None if expected[2] is None else "application/json")


# client method: arguments, answer, method and path. Reads of the client that no page uses are here too.
READS: dict[str, tuple[tuple[Any, ...], Any, str]] = {
    "product": (("7",), {"id": 7}, "/products/7"),
    "cart": ((), {"items": []}, "/cart"),
    "orders": (({"page": 1, "limit": 10, "status": "paid"},), LISTING, "/orders?page=1&limit=10&status=paid"),
    "order": (("O-1",), {"orderNo": "O-1"}, "/orders/O-1"),
    "order_status": (("O-1",), {"orderNo": "O-1", "status": "paid"}, "/orders/O-1/status"),
    "order_logistics": (("O-1",), {"trackingNo": "SF1"}, "/orders/O-1/logistics"),
    "order_inspection": (("O-1",), None, "/orders/O-1/inspection"),
    "countries": ((), [], "/logistics/countries"),
    "shipping_methods": (
        ({"country": "US", "weight": 1500},),
        [],
        "/logistics/shipping-methods?country=US&weight=1500",
    ),
    "shipments": (({"page": 1, "limit": 10},), LISTING, "/shipping/orders?page=1&limit=10"),
    "shipment": (("S-1",), {"orderNo": "S-1"}, "/shipping/orders/S-1"),
    "packages": (({"page": 1, "limit": 20},), LISTING, "/warehouse/packages?page=1&limit=20"),
    "shippable_packages": (({"page": 1},), LISTING, "/warehouse/packages/shippable?page=1"),
    "package_stats": ((), {}, "/warehouse/packages/stats"),
    "package": (("101",), {"id": 101}, "/warehouse/packages/101"),
    "profile": ((), {"id": 1}, "/user/profile"),
    "wallet_balance": ((), {}, "/user/wallet/balance"),
    "wallet_transactions": (({"page": 3},), LISTING, "/user/wallet/transactions?page=3"),
    "addresses": ((), [], "/user/addresses"),
    "favorites": ((), {"items": [], "total": 0}, "/user/favorites"),
    "available_coupons": ((), [], "/user/coupons/available"),
    "my_coupons": ((), [], "/user/coupons/my"),
}


@pytest.mark.parametrize("name", READS)
def test_read(name: str) -> None:
    arguments, answer, path = READS[name]
    channel, script = scripted({"data": answer})
    getattr(channel.client, name)(*arguments)
    assert script.sent == [("GET", path, None)]


def test_the_client_has_a_method_for_every_route() -> None:
    """search_products serves the four searches."""
    methods = [name for name in vars(Client) if not name.startswith("_")]
    assert len(methods) + 3 == len(ROUTES)


def test_receipt_of_a_purchase() -> None:
    channel, _ = scripted(said(sample("orders.create__document"), 201))
    assert channel.place_purchase_order(purchase()) == r.Receipt(
        remote_id="ORD-20240115-001",
        number="ORD-20240115-001",
        data={"status": "pending", "total": "598.00", "service_fee": "30.00", "currency": "CNY"},
    )


def test_receipt_of_a_cancellation() -> None:
    channel, _ = scripted(sample("orders.cancel__document"))
    assert channel.cancel_purchase_order(ref("ORD-20240115-002"), "") == r.Receipt(
        remote_id="ORD-20240115-002",
        number="ORD-20240115-002",
        words="Order cancelled",
        data={"status": "cancelled", "refund": "299.00", "currency": "CNY"},
    )


def test_receipt_of_a_shipment() -> None:
    channel, _ = scripted(said(sample("shipping.create__document"), 201))
    assert channel.create_shipment(parcel("101", "102")) == r.Receipt(
        remote_id="SHP-20240120-001",
        number="SHP-20240120-001",
        data={"status": "pending", "fee": "185.00", "weight_grams": "1650", "currency": "CNY"},
    )


def test_receipts_of_the_cart() -> None:
    channel, _ = scripted(said(sample("cart.add__document"), 201), said(sample("cart.add_batch__document"), 201))
    assert channel.add_to_cart((SHOE,)) == r.Receipt(remote_id="502", words="Item added to cart", accepted=1)
    assert channel.add_to_cart((SHOE, BACKPACK)) == r.Receipt(accepted=2, data={"ids": "502,503"})


def test_receipts_of_what_is_only_confirmed() -> None:
    channel, _ = scripted(sample("cart.remove__document"), said(b"", 204), {"data": None}, {"data": {"id": 10}})
    assert channel.remove_from_cart(ref("502")) == r.Receipt(remote_id="502", words="Item removed")
    assert channel.clear_cart() == r.Receipt()
    assert channel.remove_favourite(ref("6")) == r.Receipt(remote_id="6")
    assert channel.save_address(ref("10"), HOME, None) == r.Receipt(remote_id="10")


def test_several_items_with_a_remark_are_not_sent() -> None:
    channel, script = scripted()
    remarked = r.PurchaseItem(product="12345", sku="s001", quantity=1, remark="red")
    with pytest.raises(e.Rejected, match="one by one"):
        channel.add_to_cart((SHOE, remarked))
    assert script.sent == []


def test_an_unknown_source_is_not_asked() -> None:
    channel, script = scripted()
    with pytest.raises(e.NotSent, match="taobao, 1688, weidian"):
        channel.search_sources(r.SourceQuery(words="a", source="tmall"))
    assert script.sent == []


def test_ids_that_are_no_numbers_go_out_as_they_stand() -> None:
    channel, script = scripted(said(sample("shipping.create__document"), 201))
    channel.create_shipment(parcel("abc", "9007199254740993"))
    items = script.sent[0][2]["items"]
    assert [item["inventoryId"] for item in items] == ["abc", 9007199254740993]


def test_both_street_lines_become_one() -> None:
    channel, script = scripted({"data": {"id": 1}})
    channel.save_address(None, r.Address(street1="1 Main St", street2="Flat 2"), None)
    assert script.sent[0][2]["address"] == "1 Main St, Flat 2"


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        (lambda c: c.read_source_product("9"), "Product not found"),
        (lambda c: c.read_purchase_order(ref("9")), "Order not found"),
        (lambda c: c.read_shipment(ref("9")), "Shipping order not found"),
        (lambda c: c.read_package(ref("9")), "Package not found"),
    ],
)
def test_what_is_not_there_is_none(read: Act, answer: str) -> None:
    channel, _ = scripted(said({"statusCode": 404, "message": answer, "error": "Not Found"}, 404))
    assert read(channel) is None


@pytest.mark.parametrize("body", [b'{"statusCode": 404, "message": "Cannot GET /orders/9"}', b"<html>404</html>"])
def test_an_address_that_is_not_there_is_no_absence(body: bytes) -> None:
    channel, _ = scripted(said(body, 404))
    with pytest.raises(e.Rejected):
        channel.read_purchase_order(ref("9"))


def test_credentials() -> None:
    channel, script = scripted(sample("profile.read__document"))
    found = channel.check_credentials()
    assert (found.name, found.scopes) == ("john_doe", None)
    assert script.sent == [("GET", "/user/profile", None)]


def test_a_key_without_the_profile_still_stands() -> None:
    words = "Insufficient scope. Required: profile:read. Your key has: products:read, orders:write"
    channel, _ = scripted(said({"statusCode": 403, "message": words, "error": "Forbidden"}, 403))
    found = channel.check_credentials()
    assert found.scopes == ("products:read", "orders:write")
    assert found.notes == ("The key lacks profile:read: its owner cannot be read.",)


def test_a_refused_key_does_not() -> None:
    channel, script = scripted(said(sample("error__key"), 401))
    with pytest.raises(e.AuthFailed, match="Invalid API Key"):
        channel.check_credentials()
    assert len(script.requests) == 1


def test_a_bad_reading_names_its_path() -> None:
    channel, _ = scripted({"data": {"orderNo": "1", "inspection": {"weight": True}}})
    with pytest.raises(e.WireError) as error:
        channel.read_purchase_order(ref("1"))
    assert error.value.path == "$.data.inspection.weight"


def test_a_bad_item_spoils_nothing_else() -> None:
    rows = [{"orderNo": "1"}, {"orderNo": "2", "totalAmount": []}, {"status": "paid"}, None, {"orderNo": "5"}]
    channel, _ = scripted({"data": {"items": rows, "total": 5, "page": 1, "limit": 100}})
    page = channel.pull_purchase_orders(None, None)
    assert [one.remote_id for one in page.records] == ["1", "5"]
    assert [(bad.remote_id, bad.path) for bad in page.bad] == [
        ("2", "$.data.items[1].totalAmount"),
        ("", "$.data.items[2]"),
        ("", "$.data.items[3]"),
    ]
