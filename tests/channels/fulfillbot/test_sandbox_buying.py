"""Search, cart and purchases over the simulator: what changes, what is refused, and what it costs."""

from decimal import Decimal

import pytest

from channels import errors as e
from channels import records as r
from channels.fulfillbot.sandbox import BIG_ID
from tests.channels.fulfillbot.support import SHOE, Bench, everything, purchase, ref


def item(product: str, sku: str, quantity: int = 1) -> r.PurchaseItem:
    return r.PurchaseItem(product=product, sku=sku, quantity=quantity)


# -- products ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["taobao", "1688", "weidian"])
def test_search_of_one_source(bench: Bench, source: str) -> None:
    page = bench.channel.search_sources(r.SourceQuery(words="e", source=source, limit=100))
    assert page.records
    assert {one.source for one in page.records} == {source}
    assert bench.called == [f"products.search_{source}"]


def test_search_of_all_sources_sorted(bench: Bench) -> None:
    page = bench.channel.search_sources(r.SourceQuery(words="o", sort="price", order="desc", limit=100))
    prices = [one.price for one in page.records if one.price is not None]
    assert prices == sorted(prices, reverse=True)
    assert len({one.source for one in page.records}) > 1
    assert all(one.skus for one in page.records)


def test_search_walks_pages(bench: Bench) -> None:
    first = bench.channel.search_sources(r.SourceQuery(words="e", limit=5))
    assert first.total is not None
    assert first.total > 10
    second = bench.channel.search_sources(r.SourceQuery(words="e", limit=5, page=2))
    assert not {one.remote_id for one in first.records} & {one.remote_id for one in second.records}
    assert second.next is not None
    assert second.next.startswith("3:")


def test_search_in_a_category(bench: Bench) -> None:
    page = bench.channel.search_sources(r.SourceQuery(words="nike air", category_id="23"))
    assert [one.remote_id for one in page.records] == ["12345"]
    assert bench.channel.search_sources(r.SourceQuery(words="nike air", category_id="24")).records == ()


def test_search_needs_words_and_known_sorting(bench: Bench) -> None:
    with pytest.raises(e.Rejected, match="q should not be empty"):
        bench.channel.search_sources(r.SourceQuery(words=""))
    with pytest.raises(e.Rejected, match="sort must be one of the following values: price, sales, created"):
        bench.channel.search_sources(r.SourceQuery(words="a", sort="size"))


def test_an_id_beyond_a_float(bench: Bench) -> None:
    found = bench.channel.read_source_product(str(BIG_ID))
    assert found is not None
    assert found.remote_id == "9007199254740993"
    bench.channel.add_to_cart((item(str(BIG_ID), found.skus[0].remote_id, 2),))
    assert bench.channel.pull_cart(None, None).records[-1].product_remote_id == "9007199254740993"


def test_import(bench: Bench) -> None:
    by_url = bench.channel.import_source_product(url="https://detail.1688.com/offer/xxx.html?spm=a1")
    assert (by_url.remote_id, by_url.source, by_url.minimum) == ("12346", "1688", 2)
    new = bench.channel.import_source_product(offer_id="610947572360")
    again = bench.channel.import_source_product(url="https://detail.1688.com/offer/610947572360.html")
    assert new == again
    assert bench.channel.read_source_product(new.remote_id) is not None
    assert bench.applied == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "either url or offerId is required"),
        ({"url": "https://item.taobao.com/item.htm?id=1"}, "Not a 1688 product URL"),
        ({"offer_id": "0"}, "Product not found on 1688"),
    ],
)
def test_import_refused(bench: Bench, given: dict[str, str], words: str) -> None:
    with pytest.raises(e.Rejected, match=words):
        bench.channel.import_source_product(**given)


# -- cart --------------------------------------------------------------------------------------------------------


