"""The exports of tickets have the columns of the public surface."""

import json

import pytest
from django.core.management import call_command

from dashboard.tickets.models import Ticket
from tests.connected import drive
from tests.tickets.conftest import open_ticket, refund

pytestmark = pytest.mark.django_db


def exported(capsys, domain):
    call_command("export", domain, format="json")
    return json.loads(capsys.readouterr().out)


def test_tickets(desk, supply, capsys):
    rows = exported(capsys, "tickets")
    assert len(rows) == Ticket.objects.count()
    expected = "connection platform remote_id number status remote_status placed_at updated_at gone_at "
    assert set(rows[0]) == set((expected + "kind subject order_remote_id desk_status").split())


def test_a_ticket_opened_here_names_its_order(desk, order_of, capsys):
    order = order_of(desk)
    command = drive(open_ticket(desk, refund(order, order=order.number or order.remote_id)))
    row = next(one for one in exported(capsys, "tickets") if one["remote_id"] == command.receipt["remote_id"])
    assert (row["order_remote_id"], row["desk_status"], row["kind"]) == (order.remote_id, "NEW", "refund")


def test_replies(desk, capsys):
    rows = exported(capsys, "ticket-replies")
    expected = "connection platform remote_id gone_at ticket_remote_id direction body sent_at"
    assert " ".join(rows[0]) == expected
