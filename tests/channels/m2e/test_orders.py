"""Orders of every account, and invoices."""

import base64
import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from channels import records as r
from channels.errors import Ambiguous, AuthFailed, Rejected, WireError
from channels.m2e import PLATFORM
from channels.m2e.channel import M2eChannel
from channels.m2e.sandbox import M2eSandbox
from channels.ports import Exchange
from channels.sandbox import Fault, Request
from tests.channels.m2e.support import account, an_order, effects
from tests.channels.opening import START, open_over, sandbox_of

PDF = b"%PDF-1.7\n%test\n%%EOF"


def pull_all(channel: M2eChannel, since: datetime | None = None) -> list[r.Page[r.OrderRecord]]:
    after, pages = None, []
    for _ in range(300):
        page = channel.pull_orders(after, since)
        assert page.bad == ()
        pages.append(page)
        after = page.next
        if after is None:
            return pages
    raise AssertionError("no end")


def ref_of(sandbox: M2eSandbox, order: dict[str, Any], channel: str = "ebay", **changes: str) -> r.Ref:
    whole = {
        "remote_id": order["token"],
        "number": order["order_id"],
        "source_order_id": order["source_order_id"],
        "account_remote_id": account(sandbox, channel)["token"],
        "marketplace": channel,
    }
    return r.Ref(**{**whole, **changes})


# -- pulling ---------------------------------------------------------------------------------------------------------


def test_a_sweep_walks_every_valid_account() -> None:
    sandbox = sandbox_of(PLATFORM, scale="medium")
    pages = pull_all(open_over(PLATFORM, sandbox))
    barred = account(sandbox, "kaufland")
    wanted = {
        order["token"]: token
        for token, orders in sandbox.world.orders.items()
        for order in orders
        if token != barred["token"]
    }
    assert {one.remote_id: one.account_remote_id for page in pages for one in page.records} == wanted
    assert {one.marketplace for page in pages for one in page.records} == {"ebay", "amazon", "walmart", "tiktok"}
    assert sandbox.world.orders[barred["token"]]


def test_the_account_that_was_passed_over_is_named(channel: M2eChannel) -> None:
    words = ("Kaufland – Händlerkonto on kaufland must be authorised again at M2E Cloud.",)
    pages = pull_all(channel)
    assert (pages[0].unseen, pages[-1].unseen) == (words, words)


@pytest.mark.parametrize("status", [400, 404])
def test_an_account_that_is_refused_stops_no_other_and_is_named(
    channel: M2eChannel, sandbox: M2eSandbox, status: int
) -> None:
    sandbox.move("account")
    tokens = sorted(one["token"] for one in sandbox.world.accounts)
    refused = next(one for one in sandbox.world.accounts if one["token"] == tokens[1])
    sandbox.faults.append(Fault("OrdersFind", "status", skip=1, code=status))
    pages = pull_all(channel)
    assert {one.account_remote_id for page in pages for one in page.records} == set(tokens) - {refused["token"]}
    words = f"The orders of the account {tokens[1]} on {refused['channel']} are refused: Injected {status}"
    assert [page.unseen for page in pages if page.unseen] == [(words,)]


