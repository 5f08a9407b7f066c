"""Tickets, payments, balances, credentials."""

import json
from decimal import Decimal

import httpx
import pytest

from channels import records as r
from channels.errors import AuthFailed, Rejected, RouteUnconfirmed, WireError
from tests.channels.accplanet.support import Bench, answering, ref


def test_pull_and_read_tickets(bench):
    found = {one.remote_id: one for one in bench.all_of(bench.channel.pull_tickets)}
    assert set(found) == set(bench.sandbox.tickets)
    assert {one.status for one in found.values()} == {"open", "pending", "closed", "unknown"}
    assert {one.remote_status for one in found.values() if one.status == "unknown"} == {"sim_escalated"}
    key = next(iter(found))
    assert bench.channel.read_ticket(ref(key)) == found[key]
    assert bench.sent[-1] == ("GET", f"/tickets/api/supplier/{key}/", b"")
    assert bench.channel.read_ticket(ref("nobody")) is None


def test_open_ticket(bench):
    order = bench.order(status="completed_order")
    draft = r.TicketDraft(kind="support", order=ref(order["order_id"]), subject="Код", text="<p>Why?</p>")
    receipt = bench.channel.open_ticket(draft)
    assert bench.sent[0][:2] == ("POST", "/tickets/api/supplier/create/")
    assert json.loads(bench.sent[0][2]) == {
        "order_id": order["order_id"],
        "title": "Код",
        "description": "<p>Why?</p>",
    }
    ticket = bench.sandbox.tickets[receipt.remote_id]
    assert receipt == r.Receipt(
        remote_id=ticket["ticket_id"], number=ticket["ticket_no"], words="Ticket created successfully."
    )
    effect = {"ticket_id": ticket["ticket_id"], "order_id": order["order_id"], "title": "Код"}
    assert bench.writes == [("tickets.create", effect)]


@pytest.mark.parametrize(
    ("order", "subject", "words"), [("nobody", "S", "Order not found."), ("nobody", "", "title is required.")]
)
def test_tickets_that_the_platform_refuses(bench, order, subject, words):
    with pytest.raises(Rejected) as caught:
        bench.channel.open_ticket(r.TicketDraft(kind="support", order=ref(order), subject=subject, text="T"))
    assert (caught.value.words, bench.writes) == (words, [])


def test_other_kinds_of_tickets_are_never_sent(bench):
    with pytest.raises(Rejected) as caught:
        bench.channel.open_ticket(r.TicketDraft(kind="exchange", order=ref("o"), subject="S", text="T"))
    assert caught.value.words == "AccPlanet has no tickets of kind “exchange”. Nothing was sent."
    assert bench.sent == []


def test_update_ticket(bench):
    key = next(iter(bench.sandbox.tickets))
    change = r.TicketChange(status="closed", text="Replaced.")
    receipt = bench.channel.update_ticket(ref(key), change)
    path = f"/tickets/api/supplier/{key}/update/"
    assert bench.sent == [("POST", path, b'{"status":"closed","description":"Replaced."}')]
    assert receipt == r.Receipt(remote_id=key)
    assert bench.writes == [
        ("tickets.update", {"ticket_id": key, "changes": {"description": "Replaced.", "status": "closed"}})
    ]
    found = bench.channel.read_ticket(ref(key))
    assert (found.status, found.body) == ("closed", "Replaced.")
    with pytest.raises(Rejected):
        bench.channel.update_ticket(ref(key), r.TicketChange())
    with pytest.raises(Rejected) as caught:
        bench.channel.update_ticket(ref(key), r.TicketChange(status="solved"))
    assert caught.value.words == "status must be one of: open, in_progress, closed."
    assert len(bench.writes) == 1


def test_pull_payments(bench):
    found = {one.remote_id: one for one in bench.all_of(bench.channel.pull_payments)}
    stored = {one["payment_no"]: one for one in bench.sandbox.payments.values()}
    assert set(found) == set(stored)
    assert all(found[key].amount == Decimal(stored[key]["amount"]) for key in stored)
    assert {one.status for one in found.values()} == {"paid", "pending", "unknown"}


def test_pull_balances_with_another_currency():
    bench = Bench(options={"currency": "eur"})
    page = bench.channel.pull_balances(None, None)
    assert [(one.remote_id, one.currency) for one in page.records] == [("supplier", "EUR"), ("user", "EUR")]
    assert (page.records[1].balance, page.next) == (Decimal("100.0000"), None)
    bench.sandbox.move("receipt")
    assert bench.channel.pull_balances(None, None).records[0].balance > page.records[0].balance


def test_check_credentials(bench):
    identity = bench.channel.check_credentials()
    assert (identity.name, identity.notes) == ("supplier@example.com", ("Current role: supplier.",))
    assert bench.sent == [("GET", "/account/api/balance/", b"")]


@pytest.mark.parametrize("key", ["wrong", "ap_demo_buyer_2b9e4c71"])
def test_wrong_credentials(key):
    bench = Bench(credentials={"api_key": key})
    with pytest.raises(AuthFailed) as caught:
        bench.channel.check_credentials()
    assert (caught.value.status, key in str(caught.value)) == (403 if "buyer" in key else 401, False)
    with pytest.raises(AuthFailed):
        bench.channel.refund_order(ref(bench.waiting(1)["order_id"]))
    assert bench.writes == []


def test_unreadable_balance():
    with pytest.raises(WireError) as caught:
        answering(httpx.Response(200, json={"success": True, "supplier_balance": {}})).pull_balances(None, None)
    assert caught.value.path == "$.supplier_balance"


def test_assumed_addresses_need_confirmation_on_the_real_host():
    channel = answering(httpx.Response(200, json=[]), base_url="https://accplanet.com")
    with pytest.raises(RouteUnconfirmed):
        channel.check_credentials()
    with pytest.raises(RouteUnconfirmed):
        channel.refund_order(ref("o"))
    assert channel.asked == []
    confirmed = answering(
        httpx.Response(200, json=[]),
        base_url="https://accplanet.com",
        confirmed_routes=frozenset({"orders.list"}),
        routes={"orders.list": "GET /api/orders/"},
    )
    assert confirmed.pull_orders(None, None).records == ()
    assert str(confirmed.asked[0].url) == "https://accplanet.com/api/orders/?page=1&page_size=100"
