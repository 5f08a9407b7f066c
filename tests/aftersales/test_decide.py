"""Deciding a case: once, proven by the case itself, refused when it is decided already."""

import pytest

from dashboard.aftersales.models import Case
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Command
from tests.aftersales.conftest import on_platform
from tests.connected import drive, effects, fault, queue, step

pytestmark = pytest.mark.django_db
AUDIT = "aftersales.audit"


def test_approve(shop, pending):
    case = pending(shop)
    command = drive(queue(shop.connection, "aftersales.decide", case.remote_id, approve=True))
    assert command.state == "done"
    assert effects(shop.sandbox, AUDIT) == [
        {"orderId": case.order_remote_id, "isApproved": True, "rejectDescription": ""}
    ]
    case.refresh_from_db()
    assert (case.decision, case.status) == ("approved", "closed")


def test_reject_with_reason_and_pictures(shop, pending):
    case = pending(shop)
    given = {"approve": False, "reason": "Redeemed", "image_urls": ["https://img.example.com/a.png"]}
    command = drive(queue(shop.connection, "aftersales.decide", case.number, **given))
    assert command.state == "done"
    assert effects(shop.sandbox, AUDIT) == [
        {"orderId": case.order_remote_id, "isApproved": False, "rejectDescription": "Redeemed"}
    ]
    case.refresh_from_db()
    assert (case.decision, case.reject_image_urls) == ("rejected", ["https://img.example.com/a.png"])


@pytest.mark.parametrize("approve", [True, False])
@pytest.mark.parametrize("kind", ["shop", "nameless"])
def test_a_lost_answer_is_proven_and_never_repeated(request, pending, kind, approve):
    shop = request.getfixturevalue(kind)
    case = pending(shop)
    fault(shop.sandbox, AUDIT, "drop_after_apply")
    given = {} if approve else {"reason": "Redeemed", "image_urls": ["https://img.example.com/a.png"]}
    command = step(queue(shop.connection, "aftersales.decide", case.remote_id, approve=approve, **given))
    assert command.state == "unknown"
    assert drive(command).state == "done"
    assert len(effects(shop.sandbox, AUDIT)) == 1


def test_what_never_arrived_is_proven_absent_twice_and_sent_again(shop, pending):
    case = pending(shop)
    fault(shop.sandbox, AUDIT, "status", code=500)
    command = drive(queue(shop.connection, "aftersales.decide", case.remote_id, approve=True))
    assert (command.state, command.attempts) == ("done", 2)
    assert [one["verdict"] for one in command.evidence] == ["absent", "absent"]
    assert len(effects(shop.sandbox, AUDIT)) == 1


def test_decided_elsewhere_is_refused_with_what_the_platform_says_now(shop, pending):
    case = pending(shop)
    row = next(order for order in shop.sandbox.orders if order["orderId"] == int(case.order_remote_id))
    shop.sandbox._decide(row, on_platform(shop, case), approved=False, images=[])
    command = drive(queue(shop.connection, "aftersales.decide", case.remote_id, approve=True))
    assert command.state == "rejected"
    assert command.error == "This case was rejected already; the platform says “103”."
    assert effects(shop.sandbox) == []
    case.refresh_from_db()
    assert case.decision == "rejected"


def test_a_late_effect_of_an_earlier_attempt_is_not_refused_but_proven(shop, pending):
    case = pending(shop)
    fault(shop.sandbox, AUDIT, "status", code=500)
    command = queue(shop.connection, "aftersales.decide", case.remote_id, approve=True)
    step(command), step(command), step(command)
    assert (command.state, command.attempts) == ("queued", 1)
    row = next(order for order in shop.sandbox.orders if order["orderId"] == int(case.order_remote_id))
    shop.sandbox._decide(row, on_platform(shop, case), approved=True, images=[])
    assert drive(command).state == "done"
    assert effects(shop.sandbox, AUDIT) == []


def test_decided_otherwise_while_the_answer_was_lost(shop, pending):
    case = pending(shop)
    fault(shop.sandbox, AUDIT, "status", code=500)
    command = step(queue(shop.connection, "aftersales.decide", case.remote_id, approve=True))
    row = next(order for order in shop.sandbox.orders if order["orderId"] == int(case.order_remote_id))
    shop.sandbox._decide(row, on_platform(shop, case), approved=False, images=[])
    assert drive(command).state == "rejected"
    assert command.error == "This case was rejected already; the platform says “103”."
    assert effects(shop.sandbox, AUDIT) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"approve": False}, "reason"),
        ({"approve": False, "reason": "  "}, "reason"),
        ({"approve": False, "reason": "x", "image_urls": ["ftp://a/b.png"]}, "image_urls"),
        ({"approve": False, "reason": "x", "image_urls": ["https://a/b.png"] * 10}, "image_urls"),
        ({"approve": True, "image_urls": ["https://a/b.png"]}, "image_urls"),
        ({"approve": "perhaps"}, "approve"),
        ({"aprove": True}, "aprove"),
        ({"reason": "x"}, "approve"),
    ],
)
def test_what_is_wrong_is_refused_before_it_is_queued(shop, pending, given, field):
    with pytest.raises(Refused) as refused:
        queue(shop.connection, "aftersales.decide", pending(shop).remote_id, **given)
    assert refused.value.field == field
    assert not Command.objects.exists()
    assert effects(shop.sandbox) == []


def test_a_decided_or_gone_case_is_refused_before_it_is_queued(shop, pending):
    decided = Case.objects.filter(decision="approved").first()
    with pytest.raises(Refused, match="approved already; the platform says “102”"):
        queue(shop.connection, "aftersales.decide", decided.remote_id, approve=True)
    case = pending(shop)
    Case.objects.filter(pk=case.pk).update(gone_at=case.placed_at)
    with pytest.raises(Refused, match="no longer on the platform"):
        queue(shop.connection, "aftersales.decide", case.remote_id, approve=True)
    with pytest.raises(Refused, match="There is no case"):
        queue(shop.connection, "aftersales.decide", "4711", approve=True)
    assert not Command.objects.exists()


def test_two_decisions_of_one_case_do_not_go_together(shop, pending):
    case = pending(shop)
    first = queue(shop.connection, "aftersales.decide", case.remote_id, approve=True)
    with pytest.raises(Refused, match="Already under way"):
        queue(shop.connection, "aftersales.decide", case.remote_id, approve=False, reason="no")
    assert queue(shop.connection, "aftersales.decide", case.remote_id, approve=True) == first


def test_elsewhere_there_are_no_cases(connect):
    other = connect("m2e", "other")
    with pytest.raises(Refused):
        queue(other.connection, "aftersales.decide", "1", approve=True)
    assert not Command.objects.exists()
