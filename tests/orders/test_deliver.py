"""Delivering: once, whatever happens on the way; the order's state is read just before."""

import pytest

from channels.records import Delivery, Ref
from dashboard.orders.models import DeliveryRecord, Order
from dashboard.staff.models import AuditEvent
from dashboard.sync.describe import command_facts
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from dashboard.sync.opening import open_channel
from tests.connected import die, drive, effects, fault, queue, step

pytestmark = pytest.mark.django_db
DELIVER = {"goods": "orders.deliver", "supply": "orders.update_delivered_info"}


@pytest.fixture(params=["goods", "supply"])
def shop(request):
    return request.getfixturevalue(request.param), DELIVER[request.param]


def rows_for(order):
    return [f"code-{n}-Ж" for n in range(order.quantity)]


def test_delivered_and_mirrored(shop, order_of):
    connected, endpoint = shop
    order = order_of(connected, status="to_deliver", quantity__gt=1)
    command = drive(queue(connected.connection, "orders.deliver", order.number, rows=rows_for(order)))
    assert command.state == "done"
    assert len(effects(connected.sandbox, endpoint)) == 1
    order.refresh_from_db()
    shown = order.delivered or DeliveryRecord.objects.of(order).get().content
    assert shown == "\n".join(rows_for(order))


def test_a_lost_answer_is_proven_done_without_a_second_delivery(shop, order_of):
    connected, endpoint = shop
    order = order_of(connected, status="to_deliver")
    fault(connected.sandbox, endpoint, "drop_after_apply")
    command = step(queue(connected.connection, "orders.deliver", order.remote_id, rows=rows_for(order)))
    assert command.state == "unknown"
    assert drive(command).state == "done"
    assert command.evidence[-1]["verdict"] == "applied"
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_what_never_took_effect_is_proven_absent_and_sent_again(shop, order_of):
    connected, endpoint = shop
    order = order_of(connected, status="to_deliver")
    fault(connected.sandbox, endpoint, "status", code=500)
    command = step(queue(connected.connection, "orders.deliver", order.remote_id, content="one text"))
    assert command.state == "unknown"
    assert effects(connected.sandbox, endpoint) == []
    assert [step(command).state, step(command).state] == ["unknown", "queued"]
    assert [one["verdict"] for one in command.evidence] == ["absent", "absent"]
    assert drive(command).state == "done"
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_what_takes_effect_after_it_was_proven_absent_is_not_delivered_again(shop, order_of):
    """The platform works off what it had taken in while the command waits for its second sending."""
    connected, endpoint = shop
    order = order_of(connected, status="to_deliver")
    fault(connected.sandbox, endpoint, "status", code=500)
    command = step(queue(connected.connection, "orders.deliver", order.remote_id, content="one text"))
    assert [step(command).state, step(command).state] == ["unknown", "queued"]
    ref = Ref(remote_id=order.remote_id)
    open_channel(connected.connection, "foreground").deliver_order(ref, Delivery(content="one text"))
    assert [step(command).state, step(command).state] == ["unknown", "done"]
    assert command.attempts == 2
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_a_gateway_that_was_wrong_about_it_delivers_nothing_twice(shop, order_of):
    """503 says that nothing was done; the buyer has it all the same."""
    connected, endpoint = shop
    order = order_of(connected, status="to_deliver", quantity__gte=2)
    fault(connected.sandbox, endpoint, "status", code=503, after=True)
    command = step(queue(connected.connection, "orders.deliver", order.remote_id, rows=["only-one"]))
    assert (command.state, len(effects(connected.sandbox, endpoint))) == ("queued", 1)
    assert drive(command).state == "done"
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_a_gateway_that_was_wrong_about_it_reports_nothing_twice(goods, order_of):
    order = order_of(goods, status="to_deliver")
    fault(goods.sandbox, "orders.deliver_error", "status", code=503, after=True)
    command = step(queue(goods.connection, "orders.report_delivery_error", order.remote_id, remark="Wrong code"))
    assert (command.state, len(effects(goods.sandbox))) == ("queued", 1)
    assert (drive(command).state, len(effects(goods.sandbox))) == ("done", 1)


def test_a_crash_before_sending_is_proven_absent(shop, order_of):
    connected, endpoint = shop
    order = order_of(connected, status="to_deliver")
    command = die(queue(connected.connection, "orders.deliver", order.remote_id, rows=rows_for(order)))
    assert (command.state, command.evidence[-1]["verdict"]) == ("queued", "never_sent")
    assert effects(connected.sandbox, endpoint) == []
    assert drive(command).state == "done"
    assert len(effects(connected.sandbox, endpoint)) == 1


