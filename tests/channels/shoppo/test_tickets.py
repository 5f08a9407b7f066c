"""Tickets of the three kinds: listing, reading, opening, replying."""

from datetime import datetime
from typing import Any

import pytest

from channels import records as r
from channels.errors import Ambiguous, Rejected, RouteUnconfirmed
from channels.http import InProcess
from channels.platform import Ports, Settings
from channels.sandbox import Request
from channels.shoppo import PLATFORM
from channels.shoppo.channel import ShoppoChannel
from channels.shoppo.queries import document
from channels.shoppo.sandbox import ShoppoSandbox
from tests.channels.opening import START
from tests.channels.shoppo.support import PNG, a_ticket, an_order, answers, asked, effects

SECONDS = int(START.timestamp())
TYPES = {"exchange": "ExchangeItemTicket", "refund": "RefundTicket", "question": "OrderQuestionTicket"}


def pull_all(channel: ShoppoChannel, since: datetime | None = None) -> list[r.TicketRecord]:
    after, found = None, []
    for _ in range(50):
        page = channel.pull_tickets(after, since)
        found += page.records
        after = page.next
        if after is None:
            return found
    raise AssertionError("no end")


def wanted(sandbox: ShoppoSandbox, kind: str = "exchange", **changes: Any) -> r.TicketDraft:
    order = an_order(sandbox, "DELIVERED")
    whole = {
        "kind": kind,
        "order": r.Ref(remote_id=order["id"]),
        "subject": "Size",
        "text": "Too small 🙏 <b>x</b>",
        "items": tuple(order["_items"]),
        "first_name": "Ann",
        "last_name": "Lee",
        "email": "ann@example.com",
        "reason": "WRONG_SIZE",
        "problem_type": "EXCHANGE",
        "item_delivery_status": "RECEIVED",
    }
    return r.TicketDraft(**{**whole, **changes})


def test_the_three_lists_are_one_feed(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    found = pull_all(channel)
    assert [asked(request)["operationName"] for request in requests] == [
        "exchangeItemTicketList",
        "refundTicketList",
        "orderQuestionTicketList",
    ]
    assert {one.remote_id: TYPES[one.kind] for one in found} == {
        one["id"]: one["__typename"] for one in sandbox.shop.tickets.values()
    }
    for record in found:
        kept = sandbox.shop.tickets[record.remote_id]
        assert (record.desk_status, record.remote_status) == (kept["zendeskStatus"], kept["status"])
        assert [reply.body for reply in record.replies] == [one["content"] for one in kept["_comments"]]


def test_since_looks_back_a_month_by_creation(channel: ShoppoChannel, requests: list[Request]) -> None:
    pull_all(channel, START)
    ranges = [asked(request)["variables"]["filters"]["timeCreatedRange"] for request in requests]
    assert ranges == [[SECONDS - 30 * 86400 - 1, SECONDS + 86400]] * 3


@pytest.mark.parametrize("kind", list(TYPES))
def test_one_ticket_of_a_known_kind(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request], kind: str
) -> None:
    kept = a_ticket(sandbox, typename=TYPES[kind])
    record = channel.read_ticket(r.Ref(remote_id=kept["id"], kind=kind))
    assert record is not None
    assert (record.remote_id, record.kind) == (kept["id"], kind)
    assert asked(requests[0])["variables"] == {"ticketId": kept["id"]}
    assert len(requests) == 1


