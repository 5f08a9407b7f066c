from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from dashboard.staff.audit import Break, Target, audit, from_address, verify_chain
from dashboard.staff.models import AuditEvent, AuditHead
from tests.factories import make_user


@pytest.fixture
def three(db):
    person = make_user()
    return [audit(person, f"test.event_{n}", Target("order", str(n), f"Order {n}"), {"n": n}) for n in range(3)]


def tamper(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_an_event_says_who_what_where_and_from_where(db):
    person = make_user()
    with from_address("203.0.113.7"):
        event = audit(person, "orders.refunded", Target("order", "7", "A-7"), {"amount": "9.50"}, connection="shop")
    event.refresh_from_db()
    assert (event.actor, event.actor_label, event.verb) == (person, "mei", "orders.refunded")
    assert (event.target_kind, event.target_id, event.target_label) == ("order", "7", "A-7")
    assert (event.connection, event.ip, event.detail) == ("shop", "203.0.113.7", {"amount": "9.50"})


def test_a_row_is_a_target(db):
    person = make_user()
    event = audit(None, "staff.tested", person)
    assert (event.target_kind, event.target_id, event.target_label, event.actor) == (
        "user",
        str(person.pk),
        "mei",
        None,
    )


def test_secrets_do_not_reach_the_trail(db):
    event = audit(None, "test.secret", None, {"password": "hunter2hunter2", "name": "x"})
    event.refresh_from_db()
    assert "hunter2hunter2" not in str(event.detail)
    assert event.detail["name"] == "x"


def test_the_chain_links_and_holds(three):
    assert [event.sequence for event in three] == [1, 2, 3]
    assert [event.previous for event in three] == ["", three[0].digest, three[1].digest]
    assert verify_chain() is None


def test_odd_details_read_back_as_hashed(db):
    odd = {"a": 1.5, "b": [1e30, None, True], "c": "nul\0 \ud800 ü 漢", 4: {"x": (1, 2)}}
    audit(None, "test.odd", Target("k", "i\0d", "l" * 500), odd)
    assert verify_chain() is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("verb", "'test.other'"), ("actor_label", "'li'"), ("detail", "'{\"n\": 9}'"), ("ip", "'192.0.2.1'")],
)
def test_a_changed_event_is_found(three, column, value):
    tamper(f"UPDATE staff_auditevent SET {column} = {value} WHERE sequence = 2")
    assert verify_chain() == Break(2, "changed")


def test_a_removed_event_is_found(three):
    tamper("DELETE FROM staff_auditevent WHERE sequence = 2")
    assert verify_chain() == Break(2, "missing")


def test_a_cut_end_is_found(three):
    tamper("DELETE FROM staff_auditevent WHERE sequence = 3")
    assert verify_chain() == Break(3, "missing")


def test_the_model_refuses_change_and_removal(three):
    event = three[0]
    for forbidden in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(verb="x"),
        lambda: AuditEvent.objects.bulk_update([event], ["verb"]),
    ):
        with pytest.raises(TypeError):
            forbidden()
    assert AuditEvent.objects.count() == 3
    assert verify_chain() is None


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_chain():
    def write(n):
        try:
            for k in range(10):
                audit(None, "test.parallel", Target("n", str(n)), {"k": k})
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert AuditEvent.objects.count() == 40
    assert AuditHead.objects.get().sequence == 40
    assert verify_chain() is None


def test_an_event_costs_four_statements(db, django_assert_max_num_queries):
    audit(None, "test.first")
    with django_assert_max_num_queries(6):  # savepoint and release included
        audit(None, "test.second")


def test_a_person_with_a_past_keeps_the_trail_when_removed(db):
    person = make_user()
    audit(person, "test.done")
    person.delete()
    assert AuditEvent.objects.get().actor_label == "mei"
    assert verify_chain() is None
