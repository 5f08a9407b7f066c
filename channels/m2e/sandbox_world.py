"""The simulator's state: accounts, catalog, orders, invoices, and what happens to them by itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from channels.m2e.sandbox_data import SHIPPED, STATUS_MIX, Item, Maker, stamp
from channels.m2e.sandbox_schema import PRODUCT_STATUS

WRITE_ONLY = ("currency", "description")
MEASURES = ("weight", "weight_unit", "height", "depth", "width", "dimension_unit")


class World:
    """50 products and 70 orders, ``size`` times; the same for the same random state."""

    def __init__(self, chance: random.Random, now: Callable[[], datetime], size: int) -> None:
        self.chance, self.now = chance, now
        self.maker = Maker(chance)
        self.accounts = self.maker.accounts(now())
        self.products: dict[str, Item] = {}
        self.write_only: dict[str, Item] = {}
        self.orders: dict[str, list[Item]] = {account["token"]: [] for account in self.accounts}
        self.invoices: list[Item] = []
        self.is_token_expired = False
        for _ in range(50 * size):
            self.add_product(now() - timedelta(minutes=chance.randrange(60, 60 * 24 * 90)))
        goods = list(self.products.values())
        for n in range(70 * size):
            self._past_order(n, goods)

    # -- catalog -----------------------------------------------------------------------------------------------------

    def by_sku(self) -> dict[str, Item]:
        """Products by SKU."""
        return {product["sku"]: product for product in self.products.values() if product["sku"]}

    def by_variant_sku(self) -> dict[str, tuple[Item, Item]]:
        """Product and variant by the variant's SKU."""
        return {v["sku"]: (p, v) for p in self.products.values() for v in p["variants"] if v["sku"]}

    def add_product(self, at: datetime) -> Item:
        """An invented product, changed last ``at``."""
        product = self.maker.product(at)
        self.products[product["token"]] = product
        self.write_only[product["token"]] = {"currency": "USD", "description": "<p>As good as new.</p>"}
        return product

    def create_product(self, given: Item) -> Item | None:
        """A product as a request asks for it; ``None`` when a SKU of it is taken."""
        taken = self.by_sku().keys() | self.by_variant_sku().keys()
        if given["sku"] in taken or any(one["sku"] in taken for one in given["variants"]):
            return None
        product = {
            "token": self.maker.token(),
            "external_id": None,
            "sku": given["sku"],
            "quantity": 0,
            "is_simple": given["is_simple"],
            "status": PRODUCT_STATUS[int(given["status"])],
            "title": given["title"],
            "images": given.get("images", []),
            "attributes": given.get("attributes", []),
            "update_date": "",
            "variants": [self._new_variant(one) for one in given["variants"]],
        }
        self.touch(product)
        self.products[product["token"]] = product
        self.write_only[product["token"]] = {key: given.get(key) for key in WRITE_ONLY}
        return product

    def _new_variant(self, given: Item) -> Item:
        return {
            "token": self.maker.token(),
            "sku": given["sku"],
            "barcode": given["barcode"],
            "price": given["price"],
            "quantity": int(given["quantity"]),
            **{key: given.get(key, []) for key in ("images", "options", "attributes")},
            **{key: given.get(key) for key in MEASURES},
            "update_date": stamp(self.now()),
        }

    def remove_product(self, token: str) -> Item:
        """Take a product away."""
        self.write_only.pop(token)
        return self.products.pop(token)

    def touch(self, product: Item, variant: Item | None = None) -> None:
        """Something changed: the times and the product's quantity follow."""
        product["update_date"] = stamp(self.now())
        product["quantity"] = sum(one["quantity"] for one in product["variants"])
        if variant is not None:
            variant["update_date"] = stamp(self.now())

    # -- orders ------------------------------------------------------------------------------------------------------

    def _past_order(self, n: int, goods: list[Item]) -> None:
        status = STATUS_MIX[n % len(STATUS_MIX)]
        age = self.chance.randrange(60 * 24 * 4 if status in SHIPPED else 30, 60 * 24 * 45)
        account = self.accounts[self.chance.choice((0, 0, 0, 1, 1, 2, 3, 3, 4))]
        picked = self.chance.sample(goods, self.chance.choice((1, 1, 2, 3)))
        lines = [(product, product["variants"][0], self.chance.choice((1, 1, 2))) for product in picked]
        order = self.maker.order(account["channel"], lines, status, self.now() - timedelta(minutes=age))
        self.orders[account["token"]].append(order)

    def has_source_order(self, source_order_id: str) -> bool:
        """Whether an order of the store has this id."""
        return any(order["source_order_id"] == source_order_id for found in self.orders.values() for order in found)

    def _some_order(self, *statuses: str) -> Item | None:
        """The oldest order that may go on from one of these."""
        found = [order for orders in self.orders.values() for order in orders if order["status"] in statuses]
        return min(found, key=lambda order: (order["sale_date"], order["token"]), default=None)

    # -- what happens by itself --------------------------------------------------------------------------------------

    def happen(self, event: str | None) -> str:
        """One event, by default something about an order; accounts and tokens move only when asked."""
        usual = ("order", "order", "payment", "shipment", "cancellation", "refund")
        chosen = event or self.chance.choice(usual)
        return EVENTS[chosen](self) if chosen in EVENTS else "nothing"

    def drift(self) -> None:
        """One to three products and an order arrive, and one product goes."""
        self.remove_product(self.chance.choice(list(self.products)))
        for _ in range(self.chance.randrange(1, 4)):
            self.add_product(self.now())
        self.sell()

    def sell(self) -> str:
        """A new order on an account that is in order; the stock falls."""
        offered = [(p, v) for p in self.products.values() for v in p["variants"] if v["quantity"] > 0 and v["sku"]]
        open_accounts = [account for account in self.accounts if account["is_valid"]]
        if not offered or not open_accounts:
            return "nothing"
        product, variant = self.chance.choice(offered)
        account = self.chance.choice(open_accounts)
        quantity = min(variant["quantity"], self.chance.choice((1, 1, 2)))
        status = self.chance.choice(("pending", "unshipped", "unshipped"))
        order = self.maker.order(account["channel"], [(product, variant, quantity)], status, self.now())
        self.orders[account["token"]].append(order)
        variant["quantity"] -= quantity
        self.touch(product, variant)
        return f"order {order['order_id']} on {account['channel']}"

    def pay(self) -> str:
        """A pending order is paid."""
        return self._advance("unshipped", "pending")

    def ship(self) -> str:
        """An order is shipped: one of several lines first, then the rest."""
        order = self._some_order("partially_shipped", "unshipped")
        if order is None:
            return "nothing"
        whole = len(order["items"]) == 1 or order["status"] == "partially_shipped"
        self.maker.ship(order, whole=whole)
        order.update(status="completed" if whole else "partially_shipped", ship_date=stamp(self.now()))
        return f"shipment of {order['order_id']}"

    def cancel(self) -> str:
        """An order that is not shipped is cancelled; what it held is on sale again."""
        order = self._some_order("pending", "unshipped")
        known = self.by_variant_sku()
        for item in order["items"] if order else ():
            if item["sku"] in known:
                product, variant = known[item["sku"]]
                variant["quantity"] += item["quantity"]
                self.touch(product, variant)
        return self._advance("cancelled", "pending", "unshipped")

    def refund(self) -> str:
        """A completed order is refunded, once."""
        return self._advance("refunded", "completed")

    def _advance(self, status: str, *before: str) -> str:
        order = self._some_order(*before)
        if order is None:
            return "nothing"
        order["status"] = status
        return f"{order['order_id']} {status}"

    def toggle_account(self) -> str:
        """The last account loses or regains its credentials."""
        account = self.accounts[-1]
        account["is_valid"] = not account["is_valid"]
        return f"{account['channel']} is {'valid' if account['is_valid'] else 'invalid'}"

    def renew_token(self) -> str:
        """The access token is taken again."""
        self.is_token_expired = False
        return "token renewed"


EVENTS: dict[str, Callable[[Any], str]] = {
    "order": World.sell,
    "payment": World.pay,
    "shipment": World.ship,
    "cancellation": World.cancel,
    "refund": World.refund,
    "account": World.toggle_account,
    "token": World.renew_token,
}
