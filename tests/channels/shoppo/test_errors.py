"""How failures read: five errors, the platform's words, and never "refused" for what may have happened."""

import json
from datetime import timedelta
from typing import Any

import pytest

from channels import errors as e
from channels import records as r
from channels.http import Answer
from channels.sandbox import Fault
from channels.shoppo import PLATFORM
from channels.shoppo.channel import ShoppoChannel
from channels.shoppo.dialect import ShoppoDialect
from channels.shoppo.routes import ROUTES
from channels.shoppo.sandbox import ShoppoSandbox
from tests.channels.opening import START, open_over
from tests.channels.shoppo.support import a_sku, a_ticket, an_order, answers, draft, effects, sample

DENIED = json.loads(sample("errors__denied"))
PLAIN = {"message": "Out of stock", "type": "OutOfStock"}
READ, WRITE = "orderList", "createOrder"


def explain(body: Any, name: str = WRITE, status: int = 200) -> e.ChannelError | None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    route = next(route for route in ROUTES if route.name == name)
    return ShoppoDialect().explain(Answer(status=status, headers={}, body=raw), route, START)


def errors(*many: Any, **data: Any) -> dict[str, Any]:
    return {"errors": list(many), **data}


@pytest.mark.parametrize(
    ("body", "name", "status", "kind"),
    [
        # the credentials
        (DENIED, READ, 403, e.AuthFailed),
        (DENIED, WRITE, 403, e.AuthFailed),
        (DENIED, READ, 401, e.AuthFailed),
        (DENIED, READ, 200, e.AuthFailed),
        ({**DENIED, "data": None}, WRITE, 200, e.AuthFailed),
        (errors({"message": "x", "extensions": {"code": "UNAUTHENTICATED"}}), READ, 200, e.AuthFailed),
        (errors({"message": "Unauthorized request"}), READ, 200, e.AuthFailed),
        (errors({"message": "x", "type": "AccessDenied"}, data={"node": None}), "order", 200, e.Rejected),
        # refusals
        (errors(PLAIN), WRITE, 200, e.Rejected),
        (errors(PLAIN), WRITE, 400, e.Rejected),
        (errors(PLAIN, data={WRITE: None}), WRITE, 200, e.Rejected),
        (errors({**PLAIN, "path": [WRITE]}, data={WRITE: None}), WRITE, 200, e.Rejected),
        (errors({**PLAIN, "path": [WRITE]}, data={WRITE: {"order": None}}), WRITE, 200, e.Rejected),
        (errors({**PLAIN, "path": [WRITE]}, data=None), WRITE, 200, e.Rejected),
        (errors(PLAIN, data={READ: None}), READ, 200, e.Rejected),
        ({"error": "Out of stock"}, WRITE, 200, e.Rejected),
        ({"error": "Out of stock"}, WRITE, 422, e.Rejected),
        (errors("Out of stock"), WRITE, 200, e.Rejected),
        ({"errors": PLAIN}, WRITE, 200, e.Rejected),
        (errors({}), WRITE, 200, e.Rejected),
        # a write that may have been applied
        (errors({**PLAIN, "path": [WRITE, "order", "status"]}, data={WRITE: {"order": None}}), WRITE, 200, e.Ambiguous),
        (errors({**PLAIN, "path": [WRITE, "order"]}, data={WRITE: None}), WRITE, 200, e.Ambiguous),
        (errors({"message": "x", "type": "InternalServerError"}, data={WRITE: None}), WRITE, 200, e.Ambiguous),
        (errors({"message": "x", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}), WRITE, 200, e.Ambiguous),
        (errors({"message": "x", "type": "InternalServerError"}, data={READ: None}), READ, 200, e.Rejected),
        # not explained here
        (errors(PLAIN), WRITE, 500, type(None)),
        (errors(PLAIN), READ, 503, type(None)),
        (errors(PLAIN), WRITE, 429, type(None)),
        (errors(PLAIN), WRITE, 302, type(None)),
        (errors(), WRITE, 200, type(None)),
        ({"error": ""}, WRITE, 200, type(None)),
        (errors(PLAIN, data={WRITE: {"order": {"id": "o"}}}), WRITE, 200, type(None)),
        (errors(PLAIN, data={READ: {"edges": []}}), READ, 200, type(None)),
        ({"data": {WRITE: {"order": {"id": '"errors'}}}}, WRITE, 200, type(None)),
        (b'<html>"errors"</html>', WRITE, 200, type(None)),
        (b'["errors"]', WRITE, 200, type(None)),
        (b"", WRITE, 403, type(None)),
    ],
)
def test_what_an_answer_means(body: Any, name: str, status: int, kind: type) -> None:
    found = explain(body, name, status)
    assert type(found) is kind
    assert found is None or found.status == status