def test_cart_is_edited(bench: Bench) -> None:
    channel = bench.channel
    assert channel.clear_cart().words == "Cart cleared"
    added = channel.add_to_cart((SHOE,))
    assert channel.add_to_cart((SHOE,)).remote_id == added.remote_id
    channel.add_to_cart((item("67890", "s010"), item("12345", "s002")))
    channel.update_cart(ref(added.remote_id), None, False)
    lines = everything(channel.pull_cart)
    assert [(line.product_remote_id, line.sku, line.quantity, line.selected) for line in lines] == [
        ("12345", "s001", 4, False),
        ("67890", "s010", 1, True),
        ("12345", "s002", 1, True),
    ]
    channel.update_cart(ref(added.remote_id), 7, None)
    assert channel.remove_from_cart(ref(lines[1].remote_id)).words == "Item removed"
    assert [(line.sku, line.quantity) for line in everything(channel.pull_cart)] == [("s001", 7), ("s002", 1)]
    assert bench.applied == [
        "cart.clear", "cart.add", "cart.add", "cart.add_batch", "cart.update", "cart.update", "cart.remove",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ((item("1", "s001"),), "Product 1 not found"),
        ((item("12345", "s999"),), "SKU s999 not found for product 12345"),
        ((item("12345", "s001", 51),), "Insufficient stock for SKU s001"),
        ((item("12345", "s001", 0),), "quantity must not be less than 1"),
        ((item("12345", "s001"), item("12345", "s999")), "SKU s999 not found for product 12345"),
    ],
)
def test_cart_refuses(bench: Bench, items: tuple[r.PurchaseItem, ...], words: str) -> None:
    before = bench.sandbox.cart.copy()
    with pytest.raises(e.Rejected, match=words):
        bench.channel.add_to_cart(items)
    assert bench.sandbox.cart == before
    assert bench.applied == []


def test_cart_update_refuses(bench: Bench) -> None:
    for quantity, words in ((0, "quantity must not be less than 1"), (5000, "Insufficient stock")):
        with pytest.raises(e.Rejected, match=words):
            bench.channel.update_cart(ref("501"), quantity, None)
    with pytest.raises(e.Rejected, match="Cart item not found"):
        bench.channel.update_cart(ref("9"), 1, None)
    assert bench.applied == []


# -- purchases ---------------------------------------------------------------------------------------------------


def test_a_purchase_freezes_its_amount(bench: Bench) -> None:
    balance, frozen = bench.money()
    receipt = bench.channel.place_purchase_order(purchase(remark="marker-7"))
    assert receipt.number == "ORD-20260302-001"
    assert receipt.data == {"status": "pending", "total": "598.0", "service_fee": "30.0", "currency": "CNY"}
    assert bench.money() == (balance, frozen + 598)
    assert bench.sandbox.products[12345]["skus"][0]["stock"] == 48
    assert bench.effects == [
        {
            "orderNo": "ORD-20260302-001",
            "items": [["12345", "s001", 2]],
            "totalAmount": "598.00",
            "remark": "marker-7",
        }
    ]
    movement = bench.channel.pull_wallet(None, None).records[0]
    assert (movement.kind, movement.amount, movement.order_number) == ("purchase", Decimal(-598), receipt.number)


@pytest.mark.parametrize(("echo", "remark"), [(True, "marker-7"), (False, "")])
def test_the_remark_comes_back_in_the_detail_at_most(bench: Bench, echo: bool, remark: str) -> None:
    bench.sandbox.echo_remark = echo
    receipt = bench.channel.place_purchase_order(purchase(remark="marker-7"))
    found = bench.channel.read_purchase_order(ref(receipt.remote_id))
    assert found is not None
    assert found.remark == remark
    assert b"marker-7" not in bench.channel.pull_purchase_orders(None, None).records[0].raw


def test_a_whole_purchase(bench: Bench) -> None:
    receipt = bench.channel.place_purchase_order(purchase())
    row = bench.channel.pull_purchase_orders(None, None).records[0]
    assert (row.remote_id, row.is_partial, row.item_count, row.total) == (receipt.remote_id, True, 1, Decimal(598))
    found = bench.channel.read_purchase_order(ref(receipt.remote_id))
    assert found is not None
    assert not found.is_partial
    assert (found.service_fee, found.source, found.inspection) == (Decimal(30), "taobao", "")
    assert found.lines == (
        r.PurchaseLineRecord(
            product_remote_id="12345",
            title="Nike Air Max 90",
            sku_name="Black / US 9",
            price=Decimal("299.0000"),
            quantity=2,
        ),
    )