def test_credentials_that_end_between_two_accounts_end_the_pull(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    sandbox.faults.append(Fault("OrdersFind", "status", skip=1, code=401))
    with pytest.raises(AuthFailed):
        pull_all(channel)


def test_with_every_account_in_order_nothing_is_unseen(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    sandbox.move("account")
    pages = pull_all(channel)
    assert {page.unseen for page in pages} == {()}
    assert "kaufland" in {one.marketplace for page in pages for one in page.records}


def test_what_a_page_asks(channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]) -> None:
    token = account(sandbox, "tiktok")["token"]
    page = channel.pull_orders(f"0:{token}:tiktok", START)
    request = requests[0]
    assert (request.method, request.path) == ("POST", "/order/find/")
    assert request.query == {"channel": "tiktok", "account_token": token}
    assert json.loads(request.body) == {
        "sort": {"sale_date": "asc"},
        "filters": {"sale_date": {"from": "2026-01-31T10:00:00Z"}},
        "_result": {"limit": {"offset": 0, "count": 100}},
    }
    assert page.total is None


def test_the_window_before_since_is_an_option(sandbox: M2eSandbox, requests: list[Request]) -> None:
    channel = open_over(PLATFORM, sandbox, options={"order_window_days": "3"})
    pages = pull_all(channel, START)
    placed = [one.placed_at for page in pages for one in page.records if one.placed_at]
    assert placed
    assert min(placed) >= START - timedelta(days=3)


def test_the_cursor_of_a_long_account() -> None:
    sandbox = sandbox_of(PLATFORM, scale="medium")
    channel = open_over(PLATFORM, sandbox)
    token = account(sandbox, "ebay")["token"]
    page = channel.pull_orders(f"0:{token}:ebay", None)
    assert page.next == f"90:{token}:ebay"
    before = sandbox.calls
    channel.pull_orders(page.next, None)
    assert sandbox.calls == before + 1, "inside an account the accounts are not read again"


def test_an_account_that_vanishes_moves_no_other(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    first = channel.pull_orders(None, None)
    gone = first.records[0].account_remote_id
    sandbox.world.accounts = [one for one in sandbox.world.accounts if one["token"] != gone]
    seen = {first.records[0].marketplace}
    after = first.next
    while after:
        page = channel.pull_orders(after, None)
        seen |= {one.marketplace for one in page.records}
        after = page.next
    assert seen == {"ebay", "amazon", "walmart", "tiktok"}


def test_without_a_valid_account_there_is_nothing_to_pull(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    for one in sandbox.world.accounts:
        one["is_valid"] = False
    page = channel.pull_orders(None, None)
    assert (page.records, page.next, len(page.unseen)) == ((), None, 5)
    sandbox.world.accounts = []
    assert channel.pull_orders(None, None) == r.Page(records=())


@pytest.mark.parametrize("cursor", ["7", "x:a:ebay", "0:a", "0::ebay", "-1:a:ebay", "²:a:ebay"])
def test_a_cursor_that_is_none(channel: M2eChannel, requests: list[Request], cursor: str) -> None:
    with pytest.raises(WireError, match="Not a page cursor of this feed"):
        channel.pull_orders(cursor, None)
    assert requests == []


# -- reading ---------------------------------------------------------------------------------------------------------


def test_read_order_searches_its_account(channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]) -> None:
    order = an_order(sandbox, status="completed")
    found = channel.read_order(ref_of(sandbox, order))
    assert found is not None
    assert (found.remote_id, found.number, found.marketplace) == (order["token"], order["order_id"], "ebay")
    [request] = requests
    assert request.query == {"channel": "ebay", "account_token": account(sandbox, "ebay")["token"]}
    assert json.loads(request.body) == {
        "search": order["order_id"],
        "_result": {"limit": {"offset": 0, "count": 100}},
    }


def test_read_order_without_its_account_asks_every_valid_one(channel: M2eChannel, sandbox: M2eSandbox) -> None:
    order = an_order(sandbox, "walmart")
    found = channel.read_order(ref_of(sandbox, order, account_remote_id="", marketplace=""))
    assert found is not None
    assert (found.remote_id, found.marketplace) == (order["token"], "walmart")


def test_an_empty_search_is_no_proof_of_absence(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request]
) -> None:
    order = an_order(sandbox)
    found = channel.read_order(ref_of(sandbox, order, number="searched for in vain"))
    assert found is not None
    assert found.remote_id == order["token"]
    assert channel.read_order(ref_of(sandbox, order, remote_id="no such token")) is None
    assert [json.loads(one.body).get("sort") for one in requests] == [None, {"sale_date": "desc"}] * 2


def test_an_order_without_a_number_cannot_be_read(channel: M2eChannel, requests: list[Request]) -> None:
    with pytest.raises(Rejected, match="can only be read by its number"):
        channel.read_order(r.Ref(remote_id="t"))
    assert requests == []


def test_an_order_of_a_barred_account_is_refused_in_the_platforms_words(
    channel: M2eChannel, sandbox: M2eSandbox
) -> None:
    order = an_order(sandbox, "kaufland")
    with pytest.raises(Rejected, match=r"^The account credentials are not valid\.$"):
        channel.read_order(ref_of(sandbox, order, "kaufland"))


# -- invoices --------------------------------------------------------------------------------------------------------


def test_upload_invoice(
    channel: M2eChannel, sandbox: M2eSandbox, requests: list[Request], exchanges: list[Exchange]
) -> None:
    order = an_order(sandbox)
    invoice = r.Invoice(number="R-1", pdf=PDF, total=Decimal("59.99"), vat=Decimal("9.99"), transaction_id="T-1")
    assert channel.upload_invoice(ref_of(sandbox, order), invoice) == r.Receipt(number="R-1")
    [request] = requests
    assert (request.method, request.path) == ("POST", "/order/invoice/")
    assert json.loads(request.body) == {
        "order_id": order["source_order_id"],
        "invoice_number": "R-1",
        "total_amount": 59.99,
        "total_vat_amount": 9.99,
        "shipping_id": None,
        "transaction_id": "T-1",
        "invoice_data": base64.b64encode(PDF).decode(),
    }
    [(endpoint, effect)] = effects(sandbox)
    assert (endpoint, effect["order_id"], effect["size"]) == ("UploadOrderInvoice", order["source_order_id"], len(PDF))
    assert base64.b64encode(PDF).decode() not in exchanges[0].request_body


def test_an_order_without_a_store_id_gets_no_invoice(channel: M2eChannel, requests: list[Request]) -> None:
    with pytest.raises(Rejected, match="The order 113-1 has no store order id"):
        channel.upload_invoice(r.Ref(remote_id="t", number="113-1"), r.Invoice(number="R", pdf=PDF))
    assert requests == []


@pytest.mark.parametrize(
    ("source", "number", "pdf", "words"),
    [
        ("no such", "R-1", PDF, r"^Entity is not found\.$"),
        (None, "R" * 101, PDF, "Maximum string length is 100, found 101"),
        (None, "R-1", b"<html>", "The media type of the data must be application/pdf"),
    ],
)
def test_refused_invoices(
    channel: M2eChannel, sandbox: M2eSandbox, source: str | None, number: str, pdf: bytes, words: str
) -> None:
    order = an_order(sandbox)
    ref = ref_of(sandbox, order, source_order_id=source or order["source_order_id"])
    with pytest.raises(Rejected, match=words):
        channel.upload_invoice(ref, r.Invoice(number=number, pdf=pdf))
    assert sandbox.ledger == []
    assert sandbox.world.invoices == []


@pytest.mark.parametrize("body", ["", "{}", "null", '"ok"', "[]"])
def test_any_readable_answer_to_an_invoice_is_a_yes(channel: M2eChannel, sandbox: M2eSandbox, body: str) -> None:
    sandbox.faults.append(Fault("UploadOrderInvoice", "malformed", body=body))
    invoice = r.Invoice(number="R-1", pdf=PDF)
    assert channel.upload_invoice(ref_of(sandbox, an_order(sandbox)), invoice).number == "R-1"


@pytest.mark.parametrize("body", ["<html>", "{", "\xff"])
def test_an_unreadable_answer_to_an_invoice_is_ambiguous(channel: M2eChannel, sandbox: M2eSandbox, body: str) -> None:
    sandbox.faults.append(Fault("UploadOrderInvoice", "malformed", body=body))
    with pytest.raises(Ambiguous, match="UploadOrderInvoice was sent"):
        channel.upload_invoice(ref_of(sandbox, an_order(sandbox)), r.Invoice(number="R-1", pdf=PDF))
    assert len(sandbox.ledger) == 1
