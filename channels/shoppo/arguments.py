"""Our arguments → the variables of Shoppo's operations. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from channels import records as r

MARGIN = timedelta(days=1)
STYLES = ("auto", "snake", "camel")
CREATE_TICKET = {
    "exchange": "createExchangeItemTicket",
    "refund": "createRefundTicket",
    "question": "createOrderQuestionTicket",
}


def time_range(since: datetime, now: datetime) -> list[int]:
    """Unix seconds from just before ``since`` to a day ahead: whether the bounds count is not documented."""
    return [int(since.timestamp()) - 1, int((now + MARGIN).timestamp())]


def order_filters(
    style: str,
    *,
    partner_code: str = "",
    paid: list[int] | None = None,
    statuses: Iterable[str] = (),
) -> dict[str, Any]:
    """``OrderFilterInput`` in the spelling of every sample query (``camel``), else in that of its table."""
    spellings = {"partner_order_code": partner_code, "time_payment_processed_range": paid, "status_in": list(statuses)}
    given = {key: value for key, value in spellings.items() if value}
    return {_camel(key): value for key, value in given.items()} if style == "camel" else given


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)


def new_order(draft: r.OrderDraft) -> dict[str, Any]:
    """Variables of createOrder. ``streetAddress2`` is required there and may be empty."""
    address = draft.address
    extra = {"logisticAttribute": draft.logistic_attribute} if draft.logistic_attribute else {}
    return {
        "shippingAddress": {
            "recipientFirstName": draft.first_name,
            "recipientLastName": draft.last_name,
            "streetAddress1": address.street1,
            "streetAddress2": address.street2,
            "city": address.city,
            "state": address.state,
            "countryCode": address.country,
            "zipcode": address.postcode,
            "phoneNumber": address.phone,
            **extra,
        },
        "orderItems": [{"skuId": line.variant_remote_id, "quantity": line.quantity} for line in draft.lines],
        "partnerOrderCode": draft.partner_code,
        "trackingNumber": draft.tracking_number or None,
        "partnerSellerName": draft.seller_name or None,
    }


def new_ticket(draft: r.TicketDraft) -> dict[str, Any]:
    """Variables of the mutation that opens a ticket of the draft's kind; its text travels as the remark."""
    variables: dict[str, Any] = {
        "firstName": draft.first_name,
        "lastName": draft.last_name,
        "email": draft.email,
        "orderItemIds": list(draft.items),
        "imageIds": list(draft.images),
        "remark": draft.text or draft.subject or None,
    }
    if draft.kind in ("exchange", "refund"):
        variables["reason"] = draft.reason
    if draft.kind == "refund":
        variables["problemType"] = draft.problem_type
    if draft.kind in ("refund", "question"):
        variables["itemDeliveryStatus"] = draft.item_delivery_status
    return variables
