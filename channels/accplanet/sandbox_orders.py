"""The simulator's order endpoints (“Orders”). Which transitions are allowed is assumed: fact sheet, section 12."""

from __future__ import annotations

import copy
import json

from channels.accplanet.sandbox_shop import Shop, Thing
from channels.sandbox import Reply, Request, endpoint

SETTABLE = ("pending_order", "running_order", "completed_order", "refunded_order")
TRANSITIONS = {
    "pending_order": ("pending_order", "running_order", "refunded_order"),
    "running_order": ("running_order", "completed_order", "refunded_order"),
    "completed_order": ("completed_order", "refunded_order"),
    "refunded_order": ("refunded_order",),
}


class Orders(Shop):
    """List, get, refund, deliver, change status."""

    @endpoint("GET", "/orders/api/supplier/list/", "orders.list")
    def list_orders(self, request: Request) -> Reply:
        """Newest first; ``search`` looks into numbers, ids and titles."""
        word, status = request.query.get("search", "").casefold(), request.query.get("status")
        rows = [
            one
            for one in self.newest_first(self.orders.values())
            if status in (None, one["status"])
            and word in f"{one['order_no']} {one['order_id']} {one['product']['title']}".casefold()
        ]
        return self.listed(request, rows)

    @endpoint("GET", "/orders/api/{order_id}/", "orders.get")
    def get_order(self, request: Request) -> Reply:
        """One order."""
        return self.done(order=copy.deepcopy(self.own(self.orders, request, "order_id", "Order")))

    @endpoint("POST", "/orders/api/supplier/{order_id}/refund/", "orders.refund")
    def refund_order(self, request: Request) -> Reply:
        """All of it, once; a confirmed order can no longer be refunded."""
        order = self.own(self.orders, request, "order_id", "Order")
        if order["status"] == "refunded_order":
            raise self.refuse(409, "Order has already been refunded.")
        if order["payment_status"] != "completed_payment" or order["status"] not in TRANSITIONS:
            raise self.refuse(409, "Order cannot be refunded in its current status.")
        order["status"] = "refunded_order"
        self.touch(order)
        refund_no = self.number("REF")
        self.applied("orders.refund", order_id=order["order_id"], refund_no=refund_no, amount=order["total_amount"])
        return self.done(order_id=order["order_id"], refund_no=refund_no, message="Refund processed successfully.")

    @endpoint("POST", "/orders/api/supplier/{order_id}/delivered-info/", "orders.update_delivered_info")
    def update_delivered_info(self, request: Request) -> Reply:
        """Manual delivery: replaces the rows, or merges a JSON array into them without duplicates."""
        order = self.own(self.orders, request, "order_id", "Order")
        fields = self.fields(request)
        is_append = fields.flag("append_delivered_info")
        rows, is_list = fields.delivered_rows(must_be_list=is_append)
        before = self.rows.get(order["order_id"], [])
        merged = list(dict.fromkeys([*before, *rows])) if is_append else rows
        self._check_delivery(order, len(merged))
        was_complete = order["status"] == "completed_order"
        self.rows[order["order_id"]] = merged
        order["delivered_info"] = json.dumps(merged, ensure_ascii=False) if is_append or is_list else merged[0]
        self.count_units(order)
        self.applied(
            "orders.update_delivered_info",
            order_id=order["order_id"],
            append=is_append,
            rows=len(rows),
            rows_before=len(before),
            delivered_units=order["delivered_units"],
        )
        return self.done(
            order_id=order["order_id"],
            message="Delivered info updated.",
            delivered_units=order["delivered_units"],
            order_completed=order["status"] == "completed_order" and not was_complete,
            append_delivered_info=is_append,
        )

    def _check_delivery(self, order: Thing, rows: int) -> None:
        """Paid, open, and never more than was bought; a delivered order stays delivered."""
        if order["payment_status"] != "completed_payment":
            raise self.refuse(409, "Order has not been paid.")
        if order["status"] not in ("pending_order", "running_order", "completed_order"):
            raise self.refuse(409, "Order can no longer be delivered.")
        units = rows + len(order["delivered_account_ids"])
        if units > order["quantity"]:
            raise self.refuse(400, f"Delivered units ({units}) exceed the quantity ({order['quantity']}).")
        if order["status"] == "completed_order" and units < order["delivered_units"]:
            raise self.refuse(409, "A completed order cannot lose delivered units.")

    @endpoint("POST", "/orders/api/supplier/{order_id}/status/", "orders.change_status")
    def change_status(self, request: Request) -> Reply:
        """One of four words, forward only. Moves no money, also not with ``refunded_order``."""
        order = self.own(self.orders, request, "order_id", "Order")
        fields = self.fields(request)
        given = fields.value("order_status") or fields.value("status")
        if given not in SETTABLE:
            raise self.refuse(400, f"order_status must be one of: {', '.join(SETTABLE)}.")
        if given not in TRANSITIONS.get(order["status"], ()):
            raise self.refuse(409, f"Order cannot go from {order['status']} to {given}.")
        before, order["status"] = order["status"], given
        self.touch(order)
        self.applied("orders.change_status", order_id=order["order_id"], status=given, before=before)
        return self.done(order_id=order["order_id"], status=given, message="Order status updated.")
