"""What happens by itself in the simulator, and the data it begins with."""

import json
from datetime import datetime
from decimal import Decimal

import pytest

from channels.m2e import PLATFORM
from channels.m2e.sandbox import M2eSandbox
from tests.channels.m2e.support import account, an_order, call, product
from tests.channels.opening import START, sandbox_of


def test_an_order_takes_from_the_stock(sandbox: M2eSandbox) -> None:
    before = {v["sku"]: v["quantity"] for p in sandbox.world.products.values() for v in p["variants"]}
    known = {o["token"] for found in sandbox.world.orders.values() for o in found}
    assert sandbox.move("order").startswith("order ")
    [order] = [o for found in sandbox.world.orders.values() for o in found if o["token"] not in known]
    [item] = order["items"]
    after = {v["sku"]: v["quantity"] for p in sandbox.world.products.values() for v in p["variants"]}
    assert after == {**before, item["sku"]: before[item["sku"]] - item["quantity"]}
    assert order["sale_date"] == START.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_order_goes_its_way_and_never_back(sandbox: M2eSandbox) -> None:
    for found in sandbox.world.orders.values():
        found.clear()
    token = account(sandbox, "ebay")["token"]
    items = [(p, p["variants"][0], 1) for p in list(sandbox.world.products.values())[:2]]
    order = sandbox.world.maker.order("ebay", items, "pending", START)
    sandbox.world.orders[token].append(order)
    steps = []
    for event in ("payment", "shipment", "shipment", "shipment", "cancellation", "payment", "refund", "refund"):
        happened = sandbox.move(event)
        steps.append((order["status"], happened != "nothing"))
    assert steps == [
        ("unshipped", True),
        ("partially_shipped", True),
        ("completed", True),
        ("completed", False),
        ("completed", False),
        ("completed", False),
        ("refunded", True),
        ("refunded", False),
    ]
    assert all(item["tracking_numbers"] for item in order["items"])


def test_a_cancelled_order_gives_its_stock_back(sandbox: M2eSandbox) -> None:
    for found in sandbox.world.orders.values():
        found.clear()
    before = {v["token"]: v["quantity"] for p in sandbox.world.products.values() for v in p["variants"]}
    sandbox.move("order")
    assert sandbox.move("cancellation").endswith("cancelled")
    assert {v["token"]: v["quantity"] for p in sandbox.world.products.values() for v in p["variants"]} == before


def test_any_move_and_an_unknown_one(sandbox: M2eSandbox) -> None:
    moved = [sandbox.move() for _ in range(30)]
    assert len(set(moved)) > 10
    assert not any("valid" in one or "token" in one for one in moved)
    assert sandbox.move("no such") == "nothing"
    status, body, _ = call(sandbox, "POST", "/_sandbox/move", {"event": "order", "times": 2})
    assert (status, len(body["moved"])) == (200, 2)


def test_drift_moves_the_catalog(sandbox: M2eSandbox) -> None:
    before = set(sandbox.world.products)
    sandbox.drift()
    after = set(sandbox.world.products)
    assert len(before - after) == 1
    assert 1 <= len(after - before) <= 3


# -- the data --------------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_data(sandbox: M2eSandbox) -> None:
    assert repr(vars(sandbox_of(PLATFORM).world)["products"]) == repr(sandbox.world.products)
    sandbox.move("order")
    call(sandbox, "DELETE", "/catalog/product/", [{"sku": product(sandbox)["sku"]}])
    sandbox.reset()
    assert (repr(sandbox.world.products), sandbox.ledger) == (repr(sandbox_of(PLATFORM).world.products), [])


@pytest.mark.parametrize(("scale", "times"), [("small", 1), ("medium", 10), ("large", 100)])
def test_sizes(scale: str, times: int) -> None:
    world = sandbox_of(PLATFORM, scale=scale).world
    assert len(world.products) == 50 * times
    assert sum(map(len, world.orders.values())) == 70 * times


def test_the_data_holds_what_hurts(sandbox: M2eSandbox) -> None:
    whole = json.dumps([sandbox.world.products, sandbox.world.orders], ensure_ascii=False, default=str)
    for found in (
        "<script>",
        "无线",
        "Беспроводная",
        "سماعات",
        "Écouteurs",
        "🎧",
        "../%2f",
        "=HYPERLINK",
        "awaiting_pickup",
    ):
        assert found in whole
    ids = [int(o["order_id"]) for o in sandbox.world.orders[account(sandbox, "tiktok")["token"]]]
    assert min(ids) > 2**53
    items = list(sandbox.world.products.values())
    assert [p["sku"] for p in items].count(None) == 1
    assert {p["status"] for p in items} == {
        "Active", "Inactive", "Disabled", "Preorder", "Available", "Draft", "Pending", "Private", "Publish", "Archive",
    }  # fmt: skip
    assert any(v["sku"] is None for p in items for v in p["variants"])
    assert an_order(sandbox, buyer_name=None)
    times = [o[key] for found in sandbox.world.orders.values() for o in found for key in ("sale_date", "ship_date")]
    assert max(datetime.fromisoformat(at.replace("Z", "+00:00")) for at in times if at) <= START
    assert all(isinstance(v["price"], Decimal) for p in items for v in p["variants"])