def test_an_order_refunded_meanwhile_stops_the_delivery(supply, order_of):
    order = order_of(supply, status="to_deliver")
    command = queue(supply.connection, "orders.deliver", order.remote_id, rows=rows_for(order))
    supply.sandbox.orders[order.remote_id]["status"] = "refunded_order"
    assert step(command).state == "rejected"
    assert "refunded" in command.error
    assert effects(supply.sandbox) == []
    order.refresh_from_db()
    assert order.status == "refunded"


def test_an_order_gone_meanwhile_stops_the_delivery(supply, order_of):
    order = order_of(supply, status="to_deliver")
    command = queue(supply.connection, "orders.deliver", order.remote_id, rows=rows_for(order))
    del supply.sandbox.orders[order.remote_id]
    assert step(command).state == "rejected"
    assert effects(supply.sandbox) == []


def test_another_delivery_meanwhile_needs_a_person(goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=2)
    fault(goods.sandbox, "orders.deliver", "status", code=500)
    command = step(queue(goods.connection, "orders.deliver", order.remote_id, rows=["mine"]))
    row = next(one for one in goods.sandbox.orders if str(one["orderId"]) == order.remote_id)
    goods.sandbox._record_delivery(row, "by somebody else", 1, goods.sandbox.now())
    assert drive(command).state == "needs_review"
    assert effects(goods.sandbox, "orders.deliver") == []


def test_what_somebody_delivered_meanwhile_is_not_replaced(supply, order_of):
    order = order_of(supply, status="to_deliver", quantity=1)
    command = queue(supply.connection, "orders.deliver", order.remote_id, rows=["ours"])
    open_channel(supply.connection, "foreground").deliver_order(
        Ref(remote_id=order.remote_id), Delivery(rows=["theirs"])
    )
    assert step(command).state == "rejected"
    assert command.error == (
        "The platform says that 1 unit is delivered meanwhile, which this would replace. Nothing was sent."
    )
    assert len(effects(supply.sandbox)) == 1
    order.refresh_from_db()
    assert order.delivered == "theirs"


def test_nobody_gets_more_than_was_bought_when_somebody_delivered_meanwhile(goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=2)
    command = queue(goods.connection, "orders.deliver", order.remote_id, rows=["ours", "too"])
    row = next(one for one in goods.sandbox.orders if str(one["orderId"]) == order.remote_id)
    goods.sandbox._record_delivery(row, "by somebody else", 1, goods.sandbox.now())
    assert step(command).state == "rejected"
    assert command.error == "The platform says that 1 of 2 units are delivered by now. Nothing was sent."
    assert (command.sent_at, effects(goods.sandbox)) == (None, [])


def test_rows_are_not_appended_beyond_what_was_bought(supply, order_of):
    order = order_of(supply, status="to_deliver", quantity=2)
    command = queue(supply.connection, "orders.deliver", order.remote_id, rows=["ours", "too"], append=True)
    channel = open_channel(supply.connection, "foreground")
    channel.deliver_order(Ref(remote_id=order.remote_id), Delivery(rows=("theirs",), append=True))
    assert step(command).state == "rejected"
    assert command.error == "The platform says that 1 of 2 units are delivered by now. Nothing was sent."
    assert (command.sent_at, len(effects(supply.sandbox))) == (None, 1)


def test_rows_are_appended_to_what_was_delivered(supply, order_of):
    order = order_of(supply, status="in_progress", quantity=3, delivered_units=2)
    command = drive(queue(supply.connection, "orders.deliver", order.remote_id, rows=["the-third"], append=True))
    assert command.state == "done"
    before = order.delivered.split("\n")
    order.refresh_from_db()
    assert order.delivered.split("\n") == [*before, "the-third"]
    assert (order.delivered_units, order.status) == (3, "delivered")


