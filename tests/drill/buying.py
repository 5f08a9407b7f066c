"""What staff may want of a buying agent: purchases, cart, shipments, addresses, favourites, profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.drill.world import Intent, World

TO = {
    "name": "John Doe", "phone": "+1-555-0123", "country": "US", "state": "California", "city": "Los Angeles",
    "address": "123 Main St", "postcode": "90001",
}  # fmt: skip


def _offers(world: World) -> Iterator[dict[str, Any]]:
    """Unused SKUs of which there is plenty and the cart holds none, each by itself an item to buy."""
    world.used |= {("sku", line.sku) for line in world.records("pull_cart")}
    for product in world.sandbox.products.values():
        for sku in world.untouched("sku", product["skus"], lambda one: one["skuId"]):
            sku["stock"], product["_minimum"] = 500, 1
            yield {"product": str(product["id"]), "sku": sku["skuId"], "quantity": 1}


def _bought(item: dict[str, Any]) -> Any:
    wanted = [item["product"], item["sku"], item["quantity"]]
    return lambda effect: [str(x) for x in effect["items"][0]] == [str(x) for x in wanted]


def place(world: World) -> Iterator[Intent]:
    for item in _offers(world):
        yield Intent("sourcing.place_order", "-", {"items": [item]}, "orders.create", _bought(item))


def cancel(world: World) -> Iterator[Intent]:
    for one in world.free("pull_purchase_orders", "purchase", lambda one: one.remote_status in ("pending", "paid")):
        ours = lambda effect, id_=one.remote_id: effect["orderNo"] == id_  # noqa: E731
        yield Intent("sourcing.cancel_order", one.remote_id, {"reason": "late"}, "orders.cancel", ours)


def cart_add(world: World) -> Iterator[Intent]:
    for item in _offers(world):
        ours = lambda effect, sku=item["sku"]: effect["skuId"] == sku  # noqa: E731
        yield Intent("sourcing.cart_add", "-", {"items": [item]}, "cart.add", ours)


def cart_update(world: World) -> Iterator[Intent]:
    for one in world.free("pull_cart", "line"):
        quantity = one.quantity + 1
        ours = lambda effect, id_=one.remote_id: str(effect["id"]) == id_  # noqa: E731
        yield Intent("sourcing.cart_update", one.remote_id, {"quantity": quantity}, "cart.update", ours)


def cart_remove(world: World) -> Iterator[Intent]:
    for one in world.free("pull_cart", "line"):
        ours = lambda effect, id_=one.remote_id: str(effect["id"]) == id_  # noqa: E731
        yield Intent("sourcing.cart_remove", one.remote_id, {}, "cart.remove", ours)


def cart_clear(world: World) -> Iterator[Intent]:
    """Once, and nothing else meanwhile: it takes the lines of the others."""
    yield Intent("sourcing.cart_clear", "-", {}, "cart.clear", lambda effect: True, alone=True)


def ship(world: World) -> Iterator[Intent]:
    for one in world.free(
        "pull_packages", "package", lambda one: one.shippable and 100 <= (one.weight_grams or 0) < 20_000
    ):
        payload = {"items": [{"package": one.remote_id, "quantity": 1}], "channel": "ch-001", "recipient": TO}
        ours = lambda effect, id_=one.remote_id: str(effect["items"][0][0]) == id_  # noqa: E731
        yield Intent("sourcing.create_shipment", "-", payload, "shipping.create", ours)


def _shipments(world: World, word: str, kind: str, endpoint: str) -> Iterator[Intent]:
    for one in world.free("pull_shipments", "shipment", lambda one: one.remote_status == word):
        ours = lambda effect, id_=one.remote_id: effect["orderNo"] == id_  # noqa: E731
        yield Intent(kind, one.remote_id, {}, endpoint, ours)


def ship_cancel(world: World) -> Iterator[Intent]:
    return _shipments(world, "pending", "sourcing.cancel_shipment", "shipping.cancel")


def ship_confirm(world: World) -> Iterator[Intent]:
    return _shipments(world, "shipped", "sourcing.confirm_delivery", "shipping.confirm")


def address_new(world: World) -> Iterator[Intent]:
    while True:
        name = f"Ann {world.number()}"
        ours = lambda effect, name=name: effect["name"] == name  # noqa: E731
        yield Intent("sourcing.save_address", "-", {**TO, "name": name}, "addresses.create", ours)


def address_delete(world: World) -> Iterator[Intent]:
    for one in world.free("pull_addresses", "address"):
        ours = lambda effect, id_=one.remote_id: str(effect["id"]) == id_  # noqa: E731
        yield Intent("sourcing.delete_address", one.remote_id, {}, "addresses.delete", ours)


def favourite_add(world: World) -> Iterator[Intent]:
    known = {one.product_remote_id for one in world.records("pull_favourites")}
    found = (one for one in world.sandbox.products if str(one) not in known)
    for one in world.untouched("favourite product", found, str):
        ours = lambda effect, id_=str(one): str(effect["productId"]) == id_  # noqa: E731
        yield Intent("sourcing.add_favourite", "-", {"product": str(one)}, "favorites.add", ours)


def favourite_remove(world: World) -> Iterator[Intent]:
    for one in world.free("pull_favourites", "favourite"):
        ours = lambda effect, id_=one.remote_id: str(effect["id"]) == id_  # noqa: E731
        yield Intent("sourcing.remove_favourite", one.remote_id, {}, "favorites.remove", ours)


def profile(world: World) -> Iterator[Intent]:
    """One after the other: the profile is one thing, and the last word counts."""
    while True:
        name = f"buyer{world.number()}"
        ours = lambda effect, name=name: effect.get("username") == name  # noqa: E731
        yield Intent("sourcing.update_profile", "-", {"username": name}, "profile.update", ours, alone=True)


BUYING = {
    "fulfillbot": (
        place, cancel, cart_add, cart_update, cart_remove, cart_clear, ship, ship_cancel, ship_confirm, address_new,
        address_delete, favourite_add, favourite_remove, profile,
    )
}  # fmt: skip
