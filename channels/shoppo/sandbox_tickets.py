"""The ticket rules of the document: opening, replying, the desk's status."""

from __future__ import annotations

from typing import Any

from channels.shoppo.sandbox_shop import Problem, Shop, Thing, unknown_id

TYPES = {
    "createExchangeItemTicket": "ExchangeItemTicket",
    "createRefundTicket": "RefundTicket",
    "createOrderQuestionTicket": "OrderQuestionTicket",
}


def create_ticket(shop: Shop, operation: str, **given: Any) -> Thing:
    """Open a ticket of the operation's kind: NEW, and OPEN on the short scale."""
    for name in ("firstName", "lastName", "email"):
        if not given[name].strip():
            raise Problem(f"{name} is required.", "InvalidArgument")
    if "@" not in given["email"]:
        raise Problem("email is not an e-mail address.", "InvalidArgument")
    if "reason" in given and not (isinstance(given["reason"], str) and given["reason"].strip()):
        raise Problem("reason is required.", "InvalidArgument")
    items = [shop.find("OrderItem", one)["id"] for one in given.get("orderItemIds") or () if one is not None]
    if operation == "createExchangeItemTicket" and not items:
        raise Problem("orderItemIds must name at least one order item.", "InvalidArgument")
    images = [shop.find("Image", one)["id"] for one in given["imageIds"] if one is not None]
    ticket = open_ticket(shop, TYPES[operation], shop.now(), given)
    shop.applied(
        operation, ticket_id=ticket["id"], order_item_ids=items, image_ids=images, remark=given.get("remark") or ""
    )
    return {"ticket": ticket}


def open_ticket(shop: Shop, typename: str, at: int, given: Thing) -> Thing:
    """A new ticket; the id that is answered is also its ``ticketId``."""
    ticket = shop.add(
        typename,
        reason=given.get("reason"),
        firstName=given["firstName"],
        lastName=given["lastName"],
        email=given["email"],
        remark=given.get("remark"),
        status="OPEN",
        zendeskStatus="NEW",
        _comments=[],
        _timeCreated=at,
    )
    ticket["ticketId"] = ticket["id"]
    shop.tickets[ticket["id"]] = ticket
    return ticket


def find_ticket(shop: Shop, typename: str, ticket_id: str) -> Thing:
    """A ticket of that kind."""
    ticket = shop.tickets.get(ticket_id)
    if ticket is None or ticket["__typename"] != typename:
        raise unknown_id(ticket_id)
    return ticket


def reply(shop: Shop, ticketId: str, replyContent: str) -> Thing:  # noqa: N803
    """The partner's reply: a solved ticket opens again, a closed one stays closed."""
    ticket = shop.tickets.get(ticketId)
    if ticket is None:
        raise unknown_id(ticketId)
    if ticket["zendeskStatus"] == "CLOSED":
        raise Problem("The ticket is closed and can't be reopened.", "TicketClosed")
    if not replyContent.strip():
        raise Problem("replyContent is required.", "InvalidArgument")
    ticket["_comments"].append({"content": replyContent})
    if ticket["zendeskStatus"] in ("PENDING", "SOLVED"):
        set_desk(ticket, "OPEN")
    shop.applied("replyCustomerServiceTicket", ticket_id=ticketId, content=replyContent)
    return {"success": True}


def set_desk(ticket: Thing, status: str) -> None:
    """The desk's status; the short one follows."""
    ticket["zendeskStatus"] = status
    ticket["status"] = "CLOSED" if status in ("SOLVED", "CLOSED") else "OPEN"


def desk_replies(shop: Shop, ticket: Thing, words: str) -> None:
    """Shoppo's desk comments, waits for an answer, and tells the partner."""
    ticket["_comments"].append({"content": words})
    set_desk(ticket, "PENDING")
    shop.push("ticket-reply", {"ticketId": ticket["ticketId"], "content": words})