def test_a_purchase_moves_along_into_a_package(bench: Bench) -> None:
    order = ref(bench.channel.place_purchase_order(purchase()).remote_id)
    balance, frozen = bench.money()
    seen = []
    for other in bench.sandbox.orders.values():
        if other["orderNo"] != order.remote_id:
            other["status"] = "cancelled"
    for _ in range(4):
        bench.sandbox.move("purchase_progress")
        found = bench.channel.read_purchase_order(order)
        assert found is not None
        seen.append((found.status, bool(found.tracking_number), bool(found.inspection)))
    assert seen == [
        ("paid", False, False),
        ("purchased", False, False),
        ("shipped_to_warehouse", True, False),
        ("in_warehouse", True, True),
    ]
    assert bench.money() == (balance - 628, frozen - 598)
    (package,) = [p for p in everything(bench.channel.pull_packages) if p.purchase_order == order.remote_id]
    assert (package.title, package.weight_grams, package.storage_days) == ("Nike Air Max 90", 1700, 0)
    assert bench.sandbox.move("purchase_progress") == "nothing: no purchase is open"


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (purchase(item("12345", "s001", 51)), "Insufficient stock for SKU s001"),
        (purchase(item("12345", "s001", 30), item("12345", "s001", 30)), "Insufficient stock for SKU s001"),
        (purchase(item("12345", "nope")), "SKU nope not found for product 12345"),
        (purchase(item("404", "s001")), "Product 404 not found"),
        (purchase(item("x", "s001")), "Product x not found"),
        (purchase(item("12346", "s346a", 1)), "Minimum order quantity for product 12346 is 2"),
        (r.PurchaseDraft(items=(SHOE,), coupon="50"), "Coupon is not available"),
        (r.PurchaseDraft(items=(SHOE,), coupon="x"), "couponId must be an integer number"),
        (r.PurchaseDraft(items=(item("67890", "s010"),), coupon="51"), "below the coupon minimum"),
        (r.PurchaseDraft(items=()), "items should not be empty"),
    ],
)
def test_refused_purchases(bench: Bench, draft: r.PurchaseDraft, words: str) -> None:
    for sku in bench.sandbox.products[12346]["skus"] + bench.sandbox.products[67890]["skus"]:
        sku["price"] = Decimal(89)
    before = (bench.money(), list(bench.sandbox.orders), len(bench.sandbox.transactions))
    with pytest.raises(e.Rejected, match=words):
        bench.channel.place_purchase_order(draft)
    assert (bench.money(), list(bench.sandbox.orders), len(bench.sandbox.transactions)) == before
    assert bench.sandbox.products[12345]["skus"][0]["stock"] == 50
    assert bench.applied == []


def test_what_the_wallet_cannot_pay(bench: Bench) -> None:
    """598 and a fee of 30: one fen too little refuses, enough takes."""
    bench.sandbox.balance = bench.sandbox.frozen + Decimal("627.99")
    with pytest.raises(e.Rejected, match="Insufficient balance"):
        bench.channel.place_purchase_order(purchase())
    assert bench.applied == []
    bench.sandbox.balance += Decimal("0.01")
    bench.channel.place_purchase_order(purchase())
    assert bench.applied == ["orders.create"]


def test_a_coupon_of_ours_is_used_once(bench: Bench) -> None:
    draft = r.PurchaseDraft(items=(SHOE,), coupon="51")
    assert bench.channel.place_purchase_order(draft).data["total"] == "568.0"
    with pytest.raises(e.Rejected, match="Coupon is not available"):
        bench.channel.place_purchase_order(draft)
    held = [one for one in bench.channel.pull_coupons(None, None).records if one.claimed]
    assert [one.remote_id for one in held] == ["52"]