def test_the_platforms_words_and_code() -> None:
    found = explain(errors(PLAIN, {"message": "Out of stock"}, {"message": "Call us"}))
    assert isinstance(found, e.Rejected)
    assert (found.words, found.code) == ("Out of stock Call us", "OutOfStock")
    assert explain(errors({}), status=400).words == "The platform named no reason."  # type: ignore[union-attr]
    assert len(explain(errors({"message": "x" * 9000})).words) == 500  # type: ignore[union-attr]


@pytest.mark.parametrize("said", [{"type": "InvalidRelayID"}, {"type": "ObjectNotFoundError"}, {}])
@pytest.mark.parametrize("status", [200, 404])
def test_an_unknown_id_is_nothing_to_read(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, said: dict[str, str], status: int
) -> None:
    answers(sandbox, errors({"message": "Invalid relay ID some_id", **said}, data={"node": None}), status)
    assert channel.read_order(r.Ref(remote_id="some_id")) is None
    answers(sandbox, errors({"message": "Something else"}, data={"node": None}), status)
    with pytest.raises(e.Rejected):
        channel.read_order(r.Ref(remote_id="some_id"))


@pytest.mark.parametrize("wrong", [{"access_token": "stale-token"}, {"viewer_id": "somebody"}, {"access_token": ""}])
def test_wrong_credentials(sandbox: ShoppoSandbox, wrong: dict[str, str]) -> None:
    channel = open_over(PLATFORM, sandbox, credentials={**sandbox.credentials, **wrong})
    for attempt in (channel.check_credentials, lambda: channel.create_order(draft(a_sku(sandbox)["id"]))):
        with pytest.raises(e.AuthFailed) as caught:
            attempt()
        assert (caught.value.words, caught.value.status) == ("Unauthorized request", 403)
    assert effects(sandbox) == []


def test_business_errors_with_a_status_of_their_own(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sandbox.speaks_status = True
    with pytest.raises(e.Rejected) as caught:
        channel.mark_paid(r.Ref(remote_id="nobody"), "c")
    assert (caught.value.status, caught.value.code) == (404, "InvalidRelayID")
    with pytest.raises(e.Rejected) as caught:
        channel.mark_paid(r.Ref(remote_id=an_order(sandbox, "DELIVERED")["id"]), "c")
    assert (caught.value.status, caught.value.code) == (400, "InvalidOrderStatus")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"<html>",
        b"\xef\xbb\xbf",
        b'{"data": {"createOrder": {"order": {"id": "o"',
        b'{"data": NaN}',
        b'{"data": {"createOrder": null}}',
        b'{"data": {"createOrder": {}}}',
        b'{"data": {"createOrder": {"order": null}}}',
        b'{"data": {"createOrder": {"order": {"id": 1e400}}}}',
        b'{"data": {"cancelOrder": {"order": {"id": "o"}}}}',
        b'{"data": {}}',
        b"{}",
    ],
)
def test_an_answer_that_does_not_say_yes_is_ambiguous(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, body: bytes
) -> None:
    answers(sandbox, body)
    with pytest.raises(e.Ambiguous) as caught:
        channel.create_order(draft("s"))
    assert caught.value.status == 200


