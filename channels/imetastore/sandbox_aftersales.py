"""The simulator's after-sales cases: a buyer asks for a refund, the seller decides within 48 hours."""

from __future__ import annotations

from datetime import timedelta

from channels.imetastore import sandbox_checks as check
from channels.imetastore.sandbox_catalog import Row
from channels.imetastore.sandbox_data import COMPLAINTS
from channels.imetastore.sandbox_orders import COMPLETED, DELIVERED, PART_DELIVERED, REFUNDED, Orders
from channels.sandbox import Reply, Request, endpoint

FIRST_CASE = 4001591587541074001

# All invented: no document lists the codes.
WAITING, APPROVED, REJECTED, LAPSED = 101, 102, 103, 104
CASE_WORDS = {"101": "pending", "102": "approved", "103": "rejected", "104": "lapsed"}
TIME_TO_DECIDE = timedelta(hours=48)
SYMBOLS = {"USD": "$", "EUR": "€"}


class AfterSales(Orders):
    """At most one case an order, kept under the order's id."""

    cases: dict[int, Row]

    def populate_cases(self) -> None:
        """One case for each fifth delivered order: undecided, approved and rejected ones."""
        self.cases = {}
        self.next_case = FIRST_CASE
        delivered = [row for row in self.orders if row["sellerOrderStatus"] in (DELIVERED, COMPLETED)]
        for n, row in enumerate(delivered[::5]):
            case = self.open_case(row, hours_ago=6 * (n % 5) + 1)
            if n % 3 == 1:
                self._decide(row, case, approved=True, images=[])
            elif n % 3 == 2:
                self._decide(row, case, approved=False, images=["https://img.example.com/proof.png"])

    def open_case(self, row: Row, hours_ago: float = 0) -> Row:
        """A buyer asks for a refund."""
        reason, reason_text, description = self.random.choice(COMPLAINTS)
        made = self.now() - timedelta(hours=hours_ago)
        currency = row["currencyCode"]
        self.next_case += self.random.randint(1, 99)
        case = {
            "id": self.next_case,
            "orderId": row["orderId"],
            "orderNum": row["orderNum"],
            "buyerName": row["buyerName"],
            "afterSalesOrderNum": f"AS{self.next_case}",
            "isReceipt": self.random.choice((True, False)),
            "afterSalesReason": reason,
            "afterSalesReasonText": reason_text,
            "originalCurrencyProductPrice": row["totalPrice"],
            "originalCurrencyCode": currency,
            "originalCurrencySymbol": SYMBOLS[currency],
            "convertCurrencyPrice": row["totalPrice"],
            "convertCurrencyCode": currency,
            "convertCurrencySymbol": SYMBOLS[currency],
            "orderDeliveryStatus": row["sellerOrderStatus"],
            "description": description,
            "imageUrls": self.random.choice(([], ["https://img.example.com/complaint.jpg"])),
            "imageIds": [],
            "rejectReason": None,
            "rejectImageUrls": [],
            "rejectImageIds": [],
            "operationTime": None,
            "orderAfterSalesStatus": WAITING,
            "afterSalesCount": 1,
            "createTime": check.iso(made),
            "updateTime": check.iso(made),
            "_created": made,
        }
        self.cases[row["orderId"]] = case
        return case

    def _decide(self, row: Row, case: Row, *, approved: bool, images: list[str]) -> None:
        case.update(
            orderAfterSalesStatus=APPROVED if approved else REJECTED,
            operationTime=check.iso(self.now()),
            updateTime=check.iso(self.now()),
            rejectReason=None if approved else 9,
            rejectImageUrls=images,
        )
        if approved:
            self.set_status(row, REFUNDED)

    def pass_time(self) -> None:
        """Refund by itself what nobody decided within 48 hours."""
        super().pass_time()
        for row in self.orders:
            case = self.cases.get(row["orderId"]) if self.cases else None
            if case is None or case["orderAfterSalesStatus"] != WAITING:
                continue
            ended = case["_created"] + TIME_TO_DECIDE
            if self.now() >= ended:
                case.update(orderAfterSalesStatus=LAPSED, updateTime=check.iso(ended))
                self.set_status(row, REFUNDED, ended)

    @endpoint("GET", "/seller/order/{orderId}/after-sales", "aftersales.detail")
    def after_sales(self, request: Request) -> Reply:
        """Get After-sales Details; null for an order without a case."""
        case = self.cases.get(self.find_order(request)["orderId"])
        return self.success(check.public(case) if case else None)

    @endpoint("POST", "/seller/order/{orderId}/after-sales/seller-audit", "aftersales.audit")
    def seller_audit(self, request: Request) -> Reply:
        """Submit After-sales Approval: once."""
        row = self.find_order(request)
        body = check.body_of(request)
        approved = check.optional(body, "isApproved", bool, "a boolean")
        reason = (check.text(body, "rejectDescription") or "").strip()
        images = check.addresses(body, "rejectImageUrls")
        if approved is None:
            raise check.refuse(check.JSON_ERROR, "isApproved is required")
        if not approved and not reason:
            raise check.refuse(check.NOT_VALID, "rejectDescription is required when rejecting")
        case = self.cases.get(row["orderId"])
        if case is None:
            raise check.refuse(check.NOT_FOUND, "The order has no after-sales request")
        if case["orderAfterSalesStatus"] != WAITING:
            raise check.refuse(check.NOT_ALLOWED, "The after-sales request was already decided")
        self._decide(row, case, approved=approved, images=images)
        self.applied("aftersales.audit", orderId=str(row["orderId"]), isApproved=approved, rejectDescription=reason)
        return self.success()

    def complain(self) -> str:
        """A buyer asks for a refund of something delivered."""
        for row in self.orders:
            if row["sellerOrderStatus"] in (DELIVERED, PART_DELIVERED, COMPLETED) and row["orderId"] not in self.cases:
                return f"case {self.open_case(row)['id']} for order {row['orderId']}"
        return "nobody has a reason to complain"
