"""AccPlanet's simulator: the supplier API with state, stocked with invented goods, moving when asked.

Written from the document and, where it is silent, from the defaults of the fact sheet's section 12. Words that no
document lists begin with ``sim_``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from channels.accplanet import sandbox_data as data
from channels.accplanet.sandbox_desk import Desk
from channels.accplanet.sandbox_orders import Orders
from channels.accplanet.sandbox_products import Products, as_snapshot
from channels.accplanet.sandbox_shop import Thing

PRODUCTS, ORDERS, TICKETS = 48, 72, 18


class AccPlanetSandbox(Products, Orders, Desk):
    """The whole of it."""

    events: ClassVar[tuple[str, ...]] = (
        "order",
        "payment",
        "auto_delivery",
        "receipt",
        "ticket",
        "ticket_status",
        "approval",
    )

    # -- the beginning -------------------------------------------------------------------------------------------------

    def populate(self) -> None:
        """48 products, 72 orders and 18 tickets, ``size`` times."""
        self.numbers, self.made = set(), 0
        self.supplier_id = data.hex_id(self.random)
        self.products, self.pools, self.categories = {}, {}, {}
        self.orders, self.rows, self.tasks = {}, {}, []
        self.tickets, self.payments, self.images = {}, {}, {}
        self._open_categories()
        self._buyers = [data.hex_id(self.random) for _ in range(12)]
        for n in range(PRODUCTS * self.size):
            self._stock_product(n)
        sold = list(self.products.values())[: -max(6, len(self.products) // 8)]
        for n in range(ORDERS * self.size):
            order = self._place(self.random.choice(sold), self.ago(30 * 24 * (1 - n / (ORDERS * self.size))))
            self._advance(order, n)
        for n, order in enumerate(self.random.sample(list(self.orders.values()), TICKETS * self.size)):
            self._ask(order)["status"] = ("open", "in_progress", "closed", "sim_escalated")[min(n % 5, 3)]
        self.tasks = [key for key, one in self.orders.items() if self.is_waiting(one) and self.pools[one["product_id"]]]

    def _open_categories(self) -> None:
        for name, leaves in data.CATEGORIES.items():
            parent = data.hex_id(self.random)
            self.categories[parent] = {"path": name, "parent_id": None, "has_children": bool(leaves)}
            for leaf in leaves:
                path = f"{name} > {leaf}"
                self.categories[data.hex_id(self.random)] = {"path": path, "parent_id": parent, "has_children": False}

    def _stock_product(self, n: int) -> Thing:
        chance = self.random
        leaves = [key for key, one in self.categories.items() if not one["has_children"]]
        image = data.picture(chance)
        self.images[data.image_path(image)] = image
        category = chance.choice(leaves)
        found: Thing = {
            "category_id": category,
            "category_path": self.categories[category]["path"],
            "parent_category_id": self.categories[category]["parent_id"],
            "title": f"{data.TITLES[n % len(data.TITLES)]} #{n + 1}",
            "description": chance.choice(data.DESCRIPTIONS),
            "price": f"{Decimal(chance.randrange(120, 9000)) / 100:.2f}",
            "stock": chance.choice((0, 3, 25, 100, 1200)),
            "images": [data.image_path(image)] if n % 9 else [],
            "tags": chance.sample(data.TAGS, chance.randrange(3)),
            "rating": f"{chance.randrange(300, 501) / 100:.2f}",
            "status": "inactive" if n % 11 == 10 else "active",
            "warranty_period_days": str(chance.choice((0, 2, 30))),
            "source_product_id": f"SRC-{n:04d}" if n % 4 == 0 else None,
        }
        odd: dict[int, Thing] = {
            7: {"approval_status": "sim_pending_review"},
            19: {"status": "sim_suspended"},
            23: {"description": None},
            31: {"business_id": 2**53 + 1},
        }
        product = self.new_product({**found, **odd.get(n, {})}, self.ago(24 * 60 - n))
        if n % 3 == 0:
            self.import_accounts(product["product_id"], [data.account(chance) for _ in range(4)])
            product["stock"] = max(product["stock"], 4)
        return product

    # -- orders --------------------------------------------------------------------------------------------------------

    def _place(self, product: Thing, at: datetime, *, paid: bool = True) -> Thing:
        """A buyer buys: the stock falls."""
        chance = self.random
        quantity = min(chance.choice((1, 1, 1, 2, 3, 5)), max(1, product["stock"]))
        product["stock"] = max(0, product["stock"] - quantity)
        product["sales_count"] += quantity
        full = Decimal(product["price"]) * quantity
        login = Decimal("0.10") if chance.random() < 0.3 else Decimal(0)
        coupon = (full / 10).quantize(Decimal("0.01")) if chance.random() < 0.25 else Decimal(0)
        order: Thing = {
            "order_id": data.hex_id(chance),
            "order_no": self.number("TK", at),
            "buyer_id": chance.choice(self._buyers),
            "product_id": product["product_id"],
            "quantity": quantity,
            "original_price": f"{full:.2f}",
            "login_discount": f"{login:.2f}",
            "coupon_code": "DISCOUNT10" if coupon else None,
            "coupon_discount": f"{coupon:.2f}" if coupon else None,
            "total_amount": f"{full - login - coupon:.2f}",
            "status": "pending_order",
            "payment_status": "pending_payment",
            "payment_method": "balance",
            "created_at": self.stamp(at),
            "updated_at": self.stamp(at),
            "delivered_info": None,
            "account_id": None,
            "delivered_account_ids": [],
            "delivered_units": 0,
            "remaining_to_deliver": quantity,
            "supplier_income_recorded": False,
            "receipt_confirmed_at": None,
            "product": as_snapshot(product),
        }
        self.orders[order["order_id"]] = order
        if paid:
            self._pay(order, at)
        return order

    def _pay(self, order: Thing, at: datetime) -> None:
        order["payment_status"] = "completed_payment"
        payment: Thing = self.payments.get(order["order_id"]) or {
            "payment_no": self.number("PAY", at),
            "order_id": order["order_id"],
            "amount": order["total_amount"],
            "payment_method": "balance",
            "created_at": self.stamp(at),
        }
        payment.update(status="completed_payment", paid_at=self.stamp(at))
        self.payments[order["order_id"]] = payment

    def _advance(self, order: Thing, n: int) -> None:
        """Give the ``n``-th order of the beginning its place in an order's life."""
        at = order["created_at"]
        stage = n % 12
        if stage == 0:
            self._unpay(order)
        elif stage in (4, 5, 6, 7, 8, 9):
            self._deliver_by_hand(order, order["quantity"] if stage > 5 else order["quantity"] - 1)
            if stage > 7:
                self._confirm(order, at)
        elif stage == 10:
            order["status"] = "refunded_order"
        elif n == 11:
            order["status"] = "sim_disputed_order"
        order["updated_at"] = at

    def _unpay(self, order: Thing) -> None:
        """An order of the beginning whose payment is pending; the first one's payment has failed."""
        order["payment_status"] = "pending_payment"
        word = "pending_payment" if len(self.orders) > 1 else "sim_failed_payment"
        self.payments[order["order_id"]].update(status=word, paid_at=None)

    def _deliver_by_hand(self, order: Thing, units: int) -> None:
        rows = [":".join(data.account(self.random)) for _ in range(units)]
        self.rows[order["order_id"]] = rows
        if rows:
            order["delivered_info"] = rows[0] if units == 1 else json.dumps(rows)
        self.count_units(order)

    def _confirm(self, order: Thing, at: str) -> None:
        """The buyer confirms the receipt: the income is booked."""
        order.update(status="receipt_confirmed_order", receipt_confirmed_at=at, supplier_income_recorded=True)
        self.touch(order)

    def _ask(self, order: Thing) -> Thing:
        """A buyer opens a ticket."""
        return self.new_ticket(order, self.random.choice(data.TICKET_TITLES), self.random.choice(data.TICKET_TEXTS))

    # -- moving --------------------------------------------------------------------------------------------------------

    def drift(self) -> None:
        """An order and a product arrive at the head of their lists, and a product that was never sold goes."""
        self.clock.advance(1)
        sold = {order["product_id"] for order in self.orders.values()}
        unsold = [one for one in self.newest_first(self.products.values()) if one["product_id"] not in sold]
        for product in unsold[:1]:
            del self.products[product["product_id"]], self.pools[product["product_id"]]
        self._place(self.random.choice(list(self.products.values())), self.now())
        self._stock_product(len(self.products))["created_at"] = self.stamp()

    def move(self, event: str | None = None) -> str:
        """One of ``events`` happens; without a name, any that can."""
        if event is not None and event not in self.events:
            return f"unknown event; known: {', '.join(self.events)}"
        wanted = [event] if event else self.random.sample(self.events, len(self.events))
        self.clock.advance(1)
        for name in wanted:
            said = str(getattr(self, f"_move_{name}")())
            if said:
                return said
        return "nothing"

    def _move_order(self) -> str:
        """A new order, now and then an unpaid one; a pool delivers it when its task's turn comes."""
        on_sale = [p for p in self.products.values() if p["status"] == "active" and p["stock"] > 0]
        if not on_sale:
            return ""
        order = self._place(self.random.choice(on_sale), self.now(), paid=self.random.random() < 0.8)
        self.queue_deliveries(order["product_id"])
        return f"order {order['order_no']}"

    def _move_payment(self) -> str:
        order = self._some(lambda o: o["status"] == "pending_order" and o["payment_status"] == "pending_payment")
        if order is None:
            return ""
        self._pay(order, self.now())
        self.touch(order)
        self.queue_deliveries(order["product_id"])
        return f"payment of {order['order_no']}"

    def _move_auto_delivery(self) -> str:
        """The oldest delivery task runs."""
        while self.tasks:
            order = self.orders[self.tasks.pop(0)]
            units = self.deliver_from_pool(order)
            if units:
                return f"auto_delivery of {units} for {order['order_no']}"
        return ""

    def _move_receipt(self) -> str:
        order = self._some(lambda o: o["status"] == "completed_order")
        if order is None:
            return ""
        self._confirm(order, self.stamp())
        return f"receipt of {order['order_no']}"

    def _move_ticket(self) -> str:
        order = self._some(lambda o: o["payment_status"] == "completed_payment")
        return f"ticket {self._ask(order)['ticket_no']}" if order else ""

    def _move_ticket_status(self) -> str:
        """The marketplace's own people work on a ticket."""
        waiting = [one for one in self.tickets.values() if one["status"] != "closed"]
        if not waiting:
            return ""
        ticket = self.random.choice(waiting)
        ticket.update(status="closed" if ticket["status"] == "in_progress" else "in_progress", admin_invited=True)
        self.touch(ticket)
        return f"ticket_status {ticket['ticket_no']} {ticket['status']}"

    def _move_approval(self) -> str:
        waiting = [one for one in self.products.values() if one["approval_status"] != "approved"]
        if not waiting:
            return ""
        waiting[0]["approval_status"] = "approved"
        self.touch(waiting[0])
        return f"approval of {waiting[0]['product_id']}"

    def _some(self, fits: Callable[[Thing], bool]) -> Thing | None:
        """Any order that fits."""
        fitting = [order for order in self.orders.values() if fits(order)]
        return self.random.choice(fitting) if fitting else None
