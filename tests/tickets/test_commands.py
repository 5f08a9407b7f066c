"""Opening, replying, updating: once each, proven by the desk's own lists and tickets."""

import base64

import msgspec
import pytest

from channels.shoppo import mapping
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.tickets.models import Ticket
from tests.connected import drive, effects, fault, queue, step
from tests.tickets.conftest import open_ticket, refund

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
OPEN, REPLY, UPDATE = "createRefundTicket", "replyCustomerServiceTicket", "tickets.update"


def open_support(supply, order, **more):
    given = {"kind": "support", "order": order.number, "subject": "No stock", "text": "Three are missing"} | more
    return open_ticket(supply, given)


def test_open_where_the_desk_does_not_tell_the_order(desk, order_of):
    order = order_of(desk)
    line = order.lines.first().remote_id
    command = drive(open_ticket(desk, refund(order, items=[line])))
    assert command.state == "done"
    (effect,) = effects(desk.sandbox, OPEN)
    assert (effect["order_item_ids"], effect["remark"]) == ([line], "The box was empty")
    ticket = Ticket.objects.get(remote_id=effect["ticket_id"])
    assert (ticket.kind, ticket.desk_status, ticket.order_remote_id, ticket.order_known) == (
        "refund",
        "NEW",
        "",
        order.remote_id,
    )
    assert list(Ticket.objects.of(order)) == [ticket]


def test_open_where_the_desk_tells_it(supply, order_of):
    order = order_of(supply)
    command = drive(open_support(supply, order))
    assert command.state == "done"
    ticket = Ticket.objects.get(remote_id=command.receipt["remote_id"])
    assert (ticket.order_remote_id, ticket.subject, ticket.status) == (order.remote_id, "No stock", "open")
    assert len(effects(supply.sandbox, "tickets.create")) == 1


@pytest.mark.parametrize("name", ["desk", "supply"])
@pytest.mark.parametrize("lost", [True, False])
def test_an_unknown_opening_is_proven(request, order_of, name, lost):
    connected = request.getfixturevalue(name)
    endpoint = OPEN if name == "desk" else "tickets.create"
    order = order_of(connected)
    fault(connected.sandbox, endpoint, "drop_after_apply" if lost else "status")
    payload = refund(order) if name == "desk" else {
        "kind": "support", "order": order.remote_id, "subject": "No stock", "text": "Three are missing"
    }  # fmt: skip
    command = step(open_ticket(connected, payload))
    assert command.state == "unknown"
    drive(command)
    assert (command.state, command.attempts) == ("done", 1 if lost else 2)
    (effect,) = effects(connected.sandbox, endpoint)
    ticket = Ticket.objects.get(remote_id=effect["ticket_id"])
    assert command.receipt["remote_id"] == ticket.remote_id
    assert ticket.order_known == order.remote_id