def test_cancelling_while_pending_gives_back_what_was_frozen(bench: Bench) -> None:
    before = bench.money()
    order = ref(bench.channel.place_purchase_order(purchase()).remote_id)
    receipt = bench.channel.cancel_purchase_order(order, "Changed my mind")
    assert (receipt.words, receipt.data["refund"]) == ("Order cancelled", "598.0")
    assert bench.money() == before
    assert bench.sandbox.products[12345]["skus"][0]["stock"] == 50
    movement = bench.channel.pull_wallet(None, None).records[0]
    assert (movement.kind, movement.amount, movement.order_number) == ("refund", Decimal(598), order.remote_id)


def test_cancelling_once_paid_gives_back_amount_and_fee(bench: Bench) -> None:
    order = bench.order("paid")
    balance = bench.sandbox.balance
    bench.channel.cancel_purchase_order(ref(order["orderNo"]), "")
    assert bench.sandbox.balance == balance + order["totalAmount"] + order["serviceFee"]


@pytest.mark.parametrize("status", ["purchased", "shipped_to_warehouse", "in_warehouse", "completed", "cancelled"])
def test_too_late_to_cancel(bench: Bench, status: str) -> None:
    order, before = bench.order(status), bench.money()
    with pytest.raises(e.Rejected, match=f"Order cannot be cancelled in status {status}"):
        bench.channel.cancel_purchase_order(ref(order["orderNo"]), "late")
    assert (order["status"], bench.money(), bench.applied) == (status, before, [])
    assert status not in bench.channel.cancellable_purchase_statuses


def test_a_cancellation_s_reason_is_text(bench: Bench) -> None:
    path = f"/orders/{bench.order('pending')['orderNo']}/cancel"
    assert bench.call("POST", path, {"reason": 5})[1]["message"] == ["reason must be a string"]
    assert bench.call("POST", path)[0] == 200


def test_orders_by_status(bench: Bench) -> None:
    rows = bench.call("GET", "/orders", status="paid")[1]["data"]["items"]
    assert {row["status"] for row in rows} == {"paid"}
    status, answer = bench.call("GET", "/orders", status="lost")
    assert status == 400
    assert answer["message"][0].startswith("status must be one of the following values: pending, paid")


def test_parts_of_an_order(bench: Bench) -> None:
    client, order = bench.channel.client, bench.order("in_warehouse")
    whole = client.order(order["orderNo"]).wire
    assert client.order_status(order["orderNo"]).status == "in_warehouse"
    assert client.order_logistics(order["orderNo"]) == whole.logistics
    assert client.order_inspection(order["orderNo"]) == whole.inspection
    assert client.order_logistics(bench.order("pending")["orderNo"]) is None


def test_all_movements_together_are_what_is_available(bench: Bench) -> None:
    for _ in range(60):
        bench.sandbox.move()
    bench.channel.place_purchase_order(purchase())
    moved = sum(movement.amount for movement in everything(bench.channel.pull_wallet))
    (balance,) = bench.channel.pull_balances(None, None).records
    assert balance.available == moved == balance.balance - balance.frozen


def test_drift_between_pages_misses_nothing(bench: Bench) -> None:
    """The newest package leaves after the first page was read."""
    expected = {str(number) for number in bench.sandbox.packages if number != max(bench.sandbox.packages)}
    channel = bench.channel
    channel.client.packages = lambda query: type(channel.client).packages(channel.client, {**query, "limit": 5})  # type: ignore[method-assign]
    bench.fault("warehouse.packages", "drift", skip=1)
    found = {one.remote_id for one in everything(channel.pull_packages)}
    assert found >= expected


@pytest.mark.parametrize("event", ["web_purchase", "stock_change", "price_change", "deposit", "purchase_progress"])
def test_events(bench: Bench, event: str) -> None:
    assert event in bench.sandbox.events
    assert not bench.sandbox.move(event).startswith("nothing")
    assert bench.sandbox.move("nonsense") == "nothing: there is no event nonsense"
    assert bench.applied == []
