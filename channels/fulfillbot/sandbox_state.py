"""What the agent's simulator knows, and the rules that every endpoint shares: keys, limits, the wallet."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from channels.fulfillbot.sandbox_data import SCOPES
from channels.fulfillbot.sandbox_rules import iso, problem, refuse
from channels.sandbox import Fault, Reply, Request, Sandbox

Row = dict[str, Any]

DEMO_KEY = "sk-demo-fulfillbot-4f1c9a7be2d8"
BROWSING_KEY = "sk-demo-browsing-only-77aa02c1"
WINDOW = 60


class State(Sandbox):
    """The simulator's memory.

    ``calls_per_minute`` is the key's own allowance, counted in fixed minutes of the simulator's clock. ``echo_remark``
    says whether the detail of an order gives its remark back, which no document states.
    """

    platform = "fulfillbot"
    credentials: ClassVar[dict[str, str]] = {"api_key": DEMO_KEY}
    calls_per_minute: int = 60
    echo_remark: bool = True

    def blank(self) -> None:
        """Nothing but the two keys: one with every scope, one for browsing only."""
        self.keys = {DEMO_KEY: SCOPES, BROWSING_KEY: ("products:read", "cart:read")}
        self.refusals = 0
        self.windows: dict[str, tuple[int, int]] = {}
        self.products: dict[int, Row] = {}
        self.offers: dict[str, int] = {}
        self.cart: dict[int, Row] = {}
        self.orders: dict[str, Row] = {}
        self.packages: dict[int, Row] = {}
        self.shipments: dict[str, Row] = {}
        self.transactions: list[Row] = []
        self.addresses: dict[int, Row] = {}
        self.favorites: dict[int, Row] = {}
        self.coupons: dict[int, Row] = {}
        self.profile: Row = {}
        self.balance = self.frozen = Decimal(0)
        self.numbers = {"cart": 501, "package": 101, "transaction": 9001, "address": 10, "favorite": 5}

    # -- who asks ----------------------------------------------------------------------------------------------------

    def key_of(self, request: Request) -> str:
        """The key in the header; empty where there is none."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return key if scheme == "Bearer" else ""

    def scopes_of(self, request: Request) -> tuple[str, ...]:
        """What the key may do."""
        return self.keys.get(self.key_of(request), ())

    def authenticate(self, request: Request) -> None:
        """A known key, and an allowance that is not used up."""
        key = self.key_of(request)
        if key not in self.keys:
            raise refuse(401, "Invalid API Key")
        if self.refusals:
            self.refusals -= 1
            raise refuse(401, "Invalid API Key")
        window, used = self._window(key)
        if used >= self.calls_per_minute:
            raise refuse(429, f"Rate limit exceeded. Try again in {self._wait()}s")
        self.windows[key] = (window, used + 1)

    def _window(self, key: str) -> tuple[int, int]:
        """The minute that runs, and the calls in it so far."""
        now = int(self.now().timestamp() // WINDOW)
        window, used = self.windows.get(key, (now, 0))
        return (now, used) if window == now else (now, 0)

    def _reset(self) -> int:
        return (int(self.now().timestamp() // WINDOW) + 1) * WINDOW

    def _wait(self) -> int:
        return max(1, math.ceil(self._reset() - self.now().timestamp()))

    def headers(self, request: Request) -> dict[str, str]:
        """The limit, what is left of it, and when the minute ends (seconds since 1970)."""
        key = self.key_of(request)
        if key not in self.keys:
            return {}
        left = max(0, self.calls_per_minute - self._window(key)[1])
        return self._limit_headers(left, self._reset())

    def _limit_headers(self, left: int, reset: int) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.calls_per_minute),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(reset),
        }

    def rate_limited(self, fault: Fault) -> Reply:
        """The 429 with the wait in its text and the reset in its header."""
        reply = problem(429, f"Rate limit exceeded. Try again in {math.ceil(fault.seconds)}s")
        reply.headers = self._limit_headers(0, math.ceil(self.now().timestamp() + fault.seconds))
        return reply

    def problem(self, status: int, words: str) -> Reply:
        """The error envelope; an unknown address answers ``Cannot GET /…``."""
        return problem(status, words.replace("No such endpoint:", "Cannot"))

    def expire_tokens(self) -> None:
        """Keys never expire by themselves: the call at hand is refused."""
        self.refusals += 1

    # -- small things ------------------------------------------------------------------------------------------------

    def next_number(self, of: str) -> int:
        """A fresh integer id."""
        self.numbers[of] += 1
        return self.numbers[of] - 1

    def order_number(self, prefix: str, at: datetime) -> str:
        """``ORD-20240115-001``: the day, and the count of the day."""
        name = f"{prefix}-{at.astimezone(UTC):%Y%m%d}"
        self.numbers[name] = self.numbers.get(name, 0) + 1
        return f"{name}-{self.numbers[name]:03d}"

    @property
    def available(self) -> Decimal:
        """What may be spent."""
        return self.balance - self.frozen

    def record_movement(self, kind: str, amount: Decimal, order_no: str | None, at: datetime) -> None:
        """A movement of the wallet. All movements together are what is available."""
        movement = {
            "id": self.next_number("transaction"),
            "type": kind,
            "amount": amount,
            "currency": "CNY",
            "orderNo": order_no,
            "createdAt": iso(at),
        }
        self.transactions.append(movement)

    def afford(self, amount: Decimal) -> None:
        """Refuse what the wallet cannot pay."""
        if amount > self.available:
            raise refuse(400, "Insufficient balance")

    def deposit(self, amount: Decimal, at: datetime) -> None:
        """A top-up from outside."""
        self.balance += amount
        self.record_movement("deposit", amount, None, at)

    def product_and_sku(self, product_id: str, sku_id: str) -> tuple[Row, Row]:
        """What may be bought, by the text ids of a body; a 400 for what does not exist."""
        is_number = product_id.isascii() and product_id.isdigit() and len(product_id) < 20
        product = self.products.get(int(product_id)) if is_number else None
        if product is None:
            raise refuse(400, f"Product {product_id} not found")
        sku = next((one for one in product["skus"] if one["skuId"] == sku_id), None)
        if sku is None:
            raise refuse(400, f"SKU {sku_id} not found for product {product_id}")
        return product, sku