def test_appending_lost_answers_keep_one_effect(supply, order_of):
    order = order_of(supply, status="in_progress", quantity=3, delivered_units=2)
    fault(supply.sandbox, "orders.update_delivered_info", "drop_after_apply")
    command = drive(queue(supply.connection, "orders.deliver", order.remote_id, rows=["the-third"], append=True))
    assert command.state == "done"
    assert len(effects(supply.sandbox)) == 1


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "content"),
        ({"content": "a", "rows": ["b"]}, "rows"),
        ({"rows": ["a", " "]}, "rows"),
        ({"rows": ["a", "b", "c", "d", "e", "f"]}, "rows"),
        ({"rows": ["a"], "quantity": 2}, "quantity"),
        ({"content": "a", "quantity": 0}, "quantity"),
        ({"content": "a", "quantity": 6}, "quantity"),
        ({"content": "a", "append": True}, "append"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_refused_before_anything_is_queued(shop, order_of, payload, field):
    connected, _endpoint = shop
    order = order_of(connected, status="to_deliver")
    with pytest.raises(Refused) as refusal:
        queue(connected.connection, "orders.deliver", order.remote_id, **payload)
    assert refusal.value.field == field
    assert Command.objects.count() == 0
    assert effects(connected.sandbox) == []


@pytest.mark.parametrize("status", ["refunded", "unpaid"])
def test_orders_that_cannot_be_delivered_are_refused(supply, order_of, status):
    with pytest.raises(Refused):
        queue(supply.connection, "orders.deliver", order_of(supply, status=status).remote_id, content="x")
    assert Command.objects.count() == 0


def test_a_platform_that_does_not_append_says_so(goods, order_of):
    order = order_of(goods, status="to_deliver")
    with pytest.raises(Refused) as refusal:
        queue(goods.connection, "orders.deliver", order.remote_id, rows=["a"], append=True)
    assert refusal.value.field == "append"


def test_only_what_is_left_can_be_delivered_in_parts(goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=5)
    assert drive(queue(goods.connection, "orders.deliver", order.remote_id, rows=["a", "b"])).state == "done"
    with pytest.raises(Refused) as refusal:
        queue(goods.connection, "orders.deliver", order.remote_id, rows=["c", "d", "e", "f"])
    assert "3 units are left" in refusal.value.words
    assert drive(queue(goods.connection, "orders.deliver", order.remote_id, rows=["c", "d", "e"])).state == "done"
    assert [effect["units"] for effect in effects(goods.sandbox, "orders.deliver")] == [2, 3]


def test_the_platforms_refusal_keeps_its_words(goods, order_of):
    order = order_of(goods, status="to_deliver")
    command = queue(goods.connection, "orders.deliver", order.remote_id, content="x", quantity=order.quantity)
    row = next(one for one in goods.sandbox.orders if str(one["orderId"]) == order.remote_id)
    goods.sandbox.set_status(row, 103)
    assert step(command).state == "rejected"
    assert "not awaiting delivery" in command.error
    assert effects(goods.sandbox) == []


def test_the_content_is_nowhere_to_be_read(goods, order_of, user_for):
    order = order_of(goods, status="to_deliver")
    secret = "K3Y-9F2A-77QX"
    fault(goods.sandbox, "orders.deliver", "drop_after_apply")
    command = drive(queue(goods.connection, "orders.deliver", order.remote_id, user_for("fulfilment"), content=secret))
    assert command.state == "done"
    kept = repr((command_facts(command), command.summary, command.before, command.evidence, command.receipt))
    kept += repr(list(AuditEvent.objects.values_list("detail", flat=True)))
    kept += repr([exchange.__dict__ for exchange in goods.connection.exchanges.all()])
    assert secret not in kept


def test_two_deliveries_of_one_order_do_not_overlap(goods, order_of):
    order = order_of(goods, status="to_deliver", quantity=5)
    first = queue(goods.connection, "orders.deliver", order.remote_id, rows=["a"])
    assert queue(goods.connection, "orders.deliver", order.remote_id, rows=["a"]) == first
    with pytest.raises(Refused) as refusal:
        queue(goods.connection, "orders.deliver", order.remote_id, rows=["b"])
    assert refusal.value.conflict == first


@pytest.mark.parametrize(("kind", "effect"), [("drop_after_apply", 1), ("status", 1)])
def test_reporting_an_error_happens_once(goods, order_of, kind, effect):
    order = order_of(goods, status="to_deliver")
    fault(goods.sandbox, "orders.deliver_error", kind)
    payload = {"remark": "账号 wrong", "image_urls": ["https://img.example/a.png"]}
    command = drive(queue(goods.connection, "orders.report_delivery_error", order.remote_id, **payload))
    assert command.state == "done"
    assert len(effects(goods.sandbox, "orders.deliver_error")) == effect


@pytest.mark.parametrize(
    ("payload", "field"),
    [({"remark": " "}, "remark"), ({"remark": "x", "image_urls": ["javascript:alert(1)"]}, "image_urls")],
)
def test_reports_that_say_nothing_are_refused(goods, order_of, payload, field):
    with pytest.raises(Refused) as refusal:
        queue(goods.connection, "orders.report_delivery_error", order_of(goods).remote_id, **payload)
    assert refusal.value.field == field
    assert (Command.objects.count(), effects(goods.sandbox)) == (0, [])


def test_a_number_that_names_nothing_is_refused(goods):
    with pytest.raises(Refused):
        queue(goods.connection, "orders.deliver", "SO-nothing", content="x")
    assert Order.objects.filter(number="SO-nothing").count() == 0
