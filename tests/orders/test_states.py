"""Status, refund, creation, payment, cancellation and invoices: one effect each, whatever happens on the way."""

import base64

import pytest

from channels.records import Ref
from dashboard.catalog.models import Variant
from dashboard.orders.commands.states import charge_id
from dashboard.orders.models import Invoice, Order, OrderLine
from dashboard.sync.describe import command_facts
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.sync.opening import open_channel
from tests.connected import die, drive, effects, fault, queue, step

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CASES = {
    "orders.set_status": ("supply", "orders.change_status", "to_deliver", {"status": "running_order"}, "in_progress"),
    "orders.refund": ("supply", "orders.refund", "in_progress", {}, "refunded"),
    "orders.mark_paid": ("partner", "setOrderAsPaid", "unpaid", {}, "to_deliver"),
    "orders.cancel": ("partner", "cancelOrder", "to_deliver", {}, "cancelled"),
}


@pytest.fixture(params=sorted(CASES))
def case(request, order_of):
    fixture, endpoint, status, payload, after = CASES[request.param]
    connected = request.getfixturevalue(fixture)
    order = order_of(connected, status=status)
    return (
        connected,
        endpoint,
        order,
        after,
        lambda: queue(connected.connection, request.param, order.remote_id, **payload),
    )


def test_done_and_mirrored(case):
    connected, endpoint, order, after, give = case
    assert drive(give()).state == "done"
    order.refresh_from_db()
    assert order.status == after
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_a_lost_answer_is_proven_done(case):
    connected, endpoint, order, after, give = case
    fault(connected.sandbox, endpoint, "drop_after_apply")
    command = step(give())
    assert command.state == "unknown"
    assert drive(command).state == "done"
    order.refresh_from_db()
    assert order.status == after
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_what_never_took_effect_is_sent_again(case):
    connected, endpoint, _order, _after, give = case
    fault(connected.sandbox, endpoint, "status", code=500)
    command = step(give())
    assert command.state == "unknown"
    assert effects(connected.sandbox, endpoint) == []
    assert drive(command).state == "done"
    assert command.attempts == 2
    assert len(effects(connected.sandbox, endpoint)) == 1


@pytest.mark.parametrize("case", ["orders.refund", "orders.mark_paid", "orders.cancel"], indirect=True)
def test_a_gateway_that_was_wrong_about_it_has_no_second_effect(case):
    """503 says that nothing was done; it was done all the same."""
    connected, endpoint, order, after, give = case
    fault(connected.sandbox, endpoint, "status", code=503, after=True)
    command = step(give())
    assert command.state == "queued"
    assert drive(command).state == "done"
    order.refresh_from_db()
    assert order.status == after
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_a_crash_before_sending_is_proven_absent(case):
    connected, endpoint, _order, _after, give = case
    assert drive(die(give())).state == "done"
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_a_refund_is_believed_absent_only_when_seen_twice(supply, order_of):
    fault(supply.sandbox, "orders.refund", "status", code=500)
    command = step(queue(supply.connection, "orders.refund", order_of(supply, status="in_progress").remote_id))
    assert (step(command).state, command.absences) == ("unknown", 1)
    assert step(command).state == "queued"


def test_what_is_refunded_already_is_not_refunded_again(supply, order_of):
    order = order_of(supply, status="in_progress")
    command = queue(supply.connection, "orders.refund", order.remote_id)
    supply.sandbox.orders[order.remote_id]["status"] = "refunded_order"
    assert step(command).state == "rejected"
    assert effects(supply.sandbox) == []


def test_what_is_paid_already_is_not_paid_again(partner, order_of):
    order = order_of(partner, status="unpaid")
    command = queue(partner.connection, "orders.mark_paid", order.remote_id)
    open_channel(partner.connection, "foreground").mark_paid(Ref(remote_id=order.remote_id), "by-somebody-else")
    assert step(command).state == "rejected"
    assert command.error == "The platform says that this order is paid already. Nothing was sent."
    assert len(effects(partner.sandbox, "setOrderAsPaid")) == 1


@pytest.mark.parametrize("status", ["refunded", "unpaid"])
def test_what_cannot_be_refunded_is_refused(supply, order_of, status):
    with pytest.raises(Refused):
        queue(supply.connection, "orders.refund", order_of(supply, status=status).remote_id)
    assert (Command.objects.count(), effects(supply.sandbox)) == (0, [])


def test_a_word_that_the_platform_does_not_take_is_refused(supply, order_of):
    with pytest.raises(Refused) as refusal:
        queue(supply.connection, "orders.set_status", order_of(supply).remote_id, status="shipped")
    assert refusal.value.field == "status"
    assert Command.objects.count() == 0


