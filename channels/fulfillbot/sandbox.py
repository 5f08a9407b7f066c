"""The agent's simulator: what it starts with, and what happens by itself.

Read from the document alone. Where that leaves a choice: a new order freezes its amount, paying debits amount and
fee, a shipment is debited at once, the service fee is 5 % rounded up, the same SKU merges in the cart.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from channels.fulfillbot.sandbox_data import ADDRESSES, CHANNELS, PLATFORMS, REMARKS, shoe
from channels.fulfillbot.sandbox_goods import Goods
from channels.fulfillbot.sandbox_orders import Orders, Wanted
from channels.fulfillbot.sandbox_rules import iso
from channels.fulfillbot.sandbox_shipping import Shipping, is_shippable
from channels.fulfillbot.sandbox_state import Row
from channels.fulfillbot.sandbox_user import User

PRODUCTS, PURCHASES, SHIPMENTS = 48, 40, 8
BIG_ID = 9_007_199_254_740_993
OPEN = ("pending", "paid", "purchased", "shipped_to_warehouse")

_RECIPIENT = ("recipientName", "recipientPhone", "recipientCountry", "recipientState", "recipientCity")


class FulfillbotSandbox(Goods, Orders, Shipping, User):
    """The purchasing agent."""

    events: ClassVar[tuple[str, ...]] = (
        "purchase_progress",
        "shipment_progress",
        "web_purchase",
        "stock_change",
        "price_change",
        "deposit",
    )

    # -- the start ---------------------------------------------------------------------------------------------------

    def populate(self) -> None:
        """Two months of buying."""
        self.blank()
        start = self.now() - timedelta(days=60)
        self.profile = {
            "id": 1001,
            "username": "john_doe",
            "email": "john@example.com",
            "avatar": "https://img.example.com/avatars/1001.jpg",
            "language": "en",
            "createdAt": iso(start),
        }
        self.deposit(Decimal(60_000) * self.size, start)
        self._stock_shelves()
        self._fill_purchases(start)
        self._fill_shipments()
        self._fill_user()
        shown = self.products[12345]
        shown.update(stock=200)
        for sku, stock in zip(shown["skus"], (50, 30), strict=True):
            sku["stock"] = stock  # as the document shows it

    def _stock_shelves(self) -> None:
        """Products of every source, the document's among them, and one with an id beyond 2^53."""
        self.products[12345] = shoe()
        self._add_wholesale(12346)
        for n in range(PRODUCTS * self.size - 4):
            product = self.make_product(12347 + n, PLATFORMS[n % 3])
            if product["platform"] == "1688":
                self.offers[product["platformItemId"]] = product["id"]
        backpack = self.make_product(67890 if self.size < 100 else 6_789_000, "weidian")
        backpack["skus"][0].update(skuId="s010", stock=400)
        self._add_wholesale(BIG_ID)
        self.offers |= {"xxx": 12346, "900719925474": BIG_ID}

    def _add_wholesale(self, product_id: int) -> None:
        product = self.make_product(product_id, "1688")
        product.update(title="Wholesale Sports Shoes", price=Decimal("89.00"), _minimum=2)
        product["skus"][0].update(price=Decimal("89.00"), stock=500)

    def _fill_purchases(self, start: datetime) -> None:
        """Purchases in every status; the older, the further."""
        count = PURCHASES * self.size
        for n in range(count):
            at = start + timedelta(days=1, hours=58 * 24 * n / count)
            order = self.place(self._random_lines(), at, self.random.choice(REMARKS))
            steps = min(4, (count - n) * 6 // count)
            if n % 11 == 7:
                steps = min(steps, 1)
            for step in range(steps):
                self.advance(order, min(at + timedelta(days=2 * step + 1), self.now()))
            if n % 11 == 7:
                self.cancel(order, min(at + timedelta(days=2), self.now()))

    def _random_lines(self) -> list[Wanted]:
        """One to three lines that can be bought."""
        lines: list[Wanted] = []
        for product in self.random.sample(list(self.products), self.random.randint(1, 3)):
            found = self.products[product]
            quantity = max(found["_minimum"], self.random.randint(1, 2))
            sku = next((one for one in found["skus"] if one["stock"] >= quantity), found["skus"][0])
            sku["stock"] = max(sku["stock"], quantity)
            lines.append(Wanted(found, sku, quantity))
        return lines

    def _fill_shipments(self) -> None:
        """Shipments of what arrived first, in every status."""
        ready = sorted((p for p in self.packages.values() if is_shippable(p)), key=lambda package: package["_at"])
        for n in range(min(SHIPMENTS * self.size, len(ready) // 2 - 2)):
            pair = ready[2 * n : 2 * n + 2]
            at = min(pair[-1]["_at"] + timedelta(days=3), self.now())
            lines = [(package["id"], 1) for package in pair]
            shipment = self.ship(lines, CHANNELS[n % 2], self._recipient(n), at, self.random.choice(REMARKS))
            if n % 8 < 6:
                self.dispatch(shipment, at)
            if n % 8 < 3:
                shipment["status"] = "delivered"
            if n % 8 == 3:
                shipment["status"] = "customs_clearance"

    def _recipient(self, n: int) -> dict[str, str]:
        name, phone, country, state, city, street, code, _ = ADDRESSES[n % len(ADDRESSES)]
        recipient = dict(zip(_RECIPIENT, (name, phone, country, state, city), strict=True))
        return {**recipient, "recipientAddress": street, "recipientZipCode": code}

    def _fill_user(self) -> None:
        for name, phone, country, state, city, street, code, is_default in ADDRESSES:
            self.keep_address(
                {
                    "id": self.next_number("address"),
                    "name": name,
                    "phone": phone,
                    "country": country,
                    "state": state,
                    "city": city,
                    "address": street,
                    "zipCode": code,
                    "isDefault": is_default,
                }
            )
        for product_id in (12345, BIG_ID, 12350, 12361):
            self.keep_favorite(product_id, iso(self.now() - timedelta(days=product_id % 50)))
        self.put_in_cart(self.products[12345], self.products[12345]["skus"][0], 2)
        self.put_in_cart(self.products[12346], self.products[12346]["skus"][0], 3, "尺码 42")["selected"] = False
        self._add_coupon(50, "New User Discount", "percentage", 10, 200, mine=False)
        self._add_coupon(51, "双十一满减 🎉", "fixed_amount", 30, 300, mine=True)
        self._add_coupon(52, "Spring 5 %", "percentage", 5, 0, mine=True)

    def _add_coupon(self, number: int, name: str, kind: str, value: int, minimum: int, *, mine: bool) -> None:
        self.coupons[number] = {
            "id": number,
            "name": name,
            "type": kind,
            "value": value,
            "minOrderAmount": Decimal(minimum).quantize(Decimal("0.01")),
            "expiresAt": iso(self.now() + timedelta(days=30)),
            "_mine": mine,
        }

    # -- what happens by itself --------------------------------------------------------------------------------------

    def move(self, event: str | None = None) -> str:
        """One of ``events``, or any of them."""
        chosen = event or self.random.choice(self.events)
        if chosen not in self.events:
            return f"nothing: there is no event {chosen}"
        words: str = getattr(self, f"_move_{chosen}")()
        return words

    def _move_purchase_progress(self) -> str:
        """The oldest open purchase takes a step."""
        order = next((order for order in self.orders.values() if order["status"] in OPEN), None)
        if order is None:
            return "nothing: no purchase is open"
        self.advance(order, self.now())
        return f"{order['orderNo']} is {order['status']}"

    def _move_shipment_progress(self) -> str:
        """The oldest pending shipment leaves."""
        shipment = next((one for one in self.shipments.values() if one["status"] == "pending"), None)
        if shipment is None:
            return "nothing: no shipment is pending"
        self.dispatch(shipment, self.now())
        return f"{shipment['orderNo']} is {shipment['status']}"

    def _move_web_purchase(self) -> str:
        """Somebody buys on the agent's own web page."""
        lines = self._random_lines()
        cost = sum((line.sku["price"] * line.quantity for line in lines), Decimal(0)) * 2
        if cost > self.available:
            self.deposit(cost, self.now())
        return f"{self.place(lines, self.now())['orderNo']} was placed"

    def _any_sku(self) -> tuple[Row, Row]:
        product = self.products[self.random.choice(list(self.products))]
        return product, self.random.choice(product["skus"])

    def _move_stock_change(self) -> str:
        product, sku = self._any_sku()
        sku["stock"] = self.random.choice((0, 5, 60, 900))
        return f"{product['id']} {sku['skuId']} has {sku['stock']}"

    def _move_price_change(self) -> str:
        product, sku = self._any_sku()
        sku["price"] = product["price"] = sku["price"] + self.random.randint(1, 20)
        return f"{product['id']} {sku['skuId']} costs {sku['price']}"

    def _move_deposit(self) -> str:
        self.deposit(Decimal(1000), self.now())
        return "1000 CNY were deposited"

    def drift(self) -> None:
        """A purchase appears at the head of the orders, and the newest package leaves."""
        self._move_web_purchase()
        if len(self.packages) > 1:
            del self.packages[max(self.packages)]