def test_a_whole_payload_beside_an_error_is_a_yes(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    answers(sandbox, errors({"message": "mail not sent"}, data={"createOrder": {"order": {"id": 2**70}}}))
    assert channel.create_order(draft("s")).remote_id == str(2**70)


# -- faults ----------------------------------------------------------------------------------------------------------

WRITES = [
    "createOrder",
    "setOrderAsPaid",
    "cancelOrder",
    "cancelOrderItem",
    "createExchangeItemTicket",
    "replyCustomerServiceTicket",
]


def write(channel: ShoppoChannel, sandbox: ShoppoSandbox, name: str) -> None:
    paid = an_order(sandbox, "PAID", "PAID")
    ticket = r.TicketDraft(
        kind="exchange",
        order=r.Ref(remote_id=paid["id"]),
        items=tuple(paid["_items"]),
        first_name="A",
        last_name="B",
        email="a@example.com",
        reason="X",
    )
    verbs = {
        "createOrder": lambda: channel.create_order(draft(a_sku(sandbox)["id"])),
        "setOrderAsPaid": lambda: channel.mark_paid(r.Ref(remote_id=an_order(sandbox, "OPEN")["id"]), "c-1"),
        "cancelOrder": lambda: channel.cancel_order(r.Ref(remote_id=paid["id"])),
        "cancelOrderItem": lambda: channel.cancel_line(r.Ref(remote_id=paid["_items"][0])),
        "createExchangeItemTicket": lambda: channel.open_ticket(ticket),
        "replyCustomerServiceTicket": lambda: channel.reply_ticket(
            r.Ref(remote_id=a_ticket(sandbox, desk="OPEN")["id"]), "Hello"
        ),
    }
    verbs[name]()


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    ("fault", "kind", "times"),
    [
        ({"fault": "drop_after_apply"}, e.Ambiguous, 1),
        ({"fault": "slow"}, e.Ambiguous, 1),
        ({"fault": "malformed"}, e.Ambiguous, 1),
        ({"fault": "malformed", "body": "<html>"}, e.Ambiguous, 1),
        ({"fault": "malformed", "body": ""}, e.Ambiguous, 1),
        ({"fault": "status", "code": 500, "after": True}, e.Ambiguous, 1),
        ({"fault": "status", "code": 502}, e.Ambiguous, 0),
        ({"fault": "status", "code": 503}, e.NotSent, 0),
        ({"fault": "status", "code": 403}, e.AuthFailed, 0),
        ({"fault": "status", "code": 400}, e.Rejected, 0),
        ({"fault": "rate_limit"}, e.NotSent, 0),
        ({"fault": "expire_token"}, e.AuthFailed, 0),
    ],
)
def test_a_write_with_a_fault_happens_once_or_never(
    channel: ShoppoChannel, sandbox: ShoppoSandbox, name: str, fault: dict[str, Any], kind: type, times: int
) -> None:
    sandbox.faults.append(Fault(name, **fault))
    with pytest.raises(kind):
        write(channel, sandbox, name)
    assert [endpoint for endpoint, _ in effects(sandbox)] == [name] * times


def test_a_rate_limit_says_until_when(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sandbox.faults.append(Fault("*", "rate_limit", seconds=42))
    with pytest.raises(e.NotSent) as caught:
        channel.pull_products(None, None)
    assert (caught.value.rate_limited, caught.value.retry_at) == (True, START + timedelta(seconds=42))


def test_a_read_is_tried_again(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sandbox.faults.append(Fault("orderList", "status", times=2, code=502))
    assert len(channel.pull_orders(None, None).records) == 70
    sandbox.faults.append(Fault("orderList", "drop_after_apply", times=3))
    with pytest.raises(e.NotSent):
        channel.pull_orders(None, None)


def test_faults_name_a_node_read_by_its_type(channel: ShoppoChannel, sandbox: ShoppoSandbox) -> None:
    sandbox.faults.append(Fault("order", "status", code=400))
    assert channel.read_product(r.Ref(remote_id="nobody")) is None
    with pytest.raises(e.Rejected):
        channel.read_order(r.Ref(remote_id="nobody"))