def test_the_platforms_refusal_of_a_status_keeps_its_words(supply, order_of):
    order = order_of(supply, status="delivered")
    command = drive(queue(supply.connection, "orders.set_status", order.remote_id, status="pending_order"))
    assert command.state == "rejected"
    assert "cannot go from completed_order to pending_order" in command.error


def test_the_charge_id_never_changes(partner, order_of):
    order = order_of(partner, status="unpaid")
    wanted = charge_id(partner.connection, Ref(remote_id=order.remote_id))
    fault(partner.sandbox, "setOrderAsPaid", "status", code=500)
    assert drive(queue(partner.connection, "orders.mark_paid", order.remote_id)).state == "done"
    assert [effect["charge_id"] for effect in effects(partner.sandbox, "setOrderAsPaid")] == [wanted]


def test_only_unpaid_orders_are_marked_paid(partner, order_of):
    with pytest.raises(Refused):
        queue(partner.connection, "orders.mark_paid", order_of(partner, status="to_deliver").remote_id)
    assert (Command.objects.count(), effects(partner.sandbox)) == (0, [])


@pytest.mark.parametrize("kind", ["drop_after_apply", "status"])
def test_one_line_is_cancelled_once(partner, kind):
    line = OrderLine.objects.filter(order__connection=partner.connection, status="to_deliver").first()
    fault(partner.sandbox, "cancelOrderItem", kind)
    assert drive(queue(partner.connection, "orders.cancel_item", line.remote_id)).state == "done"
    assert len(effects(partner.sandbox, "cancelOrderItem")) == 1
    assert OrderLine.objects.get(remote_id=line.remote_id).status == "cancelled"


def test_a_line_in_fulfilment_is_refused_in_the_platforms_words(partner):
    line = OrderLine.objects.filter(order__connection=partner.connection, status="in_progress").first()
    command = drive(queue(partner.connection, "orders.cancel_item", line.remote_id))
    assert command.state == "rejected"
    assert "PAID" in command.error


# -- creation --------------------------------------------------------------------------------------------------------


@pytest.fixture
def wanted(partner):
    stocked = Variant.objects.filter(product__connection=partner.connection, product__status="on_sale", quantity__gt=9)
    variants = [one for one in stocked if partner.sandbox.shop.live_sku(one.remote_id)["enabled"]]
    return {
        "lines": [{"sku": variants[0].remote_id, "quantity": 2}],
        "shipping_address": {
            "first_name": "Ann",
            "last_name": "Lee",
            "street1": "1 Folsom St",
            "city": "San Francisco",
            "state": "CA",
            "country": "US",
            "postcode": "94106",
            "phone": "3356432453",
        },
        "partner_code": "OUR-2026-0001",
    }


def test_an_order_is_created_and_found_by_our_code(partner, wanted):
    command = drive(queue(partner.connection, "orders.create", "-", **wanted))
    assert command.state == "done"
    (effect,) = effects(partner.sandbox, "createOrder")
    order = Order.objects.get(connection=partner.connection, partner_code="OUR-2026-0001")
    assert (order.remote_id, order.status) == (effect["order_id"], "unpaid")
    assert command.receipt["remote_id"] == order.remote_id


def test_a_lost_answer_of_a_creation_is_found_by_our_code(partner, wanted):
    fault(partner.sandbox, "createOrder", "drop_after_apply")
    command = drive(queue(partner.connection, "orders.create", "-", **wanted))
    assert command.state == "done"
    assert command.receipt["remote_id"] == effects(partner.sandbox, "createOrder")[0]["order_id"]
    assert len(effects(partner.sandbox, "createOrder")) == 1


def test_a_creation_that_a_gateway_took_for_not_done_is_found_by_our_code(partner, wanted):
    fault(partner.sandbox, "createOrder", "status", code=503, after=True)
    command = step(queue(partner.connection, "orders.create", "-", **wanted))
    assert command.state == "queued"
    assert drive(command).state == "done"
    assert len(effects(partner.sandbox, "createOrder")) == 1


def test_a_creation_is_sent_again_after_two_proofs_of_absence(partner, wanted):
    fault(partner.sandbox, "createOrder", "status", code=500)
    command = step(queue(partner.connection, "orders.create", "-", **wanted))
    assert (step(command).state, step(command).state) == ("unknown", "queued")
    assert drive(command).state == "done"
    assert len(effects(partner.sandbox, "createOrder")) == 1


