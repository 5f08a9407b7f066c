"""A server whose schema is the document's alone: what it does not have is left out, its types are taken as it says."""

import json
from pathlib import Path
from typing import Any

import graphql as g
import pytest

from channels import errors as e
from channels import records as r
from channels.sandbox import Reply, Request
from channels.shoppo import PLATFORM
from channels.shoppo.channel import ShoppoChannel
from channels.shoppo.client import MENDINGS
from channels.shoppo.dialect import spoken
from channels.shoppo.mending import Misfit, mended
from channels.shoppo.queries import document, operations
from channels.shoppo.sandbox import ShoppoSandbox
from tests.channels.opening import open_over
from tests.channels.shoppo.support import a_sku, a_ticket, an_order, answers, asked, draft, effects

SCHEMA = g.build_schema((Path(__file__).parent / "documented.graphql").read_text(encoding="utf-8"))
UNDOCUMENTED = [
    "isSnapshot", "identifier", "chineseName", "hasBattery", "categoryId", "status", "tags", "landingPageUrl", "upc",
]  # fmt: skip


def refused(text: str, variables: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What a server with that schema says of a document before it runs it."""
    parsed = g.parse(text)
    found = [error.formatted for error in g.validate(SCHEMA, parsed)]
    if not found and variables is not None:
        operation = next(d for d in parsed.definitions if isinstance(d, g.OperationDefinitionNode))
        coerced = g.get_variable_values(SCHEMA, operation.variable_definitions, variables)
        found = [error.formatted for error in coerced] if isinstance(coerced, list) else []
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("name", operations())
def test_every_document_comes_to_fit(name: str) -> None:
    text = document(name)
    for _ in range(MENDINGS):
        text = mended(text, spoken(json.dumps({"errors": refused(text)}).encode())[1])
    assert refused(text) == []


def test_only_what_is_not_there_is_left_out() -> None:
    text = document("productList")
    lost = [line.strip() for line in text.split("\n")]
    for line in mended(text, spoken(json.dumps({"errors": refused(text)}).encode())[1]).split("\n"):
        lost.remove(line.strip())
    assert sorted(lost) == sorted(["cursor", *UNDOCUMENTED])


def test_a_field_goes_with_its_block() -> None:
    text = "{\n  a {\n    b {\n      c\n    }\n  }\n  d\n}"
    (fault,) = spoken(
        b'{"errors": [{"message": "Cannot query field \'a\' on type \'Q\'.", "locations": [{"line": 2}]}]}'
    )[1]
    assert mended(text, [fault]) == "{\n  d\n}"


def test_types_are_those_of_the_platform() -> None:
    text = mended(
        "query q($a: Guess!, $b: Guess) {\n  f(a: $a, b: $b)\n}", spoken(b'{"error": "Unknown type \\"Guess\\"."}')[1]
    )
    assert text == "query q($a: String!, $b: String) {\n  f(a: $a, b: $b)\n}"
    said = b'{"error": "Variable \\"$a\\" of type \\"String!\\" used in position expecting type \\"[Reason!]!\\"."}'
    assert mended(text, spoken(said)[1]) == "query q($a: [Reason!]!, $b: String) {\n  f(a: $a, b: $b)\n}"


# -- the whole channel against such a server ---------------------------------------------------------------------------


@pytest.fixture
def strict(sandbox: ShoppoSandbox, requests: list[Request]) -> ShoppoSandbox:
    """The sandbox behind a server that refuses whatever the document does not state."""
    handle = sandbox.handle

    def judged(request: Request, in_process: bool = True) -> Reply:
        if request.headers.get("content-type", "").startswith("application/json"):
            sent = asked(request)
            found = refused(sent["query"], sent["variables"])
            if found:
                requests.append(request)
                return Reply(400, json.dumps({"errors": found}).encode())
            whole = {**sent, "query": document(sent["operationName"])}  # the sandbox names its types as we do
            request = Request(request.method, request.path, request.query, request.headers, json.dumps(whole).encode())
        return handle(request, in_process)

    sandbox.handle = judged  # type: ignore[method-assign]
    return sandbox


def test_products_are_read_and_the_second_page_needs_no_mending(strict: ShoppoSandbox, requests: list[Request]) -> None:
    channel = open_over(PLATFORM, strict)
    first = channel.pull_products(None, None)
    assert {one.remote_id for one in first.records} == set(strict.shop.products)
    assert len(requests) == 2
    channel.pull_products(None, None)
    assert len(requests) == 3


def test_tickets_are_read(strict: ShoppoSandbox) -> None:
    ticket = a_ticket(strict, typename="RefundTicket")
    found = open_over(PLATFORM, strict).read_ticket(r.Ref(remote_id=ticket["ticketId"], kind="refund"))
    assert (found.remote_id, found.desk_status) == (ticket["ticketId"], ticket["zendeskStatus"])


def test_filters_begin_as_the_table_spells_them(channel: ShoppoChannel, requests: list[Request]) -> None:
    channel.find_orders("P-1")
    assert [asked(request)["variables"]["filters"] for request in requests] == [{"partner_order_code": "P-1"}]


def test_filters_are_spelled_anew_where_the_table_is_wrong(sandbox: ShoppoSandbox, requests: list[Request]) -> None:
    handle = sandbox.handle
    said = {"message": 'Field "partner_order_code" is not defined by type "OrderFilterInput".', "locations": []}

    def judged(request: Request, in_process: bool = True) -> Reply:
        if b"partner_order_code" in request.body:
            requests.append(request)
            return Reply(400, json.dumps({"errors": [said]}).encode())
        return handle(request, in_process)

    sandbox.handle = judged  # type: ignore[method-assign]
    channel = open_over(PLATFORM, sandbox)
    assert channel.find_orders("P-1") == ()
    assert channel.find_orders("P-2") == ()
    assert [asked(request)["variables"]["filters"] for request in requests] == [
        {"partner_order_code": "P-1"},
        {"partnerOrderCode": "P-1"},
        {"partnerOrderCode": "P-2"},
    ]
    named = open_over(PLATFORM, sandbox, options={"order_filter_style": "snake"})
    with pytest.raises(Misfit):
        named.find_orders("P-1")


def test_a_document_that_was_refused_did_nothing_and_is_sent_again(strict: ShoppoSandbox) -> None:
    order = an_order(strict, "PAID", "PAID")
    before = len(effects(strict))
    made = open_over(PLATFORM, strict).open_ticket(
        r.TicketDraft(
            kind="refund",
            order=r.Ref(remote_id=order["id"]),
            subject="S",
            text="Broken",
            items=(order["_items"][0],),
            first_name="A",
            last_name="B",
            email="a@example.com",
            reason="BROKEN",
            problem_type="REFUND",
            item_delivery_status="RECEIVED",
        )
    )
    assert [endpoint for endpoint, _ in effects(strict)[before:]] == ["createRefundTicket"]
    assert made.remote_id in strict.shop.tickets


def test_an_order_is_created_once(strict: ShoppoSandbox) -> None:
    channel = open_over(PLATFORM, strict)
    made = channel.create_order(draft(a_sku(strict)["id"]))
    assert [endpoint for endpoint, _ in effects(strict)] == ["createOrder"]
    assert [one.remote_id for one in channel.find_orders("P-1001")] == [made.remote_id]


def test_what_cannot_be_mended_is_said(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    answers(sandbox, {"errors": [{"message": "Cannot query field 'node' on type 'RootQuery'."}]}, 400)
    with pytest.raises(e.Rejected, match="Cannot query field 'node'"):
        channel.read_order(r.Ref(remote_id="x"))
