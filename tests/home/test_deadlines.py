"""What is due next: kinds in one order, what has no limit behind what is urgent, mine and everyone's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.aftersales.models import Case
from dashboard.home import deadlines
from dashboard.home.places import Reach
from dashboard.messaging.models import Thread
from dashboard.orders.models import Order
from dashboard.sourcing.models import Package
from dashboard.sync.models import Connection
from dashboard.sync.models.commands import NEEDS_REVIEW
from dashboard.tickets.models import Ticket
from tests.home.test_queues import make_command


@pytest.fixture
def quiet(goods):
    """Nothing is due."""
    Order.objects.update(status="completed")
    Thread.objects.update(waiting_since=None)
    Case.objects.all().delete()
    Ticket.objects.all().delete()
    return goods


def due_order(hours, **fields):
    order = Order.objects.filter(status="completed").order_by("pk").first()
    fields = {"status": "to_deliver", "ship_by": timezone.now() + timedelta(hours=hours)} | fields
    Order.objects.filter(pk=order.pk).update(**fields)
    return order


def due_case(goods, remote_id, **fields):
    now = timezone.now()
    return Case.objects.create(
        connection=goods.connection, remote_id=remote_id, decision="pending", content_hash=b"0" * 16, changed_at=now,
        decide_by=now + timedelta(hours=1), reason="Code used", amount="50", currency="USD", **fields,
    )  # fmt: skip


def keys(reach, **options):
    return [each.key for each in deadlines.due_next(reach, **options)]


def test_kinds_are_in_one_order(quiet, reach):
    now = timezone.now()
    late, later = due_order(-1), due_order(9)
    thread = Thread.objects.first()
    Thread.objects.filter(pk=thread.pk).update(waiting_since=now - timedelta(hours=21), last_body="[file] invoice.pdf")
    case = due_case(quiet, "c1")
    command = make_command(quiet.connection, NEEDS_REVIEW)
    expected = [
        f"order-{late.pk}", f"case-{case.pk}", f"thread-{thread.pk}", f"command-{command.pk}", f"order-{later.pk}",
    ]  # fmt: skip
    assert keys(reach()) == expected
    lines = deadlines.shown(deadlines.due_next(reach()), reach())
    assert [line["tone"] for line in lines] == ["act", "act", "wait", "act", ""]
    assert [line["due"].detail for line in lines][1].replace("\xa0", " ") == "“Code used” · USD 50.00"
    assert lines[2]["due"].detail == "File · invoice.pdf"
    assert "No limit" in lines[3]["clock"]


def test_a_pile_of_one_kind_leaves_room_for_others(quiet, reach):
    for n in range(deadlines.OF_A_KIND + 3):
        due_order(-100 - n)
    command = make_command(quiet.connection, NEEDS_REVIEW)
    found = keys(reach())
    assert len(found) == deadlines.OF_A_KIND + 1
    assert found[-1] == f"command-{command.pk}"


def test_mine_is_what_is_assigned_to_me(quiet, reach, user_for):
    mine = due_order(2, assignee=user_for("admin"))
    due_order(1)
    case, _others = (due_case(quiet, name, assignee=whose) for name, whose in (("c1", user_for("admin")), ("c2", None)))
    given = make_command(quiet.connection, NEEDS_REVIEW, actor=user_for("admin"))
    make_command(quiet.connection, NEEDS_REVIEW, 1, actor=user_for("support"))
    assert keys(reach(), mine=True) == [f"case-{case.pk}", f"order-{mine.pk}", f"command-{given.pk}"]


def test_refused_credentials_are_work(quiet, reach):
    Connection.objects.update(state=Connection.REAUTH_NEEDED, state_reason="“bad password”")
    (line,) = deadlines.due_next(reach())
    assert (line.verb, line.detail, line.loud) == ("Give new credentials", "“bad password”", True)


def test_other_connections_are_not_shown(goods, confined):
    Order.objects.exclude(connection=goods.connection).update(status="completed")
    Ticket.objects.all().delete()
    Thread.objects.update(waiting_since=timezone.now())
    assert keys(Reach(confined)) == []


def test_a_pile_of_one_kind_hides_no_other(quiet, reach):
    now = timezone.now()
    orders = Order.objects.order_by("pk").values_list("pk", flat=True)[:6]
    Order.objects.filter(pk__in=list(orders)).update(status="to_deliver", ship_by=now - timedelta(days=40))
    threads = Thread.objects.order_by("pk").values_list("pk", flat=True)[:6]
    Thread.objects.filter(pk__in=list(threads)).update(waiting_since=now - timedelta(days=9))
    made = [
        Case.objects.create(
            connection=quiet.connection, remote_id=f"c{n}", decision="pending", content_hash=b"0" * 16,
            changed_at=now, decide_by=now + timedelta(hours=22 + n),
        )
        for n in range(3)
    ]  # fmt: skip
    found = keys(reach())
    assert len(found) == deadlines.SHOWN
    assert found[-2:] == [f"case-{made[0].pk}", f"case-{made[1].pk}"]
    assert sum(key.startswith("order-") for key in found) == 6


@pytest.mark.parametrize("role", ["admin", "viewer", "finance"])
@pytest.mark.parametrize("mine", [False, True])
def test_one_query_knows_which_lines_are_shown_and_in_which_order(
    quiet, reach, user_for, role, mine, django_assert_num_queries
):
    now, whose = timezone.now(), user_for(role)
    for n in range(9):
        due_order(n - 4, assignee=whose if n % 3 else None)
        due_case(quiet, f"c{n}", assignee=whose if n % 2 else None)
    for n, thread in enumerate(Thread.objects.order_by("pk")[:4]):
        Thread.objects.filter(pk=thread.pk).update(waiting_since=now - timedelta(hours=20 + n), assignee=whose)
    for n in range(3):
        kept = {"connection": quiet.connection, "changed_at": now, "moved_at": now - timedelta(days=n)}
        Ticket.objects.create(remote_id=f"t{n}", status="open", last_direction="in", assignee=whose, **kept)
        make_command(quiet.connection, NEEDS_REVIEW, n=n)
    for n, days in enumerate((80, 85, 85, 89)):
        Package.objects.create(connection=quiet.connection, remote_id=f"p{n}", storage_days=days, changed_at=now)
    Connection.objects.filter(pk=quiet.connection.pk).update(state=Connection.REAUTH_NEEDED)
    shown = keys(reach(role), mine=mine)
    assert len(shown) >= 8
    known = reach(role)
    assert known.every
    with django_assert_num_queries(1):
        assert deadlines.keys_next(known, mine=mine) == shown


def test_nothing_is_asked_of_nothing(reach, user_for):
    Connection.objects.all().delete()
    assert deadlines.keys_next(reach()) == []
