"""The agent's simulator: purchase orders, from the wallet to the warehouse."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any, NamedTuple

from channels.fulfillbot.sandbox_data import CARRIERS, PURCHASE_STATUSES
from channels.fulfillbot.sandbox_rules import Given, api, body_of, data, iso, paged, refuse
from channels.fulfillbot.sandbox_state import Row, State
from channels.sandbox import Reply, Request

_ROW = ("orderNo", "status", "totalAmount", "createdAt")
_PLACED = ("orderNo", "status", "totalAmount", "serviceFee", "currency", "items", "createdAt")


class Wanted(NamedTuple):
    """One line to buy."""

    product: Row
    sku: Row
    quantity: int
    remark: str = ""


class Orders(State):
    """A new order freezes its amount; paying debits it with the service fee; cancelling gives it back."""

    @api("POST", "/orders", "orders.create", "orders:write")
    def create_order(self, request: Request) -> Reply:
        """Every line is checked before any money moves."""
        given = Given(body_of(request))
        lines = [_line(item) for item in given.several("items")]
        remark, coupon_id = given.text("remark"), given.whole("couponId", least=1)
        given.check()
        wanted = [Wanted(*self.product_and_sku(line[0], line[1]), line[2], line[3]) for line in lines]
        order = self.place(wanted, self.now(), remark, coupon_id)
        self.applied(
            "orders.create",
            orderNo=order["orderNo"],
            items=[list(line[:3]) for line in lines],
            totalAmount=str(order["totalAmount"]),
            remark=remark,
        )
        return data({key: order[key] for key in _PLACED}, 201)

    def place(self, wanted: list[Wanted], at: datetime, remark: str = "", coupon_id: int = 0) -> Row:
        """Check, freeze and keep a new order."""
        self._check_lines(wanted)
        goods = sum((line.sku["price"] * line.quantity for line in wanted), Decimal("0.00"))
        total = goods - self._discount(coupon_id, goods, at)
        fee = (goods * Decimal("0.05")).to_integral_value(ROUND_CEILING).quantize(Decimal("0.01"))
        self.afford(total + fee)
        self.coupons.pop(coupon_id, None)
        for line in wanted:
            _take(line, -1)
        number = self.order_number("ORD", at)
        self.orders[number] = {
            "orderNo": number,
            "status": "pending",
            "totalAmount": total,
            "serviceFee": fee,
            "currency": "CNY",
            "platform": wanted[0].product["platform"],
            "items": [_kept(line) for line in wanted],
            "logistics": None,
            "inspection": None,
            "createdAt": iso(at),
            "updatedAt": iso(at),
            "_remark": remark,
            "_wanted": wanted,
        }
        self.frozen += total
        self.record_movement("purchase", -total, number, at)
        return self.orders[number]

    def _check_lines(self, wanted: list[Wanted]) -> None:
        """Stock over all lines of a SKU, and the least quantity of a product."""
        pieces: dict[tuple[int, str], int] = {}
        for line in wanted:
            key = (line.product["id"], line.sku["skuId"])
            pieces[key] = pieces.get(key, 0) + line.quantity
            if pieces[key] > line.sku["stock"]:
                raise refuse(400, f"Insufficient stock for SKU {line.sku['skuId']}")
        for line in wanted:
            bought = sum(count for (product, _), count in pieces.items() if product == line.product["id"])
            if bought < line.product["_minimum"]:
                raise refuse(
                    400, f"Minimum order quantity for product {line.product['id']} is {line.product['_minimum']}"
                )

    def _discount(self, coupon_id: int, goods: Decimal, at: datetime) -> Decimal:
        """What a coupon of ours takes off."""
        if not coupon_id:
            return Decimal("0.00")
        coupon = self.coupons.get(coupon_id)
        if coupon is None or not coupon["_mine"] or coupon["expiresAt"] < iso(at):
            raise refuse(400, "Coupon is not available")
        if goods < coupon["minOrderAmount"]:
            raise refuse(400, f"Order amount is below the coupon minimum of {coupon['minOrderAmount']}")
        share = goods * coupon["value"] / 100 if coupon["type"] == "percentage" else coupon["value"]
        return Decimal(min(share, goods)).quantize(Decimal("0.01"))

    # -- reading -----------------------------------------------------------------------------------------------------

    @api("GET", "/orders", "orders.list", "orders:read")
    def list_orders(self, request: Request) -> Reply:
        """Newest first, by status where asked."""
        query = Given(request.query, of_query=True)
        status = query.text("status", among=PURCHASE_STATUSES)
        query.check()
        found = [order for order in self.orders.values() if not status or order["status"] == status]
        found.sort(key=lambda order: (order["createdAt"], order["orderNo"]), reverse=True)
        return paged(request, [{**{k: o[k] for k in _ROW}, "itemCount": len(o["items"])} for o in found])

    @api("GET", "/orders/{id}", "orders.read", "orders:read")
    def read_order(self, request: Request) -> Reply:
        """The whole order; its remark only where ``echo_remark`` is set."""
        order = self._order(request)
        return data({**order, "remark": order["_remark"]} if self.echo_remark else order)

    @api("GET", "/orders/{id}/status", "orders.status", "orders:read")
    def read_status(self, request: Request) -> Reply:
        """Just the status."""
        order = self._order(request)
        return data({"orderNo": order["orderNo"], "status": order["status"]})

    @api("GET", "/orders/{id}/logistics", "orders.logistics", "orders:read")
    def read_logistics(self, request: Request) -> Reply:
        """Just the tracking."""
        return data(self._order(request)["logistics"])

    @api("GET", "/orders/{id}/inspection", "orders.inspection", "orders:read")
    def read_inspection(self, request: Request) -> Reply:
        """Just the findings."""
        return data(self._order(request)["inspection"])

    def _order(self, request: Request) -> Row:
        order = self.orders.get(request.params["id"])
        if order is None:
            raise refuse(404, "Order not found")
        return order

    # -- cancelling --------------------------------------------------------------------------------------------------

    @api("POST", "/orders/{id}/cancel", "orders.cancel", "orders:write")
    def cancel_order(self, request: Request) -> Reply:
        """Only while pending or paid; the money goes back at once."""
        order = self._order(request)
        given = Given(body_of(request))
        given.text("reason")
        given.check()
        if order["status"] not in ("pending", "paid"):
            raise refuse(400, f"Order cannot be cancelled in status {order['status']}")
        refund = self.cancel(order, self.now())
        self.applied("orders.cancel", orderNo=order["orderNo"], refundAmount=str(refund))
        answer = {"orderNo": order["orderNo"], "status": "cancelled", "refundAmount": refund}
        return data({**answer, "message": "Order cancelled"})

    def cancel(self, order: Row, at: datetime) -> Decimal:
        """Give back what was frozen, or what was paid with the fee."""
        refund: Decimal = order["totalAmount"]
        if order["status"] == "pending":
            self.frozen -= refund
        else:
            refund += order["serviceFee"]
            self.balance += refund
        for line in order["_wanted"]:
            _take(line, 1)
        self.record_movement("refund", refund, order["orderNo"], at)
        order.update(status="cancelled", updatedAt=iso(at))
        return refund

    # -- moving on ---------------------------------------------------------------------------------------------------

    def advance(self, order: Row, at: datetime) -> None:
        """One step towards the warehouse; there an order waits for its shipment."""
        steps: dict[str, Any] = {
            "pending": self._pay,
            "paid": lambda order, at: order.update(status="purchased"),
            "purchased": self._send,
            "shipped_to_warehouse": self._store,
        }
        steps[order["status"]](order, at)
        order["updatedAt"] = iso(at)

    def _pay(self, order: Row, at: datetime) -> None:
        self.frozen -= order["totalAmount"]
        self.balance -= order["totalAmount"] + order["serviceFee"]
        self.record_movement("service_fee", -order["serviceFee"], order["orderNo"], at)
        order["status"] = "paid"

    def _send(self, order: Row, at: datetime) -> None:
        tracking = f"SF{self.random.randint(10**9, 10**10 - 1)}"
        order["logistics"] = {"trackingNo": tracking, "carrier": self.random.choice(CARRIERS)}
        order["status"] = "shipped_to_warehouse"

    def _store(self, order: Row, at: datetime) -> None:
        """The goods arrive: inspection, and one package a line."""
        weights = [line.product["_grams"] * line.quantity for line in order["_wanted"]]
        result = "failed" if self.random.random() < 0.1 else "passed"
        photos = [f"https://img.example.com/qc/{order['orderNo']}/{n}.jpg" for n in range(1, self.random.randint(4, 6))]
        order["inspection"] = {"result": result, "weight": sum(weights), "photos": photos}
        order["status"] = "in_warehouse"
        for line, grams in zip(order["_wanted"], weights, strict=True):
            number = self.next_number("package")
            self.packages[number] = {
                "id": number,
                "productName": line.product["title"],
                "weight": grams,
                "status": "in_warehouse",
                "orderId": order["orderNo"],
                "inspectionPhotos": photos,
                "arrivedAt": iso(at),
                "_at": at,
                "_passed": result == "passed",
            }


def _line(item: Given) -> tuple[str, str, int, str]:
    return (
        item.text("productId", required=True),
        item.text("skuId", required=True),
        item.whole("quantity", required=True, least=1),
        item.text("remark"),
    )


def _kept(line: Wanted) -> Row:
    """A line as orders show it: no SKU id, no remark."""
    return {
        "productId": line.product["id"],
        "title": line.product["title"],
        "skuName": line.sku["name"],
        "price": line.sku["price"],
        "quantity": line.quantity,
    }


def _take(line: Wanted, sign: int) -> None:
    """Stock falls when ordered (-1), and comes back when cancelled (+1)."""
    line.sku["stock"] += sign * line.quantity
    line.product["stock"] = max(0, line.product["stock"] + sign * line.quantity)