def test_a_ticket_of_an_unknown_kind_is_looked_for(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    kept = a_ticket(sandbox, typename="OrderQuestionTicket")
    record = channel.read_ticket(r.Ref(remote_id=kept["id"]))
    assert record is not None
    assert record.kind == "question"
    assert channel.read_ticket(r.Ref(remote_id="nobody")) is None
    assert channel.read_ticket(r.Ref(remote_id=kept["id"], kind="refund")) is None


@pytest.mark.parametrize("kind", list(TYPES))
def test_opening(channel: ShoppoChannel, sandbox: ShoppoSandbox, requests: list[Request], kind: str) -> None:
    image = channel.upload_image(r.Upload(name="a.png", content_type="image/png", content=PNG)).remote_id
    receipt = channel.open_ticket(wanted(sandbox, kind, images=(image,)))
    operation = f"create{TYPES[kind]}"
    order = an_order(sandbox, "DELIVERED")
    assert receipt.words == "NEW"
    assert asked(requests[-1])["query"] == document(operation)
    assert effects(sandbox)[1:] == [
        (
            operation,
            {
                "ticket_id": receipt.remote_id,
                "order_item_ids": order["_items"],
                "image_ids": [image],
                "remark": "Too small 🙏 <b>x</b>",
            },
        )
    ]
    record = channel.read_ticket(r.Ref(remote_id=receipt.remote_id, kind=kind))
    assert record is not None
    assert (record.status, record.desk_status, record.remote_status) == ("open", "NEW", "OPEN")
    assert (record.body, record.buyer) == ("Too small 🙏 <b>x</b>", "Ann Lee")
    assert record.subject == ("" if kind == "question" else "WRONG_SIZE")


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("exchange", {"first_name": " "}, "firstName is required."),
        ("exchange", {"email": "nobody"}, "email is not an e-mail address."),
        ("exchange", {"reason": ""}, "reason is required."),
        ("exchange", {"items": ()}, "orderItemIds must name at least one order item."),
        ("exchange", {"items": ("nobody",)}, "Invalid relay ID nobody"),
        ("exchange", {"images": ("nobody",)}, "Invalid relay ID nobody"),
        ("refund", {"problem_type": "BORED"}, "'BORED' does not exist in 'TicketProblemType' enum."),
        ("question", {"item_delivery_status": ""}, "ItemDeliveryStatus"),
        ("support", {}, "Shoppo has no tickets of the kind “support”. Nothing was sent."),
    ],
)
def test_a_refused_ticket_leaves_nothing(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, kind: str, changes: dict[str, Any], words: str
) -> None:
    before = len(sandbox.shop.tickets)
    with pytest.raises(Rejected) as caught:
        channel.open_ticket(wanted(sandbox, kind, **changes))
    assert words in caught.value.words
    assert (effects(sandbox), len(sandbox.shop.tickets)) == ([], before)


@pytest.mark.parametrize("desk", ["NEW", "OPEN", "PENDING", "HOLD", "SOLVED"])
def test_replying(channel: ShoppoChannel, sandbox: ShoppoSandbox, desk: str) -> None:
    kept = a_ticket(sandbox)
    kept["zendeskStatus"] = desk
    assert channel.reply_ticket(r.Ref(remote_id=kept["id"]), "Спасибо!") == r.Receipt(remote_id=kept["id"])
    assert effects(sandbox) == [("replyCustomerServiceTicket", {"ticket_id": kept["id"], "content": "Спасибо!"})]
    assert kept["_comments"][-1] == {"content": "Спасибо!"}
    assert kept["zendeskStatus"] == ("OPEN" if desk in ("PENDING", "SOLVED") else desk)


@pytest.mark.parametrize(("desk", "text"), [("CLOSED", "Hello"), ("OPEN", " ")])
def test_a_refused_reply_leaves_nothing(channel: ShoppoChannel, sandbox: ShoppoSandbox, desk: str, text: str) -> None:
    kept = a_ticket(sandbox)
    kept["zendeskStatus"] = desk
    before = list(kept["_comments"])
    with pytest.raises(Rejected):
        channel.reply_ticket(r.Ref(remote_id=kept["id"]), text)
    assert (effects(sandbox), kept["_comments"]) == ([], before)


def test_a_reply_without_success_is_refused_and_one_without_an_answer_ambiguous(
    channel: ShoppoChannel, sandbox: ShoppoSandbox
) -> None:
    answers(sandbox, {"data": {"replyCustomerServiceTicket": {"success": False}}})
    with pytest.raises(Rejected):
        channel.reply_ticket(r.Ref(remote_id="t"), "x")
    for body in ({"data": {"replyCustomerServiceTicket": {}}}, {"data": {}}, {"data": None}):
        answers(sandbox, body)
        with pytest.raises(Ambiguous):
            channel.reply_ticket(r.Ref(remote_id="t"), "x")


# -- assumed names on the production host ----------------------------------------------------------------------------


def on_production(sandbox: ShoppoSandbox, *confirmed: str) -> ShoppoChannel:
    settings = Settings(
        base_url=PLATFORM.base_url, credentials=dict(sandbox.credentials), confirmed_routes=frozenset(confirmed)
    )
    found: ShoppoChannel = PLATFORM.open(settings, Ports(transport=InProcess(sandbox), now=sandbox.now))
    return found


def test_assumed_names_are_not_used_on_production_until_confirmed(
    sandbox: ShoppoSandbox, requests: list[Request]
) -> None:
    channel = on_production(sandbox)
    for kind in ("refund", "question"):
        with pytest.raises(RouteUnconfirmed):
            channel.open_ticket(wanted(sandbox, kind))
        with pytest.raises(RouteUnconfirmed):
            channel.read_ticket(r.Ref(remote_id="t", kind=kind))
    assert (requests, effects(sandbox)) == ([], [])
    assert channel.read_ticket(r.Ref(remote_id="t")) is None
    assert [asked(request)["operationName"] for request in requests] == ["exchangeItemTicket"]
    assert on_production(sandbox, "createRefundTicket").open_ticket(wanted(sandbox, "refund")).words == "NEW"
