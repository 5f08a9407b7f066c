"""The simulator's state and manners: authentication, errors, paging, and what every endpoint shares.

No document states the errors, the list envelope or the paging; these are the defaults of the fact sheet, section 12.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from channels.accplanet import sandbox_data as data
from channels.accplanet.sandbox_fields import Fields
from channels.sandbox import Fault, Refusal, Reply, Request, Sandbox

Thing = dict[str, Any]

BUYER_KEY = "ap_demo_buyer_2b9e4c71"
DEFAULT_PAGE, LARGEST_PAGE = 20, 100


class Shop(Sandbox):
    """State: everything is kept in the documented shape, secrets apart; payments by the id of their order.

    Switches for tests: ``refuse_in_200`` answers errors with HTTP 200, ``error_key`` names the key of their words.
    """

    platform: ClassVar[str] = "accplanet"
    credentials: ClassVar[dict[str, str]] = {"api_key": "ap_demo_supplier_7f3d9a52"}
    refuse_in_200 = False
    error_key = "message"
    refusals = 0

    products: dict[str, Thing]
    pools: dict[str, list[tuple[str, str, str]]]
    categories: dict[str, Thing]
    orders: dict[str, Thing]
    rows: dict[str, list[str]]
    tasks: list[str]
    tickets: dict[str, Thing]
    payments: dict[str, Thing]
    images: dict[str, bytes]
    numbers: set[str]
    made: int
    supplier_id: str

    # -- manners -------------------------------------------------------------------------------------------------------

    def handle(self, request: Request, in_process: bool = True) -> Reply:
        """As a site of its kind: a missing trailing slash redirects, an unknown address is an HTML page."""
        if request.path.startswith("/_sandbox/") or self._match(request):
            return super().handle(request, in_process)
        if not request.path.endswith("/"):
            return Reply(301, b"", {"Location": request.path.rpartition("/")[2] + "/"}, "text/html")
        known = [m for _, (m, pattern, _, _) in self._endpoints if pattern.match(request.path)]
        if known:
            refusal = self.problem(405, f"Method {request.method} not allowed.")
            return Reply(refusal.status, refusal.body, {"Allow": ", ".join(sorted(known))})
        return Reply(404, b"<!doctype html><title>Not Found</title><h1>Not Found</h1>", content_type="text/html")

    def authenticate(self, request: Request) -> None:
        """One of: ``X-API-Key``, ``Authorization: Bearer``, or ``key``/``apikey`` in a JSON body."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        given = request.headers.get("x-api-key") or (bearer if scheme.lower() == "bearer" else "")
        if not given and request.headers.get("content-type", "").startswith("application/json"):
            fields = Fields(request, self.refuse)
            given = fields.value("key") or fields.value("apikey") or ""
        if given == BUYER_KEY:
            raise self.refuse(403, "This API key does not belong to a supplier.")
        if given != self.credentials["api_key"] or self.refusals:
            self.refusals = max(0, self.refusals - 1)
            raise self.refuse(401, "Invalid or missing API key.")

    def expire_tokens(self) -> None:
        """Keys never end by themselves: the call at hand is refused as if its key had been withdrawn."""
        self.refusals += 1

    def problem(self, status: int, words: str) -> Reply:
        """``{"success": false, "message": …}``."""
        return Reply(200 if self.refuse_in_200 else status, {"success": False, self.error_key: words})

    def rate_limited(self, fault: Fault) -> Reply:
        """No limit is documented; this is the standard answer."""
        reply = self.problem(429, "Too many requests. Please try again later.")
        return Reply(429, reply.body, {"Retry-After": str(int(fault.seconds))})

    def refuse(self, status: int, words: str) -> Refusal:
        """The refusal to raise."""
        return Refusal(self.problem(status, words))

    def done(self, **found: Any) -> Reply:
        """The flat success envelope."""
        return Reply(200, {"success": True, **found})

    def fields(self, request: Request) -> Fields:
        """The body's fields."""
        return Fields(request, self.refuse)

    # -- time and numbers ----------------------------------------------------------------------------------------------

    def stamp(self, at: datetime | None = None) -> str:
        """A time as the platform writes it."""
        return (at or self.now()).strftime("%Y-%m-%dT%H:%M:%SZ")

    def number(self, prefix: str, at: datetime | None = None) -> str:
        """An order, ticket, refund or payment number: the prefix and 13 digits, never twice the same."""
        found = int((at or self.now()).timestamp() * 1000)
        while f"{prefix}{found:013d}" in self.numbers:
            found += 1
        self.numbers.add(f"{prefix}{found:013d}")
        return f"{prefix}{found:013d}"

    def ago(self, hours: float) -> datetime:
        """A time before now."""
        return self.now() - timedelta(hours=hours)

    # -- finding and listing -------------------------------------------------------------------------------------------

    def own(self, found: dict[str, Thing], request: Request, key: str, name: str) -> Thing:
        """The thing that the path names; 404 when there is none."""
        thing = found.get(request.params[key])
        if thing is None:
            raise self.refuse(404, f"{name} not found.")
        return thing

    def listed(self, request: Request, found: Iterable[Thing], show: Callable[[Thing], Thing] = copy.deepcopy) -> Reply:
        """One page of ``found``, in the assumed envelope."""
        rows = list(found)
        page = self.query_number(request, "page", 1, 1_000_000)
        size = self.query_number(request, "page_size", DEFAULT_PAGE, LARGEST_PAGE)
        shown = [show(one) for one in rows[(page - 1) * size : page * size]]
        pages = max(1, -(-len(rows) // size))
        return self.done(results=shown, page=page, page_size=size, total=len(rows), total_pages=pages)

    def query_number(self, request: Request, key: str, default: int, most: int) -> int:
        """A Number in the query, 1 … ``most``."""
        given = request.query.get(key, str(default))
        if not given.isdecimal() or not 1 <= int(given[:9]) <= most:
            raise self.refuse(400, f"{key} must be a number from 1 to {most}.")
        return int(given)

    def query_money(self, request: Request, key: str) -> Decimal | None:
        """A Number in the query that is an amount."""
        given = request.query.get(key)
        if given is None:
            return None
        if not given.replace(".", "", 1).isdecimal():
            raise self.refuse(400, f"{key} must be a number.")
        return Decimal(given)

    @staticmethod
    def newest_first(found: Iterable[Thing]) -> list[Thing]:
        """By creation."""
        return sorted(found, key=lambda one: one["created_at"], reverse=True)

    # -- what happens to orders, whoever makes it happen ---------------------------------------------------------------

    def touch(self, thing: Thing) -> None:
        """It changed now."""
        thing["updated_at"] = self.stamp()

    def remaining(self, order: Thing) -> int:
        """Units not delivered yet."""
        return int(order["quantity"]) - int(order["delivered_units"])

    def count_units(self, order: Thing) -> None:
        """Bring the counts in step with what was delivered; all delivered completes the order."""
        units = len(order["delivered_account_ids"]) + len(self.rows.get(order["order_id"], ()))
        order["delivered_units"], order["remaining_to_deliver"] = units, int(order["quantity"]) - units
        if order["status"] in ("pending_order", "running_order"):
            order["status"] = "completed_order" if units >= order["quantity"] else "running_order"
        self.touch(order)

    def is_waiting(self, order: Thing) -> bool:
        """Paid and not yet delivered in full."""
        is_open = order["status"] in ("pending_order", "running_order")
        return is_open and order["payment_status"] == "completed_payment" and self.remaining(order) > 0

    def queue_deliveries(self, product_id: str) -> int:
        """Queue the waiting orders of a product for delivery from its pool, oldest first; how many."""
        pool = len(self.pools[product_id])
        waiting = [o for o in self.orders.values() if o["product_id"] == product_id and self.is_waiting(o)]
        new = [o["order_id"] for o in self.newest_first(waiting)[::-1] if o["order_id"] not in self.tasks]
        queued = new[:pool]
        self.tasks.extend(queued)
        return len(queued)

    def deliver_from_pool(self, order: Thing) -> int:
        """What a delivery task does when its turn comes; how many units it delivered."""
        pool = self.pools.get(order["product_id"], [])
        units = min(len(pool), self.remaining(order)) if self.is_waiting(order) else 0
        taken, pool[:units] = pool[:units], []
        if units:
            order["delivered_account_ids"] += [account_id for account_id, _, _ in taken]
            order["account_id"] = order["delivered_account_ids"][0]
            self.count_units(order)
        return units

    def import_accounts(self, product_id: str, pairs: list[tuple[str, str]]) -> int:
        """Add to a pool, leaving out exact duplicates; how many were added."""
        pool = self.pools[product_id]
        known = {(name, secret) for _, name, secret in pool}
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        pool.extend((data.hex_id(self.random), name, secret) for name, secret in fresh)
        return len(fresh)
