"""Freight, warehouse and shipments over the simulator."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from channels import errors as e
from channels import records as r
from tests.channels.fulfillbot.support import HOME, Bench, everything, parcel, ref

D = Decimal


def quote(bench: Bench, **query: Any) -> tuple[r.FreightQuote, ...]:
    return bench.channel.quote_freight(r.FreightQuery(country="US", weight_grams=1500, **query))


def test_the_document_s_quotes(bench: Bench) -> None:
    """30 x 20 x 15 cm are 1800 g of volume, more than the 1500 g that it weighs."""
    found = quote(bench, length_cm=30, width_cm=20, height_cm=15)
    assert [(q.channel_remote_id, q.actual_grams, q.volumetric_grams, q.charge_grams) for q in found] == [
        ("ch-001", 1500, 1800, 1800),
        ("ch-002", 1500, 1800, 1800),
        ("ch-003", 1500, 1800, 1800),
    ]
    assert [q.price for q in found[:2]] == [D("185.0000"), D("210.0000")]


def test_sides_may_have_a_fraction(bench: Bench) -> None:
    found = quote(bench, length_cm=D("30.5"), width_cm=20, height_cm=15)[0]
    assert (found.volumetric_grams, found.charge_grams) == (1830, 1830)


def test_without_sides_the_weight_alone_counts(bench: Bench) -> None:
    first = quote(bench)[0]
    assert (first.volumetric_grams, first.charge_grams) == (0, 1500)


def test_one_channel(bench: Bench) -> None:
    (found,) = quote(bench, channel="ch-002", length_cm=30, width_cm=20, height_cm=15)
    assert (found.channel_remote_id, found.price) == ("ch-002", D("210.0000"))
    assert bench.called == ["logistics.quote"]
    with pytest.raises(e.Rejected, match="not available for this parcel"):
        quote(bench, channel="ch-004")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"country": "US"}, ["weight must be an integer number"]),
        ({"weight": 5}, ["country must be a string"]),
        ({"country": "US", "weight": 1.5}, ["weight must be an integer number"]),
        ({"country": "US", "weight": 0}, ["weight must not be less than 1"]),
        ({"country": "US", "weight": 5, "length": "30"}, ["length must be a positive number"]),
        ({"country": "US", "weight": 5, "height": -1}, ["height must be a positive number"]),
    ],
)
def test_quotes_are_checked(bench: Bench, body: dict[str, Any], message: list[str]) -> None:
    status, answer = bench.call("POST", "/logistics/calculate-freight-batch", body)
    assert (status, answer["message"]) == (400, message)


def test_methods_are_filtered(bench: Bench) -> None:
    def ids(**query: str) -> list[str]:
        return [one["channelId"] for one in bench.call("GET", "/logistics/shipping-methods", **query)[1]["data"]]

    assert ids() == ["ch-001", "ch-002", "ch-003", "ch-004"]
    assert ids(country="JP") == ["ch-001", "ch-002"]
    assert ids(weight="60") == ["ch-003"]
    assert ids(cargoType="battery", country="US") == ["ch-003"]
    assert bench.call("GET", "/logistics/shipping-methods", cargoType="gold")[0] == 400
    assert bench.call("GET", "/logistics/shipping-methods", weight="x")[0] == 400
    assert [m.remote_id for m in bench.channel.pull_shipping_methods(None, None).records] == ids()


def test_warehouse(bench: Bench) -> None:
    packages = everything(bench.channel.pull_packages)
    stats = bench.channel.read_warehouse_stats()
    assert stats.total == len(packages)
    assert stats.in_warehouse == sum(one.status == "in_warehouse" for one in packages)
    assert stats.shippable == sum(one.shippable for one in packages) > 0
    assert bench.channel.read_package(ref(packages[0].remote_id)) == packages[0]


def test_storage_days_pass(bench: Bench) -> None:
    number = bench.shippable()[0]
    before = bench.channel.read_package(ref(number))
    bench.sandbox.clock.advance(timedelta(days=3).total_seconds())
    after = bench.channel.read_package(ref(number))
    assert before is not None
    assert after is not None
    assert after.storage_days == (before.storage_days or 0) + 3


def test_the_shippable_set_is_read_once_a_pull(bench: Bench) -> None:
    bench.channel.pull_packages(None, None)
    bench.channel.pull_packages("2::100", None)
    assert bench.called.count("warehouse.shippable") == 1
    bench.sandbox.clock.advance(301)
    bench.channel.pull_packages("2::100", None)
    assert bench.called.count("warehouse.shippable") == 2


def test_a_shipment_is_paid_and_takes_its_packages(bench: Bench) -> None:
    first, second = bench.shippable()[:2]
    balance, frozen = bench.money()
    receipt = bench.channel.create_shipment(parcel(first, second))
    fee = D(receipt.data["fee"])
    assert receipt.number == "SHP-20260302-001"
    assert bench.money() == (balance - fee, frozen)
    for number in (first, second):
        package = bench.channel.read_package(ref(number))
        assert package is not None
        assert (package.status, package.shippable) == ("shipping", False)
    found = bench.channel.read_shipment(ref(receipt.remote_id))
    assert found is not None
    assert (found.status, found.fee, found.recipient, found.is_partial) == ("pending", fee, HOME, False)
    assert [one.package_remote_id for one in found.items] == [first, second]
    row = bench.channel.pull_shipments(None, None).records[0]
    assert (row.remote_id, row.is_partial, row.tracking_number) == (receipt.remote_id, True, "")
    movement = bench.channel.pull_wallet(None, None).records[0]
    assert (movement.kind, movement.amount, movement.order_number) == ("shipping", -fee, receipt.number)
    assert bench.effects == [
        {
            "orderNo": receipt.number,
            "items": [[int(first), 1], [int(second), 1]],
            "shippingFee": f"{fee:.2f}",
            "remark": "",
        }
    ]


def draft_of(bench: Bench, case: str) -> r.ShipmentDraft:
    number = min(bench.shippable(), key=lambda one: bench.sandbox.packages[int(one)]["weight"])
    good = parcel(number)
    return {
        "unknown package": parcel("9"),
        "gone package": parcel(next(str(p["id"]) for p in bench.sandbox.packages.values() if p["status"] == "shipped")),
        "no number": parcel("abc"),
        "twice": parcel(number, number),
        "none": parcel(),
        "too many": msgspec.structs.replace(good, items=(r.ShipmentItemRecord(package_remote_id=number, quantity=2),)),
        "unknown channel": parcel(number, channel="ch-999"),
        "too light for the sea": parcel(number, channel="ch-004"),
        "no channel": parcel(number, channel=""),
        "nobody": msgspec.structs.replace(good, recipient=r.Address(country="US")),
        "nowhere": msgspec.structs.replace(good, recipient=msgspec.structs.replace(HOME, country="XX")),
    }[case]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("unknown package", "Package 9 not found"),
        ("gone package", "is not available for shipping"),
        ("no number", "items.0.inventoryId must be an integer number"),
        ("twice", "Each package may be listed once"),
        ("none", "items should not be empty"),
        ("too many", "Quantity exceeds the inventory"),
        ("unknown channel", "Shipping channel ch-999 not found"),
        ("too light for the sea", "Shipping channel is not available for this parcel"),
        ("no channel", "logisticsChannelId should not be empty"),
        ("nobody", "recipientName should not be empty; recipientPhone should not be empty"),
        ("nowhere", "Shipping channel is not available for this parcel"),
    ],
)
def test_refused_shipments(bench: Bench, case: str, words: str) -> None:
    draft = draft_of(bench, case)
    before = (bench.money(), list(bench.sandbox.shipments), bench.shippable())
    with pytest.raises(e.Rejected, match=words):
        bench.channel.create_shipment(draft)
    assert (bench.money(), list(bench.sandbox.shipments), bench.shippable()) == before
    assert bench.applied == []


def test_a_failed_inspection_stays(bench: Bench) -> None:
    number = bench.shippable()[0]
    bench.sandbox.packages[int(number)]["_passed"] = False
    with pytest.raises(e.Rejected, match="not available for shipping"):
        bench.channel.create_shipment(parcel(number))


def test_a_shipment_that_the_wallet_cannot_pay(bench: Bench) -> None:
    number = bench.shippable()[0]
    bench.sandbox.balance = bench.sandbox.frozen
    with pytest.raises(e.Rejected, match="Insufficient balance"):
        bench.channel.create_shipment(parcel(number))
    assert number in bench.shippable()
    assert bench.applied == []


def test_cancelling_a_shipment_gives_everything_back(bench: Bench) -> None:
    number, before = bench.shippable()[0], bench.money()
    shipment = ref(bench.channel.create_shipment(parcel(number)).remote_id)
    assert bench.channel.cancel_shipment(shipment).words == "Shipping order cancelled"
    assert bench.money() == before
    assert number in bench.shippable()
    found = bench.channel.read_shipment(shipment)
    assert found is not None
    assert found.status == "cancelled"
    with pytest.raises(e.Rejected, match="cannot be cancelled in status cancelled"):
        bench.channel.cancel_shipment(shipment)
    assert bench.applied == ["shipping.create", "shipping.cancel"]


@pytest.mark.parametrize("status", ["shipped", "delivered", "customs_clearance"])
def test_too_late_to_cancel(bench: Bench, status: str) -> None:
    shipment = bench.shipment(status)
    with pytest.raises(e.Rejected, match=f"cannot be cancelled in status {status}"):
        bench.channel.cancel_shipment(ref(shipment["orderNo"]))
    assert (shipment["status"], bench.applied) == (status, [])


def test_a_delivery_is_confirmed_once(bench: Bench) -> None:
    shipment = ref(bench.shipment("shipped")["orderNo"])
    assert bench.channel.confirm_delivery(shipment).words == "Delivery confirmed"
    found = bench.channel.read_shipment(shipment)
    assert found is not None
    assert found.status == "delivered"
    with pytest.raises(e.Rejected, match="cannot be confirmed in status delivered"):
        bench.channel.confirm_delivery(shipment)
    with pytest.raises(e.Rejected, match="cannot be confirmed in status pending"):
        bench.channel.confirm_delivery(ref(bench.shipment("pending")["orderNo"]))
    assert bench.applied == ["shipping.confirm"]


def test_an_order_is_completed_when_its_last_package_leaves(bench: Bench) -> None:
    for shipment in bench.sandbox.shipments.values():
        shipment["status"] = "delivered"
    number = bench.shippable()[0]
    order = bench.sandbox.packages[int(number)]["orderId"]
    siblings = [str(p["id"]) for p in bench.sandbox.packages.values() if p["orderId"] == order]
    bench.channel.create_shipment(parcel(*siblings))
    assert bench.sandbox.orders[order]["status"] == "in_warehouse"
    assert bench.sandbox.move("shipment_progress") == "SHP-20260302-001 is shipped"
    assert bench.sandbox.orders[order]["status"] == "completed"
    assert bench.sandbox.move("shipment_progress") == "nothing: no shipment is pending"


def test_a_word_that_nobody_lists(bench: Bench) -> None:
    shipments = {one.remote_status: one.status for one in everything(bench.channel.pull_shipments)}
    assert shipments == {
        "pending": "pending",
        "shipped": "shipped",
        "delivered": "delivered",
        "customs_clearance": "unknown",
    }
