"""The simulator's orders: list, delivery, delivery errors, and the callback when one arrives."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from channels.imetastore import sandbox_checks as check
from channels.imetastore.sandbox_catalog import ON_SALE, Catalog, Row
from channels.imetastore.sandbox_data import BUYERS, REQUIREMENTS
from channels.sandbox import Reply, Request, endpoint

FIRST_ORDER = 1689644928115784
FIRST_BUYER = 1907369850568257537
FIRST_CALLBACK = 2002986662652579841

# 1 is documented; from 101 on the numbers are invented.
PENDING, PART_DELIVERED, DELIVERED, COMPLETED, REFUNDED, STRANGE = 1, 101, 102, 103, 104, 199
STATUS_WORDS = {
    "101": "part_delivered", "102": "delivered", "103": "completed", "104": "refunded",
}  # fmt: skip
AUTO_CONFIRM = timedelta(days=5)
MAX_UNITS = 100_000
OLD = 40


class Orders(Catalog):
    """Orders with what was delivered and reported for each. A row's private keys hold its times and lists."""

    callback_secret: ClassVar[str] = "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"  # noqa: S105 - demo

    orders: list[Row]

    def populate_orders(self) -> None:
        """Some 64 orders for each size, over 40 days: the older, the further they have come."""
        self.orders = []
        self.buyers: list[Row] = [
            {"buyerId": FIRST_BUYER + 1009 * n, "buyerName": BUYERS[n % len(BUYERS)]} for n in range(16 * self.size)
        ]
        self.next_order, self.next_callback = FIRST_ORDER, FIRST_CALLBACK
        for n in range(64 * self.size):
            row = self.add_order(hours_ago=960 - 15 * (n % 64) if n % 64 < OLD else 4 * (64 - n % 64))
            if row is not None:
                self._age(row, n % 64)
        self.orders.sort(key=lambda row: row["_created"], reverse=True)

    def _age(self, row: Row, n: int) -> None:
        """Let an order of the starting state have gone its way."""
        if n >= OLD and n % 4 > 1:
            return
        at: datetime = row["_created"] + timedelta(hours=2)
        is_part = n >= OLD and n % 4 == 1 and row["quantity"] > 1
        units = 1 if is_part else row["quantity"]
        row["_delivered_at"] = at
        self._record_delivery(row, f"КОД-{n:04d}-ключ 🔑", units, at)
        self.set_status(row, STRANGE if n == 9 else PART_DELIVERED if is_part else DELIVERED, at)

    def add_order(self, hours_ago: float = 0) -> Row | None:
        """A new paid order; the stock falls. ``None`` when nothing can be bought."""
        offer = self._offer()
        if offer is None:
            return None
        product, sku = offer
        quantity = min(self.random.choice((1, 1, 1, 2, 5)), sku["stock"])
        sku["stock"] -= quantity
        made = self.now() - timedelta(hours=hours_ago)
        if not hours_ago:
            self.touch(product)
        row = self._order_row(product, sku, quantity, made)
        self.orders.insert(0, row)
        return row

    def _offer(self) -> tuple[Row, Row] | None:
        """A SKU that can be bought: by chance first, by looking at every one when chance fails."""
        for product in self.random.choices(self.products, k=20) if self.products else ():
            sku = self.random.choice(product["productSkus"] or [{"stock": 0}])
            if product["productSpuStatus"] == ON_SALE and sku["stock"]:
                return product, sku
        return next(((p, sku) for p, sku in self.skus() if p["productSpuStatus"] == ON_SALE and sku["stock"]), None)

    def _order_row(self, product: Row, sku: Row, quantity: int, made: datetime) -> Row:
        order_id = self.next_order + (9_000_000_000_000_000_000 if len(self.orders) % 16 == 5 else 0)
        self.next_order += self.random.randint(1, 97)
        price: Decimal = sku["price"]
        return {
            "orderId": order_id,
            "orderNum": f"SO{order_id}",
            "sellerOrderStatus": PENDING,
            **self.random.choice(self.buyers),
            "createdAt": check.plain_iso(made),
            "updateTime": check.iso(made),
            "productSpuId": product["id"],
            "productSkuId": sku["id"],
            "productTitle": product["title"],
            "quantity": quantity,
            "price": price,
            "currencyCode": sku["currencyCode"],
            "totalPrice": price * quantity,
            "deliveryRequirements": self.random.choice(REQUIREMENTS),
            "remark": self.random.choice((None, "", "谢谢!")),
            "_created": made,
            "_deliveries": [],
            "_errors": [],
            "_delivered_at": None,
        }

    def set_status(self, row: Row, status: int, at: datetime | None = None) -> None:
        """Move an order on."""
        row["sellerOrderStatus"] = status
        row["updateTime"] = check.iso(at or self.now())

    def pass_time(self) -> None:
        """Confirm by itself what was delivered 5 days ago."""
        for row in self.orders:
            since = row["_delivered_at"]
            if row["sellerOrderStatus"] == DELIVERED and since is not None and self.now() - since >= AUTO_CONFIRM:
                self.set_status(row, COMPLETED, since + AUTO_CONFIRM)

    def find_order(self, request: Request) -> Row:
        """The order that the path names."""
        wanted = request.params["orderId"]
        if not wanted.isascii() or not wanted.isdecimal():
            raise check.refuse(check.NOT_VALID, "orderId must be an integer")
        self.pass_time()
        found = next((row for row in self.orders if str(row["orderId"]) == wanted), None)
        if found is None:
            raise check.refuse(check.NOT_FOUND, f"Order {wanted} does not exist")
        return found

    # -- endpoints -------------------------------------------------------------------------------------------------

    @endpoint("POST", "/seller/order", "orders.list")
    def order_list(self, request: Request) -> Reply:
        """Get Order List."""
        body = check.body_of(request)
        self.pass_time()
        order_id = None if body.get("orderId") is None else check.identifier(body, "orderId")
        number = check.text(body, "orderNum")
        status = body.get("sellerOrderStatus")
        wanted = None if status is None else check.integer(body, "sellerOrderStatus", 0, 999)
        created = check.time_filter(body, "createTimeStart"), check.time_filter(body, "createTimeEnd")
        found = [
            row
            for row in self.orders
            if order_id in (None, row["orderId"])
            and number in (None, row["orderNum"])
            and wanted in (None, row["sellerOrderStatus"])
            and check.is_within(row["_created"], *created)
        ]
        return self.success(check.paged(found, body))

    @endpoint("POST", "/seller/order/{orderId}/deliver", "orders.deliver")
    def deliver(self, request: Request) -> Reply:
        """Submit Delivery: text or rows, in several parts until every unit is delivered, and then never again."""
        row = self.find_order(request)
        body = check.body_of(request)
        content = _content(body)
        left = row["quantity"] - sum(done["deliveringNumber"] for done in row["_deliveries"])
        default = len(content) if isinstance(content, list) else max(left, 1)
        units = check.integer(body, "quantity", 1, MAX_UNITS, default)
        extras = {key: check.text(body, key) for key in ("carrier", "trackingNumber")}
        if row["sellerOrderStatus"] not in (PENDING, PART_DELIVERED) or left <= 0:
            raise check.refuse(check.NOT_ALLOWED, "The order is not awaiting delivery")
        if isinstance(content, list) and units != len(content):
            raise check.refuse(check.NOT_VALID, "quantity differs from the number of rows")
        if units > left:
            raise check.refuse(check.NOT_ALLOWED, f"Only {left} of the order's units are left to deliver")
        self._record_delivery(row, content, units, self.now(), {key: value for key, value in extras.items() if value})
        self.set_status(row, DELIVERED if units == left else PART_DELIVERED)
        row["_delivered_at"] = self.now()
        self.applied("orders.deliver", orderId=str(row["orderId"]), units=units, rows=isinstance(content, list))
        return self.success()

    def _record_delivery(
        self, row: Row, content: str | list[str], units: int, at: datetime, extras: Row | None = None
    ) -> None:
        row["_deliveries"].append(
            {"content": content, **(extras or {}), "createTime": check.iso(at), "deliveringNumber": units}
        )

    @endpoint("GET", "/seller/order/{orderId}/deliver", "orders.deliveries")
    def deliveries(self, request: Request) -> Reply:
        """Get Delivery Details."""
        return self.success(self.find_order(request)["_deliveries"])

    @endpoint("POST", "/seller/order/{orderId}/deliver-error", "orders.deliver_error")
    def deliver_error(self, request: Request) -> Reply:
        """Submit Delivery Error."""
        row = self.find_order(request)
        body = check.body_of(request)
        error = {
            "imageUrls": check.addresses(body, "imageUrls"),
            "description": check.text(body, "remark") or "",
            "content": "",
            "isSendEmail": False,
            "createTime": check.iso(self.now()),
            "deliveringNumber": row["quantity"],
        }
        row["_errors"].append(error)
        self.applied("orders.deliver_error", orderId=str(row["orderId"]), remark=error["description"])
        return self.success()

    @endpoint("GET", "/seller/order/{orderId}/deliver-error", "orders.deliver_errors")
    def deliver_errors(self, request: Request) -> Reply:
        """Get Delivery Error Details: a plain list."""
        return self.success(self.find_order(request)["_errors"])

    # -- what happens by itself --------------------------------------------------------------------------------------

    def arrive(self) -> str:
        """An order comes in, and its callback goes out."""
        row = self.add_order()
        if row is None:
            return "nothing is in stock"
        self.call_back(row)
        return f"order {row['orderId']}"

    def confirm(self) -> str:
        """A buyer confirms what was delivered."""
        row = next((row for row in self.orders if row["sellerOrderStatus"] == DELIVERED), None)
        if row is None:
            return "nothing awaits confirmation"
        self.set_status(row, COMPLETED)
        return f"order {row['orderId']} completed"

    def call_back(self, row: Row) -> None:
        """Send the order status callback, signed over its headers."""
        self.next_callback += self.random.randint(1, 999)
        body = {
            "createdAt": row["createdAt"],
            "orderId": row["orderId"],
            "orderNum": row["orderNum"],
            "sellerOrderStatus": row["sellerOrderStatus"],
            "buyerId": str(row["buyerId"]),
        }
        headers = self.signed(str(int(self.now().timestamp() * 1000)), str(self.next_callback))
        self.push("order-status", headers, json.dumps(body).encode())

    def signed(self, timestamp: str, request_id: str) -> dict[str, str]:
        """The headers of a callback: raw = timestamp + request id + secret; hex(HMAC-SHA256(secret, raw))."""
        secret = self.callback_secret
        raw = timestamp + request_id + secret
        return {
            "Content-Type": "application/json",
            "X-Request-Id": request_id,
            "X-Timestamp": timestamp,
            "X-Signature": hmac.new(secret.encode(), raw.encode(), hashlib.sha256).hexdigest(),
        }


def _content(body: dict[str, Any]) -> str | list[str]:
    """What is to be delivered: a text, or rows, neither empty."""
    content: Any = body.get("content")
    is_text = isinstance(content, str) and bool(content.strip())
    is_rows = isinstance(content, list) and bool(content) and all(isinstance(one, str) and one for one in content)
    if not is_text and not is_rows:
        raise check.refuse(check.JSON_ERROR, "content must be a text, or an array of texts, that is not empty")
    found: str | list[str] = content
    return found
