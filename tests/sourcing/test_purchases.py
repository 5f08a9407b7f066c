"""Placing purchases: each is bought once, whatever becomes of the answer."""

from decimal import Decimal

import pytest
from django.urls import reverse

from channels.fulfillbot.channel import FulfillbotChannel
from dashboard.sourcing.models import PurchaseOrder, SourceProduct
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from tests.connected import drive, effects, fault, pull, queue, step
from tests.pages import assert_strict_html

KIND = "sourcing.place_order"


def place(connection, *items, **more):
    return queue(connection, KIND, "-", items=list(items), **more)


def test_a_purchase_is_placed_and_mirrored(connection, sandbox, goods):
    command = drive(place(connection, goods, remark="Gift"))
    assert (command.state, command.error) == ("done", "")
    [effect] = effects(sandbox, "orders.create")
    assert effect["items"] == [["12345", goods["sku"], 2]]
    assert effect["remark"] == f"Gift {command.before['marker']}"
    row = PurchaseOrder.objects.get(remote_id=command.receipt["number"])
    assert (row.total, row.remark, row.lines.get().quantity) == (Decimal(200), effect["remark"], 2)


def test_a_lost_answer_is_proven_by_the_mark(connection, sandbox, goods):
    fault(sandbox, "orders.create", "drop_after_apply")
    command = place(connection, goods)
    assert step(command).state == "unknown"
    assert drive(command).state == "done"
    assert len(effects(sandbox, "orders.create")) == 1
    assert command.receipt["number"] == effects(sandbox, "orders.create")[0]["orderNo"]
    assert PurchaseOrder.objects.filter(remote_id=command.receipt["number"]).exists()


def test_without_an_echo_both_witnesses_prove_it(connection, sandbox, goods):
    sandbox.echo_remark = False
    pull(connection, "purchase-orders")
    fault(sandbox, "orders.create", "drop_after_apply")
    command = drive(place(connection, goods))
    assert command.state == "done"
    assert len(command.evidence[-1]["witnesses"]) == 2
    assert command.receipt["number"] == effects(sandbox, "orders.create")[0]["orderNo"]
    assert len(effects(sandbox, "orders.create")) == 1


def test_the_page_of_a_purchase_shows_both_witnesses_and_what_was_bought(connection, sandbox, goods, client_for):
    sandbox.echo_remark = False
    pull(connection, "purchase-orders")
    fault(sandbox, "orders.create", "drop_after_apply")
    command = drive(place(connection, goods))
    page = client_for("admin").get(reverse("sync:command", args=[command.pk]))
    assert_strict_html(page)
    body = page.content.decode()
    assert body.count('<dl class="witness">') == 2
    assert "Read the movements of the wallet since before it was sent" in body
    assert f"<dd>12345 · {goods['sku']} × 2</dd>" in body
    assert "1 line, 2 pieces" in body


def test_one_piece_is_not_called_pieces(connection, goods):
    assert place(connection, goods | {"quantity": 1}).summary == "1 line, 1 piece"


@pytest.mark.parametrize("echo", [True, False])
def test_proven_absence_is_seen_twice_before_it_is_sent_again(connection, sandbox, goods, echo):
    sandbox.echo_remark = echo
    fault(sandbox, "orders.create", "status")
    command = place(connection, goods)
    assert step(command).state == "unknown"
    assert (step(command).state, command.absences) == ("unknown", 1)
    assert step(command).state == "queued"
    assert effects(sandbox, "orders.create") == []
    assert drive(command).state == "done"
    assert len(effects(sandbox, "orders.create")) == 1


def test_a_new_order_that_cannot_be_looked_at_is_no_proof_of_absence(connection, sandbox, goods, monkeypatch):
    drive(place(connection, goods))  # remarks are echoed, so that an order without ours is not ours
    fault(sandbox, "orders.create", "drop_after_apply")
    command = step(place(connection, goods | {"quantity": 3}))
    made = effects(sandbox, "orders.create")
    assert (command.state, len(made)) == ("unknown", 2)
    show = FulfillbotChannel.read_purchase_order
    monkeypatch.setattr(FulfillbotChannel, "read_purchase_order", lambda self, order: None)  # listed, not there yet
    for _ in range(4):
        assert step(command).state == "unknown"
    monkeypatch.setattr(FulfillbotChannel, "read_purchase_order", show)
    assert step(command).state == "done"
    assert command.receipt["number"] == made[-1]["orderNo"]
    assert effects(sandbox, "orders.create") == made


