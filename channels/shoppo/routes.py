"""The operations of the partner API: one address for all of them, one route per operation name."""

from __future__ import annotations

from channels.routes import Route


def _operation(name: str, *, writes: bool = False, documented: bool = True, quirk: str = "") -> Route:
    return Route(name=name, method="POST", path="", writes=writes, documented=documented, quirk=quirk)


_ASSUMED_NAME = "The document describes it without naming it; the name follows its exchange sibling."

ROUTES: tuple[Route, ...] = (
    _operation("product", quirk="Named by the live id; a snapshot of an order answers with its own id."),
    _operation("sku"),
    _operation("productList", quirk="Filtered by update time; the page size limit is not documented."),
    _operation("productCategories"),
    _operation(
        "orderList",
        quirk="Times filter on payment only, so unpaid orders are asked for by status; the partner order code can be "
        "filtered by, but is never read back.",
    ),
    _operation("order"),
    _operation("orderItem"),
    _operation(
        "createOrder", writes=True, quirk="Nothing says that a partner order code is unique: a repeat is a new order."
    ),
    _operation("setOrderAsPaid", writes=True, quirk="Only while the order is OPEN; the charge id should be unique."),
    _operation(
        "cancelOrder", writes=True, quirk="Only while every item is PAID, about two hours; later a ticket is needed."
    ),
    _operation("cancelOrderItem", writes=True, quirk="Only while the item is PAID; later a ticket is needed."),
    _operation(
        "uploadImage",
        writes=True,
        quirk="How the file travels is not documented; the GraphQL multipart request convention is assumed.",
    ),
    _operation("exchangeItemTicketList", quirk="Filtered by creation time only."),
    _operation("refundTicketList", quirk="Filtered by creation time only."),
    _operation("orderQuestionTicketList", quirk="Filtered by creation time only."),
    _operation("exchangeItemTicket", quirk="Named by the id that its creation answered; tells neither order nor time."),
    _operation("refundTicket", documented=False, quirk=_ASSUMED_NAME),
    _operation("orderQuestionTicket", documented=False, quirk=_ASSUMED_NAME),
    _operation(
        "createExchangeItemTicket", writes=True, quirk="The reasons are not listed; they are sent as they are given."
    ),
    _operation("createRefundTicket", writes=True, documented=False, quirk=_ASSUMED_NAME),
    _operation("createOrderQuestionTicket", writes=True, documented=False, quirk=_ASSUMED_NAME),
    _operation("replyCustomerServiceTicket", writes=True),
)