def test_a_ticket_like_it_that_was_there_before_proves_nothing(supply, order_of):
    order = order_of(supply)
    assert drive(open_support(supply, order)).state == "done"
    fault(supply.sandbox, "tickets.create", "status")
    second = drive(open_support(supply, order))
    assert (second.state, second.attempts) == ("done", 2)
    assert len(effects(supply.sandbox, "tickets.create")) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "support"}, "kind"),
        ({"order": "4711"}, "order"),
        ({"reason": ""}, "reason"),
        ({"email": "nobody"}, "email"),
        ({"problem_type": "ODD"}, "problem_type"),
        ({"item_delivery_status": ""}, "item_delivery_status"),
        ({"items": ["4711"]}, "items"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_refused_before_it_is_queued(desk, order_of, change, field):
    with pytest.raises(Refused) as refused:
        open_ticket(desk, refund(order_of(desk), **change))
    assert refused.value.field == field
    assert not Command.objects.exists()
    assert effects(desk.sandbox) == []


def test_exchange_needs_a_line(desk, order_of):
    with pytest.raises(Refused) as refused:
        open_ticket(desk, refund(order_of(desk), kind="exchange"))
    assert refused.value.field == "items"


@pytest.mark.parametrize("lost", [True, False])
def test_an_unknown_reply_is_proven(desk, ticket_of, lost):
    ticket = ticket_of(desk, status="open")
    assert drive(queue(desk.connection, "tickets.reply", ticket.remote_id, text="ok")).state == "done"
    fault(desk.sandbox, REPLY, "drop_after_apply" if lost else "status")
    command = step(queue(desk.connection, "tickets.reply", ticket.remote_id, text="ok"))
    assert command.state == "unknown"
    drive(command)
    assert (command.state, command.attempts) == ("done", 1 if lost else 2)
    assert [effect["content"] for effect in effects(desk.sandbox, REPLY)] == ["ok", "ok"]
    assert ticket.replies.filter(direction="out", body="ok").count() == 2


@pytest.mark.parametrize("shown", [None, 1])
def test_a_reply_is_not_repeated_where_the_desk_does_not_show_all_of_them(desk, ticket_of, monkeypatch, shown):
    ticket = ticket_of(desk, status="open")
    show = mapping._replies, mapping._are_all

    def cut(said):
        return None if shown is None else msgspec.structs.replace(said, edges=said.edges[:shown])

    monkeypatch.setattr(mapping, "_replies", lambda ticket_id, said: show[0](ticket_id, cut(said)))
    monkeypatch.setattr(mapping, "_are_all", lambda said: show[1](cut(said)))
    for text in ("First", "Second"):
        drive(queue(desk.connection, "tickets.reply", ticket.remote_id, text=text))
    fault(desk.sandbox, REPLY, "drop_after_apply")
    command = drive(queue(desk.connection, "tickets.reply", ticket.remote_id, text="Third"))
    assert (command.state, command.error) == (
        "needs_review", "The platform does not show all replies of this ticket."
    )  # fmt: skip
    assert len(effects(desk.sandbox, REPLY)) == 3


def test_a_ticket_is_not_opened_again_where_the_desk_shows_no_text(desk, order_of, monkeypatch):
    show = mapping.ticket
    monkeypatch.setattr(mapping, "ticket", lambda *given: msgspec.structs.replace(show(*given), body=""))
    fault(desk.sandbox, OPEN, "drop_after_apply")
    command = drive(open_ticket(desk, refund(order_of(desk))))
    assert (command.state, command.error) == ("needs_review", "The lists show a new ticket, but not what it says.")
    assert len(effects(desk.sandbox, OPEN)) == 1


def test_a_closed_ticket_takes_no_reply(desk, ticket_of):
    ticket = ticket_of(desk, status="closed")
    with pytest.raises(Refused, match="closed"):
        queue(desk.connection, "tickets.reply", ticket.remote_id, text="Hello?")
    assert not Command.objects.exists()


def test_a_ticket_that_closed_meanwhile_is_refused_with_the_desks_word(desk, ticket_of):
    ticket = ticket_of(desk, status="open")
    from channels.shoppo.sandbox_tickets import set_desk

    command = queue(desk.connection, "tickets.reply", ticket.remote_id, text="Hello?")
    set_desk(desk.sandbox.shop.tickets[ticket.remote_id], "CLOSED")
    drive(command)
    assert (command.state, command.error) == ("rejected", "This ticket is closed (“CLOSED”). Nothing was sent.")
    assert effects(desk.sandbox, REPLY) == []
    ticket.refresh_from_db()
    assert ticket.status == "closed"


@pytest.mark.parametrize("kind", ["drop_after_apply", "status"])
def test_an_update_is_proven_by_reading(supply, ticket_of, kind):
    ticket = ticket_of(supply, remote_status="open")
    fault(supply.sandbox, UPDATE, kind)
    command = drive(queue(supply.connection, "tickets.update", ticket.number, status="closed", subject="Done"))
    assert command.state == "done"
    assert effects(supply.sandbox, UPDATE) == [
        {"ticket_id": ticket.remote_id, "changes": {"title": "Done", "status": "closed"}}
    ]
    ticket.refresh_from_db()
    assert (ticket.status, ticket.remote_status, ticket.subject) == ("closed", "closed", "Done")


def test_a_ticket_that_somebody_changed_since_is_not_set_back(supply, ticket_of):
    ticket = ticket_of(supply, remote_status="open")
    fault(supply.sandbox, UPDATE, "drop_after_apply")
    command = step(queue(supply.connection, "tickets.update", ticket.number, status="closed"))
    assert (command.state, len(effects(supply.sandbox, UPDATE))) == ("unknown", 1)
    supply.sandbox.tickets[ticket.remote_id]["status"] = "in_progress"
    assert (drive(command).state, len(effects(supply.sandbox, UPDATE))) == ("needs_review", 1)
    assert supply.sandbox.tickets[ticket.remote_id]["status"] == "in_progress"


@pytest.mark.parametrize(
    ("given", "field"), [({}, "status"), ({"status": "gone"}, "status"), ({"subject": " "}, "subject")]
)
def test_updates_that_change_nothing_or_wrongly_are_refused(supply, ticket_of, given, field):
    with pytest.raises(Refused) as refused:
        queue(supply.connection, "tickets.update", ticket_of(supply).remote_id, **given)
    assert refused.value.field == field
    assert not Command.objects.exists()


def test_each_desk_says_what_it_cannot_do(desk, supply, ticket_of):
    with pytest.raises(Refused):
        queue(supply.connection, "tickets.reply", ticket_of(supply).remote_id, text="Hello")
    with pytest.raises(Refused):
        queue(desk.connection, "tickets.update", ticket_of(desk).remote_id, status="closed")
    assert not Command.objects.exists()


@pytest.mark.parametrize(
    ("kind", "endpoint", "left_out"),
    [
        ("exchange", "createExchangeItemTicket", ("problem_type", "item_delivery_status")),
        ("refund", "createRefundTicket", ()),
        ("question", "createOrderQuestionTicket", ("reason", "problem_type")),
    ],
)
def test_every_kind_is_opened_once_with_its_picture_and_comes_back_as_what_it_is(
    desk, order_of, kind, endpoint, left_out
):
    order = order_of(desk)
    line = order.lines.first().remote_id
    file = {"name": "box.png", "content": base64.b64encode(PNG).decode()}
    upload = drive(queue(desk.connection, "tickets.upload_picture", "-", file=file))
    given = refund(order, kind=kind, items=[line], images=[upload.receipt["remote_id"]])
    command = drive(open_ticket(desk, {key: value for key, value in given.items() if key not in left_out}))
    assert command.state == "done"
    (effect,) = effects(desk.sandbox, endpoint)
    assert (effect["order_item_ids"], effect["image_ids"]) == ([line], [upload.receipt["remote_id"]])
    ticket = Ticket.objects.get(remote_id=effect["ticket_id"])
    assert (ticket.kind, ticket.desk_status, ticket.opened_for) == (kind, "NEW", order.remote_id)
    assert len(effects(desk.sandbox)) == 2