def test_a_code_is_used_once(partner, wanted):
    first = queue(partner.connection, "orders.create", "-", **wanted)
    assert queue(partner.connection, "orders.create", "-", **wanted) == first
    other = wanted | {"lines": [{**wanted["lines"][0], "quantity": 1}]}
    with pytest.raises(Refused) as refusal:
        queue(partner.connection, "orders.create", "-", **other)
    assert refusal.value.field == "partner_code"
    assert drive(first).state == "done"
    with pytest.raises(Refused):
        queue(partner.connection, "orders.create", "-", **other)
    assert len(effects(partner.sandbox, "createOrder")) == 1


def test_a_code_that_only_the_platform_knows_stops_the_sending(partner, wanted):
    known = next(iter(partner.sandbox.shop.orders.values()))["_code"]
    command = drive(queue(partner.connection, "orders.create", "-", **wanted | {"partner_code": known}))
    assert command.state == "rejected"
    assert effects(partner.sandbox, "createOrder") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "x", "quantity": 0}]}, "lines"),
        ({"partner_code": " "}, "partner_code"),
        ({"shipping_address": {"first_name": "Ann"}}, "shipping_address"),
    ],
)
def test_creations_that_cannot_be_are_refused(partner, wanted, change, field):
    with pytest.raises(Refused) as refusal:
        queue(partner.connection, "orders.create", "-", **wanted | change)
    assert refusal.value.field == field
    assert (Command.objects.count(), effects(partner.sandbox)) == (0, [])


def test_a_country_that_is_not_served_is_refused(partner, wanted):
    address = wanted["shipping_address"] | {"country": "DE"}
    with pytest.raises(Refused) as refusal:
        queue(partner.connection, "orders.create", "-", **wanted | {"shipping_address": address})
    assert refusal.value.field == "shipping_address"


# -- invoices --------------------------------------------------------------------------------------------------------


def invoice(pdf=PDF, **more):
    file = {"name": "i.pdf", "content_type": "application/pdf", "content": base64.b64encode(pdf).decode()}
    return {"number": "INV-7", "file": file, "total": "12.50"} | more


def test_an_invoice_is_uploaded_and_kept(stores, order_of):
    order = order_of(stores, status="to_deliver")
    command = drive(queue(stores.connection, "orders.upload_invoice", order.remote_id, **invoice()))
    assert command.state == "done"
    assert len(effects(stores.sandbox)) == 1
    kept = Invoice.objects.get(order=order)
    assert (kept.number, bytes(kept.pdf), kept.command) == ("INV-7", PDF, command)
    assert base64.b64encode(PDF).decode() not in repr(command_facts(command))


def test_an_unanswered_invoice_waits_for_a_person_and_is_never_sent_again(stores, order_of):
    fault(stores.sandbox, "*", "drop_after_apply", times=1)
    command = queue(stores.connection, "orders.upload_invoice", order_of(stores).remote_id, **invoice())
    assert drive(command).state == "needs_review"
    assert command.attempts == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": " "}, "number"),
        ({"file": {"name": "x", "content": "%%%"}}, "file"),
        ({"file": {"name": "x", "content": base64.b64encode(b"<svg>").decode()}}, "file"),
        ({"file": {"name": "x", "content": base64.b64encode(b"%PDF-" + b"0" * 10_500_000).decode()}}, "file"),
        ({"total": "-1"}, "total"),
        ({"vat": "NaN"}, "vat"),
    ],
)
def test_files_that_are_no_invoices_are_refused(stores, order_of, change, field):
    with pytest.raises(Refused) as refusal:
        queue(stores.connection, "orders.upload_invoice", order_of(stores).remote_id, **invoice() | change)
    assert refusal.value.field == field
    assert (Command.objects.count(), effects(stores.sandbox)) == (0, [])


def test_what_a_platform_cannot_do_is_refused_with_its_reason(goods, order_of):
    for kind in ("orders.refund", "orders.cancel", "orders.mark_paid"):
        with pytest.raises(Refused):
            queue(goods.connection, kind, order_of(goods).remote_id)
    assert Command.objects.count() == 0


def test_a_status_that_somebody_changed_since_is_not_set_back(supply, order_of):
    order = order_of(supply, status="to_deliver")
    fault(supply.sandbox, "orders.change_status", "drop_after_apply")
    command = step(queue(supply.connection, "orders.set_status", order.remote_id, status="running_order"))
    assert (command.state, len(effects(supply.sandbox))) == ("unknown", 1)
    supply.sandbox.orders[order.remote_id]["status"] = "completed_order"
    assert drive(command).state == "needs_review"
    assert len(effects(supply.sandbox)) == 1
    assert supply.sandbox.orders[order.remote_id]["status"] == "completed_order"
