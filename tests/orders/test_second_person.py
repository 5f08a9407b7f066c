"""Refunds above the limit need a second person: who asks, who agrees, and what reaches the platform (S11)."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from dashboard import environment
from dashboard.core.formatting import money
from dashboard.orders.models import Order
from dashboard.staff.models import AuditEvent
from dashboard.sync import approvals
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Approval, Command
from dashboard.sync.submit import NeedsSecond
from tests.connected import drive, effects, queue
from tests.factories import make_user
from tests.orders.test_pages import confirm, get, url
from tests.pages import assert_strict_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(supply, order_of, settings):
    found = order_of(supply, status="in_progress")
    settings.REFUND_SECOND_PERSON_ABOVE = {"": found.total - 1}
    return found


@pytest.fixture
def asker(client_for):
    return confirm(client_for("finance"))


@pytest.fixture
def other(client_for):
    return confirm(client_for("admin"))


def refund(client, order):
    return client.post(url("refund", order), {"typed": f"{order.total:.2f}"})


@pytest.fixture
def asked(asker, order):
    assert refund(asker, order).url == url("detail", order) + "#history"
    return Approval.objects.get()


def answer(client, name, asked, **given):
    response = client.post(reverse(f"sync:approval_{name}", args=[asked.pk]), given)
    if response.status_code in (200, 403, 422):
        assert_strict_html(response)
    return response


def untouched(asked, supply):
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.command) == ("waiting", None, None)
    assert (Command.objects.count(), effects(supply.sandbox)) == (0, [])


def test_asking_queues_nothing_and_shows_where_people_look(asked, asker, other, order, supply):
    untouched(asked, supply)
    assert (asked.amount, asked.currency, asked.target) == (order.total, order.currency, order.remote_id)
    page = get(asker, url("detail", order)).content.decode()
    assert "waits for a second person" in page
    assert reverse("sync:approval", args=[asked.pk]) in page
    assert str(order) in get(other, reverse("sync:approvals")).content.decode()
    home = get(other, "/").content.decode()
    assert "For a second person" in home
    assert "1 asked by others" in home
    assert AuditEvent.objects.get(verb="approval.asked").actor.username == "finance"


def test_the_first_page_says_that_two_must_decide(asker, order):
    assert "until a second person agrees" in get(asker, url("refund", order)).content.decode()


def test_another_person_agrees_and_it_is_one_command(asked, other, order, supply):
    get(other, reverse("sync:approval", args=[asked.pk]))
    response = answer(other, "approve", asked)
    command = Command.objects.get()
    assert response.url == reverse("sync:command", args=[command.pk])
    assert (command.kind, command.target, command.actor.username) == ("orders.refund", order.remote_id, "finance")
    assert drive(command).state == "done"
    assert len(effects(supply.sandbox, "orders.refund")) == 1
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by.username, asked.command) == ("approved", "admin", command)
    assert AuditEvent.objects.get(verb="approval.approved").actor.username == "admin"
    assert "Approved by admin" in get(other, url("detail", order)).content.decode()
    assert answer(other, "approve", asked).status_code == 422
    assert answer(other, "decline", asked, reason="too late").status_code == 422
    assert Command.objects.count() == 1


def test_nobody_agrees_with_themselves(asked, asker, supply):
    page = get(asker, reverse("sync:approval", args=[asked.pk])).content.decode()
    assert "another person must agree" in page
    assert answer(asker, "approve", asked).status_code == 422
    untouched(asked, supply)


@pytest.mark.parametrize("role", ["viewer", "support", "fulfilment"])
def test_who_may_not_refund_may_not_agree_nor_decline(client_for, asked, supply, role):
    client = confirm(client_for(role))
    get(client, reverse("sync:approval", args=[asked.pk]))
    assert answer(client, "approve", asked).status_code == 403
    assert answer(client, "decline", asked, reason="no").status_code == 403
    untouched(asked, supply)


def test_agreeing_asks_for_the_password(client_for, asked, supply):
    client = client_for("admin")
    assert "/staff/confirm/" in answer(client, "approve", asked).url
    untouched(asked, supply)


def test_who_does_not_see_the_connection_finds_nothing(client_for, user_for, asked, supply):
    person = user_for("admin")
    person.sees_all_connections = False
    person.save()
    client = confirm(client_for("admin"))
    assert client.get(reverse("sync:approval", args=[asked.pk])).status_code == 404
    assert answer(client, "approve", asked).status_code == 404
    untouched(asked, supply)


def test_declining_needs_a_reason_and_queues_nothing(asked, other, order, supply):
    assert answer(other, "decline", asked, reason=" ").status_code == 422
    untouched(asked, supply)
    assert answer(other, "decline", asked, reason="The buyer has the goods").status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.reason, asked.command) == ("declined", "The buyer has the goods", None)
    assert (Command.objects.count(), effects(supply.sandbox)) == (0, [])
    assert "The buyer has the goods" in get(other, url("detail", order)).content.decode()
    assert answer(other, "approve", asked).status_code == 422
    assert Command.objects.count() == 0
    assert AuditEvent.objects.get(verb="approval.declined").detail["reason"] == "The buyer has the goods"


def test_who_asked_may_take_it_back_and_ask_anew(asked, asker, order, supply):
    assert refund(asker, order).status_code == 422
    assert Approval.objects.count() == 1
    assert answer(asker, "decline", asked, reason="A mistake").status_code == 302
    assert refund(asker, order).status_code == 302
    assert Approval.objects.filter(state="waiting").count() == 1
    assert (Command.objects.count(), effects(supply.sandbox)) == (0, [])


def test_an_order_that_ended_meanwhile_stays_undecided(asked, other, order, supply):
    Order.objects.filter(pk=order.pk).update(status="refunded")
    assert answer(other, "approve", asked).status_code == 422
    untouched(asked, supply)


@pytest.mark.parametrize("change", [{"total": Decimal("9999.5")}, {"currency": "EUR"}, {"total": None}])
def test_nobody_agrees_to_an_amount_that_was_not_asked_for(asked, other, order, supply, change):
    Order.objects.filter(pk=order.pk).update(**change)
    response = answer(other, "approve", asked)
    assert response.status_code == 422
    assert f"not {money(order.total, order.currency)} any more" in response.content.decode()
    untouched(asked, supply)
    Order.objects.filter(pk=order.pk).update(total=order.total, currency=order.currency)
    assert answer(other, "approve", asked).status_code == 302
    assert drive(Command.objects.get()).state == "done"


def test_someone_who_left_cannot_have_asked(asked, other, user_for, supply):
    person = user_for("finance")
    person.is_active = False
    person.save()
    assert answer(other, "approve", asked).status_code == 422
    untouched(asked, supply)


def test_no_other_way_leads_around_the_second_person(order, supply, user_for):
    for by in (None, user_for("admin")):
        with pytest.raises(NeedsSecond):
            queue(supply.connection, "orders.refund", order.remote_id, by=by)
    assert (Command.objects.count(), effects(supply.sandbox)) == (0, [])


@pytest.mark.parametrize(
    ("limits", "needs"),
    [
        ({}, False),
        ({"": Decimal(100)}, False),
        ({"": Decimal("99.99")}, True),
        ({"USD": Decimal(1000), "": Decimal(1)}, False),
        ({"USD": Decimal(1), "": Decimal(1000)}, True),
        ({"EUR": Decimal(1)}, False),
    ],
)
def test_above_means_above_in_the_orders_currency(supply, order_of, settings, limits, needs):
    order = order_of(supply, status="in_progress")
    Order.objects.filter(pk=order.pk).update(total=100, currency="USD")
    settings.REFUND_SECOND_PERSON_ABOVE = limits
    if needs:
        with pytest.raises(NeedsSecond):
            queue(supply.connection, "orders.refund", order.remote_id)
    else:
        assert queue(supply.connection, "orders.refund", order.remote_id).state == "queued"


@pytest.mark.parametrize("unknown", [{"total": None}, {"currency": "", "total": 100}])
def test_what_nobody_knows_counts_as_much(supply, order_of, settings, unknown):
    order = order_of(supply, status="in_progress")
    Order.objects.filter(pk=order.pk).update(**unknown)
    settings.REFUND_SECOND_PERSON_ABOVE = {"": Decimal(10_000), order.currency: Decimal(50)}
    with pytest.raises(NeedsSecond):
        queue(supply.connection, "orders.refund", order.remote_id)


def test_two_who_agree_at_once_are_one(asked, user_for, supply):
    first, second = Approval.objects.get(), Approval.objects.get()
    approvals.approve(first, user_for("admin"))
    with pytest.raises(Refused):
        approvals.approve(second, make_user("second", role="admin"))
    assert Command.objects.count() == 1


def test_an_approved_case_counts_and_a_rejected_one_does_not(connect, settings, user_for):
    from dashboard.aftersales.models import Case
    from tests.connected import pull

    goods = connect("imetastore", "goods")
    pull(goods.connection, "orders", "cases")
    case = Case.objects.filter(decision="pending", amount__gt=0).first()
    settings.REFUND_SECOND_PERSON_ABOVE = {"": case.amount / 2}
    with pytest.raises(NeedsSecond):
        queue(goods.connection, "aftersales.decide", case.remote_id, approve=True)
    assert Command.objects.count() == 0
    assert queue(goods.connection, "aftersales.decide", case.remote_id, approve=False, reason="x").state == "queued"


@pytest.mark.parametrize(
    ("text", "found"),
    [("", {}), ("500", {"": Decimal(500)}), ("500, JPY=80000", {"": Decimal(500), "JPY": Decimal(80000)})],
)
def test_the_setting_holds_amounts_by_currency(text, found):
    assert environment.amounts("X", text) == found


@pytest.mark.parametrize("text", ["much", "-1", "NaN", "jpy=5", "JPY=", "JPYEN=5", "=5x", "Infinity"])
def test_a_setting_that_is_no_amount_stops_the_start(text):
    with pytest.raises(ImproperlyConfigured, match="X"):
        environment.amounts("X", text)


def test_a_status_that_may_pay_the_buyer_back_needs_a_second_person_too(order, supply, user_for):
    with pytest.raises(NeedsSecond):
        queue(supply.connection, "orders.set_status", order.remote_id, user_for("admin"), status="refunded_order")
    assert (Command.objects.count(), effects(supply.sandbox)) == (0, [])
    assert queue(supply.connection, "orders.set_status", order.remote_id, status="completed_order").state == "queued"
