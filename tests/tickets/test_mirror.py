"""Tickets of both desks in the mirror, and the callback that makes one be read again."""

import pytest

from channels.events import TicketReplied
from dashboard.sync.opening import open_channel
from dashboard.tickets.feeds import ticket_replied
from dashboard.tickets.models import Reply, Ticket
from tests.connected import drive, pull, queue

pytestmark = pytest.mark.django_db


def test_three_kinds_of_one_desk(desk):
    tickets = desk.sandbox.shop.tickets if hasattr(desk.sandbox, "shop") else desk.sandbox.tickets
    kinds = {"ExchangeItemTicket": "exchange", "RefundTicket": "refund", "OrderQuestionTicket": "question"}
    expected = {(key, kinds[one["__typename"]], one["zendeskStatus"]) for key, one in tickets.items()}
    assert set(Ticket.objects.values_list("remote_id", "kind", "desk_status")) == expected


def test_the_list_of_another(supply):
    expected = {
        (one["ticket_id"], one["ticket_no"], "support", one["order_id"], one["status"])
        for one in supply.sandbox.tickets.values()
    }
    columns = ("remote_id", "number", "kind", "order_remote_id", "remote_status")
    assert set(Ticket.objects.values_list(*columns)) == expected


@pytest.mark.parametrize("name", ["desk", "supply"])
def test_a_second_sweep_writes_nothing(request, name):
    connected = request.getfixturevalue(name)
    before = [list(model.objects.order_by("pk").values()) for model in (Ticket, Reply)]
    (run,) = pull(connected.connection, "tickets", full=True)
    assert (run.created, run.changed, run.gone) == (0, 0, 0)
    assert [list(model.objects.order_by("pk").values()) for model in (Ticket, Reply)] == before


def test_our_own_reply_is_told_from_the_desks(desk, ticket_of):
    ticket = ticket_of(desk, status="open")
    others = ticket.replies.count()
    command = drive(queue(desk.connection, "tickets.reply", ticket.remote_id, text="We look into it"))
    own = ticket.replies.get(direction="out")
    assert (own.body, own.sent_at) == ("We look into it", command.sent_at)
    assert ticket.replies.filter(direction="in").count() == others
    (run,) = pull(desk.connection, "tickets", full=True)
    assert run.changed == 0


def test_the_desks_reply_is_read_when_the_platform_says_so(desk, ticket_of):
    ticket = ticket_of(desk, status="open")
    before = ticket.replies.count()
    from channels.shoppo.sandbox_tickets import desk_replies

    desk_replies(desk.sandbox.shop, desk.sandbox.shop.tickets[ticket.remote_id], "Send us a picture")
    said = ticket_replied(desk.connection, open_channel(desk.connection), TicketReplied(remote_id=ticket.remote_id))
    assert said == f"Read ticket {ticket.remote_id}."
    ticket.refresh_from_db()
    assert (ticket.desk_status, ticket.status, ticket.reply_count) == ("PENDING", "pending", before + 1)
    assert ticket.replies.order_by("position").last().body == "Send us a picture"


def test_a_ticket_that_vanished_is_gone(supply, ticket_of):
    ticket = ticket_of(supply)
    del supply.sandbox.tickets[ticket.remote_id]
    pull(supply.connection, "tickets", full=True)
    ticket.refresh_from_db()
    assert ticket.gone_at is not None