def test_one_witness_alone_needs_a_person(connection, sandbox, goods):
    sandbox.echo_remark = False
    pull(connection, "purchase-orders")
    fault(sandbox, "orders.create", "status")
    command = place(connection, goods)
    step(command)
    movement = {"type": "purchase", "amount": Decimal(-200), "currency": "CNY", "orderNo": None}
    sandbox.transactions.append({"id": 777777, "createdAt": sandbox.transactions[-1]["createdAt"], **movement})
    from channels.fulfillbot.sandbox_rules import iso

    sandbox.transactions[-1]["createdAt"] = iso(sandbox.now())
    assert drive(command).state == "needs_review"
    assert effects(sandbox, "orders.create") == []


@pytest.mark.parametrize(
    ("kind", "sign", "extra", "named", "state"),
    [
        ("purchase", -1, "fee", False, "done"),
        ("payment", 1, "", False, "done"),
        ("payment", 1, "", True, "done"),
        ("refund", 1, "", False, "needs_review"),
        ("top-up", 1, "", True, "needs_review"),
    ],
)
def test_the_wallet_is_heard_however_it_writes_a_payment(connection, sandbox, goods, kind, sign, extra, named, state):
    """No document states the shape of a movement: its sign, its word, whether it holds the fee or names the order."""
    sandbox.echo_remark = False
    pull(connection, "purchase-orders")
    fault(sandbox, "orders.create", "drop_after_apply")
    command = place(connection, goods)
    assert step(command).state == "unknown"
    made = effects(sandbox, "orders.create")[0]["orderNo"]
    paid = next(one for one in sandbox.transactions if one["orderNo"] == made)
    fee = sandbox.orders[made]["serviceFee"] if extra else Decimal(0)
    paid.update(type=kind, amount=sign * (Decimal(200) + fee), orderNo=made if named else None)
    assert drive(command).state == state
    assert len(effects(sandbox, "orders.create")) == 1


@pytest.mark.parametrize(("amount", "state"), [("-230", "needs_review"), ("-301", "done")])
def test_a_payment_that_may_hold_a_fee_nobody_knows_is_no_proof_of_absence(connection, sandbox, goods, amount, state):
    from channels.fulfillbot.sandbox_rules import iso

    sandbox.echo_remark = False
    pull(connection, "purchase-orders")
    fault(sandbox, "orders.create", "status")
    command = place(connection, goods)
    step(command)
    movement = {"type": "purchase", "amount": Decimal(amount), "currency": "CNY", "orderNo": None}
    sandbox.transactions.append({"id": 777777, "createdAt": iso(sandbox.now()), **movement})
    assert drive(command).state == state
    assert len(effects(sandbox, "orders.create")) == (1 if state == "done" else 0)


def test_an_order_of_somebody_else_proves_nothing(connection, sandbox, goods):
    """Where remarks are echoed, the same goods bought on the agent's own page are not ours."""
    pull(connection, "purchase-orders")
    drive(place(connection, goods))
    fault(sandbox, "orders.create", "status")
    command = place(connection, goods | {"quantity": 3})
    step(command)
    product, sku = sandbox.product_and_sku("12345", goods["sku"])
    from channels.fulfillbot.sandbox_orders import Wanted

    sandbox.place([Wanted(product, sku, 3)], sandbox.now())
    assert drive(command).state == "done"
    assert [effect["items"] for effect in effects(sandbox, "orders.create")] == [
        [["12345", goods["sku"], 2]],
        [["12345", goods["sku"], 3]],
    ]


def test_a_first_attempt_that_arrives_late_is_not_bought_again(connection, sandbox, goods):
    fault(sandbox, "orders.create", "status")
    command = place(connection, goods)
    for _ in range(3):
        step(command)
    assert command.state == "queued"
    product, sku = sandbox.product_and_sku("12345", goods["sku"])
    from channels.fulfillbot.sandbox_orders import Wanted

    late = sandbox.place([Wanted(product, sku, 2)], sandbox.now(), command.before["marker"])
    assert drive(command).state == "done"
    assert command.receipt["number"] == late["orderNo"]
    assert effects(sandbox, "orders.create") == []


def test_an_empty_wallet_stops_it_before_sending(connection, sandbox, goods):
    sandbox.balance = sandbox.frozen + Decimal(150)
    command = drive(place(connection, goods))
    assert command.state == "rejected"
    assert "these goods cost 200" in command.error
    assert effects(sandbox) == []


def test_the_platforms_refusal_is_kept_in_its_words(connection, sandbox, goods):
    sandbox.balance = sandbox.frozen + Decimal(205)
    command = drive(place(connection, goods))
    assert (command.state, command.error) == ("rejected", "Insufficient balance")
    assert effects(sandbox) == []


def test_the_least_quantity_is_kept(connection, sandbox, goods):
    SourceProduct.objects.create(
        connection=connection,
        remote_id="12345",
        minimum=5,
        content_hash=b"",
        changed_at=connection.state_at or sandbox.now(),
    )
    with pytest.raises(Refused) as refused:
        place(connection, goods)
    assert refused.value.field == "items"
    assert not Command.objects.exists()
    assert place(connection, goods | {"quantity": 5}).state == "queued"


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([{"product": "1", "sku": "s", "quantity": 0}], "items"),
        ([{"product": "", "sku": "s", "quantity": 1}], "items"),
    ],
)
def test_what_cannot_be_bought_is_not_queued(connection, items, field):
    with pytest.raises(Refused) as refused:
        place(connection, *items)
    assert refused.value.field == field
    assert not Command.objects.exists()


@pytest.mark.parametrize("change", [{"product": "999"}, {"sku": "nothing"}, {"quantity": 501}])
def test_what_is_not_on_sale_is_not_sent(connection, sandbox, goods, change):
    command = drive(place(connection, goods | change))
    assert command.state == "rejected"
    assert effects(sandbox) == []


def test_two_purchases_of_the_same_goods_are_two(connection, sandbox, goods):
    first = drive(place(connection, goods))
    second = drive(place(connection, goods))
    assert first.before["marker"] != second.before["marker"]
    assert len(effects(sandbox, "orders.create")) == 2


def test_a_coupon_may_lower_the_amount(connection, sandbox, goods):
    sandbox.echo_remark = False
    pull(connection, "purchase-orders")
    fault(sandbox, "orders.create", "drop_after_apply")
    command = drive(place(connection, goods, coupon="52"))
    assert command.state == "done"
    assert effects(sandbox, "orders.create")[0]["totalAmount"] == "190.00"


# -- cancelling ------------------------------------------------------------------------------------------------------


@pytest.fixture
def pending(connection, sandbox, goods):
    """A purchase that can be cancelled."""
    return PurchaseOrder.objects.get(remote_id=drive(place(connection, goods)).receipt["number"])


@pytest.mark.parametrize(("kind", "effects_before"), [(None, 1), ("drop_after_apply", 1), ("status", 1)])
def test_a_purchase_is_cancelled_once(connection, sandbox, pending, kind, effects_before):
    if kind:
        fault(sandbox, "orders.cancel", kind)
    command = drive(queue(connection, "sourcing.cancel_order", pending.number, reason="Too late"))
    assert command.state == "done"
    assert len(effects(sandbox, "orders.cancel")) == effects_before
    pending.refresh_from_db()
    assert pending.status == "cancelled"


def test_what_was_bought_already_cannot_be_cancelled(mirrored):
    row = (
        PurchaseOrder.objects.filter(status="purchased").first()
        or PurchaseOrder.objects.filter(status="in_warehouse").first()
    )
    before = Command.objects.count()
    with pytest.raises(Refused, match="pending, paid"):
        queue(mirrored, "sourcing.cancel_order", row.remote_id)
    assert Command.objects.count() == before
